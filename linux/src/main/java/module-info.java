import org.jspecify.annotations.NullMarked;

/**
 * The ports on the Linux kernel: the only module of Espalier with native access.
 *
 * <p><b>Owns</b> every call into the kernel that the JDK does not offer: netlink sockets (routes, nexthop objects, links,
 * addresses, nftables), raw ICMPv6 sockets, datagrams with the TTL they arrived with, and moving a thread into another network namespace, all
 * through the foreign-function API with layouts written by hand. {@link dev.espalier.linux.NetlinkFib} implements
 * {@link dev.espalier.route.Fib}, {@link dev.espalier.linux.NetlinkLinks} implements {@link dev.espalier.route.Links},
 * {@link dev.espalier.linux.Icmpv6RouterDiscovery} implements {@link dev.espalier.route.RouterDiscovery},
 * {@link dev.espalier.linux.DatagramLoop} implements {@link dev.espalier.route.Datagrams}. Beside the ports, it makes what pods and tunnels
 * need of the host.
 *
 * <p><b>Called by</b> the agent, which makes these and hands them to the engines as ports, and by whoever wires pods.
 *
 * <p><b>Must never</b> block a virtual thread in the kernel (the carrier would stand still with it): whatever waits for the
 * kernel is a platform thread of its own, named and ended by {@code close}. Never change or remove anything in the kernel that
 * does not carry our protocol number, our alias or our table's name. Never move a thread into a namespace and give it back to a pool.
 */
@NullMarked
module dev.espalier.linux {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.route;

    exports dev.espalier.linux;
}
