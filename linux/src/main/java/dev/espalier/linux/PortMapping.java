package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A port of the host that leads to a port of a pod. Immutable.
 *
 * @param handle whose it is, in one word: what {@link PodLink#handle} is. Up to 127 octets in UTF-8, without quotation marks
 * @param protocol of the port
 * @param hostAddress the only address of the host on which it is open; null for all that the host has in the pod's family. Null is made of
 *     0.0.0.0 and ::
 * @param hostPort the port of the host, 1 to 65535
 * @param podAddress the pod's address, in the family of the host's
 * @param podPort the port of the pod, 1 to 65535
 */
public record PortMapping(
        String handle,
        Protocol protocol,
        @Nullable IpAddress hostAddress,
        int hostPort,
        IpAddress podAddress,
        int podPort) {

    /** What has ports. */
    public enum Protocol {
        /** RFC 9293. */
        TCP(6),
        /** RFC 768. */
        UDP(17),
        /** RFC 9260. */
        SCTP(132);

        private final int number;

        Protocol(int number) {
            this.number = number;
        }

        /** Its number in the IP header. */
        public int number() {
            return number;
        }

        /** The name in lower case, as CNI and nft write it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The one of this number, or null. */
        static @Nullable Protocol of(int number) {
            for (Protocol each : values()) {
                if (each.number == number) {
                    return each;
                }
            }
            return null;
        }
    }

    /** What nft takes as a comment, which is where the handle is kept. */
    private static final int LONGEST_HANDLE = 127;

    private static final int LAST_PORT = 65535;

    /**
     * Checks it.
     *
     * @throws IllegalArgumentException with a sentence for people when a port or the handle is out of range or the families differ
     */
    public PortMapping {
        NftText.check("handle of a port mapping", handle, LONGEST_HANDLE);
        checkPort("host port", hostPort);
        checkPort("pod's port", podPort);
        if (hostAddress != null && hostAddress.family() != podAddress.family()) {
            throw new IllegalArgumentException("host port " + hostPort + " on " + hostAddress + " cannot lead to "
                    + podAddress + ", which is of the other family");
        }
        if (hostAddress != null && hostAddress.isUnspecified()) {
            hostAddress = null;
        }
    }

    private static void checkPort(String which, int port) {
        if (port < 1 || port > LAST_PORT) {
            throw new IllegalArgumentException(which + " " + port + " is not a port: 1 to " + LAST_PORT);
        }
    }

    /**
     * A port of the host that leads to a pod, in every family that fits: a pod's first address of each family is the one that it is
     * known by.
     *
     * @param hostAddress as in {@link PortMapping}; 0.0.0.0 means all IPv4 addresses and :: all IPv6 addresses, null both
     * @param podAddresses all that the pod has
     * @return none when no address of the pod is in the family of the host's
     * @throws IllegalArgumentException as the constructor does
     */
    public static List<PortMapping> toPod(
            String handle,
            Protocol protocol,
            @Nullable IpAddress hostAddress,
            int hostPort,
            int podPort,
            List<IpAddress> podAddresses) {
        Set<AddressFamily> left =
                hostAddress == null ? EnumSet.allOf(AddressFamily.class) : EnumSet.of(hostAddress.family());
        List<PortMapping> mappings = new ArrayList<>();
        for (IpAddress address : podAddresses) {
            if (left.remove(address.family())) {
                mappings.add(new PortMapping(handle, protocol, hostAddress, hostPort, address, podPort));
            }
        }
        return mappings;
    }

    /**
     * Whether both want the same port of the host, so that only one can have it. One on a certain address and one on all do not: there
     * the certain one goes first.
     */
    public boolean collidesWith(PortMapping other) {
        return claim().equals(other.claim());
    }

    /** What it takes of the host. */
    Claim claim() {
        return new Claim(podAddress.family(), hostAddress, protocol, hostPort);
    }

    /** A port of the host in one family. */
    record Claim(AddressFamily family, @Nullable IpAddress address, Protocol protocol, int port) {
        @Override
        public String toString() {
            return protocol + " port " + port + " of " + (address == null ? "all " + family + " addresses" : address);
        }
    }
}
