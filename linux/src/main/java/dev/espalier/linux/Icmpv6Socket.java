package dev.espalier.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.espalier.net.Ipv6Address;
import dev.espalier.route.Links;
import dev.espalier.route.RouterDiscovery;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A raw ICMPv6 socket on one link that takes router solicitations and advertisements only (RFC 3542). The kernel fills in and
 * checks checksums. One thread receives; any thread sends.
 */
final class Icmpv6Socket {

    /** The hop limit that proves that a message comes from this link. */
    static final int MAX_HOPS = 255;

    private static final int AF_INET6 = 10;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_DONTWAIT = 0x40;

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_BINDTODEVICE = 25;

    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_UNICAST_HOPS = 16;
    private static final int IPV6_MULTICAST_IF = 17;
    private static final int IPV6_MULTICAST_HOPS = 18;
    private static final int IPV6_MULTICAST_LOOP = 19;
    private static final int IPV6_ADD_MEMBERSHIP = 20;
    private static final int IPV6_RECVHOPLIMIT = 51;
    private static final int IPV6_HOPLIMIT = 52;

    private static final int IPPROTO_ICMPV6 = 58;
    private static final int ICMP6_FILTER = 1;
    private static final int ROUTER_SOLICITATION = 133;
    private static final int ROUTER_ADVERTISEMENT = 134;

    /** How long {@link #receive} waits, so that its thread notices that it shall end. */
    private static final long TICK_MICROS = 200_000;

    /** struct sockaddr_in6: family (2), port (2), flow (4), address (16), scope (4). */
    private static final int SOCKADDR_IN6 = 28;

    private static final int SOCKADDR_ADDRESS = 8;
    private static final int SOCKADDR_SCOPE = 24;

    /** struct msghdr of 64-bit Linux: name, its length, vector, its length, control data, its length, flags. */
    private static final int MSGHDR = 56;

    private static final int MSGHDR_NAME = 0;
    private static final int MSGHDR_NAME_LENGTH = 8;
    private static final int MSGHDR_VECTOR = 16;
    private static final int MSGHDR_VECTOR_LENGTH = 24;
    private static final int MSGHDR_CONTROL = 32;
    private static final int MSGHDR_CONTROL_LENGTH = 40;

    /** struct cmsghdr: length (8), level (4), type (4), then the data; the next one begins at a multiple of eight. */
    private static final int CMSGHDR = 16;

    private static final int CMSG_LEVEL = 8;
    private static final int CMSG_TYPE = 12;
    private static final int CONTROL = 64;

    /** More than any link's router advertisement has; the rest of a longer one is cut off. */
    private static final int LONGEST = 2048;

    private final int fd;
    private final int link;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment payload = arena.allocate(LONGEST, 8);
    private final MemorySegment source = arena.allocate(SOCKADDR_IN6, 8);
    private final MemorySegment control = arena.allocate(CONTROL, 8);
    private final MemorySegment vector = arena.allocate(16, 8); // struct iovec: pointer, length
    private final MemorySegment header = arena.allocate(MSGHDR, 8);

    /** A message that arrived. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, and never compared
    record Message(Ipv6Address source, int hopLimit, byte[] octets) {}

    private Icmpv6Socket(int fd, int link) {
        this.fd = fd;
        this.link = link;
        vector.set(JAVA_LONG, 0, payload.address());
        vector.set(JAVA_LONG, 8, LONGEST);
    }

    /**
     * Opens a socket in the calling thread's network namespace.
     *
     * @throws RouterDiscovery.DiscoveryException when the kernel refuses
     */
    static Icmpv6Socket open(Links.Link link) {
        int fd = SystemCalls.socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
        check(link, fd);
        Icmpv6Socket socket = new Icmpv6Socket(fd, link.index());
        try {
            socket.prepare(link);
        } catch (RouterDiscovery.DiscoveryException refused) {
            socket.close();
            throw refused;
        }
        return socket;
    }

    private void prepare(Links.Link on) {
        try (Arena local = Arena.ofConfined()) {
            // First the filter and the link, so that nothing else is ever in the receive buffer.
            check(on, SystemCalls.setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, filter(local)));
            check(on, SystemCalls.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, local.allocateFrom(on.name())));
            option(on, IPV6_MULTICAST_IF, link);
            check(on, hopLimit(MAX_HOPS));
            option(on, IPV6_UNICAST_HOPS, MAX_HOPS);
            option(on, IPV6_MULTICAST_LOOP, 0);
            option(on, IPV6_RECVHOPLIMIT, 1);
            // Every host hears all nodes; all routers must be asked for. struct ipv6_mreq: address, link.
            MemorySegment membership = local.allocate(20, 4);
            putAddress(membership, 0, RouterDiscovery.ALL_ROUTERS);
            membership.set(JAVA_INT, 16, link);
            check(on, SystemCalls.setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, membership));
            MemorySegment timeval = local.allocate(16, 8);
            timeval.set(JAVA_LONG, 8, TICK_MICROS);
            check(on, SystemCalls.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval));
        }
    }

    /** With which hop limit to send to groups; a test may want another. Returns what setsockopt does. */
    int hopLimit(int hops) {
        try (Arena local = Arena.ofConfined()) {
            return SystemCalls.setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, local.allocateFrom(JAVA_INT, hops));
        }
    }

    /** One bit for each type, set where it is to be blocked. */
    private static MemorySegment filter(Arena local) {
        MemorySegment blocked = local.allocate(32, 4).fill((byte) 0xFF);
        for (int type : new int[] {ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT}) {
            int word = 4 * (type / 32);
            blocked.set(JAVA_INT, word, blocked.get(JAVA_INT, word) & ~(1 << type % 32));
        }
        return blocked;
    }

    private void option(Links.Link on, int name, int value) {
        try (Arena local = Arena.ofConfined()) {
            check(on, SystemCalls.setsockopt(fd, IPPROTO_IPV6, name, local.allocateFrom(JAVA_INT, value)));
        }
    }

    private static void check(Links.Link on, int result) {
        if (result < 0) {
            String why = result == -Errno.EPERM ? "this needs root or CAP_NET_RAW (EPERM)" : Errno.name(-result);
            throw new RouterDiscovery.DiscoveryException(
                    "cannot hear and send router advertisements on " + on.name() + ": " + why);
        }
    }

    /** Sends without waiting. Returns whether the kernel took it. */
    boolean send(Ipv6Address destination, byte[] message) {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment address = local.allocate(SOCKADDR_IN6, 8);
            address.set(JAVA_SHORT, 0, (short) AF_INET6);
            putAddress(address, SOCKADDR_ADDRESS, destination);
            address.set(JAVA_INT, SOCKADDR_SCOPE, link);
            MemorySegment octets = local.allocateFrom(JAVA_BYTE, message);
            return SystemCalls.sendto(fd, octets, message.length, MSG_DONTWAIT, address) >= 0;
        }
    }

    /** The next message; null when none came for a while. */
    @Nullable
    Message receive() {
        header.fill((byte) 0);
        header.set(JAVA_LONG, MSGHDR_NAME, source.address());
        header.set(JAVA_INT, MSGHDR_NAME_LENGTH, SOCKADDR_IN6);
        header.set(JAVA_LONG, MSGHDR_VECTOR, vector.address());
        header.set(JAVA_LONG, MSGHDR_VECTOR_LENGTH, 1);
        header.set(JAVA_LONG, MSGHDR_CONTROL, control.address());
        header.set(JAVA_LONG, MSGHDR_CONTROL_LENGTH, CONTROL);
        int received = SystemCalls.recvmsg(fd, header, 0);
        if (received < 0) {
            pauseAfter(-received);
            return null;
        }
        byte[] octets = payload.asSlice(0, received).toArray(JAVA_BYTE);
        byte[] address = source.asSlice(SOCKADDR_ADDRESS, 16).toArray(JAVA_BYTE);
        return new Message(Ipv6Address.ofBytes(address, 0), hopLimit(), octets);
    }

    /** A link that is down or gone answers at once, and again and again. */
    private static void pauseAfter(int errno) {
        if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
            try {
                Thread.sleep(TICK_MICROS / 1000);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What the control data says; 0 when it says nothing. */
    private int hopLimit() {
        long length = header.get(JAVA_LONG, MSGHDR_CONTROL_LENGTH);
        for (long at = 0; at + CMSGHDR <= length; ) {
            long size = control.get(JAVA_LONG, at);
            boolean found = control.get(JAVA_INT, at + CMSG_LEVEL) == IPPROTO_IPV6
                    && control.get(JAVA_INT, at + CMSG_TYPE) == IPV6_HOPLIMIT;
            if (found && size >= CMSGHDR + 4) {
                return control.get(JAVA_INT, at + CMSGHDR);
            }
            at += Math.max(CMSGHDR, size + 7 & ~7L);
        }
        return 0;
    }

    private static void putAddress(MemorySegment segment, long at, Ipv6Address address) {
        MemorySegment.copy(address.toBytes(), 0, segment, JAVA_BYTE, at, 16);
    }

    void close() {
        SystemCalls.close(fd);
        arena.close();
    }
}
