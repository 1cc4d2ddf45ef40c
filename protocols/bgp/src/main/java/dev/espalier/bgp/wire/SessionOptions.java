package dev.espalier.bgp.wire;

import java.util.Set;

/**
 * What both ends agreed on, as far as it changes how messages are read and written.
 *
 * @param fourOctetAs AS numbers in AS_PATH and AGGREGATOR take four octets (RFC 6793)
 * @param extendedMessages messages other than OPEN and KEEPALIVE may have 65535 octets (RFC 8654)
 * @param internal the peer is in our AS (LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST are for such peers only)
 * @param families the families agreed on (RFC 4760); IPv4 unicast without any capability
 * @param addPathReceive families whose prefixes arrive with path identifiers (RFC 7911)
 * @param addPathSend families whose prefixes are sent with path identifiers
 * @param extendedNextHop families with IPv4 prefixes whose next hops may be IPv6 addresses (RFC 8950)
 */
public record SessionOptions(
        boolean fourOctetAs,
        boolean extendedMessages,
        boolean internal,
        Set<Family> families,
        Set<Family> addPathReceive,
        Set<Family> addPathSend,
        Set<Family> extendedNextHop) {

    /** Copies the sets. */
    public SessionOptions {
        families = Set.copyOf(families);
        addPathReceive = Set.copyOf(addPathReceive);
        addPathSend = Set.copyOf(addPathSend);
        extendedNextHop = Set.copyOf(extendedNextHop);
    }

    /** Where the next hop of a prefix is of the prefix's own family. */
    public SessionOptions(
            boolean fourOctetAs,
            boolean extendedMessages,
            boolean internal,
            Set<Family> families,
            Set<Family> addPathReceive,
            Set<Family> addPathSend) {
        this(fourOctetAs, extendedMessages, internal, families, addPathReceive, addPathSend, Set.of());
    }

    /** The longest message that may be sent or received, in octets. */
    public int maxMessageLength() {
        return extendedMessages ? Message.MAX_EXTENDED_LENGTH : Message.MAX_LENGTH;
    }
}
