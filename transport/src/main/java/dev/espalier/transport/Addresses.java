package dev.espalier.transport;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Transport.Endpoint;
import dev.espalier.route.Transport.TransportException;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Between our addresses and those of {@code java.net}, with the scope of link-local ones. */
final class Addresses {

    private Addresses() {}

    static SocketProtocolFamily family(IpAddress address) {
        return switch (address.family()) {
            case IPV4 -> SocketProtocolFamily.INET;
            case IPV6 -> SocketProtocolFamily.INET6;
        };
    }

    /**
     * An address for the kernel.
     *
     * @param link the link that a link-local IPv6 address is on; ignored for others
     * @throws TransportException when the address is link-local and the link is missing or unknown
     */
    static InetSocketAddress toJava(IpAddress address, int port, @Nullable String link) {
        try {
            if (address.family() == AddressFamily.IPV6 && address.isLinkLocal()) {
                return new InetSocketAddress(
                        Inet6Address.getByAddress(null, address.toBytes(), scope(address, link)), port);
            }
            return new InetSocketAddress(InetAddress.getByAddress(address.toBytes()), port);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("an address has 4 or 16 octets", impossible);
        }
    }

    /** The end of a connection as the kernel tells it. */
    static Endpoint fromJava(InetSocketAddress address) {
        int link = address.getAddress() instanceof Inet6Address six && six.isLinkLocalAddress() ? six.getScopeId() : 0;
        return new Endpoint(IpAddress.ofBytes(address.getAddress().getAddress()), address.getPort(), link);
    }

    private static int scope(IpAddress address, @Nullable String link) {
        if (link == null) {
            throw new TransportException(
                    "the link-local address " + address + " needs the name of the link it is on", null);
        }
        return index(link);
    }

    /**
     * The kernel's index of a link.
     *
     * @throws TransportException when there is no such link
     */
    static int index(String link) {
        try {
            NetworkInterface device = NetworkInterface.getByName(link);
            if (device != null) {
                return device.getIndex();
            }
        } catch (SocketException refused) {
            throw new TransportException("cannot look up the link '" + link + "': " + refused.getMessage(), refused);
        }
        throw new TransportException("there is no link named '" + link + "' here", null);
    }
}
