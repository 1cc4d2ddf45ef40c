/**
 * The kernel's side of the ports. From the bottom up: {@code SystemCalls} (system calls), {@code NetlinkSocket},
 * {@code MessageWriter} and {@code MessageReader} (the format), {@code NetlinkClient} (requests and dumps), and on them
 * {@link dev.espalier.linux.NetlinkLinks} and {@link dev.espalier.linux.NetlinkFib}.
 */
package dev.espalier.linux;
