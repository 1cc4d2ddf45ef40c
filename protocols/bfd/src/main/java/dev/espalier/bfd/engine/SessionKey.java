package dev.espalier.bfd.engine;

import dev.espalier.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Which session is meant. Whoever names the same one shares it.
 *
 * @param peer the peer's address
 * @param local our address, or null to let the kernel choose
 * @param link the name of the link it is on, needed for a link-local address, otherwise null
 * @param multihop whether there may be routers between (RFC 5883) rather than one link (RFC 5881)
 */
public record SessionKey(
        IpAddress peer, @Nullable IpAddress local, @Nullable String link, boolean multihop) {

    /** The UDP port on which both sides are sent packets. */
    public int port() {
        return multihop ? 4784 : 3784;
    }

    /** Who the peer is, for people. */
    @Override
    public String toString() {
        return link == null ? peer.toString() : peer + "%" + link;
    }
}
