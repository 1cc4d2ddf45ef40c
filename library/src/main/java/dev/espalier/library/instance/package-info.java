/**
 * A routing instance at work, as the daemon and the library run it: the routing loop, the speaker and the routing table on it, and
 * the order in which they start and stop. Not for programs that embed the engine: they use {@link dev.espalier.library.BgpSpeaker}.
 */
package dev.espalier.library.instance;
