package dev.espalier.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.route.Datagrams;
import dev.espalier.route.Transport.TransportException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket whose datagrams come with their TTL, destination and link. Lives in the network namespace of the thread that opened
 * it. Not for several threads at once. Nothing here waits.
 */
final class UdpSocket implements Datagrams.Socket {

    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;

    private static final int IPPROTO_IP = 0;
    private static final int IP_TOS = 1;
    private static final int IP_TTL = 2;
    private static final int IP_PKTINFO = 8;
    private static final int IP_RECVTTL = 12;

    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_UNICAST_HOPS = 16;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPV6_RECVPKTINFO = 49;
    private static final int IPV6_PKTINFO = 50;
    private static final int IPV6_RECVHOPLIMIT = 51;
    private static final int IPV6_HOPLIMIT = 52;
    private static final int IPV6_TCLASS = 67;

    /** Class selector 6, network control (RFC 4594 section 3.1): what finds a dead path must not wait behind what fills it. */
    private static final int NETWORK_CONTROL = 0xc0;

    /** More than any packet of ours; the kernel cuts off the rest. */
    private static final int LARGEST = 2048;

    private static final int CONTROL = 256;
    /** struct cmsghdr: length (8), level (4), type (4). */
    private static final int CMSGHDR = 16;

    /** struct msghdr: name (8), its length (4 and padding), iovec (8), count (8), control (8), its length (8), flags (4). */
    private static final int MSGHDR = 56;

    private static final int MSG_NAMELEN = 8;
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;

    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment payload = arena.allocate(LARGEST, 8);
    private final MemorySegment source = arena.allocate(SocketAddress.SOCKADDR_IN6, 8);
    private final MemorySegment control = arena.allocate(CONTROL, 8);
    private final MemorySegment message = arena.allocate(MSGHDR, 8);
    private boolean closed;

    private UdpSocket(int fd) {
        this.fd = fd;
        MemorySegment iovec = arena.allocate(16, 8);
        iovec.set(ADDRESS, 0, payload);
        iovec.set(JAVA_LONG, 8, LARGEST);
        message.set(ADDRESS, 0, source);
        message.set(ADDRESS, MSG_IOV, iovec);
        message.set(JAVA_LONG, MSG_IOVLEN, 1);
        message.set(ADDRESS, MSG_CONTROL, control);
    }

    /**
     * Opens a socket in the calling thread's network namespace.
     *
     * @throws TransportException when it cannot be had, with the kernel's reason
     */
    static UdpSocket open(Datagrams.Options options) {
        boolean ipv4 = options.local().family() == AddressFamily.IPV4;
        int fd = SystemCalls.socket(
                ipv4 ? SocketAddress.AF_INET : SocketAddress.AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw new TransportException("cannot open a UDP socket: " + Errno.name(-fd), null);
        }
        UdpSocket socket = new UdpSocket(fd);
        try (Arena memory = Arena.ofConfined()) {
            if (ipv4) {
                socket.option(IPPROTO_IP, IP_PKTINFO, 1);
                socket.option(IPPROTO_IP, IP_RECVTTL, 1);
                socket.option(IPPROTO_IP, IP_TTL, options.ttl());
                socket.option(IPPROTO_IP, IP_TOS, NETWORK_CONTROL);
            } else {
                socket.option(IPPROTO_IPV6, IPV6_V6ONLY, 1);
                socket.option(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
                socket.option(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
                socket.option(IPPROTO_IPV6, IPV6_UNICAST_HOPS, options.ttl());
                socket.option(IPPROTO_IPV6, IPV6_TCLASS, NETWORK_CONTROL);
            }
            int bound = SystemCalls.bind(fd, SocketAddress.of(memory, options.local(), options.port(), 0));
            if (bound < 0) {
                throw new TransportException(refusal(options, -bound), null);
            }
            return socket;
        } catch (TransportException refused) {
            socket.close();
            throw refused;
        }
    }

    private static String refusal(Datagrams.Options options, int errno) {
        String why =
                switch (errno) {
                    case Errno.EADDRINUSE -> "another program has it (is another BFD daemon running?)";
                    case Errno.EADDRNOTAVAIL -> "no link of this host has that address";
                    case Errno.EACCES, Errno.EPERM -> "ports below 1024 need root or CAP_NET_BIND_SERVICE";
                    default -> "the kernel refused it";
                };
        return "cannot open " + options.local() + " UDP port " + options.port() + ": " + why + " (" + Errno.name(errno)
                + ")";
    }

    private void option(int level, int name, int value) {
        try (Arena memory = Arena.ofConfined()) {
            int result = SystemCalls.setsockopt(fd, level, name, memory.allocateFrom(JAVA_INT, value));
            if (result < 0) {
                throw new TransportException(
                        "cannot set option " + name + " of a UDP socket: " + Errno.name(-result), null);
            }
        }
    }

    int fd() {
        return fd;
    }

    @Override
    public void send(IpAddress remote, int port, int link, byte[] octets) {
        if (closed) {
            throw new TransportException("the socket is closed", null);
        }
        int sent;
        try (Arena memory = Arena.ofConfined()) {
            MemorySegment address = SocketAddress.of(memory, remote, port, link);
            MemorySegment buffer = memory.allocateFrom(java.lang.foreign.ValueLayout.JAVA_BYTE, octets);
            do {
                sent = SystemCalls.sendto(fd, buffer, octets.length, 0, address);
            } while (sent == -Errno.EINTR);
        }
        if (sent < 0) {
            String why =
                    switch (-sent) {
                        case Errno.ENETUNREACH -> "there is no route to it";
                        case Errno.EHOSTUNREACH -> "it cannot be reached";
                        case Errno.EPERM, Errno.EACCES -> "a firewall of this host forbids it";
                        default -> "the kernel refused it";
                    };
            throw new TransportException(
                    "cannot send to " + remote + " UDP port " + port + ": " + why + " (" + Errno.name(-sent) + ")",
                    null);
        }
    }

    /** What has arrived, or null. Its octets are valid until the next call. */
    Datagrams.@Nullable Datagram receive() {
        if (closed) {
            return null;
        }
        message.set(JAVA_INT, MSG_NAMELEN, SocketAddress.SOCKADDR_IN6);
        message.set(JAVA_LONG, MSG_CONTROLLEN, CONTROL);
        int received;
        do {
            received = SystemCalls.recvmsg(fd, message, 0);
        } while (received == -Errno.EINTR);
        if (received < 0) {
            return null; // EAGAIN, or an ICMP error of something we sent, which says nothing
        }
        return arrived(received);
    }

    private Datagrams.Datagram arrived(int length) {
        IpAddress from = SocketAddress.address(source);
        IpAddress to = from.family() == AddressFamily.IPV4 ? Ipv4Address.UNSPECIFIED : Ipv6Address.UNSPECIFIED;
        int link = 0;
        int ttl = -1;
        long end = message.get(JAVA_LONG, MSG_CONTROLLEN);
        for (long at = 0; at + CMSGHDR <= end; ) {
            long size = control.get(JAVA_LONG, at);
            int level = control.get(JAVA_INT, at + 8);
            int type = control.get(JAVA_INT, at + 12);
            long data = at + CMSGHDR;
            if (level == IPPROTO_IP && type == IP_TTL || level == IPPROTO_IPV6 && type == IPV6_HOPLIMIT) {
                ttl = control.get(JAVA_INT, data);
            } else if (level == IPPROTO_IP && type == IP_PKTINFO) {
                // struct in_pktinfo: link (4), our address for it (4), destination of the packet (4)
                link = control.get(JAVA_INT, data);
                to = SocketAddress.ip(control, data + 8, 4);
            } else if (level == IPPROTO_IPV6 && type == IPV6_PKTINFO) {
                // struct in6_pktinfo: destination (16), link (4)
                to = SocketAddress.ip(control, data, 16);
                link = control.get(JAVA_INT, data + 16);
            }
            at += Math.max(CMSGHDR, size + 7 & ~7L);
        }
        ByteBuffer octets =
                payload.asSlice(0, length).asByteBuffer().asReadOnlyBuffer().order(ByteOrder.BIG_ENDIAN);
        return new Datagrams.Datagram(from, SocketAddress.port(source), to, link, ttl, octets);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            SystemCalls.close(fd);
            arena.close();
        }
    }
}
