package dev.espalier.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** struct sockaddr_in and sockaddr_in6, read and written. */
final class SocketAddress {

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    /** Family (2), port (2), address (4), padding (8). */
    private static final int SOCKADDR_IN = 16;
    /** Family (2), port (2), flow (4), address (16), scope (4). */
    static final int SOCKADDR_IN6 = 28;

    private static final int PORT = 2;
    private static final int IPV4_ADDRESS = 4;
    private static final int IPV6_ADDRESS = 8;
    private static final int IPV6_SCOPE = 24;

    private static final ValueLayout.OfShort NETWORK_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private SocketAddress() {}

    /** @param scope the link of a link-local address, else 0 */
    static MemorySegment of(SegmentAllocator memory, IpAddress address, int port, int scope) {
        boolean ipv4 = address.family() == AddressFamily.IPV4;
        MemorySegment made = memory.allocate(ipv4 ? SOCKADDR_IN : SOCKADDR_IN6, 4);
        made.set(JAVA_SHORT, 0, (short) (ipv4 ? AF_INET : AF_INET6));
        made.set(NETWORK_SHORT, PORT, (short) port);
        byte[] octets = address.toBytes();
        MemorySegment.copy(octets, 0, made, JAVA_BYTE, ipv4 ? IPV4_ADDRESS : IPV6_ADDRESS, octets.length);
        if (!ipv4) {
            made.set(JAVA_INT, IPV6_SCOPE, scope);
        }
        return made;
    }

    static int port(MemorySegment address) {
        return Short.toUnsignedInt(address.get(NETWORK_SHORT, PORT));
    }

    static IpAddress address(MemorySegment address) {
        boolean ipv4 = address.get(JAVA_SHORT, 0) == AF_INET;
        return ipv4 ? ip(address, IPV4_ADDRESS, 4) : ip(address, IPV6_ADDRESS, 16);
    }

    /** An address in network byte order. */
    static IpAddress ip(MemorySegment memory, long offset, int length) {
        return IpAddress.ofBytes(memory.asSlice(offset, length).toArray(JAVA_BYTE));
    }
}
