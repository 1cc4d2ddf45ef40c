package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel from this node to all others of its kind: one device, which learns of the other ends from the routes that use it.
 *
 * @param kind how packets are wrapped
 * @param local this node's address, from which the tunnel's packets are sent: the one by which others know the node, as a BGP next hop
 * @param addresses what the device has for itself, at most one of each family: with them this node is the source of what it sends
 *     through the tunnel on its own account. They come from a block of the node's own, so that answers find back. Null for those that it
 *     has already
 */
public record Tunnel(Kind kind, IpAddress local, @Nullable List<IpAddress> addresses) {

    /** How packets are wrapped. Every kind has one device on a node. */
    public enum Kind {
        /** Ethernet frames in UDP over IPv4 (RFC 7348): 20 octets of IP, 8 of UDP, 8 of VXLAN, 14 of Ethernet. */
        VXLAN("vxlan.esp", AddressFamily.IPV4, 50),
        /** The same over IPv6, whose header has 40 octets. */
        VXLAN6("vxlan6.esp", AddressFamily.IPV6, 70),
        /** IPv4 packets in IPv4 (RFC 2003). */
        IPIP("ipip.esp", AddressFamily.IPV4, 20);

        private final String device;
        private final AddressFamily outer;
        private final int overhead;

        Kind(String device, AddressFamily outer, int overhead) {
            this.device = device;
            this.outer = outer;
            this.overhead = overhead;
        }

        /** The name of the device. */
        public String device() {
            return device;
        }

        /** The family of the packets that travel between the nodes. */
        public AddressFamily outer() {
            return outer;
        }

        /** How many octets it adds to a packet. */
        public int overhead() {
            return overhead;
        }
    }

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException when the local address is of another family than the tunnel's packets
     */
    public Tunnel {
        addresses = addresses == null ? null : List.copyOf(addresses);
        if (local.family() != kind.outer) {
            throw new IllegalArgumentException("the " + kind + " tunnel cannot start at " + local + ": its packets are "
                    + (kind.outer == AddressFamily.IPV4 ? "IPv4" : "IPv6"));
        }
    }

    /**
     * The hardware address of a node's VXLAN device: a function of the node's address, so that everything a tunnel needs to know of
     * its other end is the address that BGP tells as the next hop. IPv4 addresses are part of it as they are and so cannot collide; of
     * IPv6 it has 40 bits of a digest.
     */
    public static String macOf(IpAddress node) {
        byte[] octets = node.toBytes();
        return switch (node.family()) {
            case IPV4 -> "02:45:" + HexFormat.ofDelimiter(":").formatHex(octets);
            case IPV6 -> "06:" + HexFormat.ofDelimiter(":").formatHex(digest(octets), 0, 5);
        };
    }

    private static byte[] digest(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java has SHA-256", impossible);
        }
    }
}
