package dev.espalier.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/**
 * One netlink socket. Lives in the network namespace of the thread that opened it, whichever thread uses it later. Not
 * for several threads at once.
 */
final class NetlinkSocket implements AutoCloseable {

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    /** Links, addresses, routes. */
    static final int NETLINK_ROUTE = 0;
    /** nftables, connection tracking. */
    static final int NETLINK_NETFILTER = 12;

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_RCVBUFFORCE = 33;

    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    /** Errors come with the header of the message they are about, not the whole message. */
    private static final int NETLINK_CAP_ACK = 10;
    /** Errors come with a sentence where the kernel has one. */
    private static final int NETLINK_EXT_ACK = 11;
    /** Dumps obey the filters in the request; without it the kernel ignores a table that is asked for. */
    private static final int NETLINK_GET_STRICT_CHK = 12;

    /** recv: do not wait. */
    private static final int MSG_DONTWAIT = 0x40;
    /** recv: return the length of the message also when the buffer is smaller. */
    private static final int MSG_TRUNC = 0x20;

    /** struct sockaddr_nl: family (2), padding (2), port id (4), groups (4). */
    private static final int SOCKADDR_NL = 12;

    private static final int SOCKADDR_NL_PID = 4;

    private final int fd;
    private final int portId;

    private NetlinkSocket(int fd, int portId) {
        this.fd = fd;
        this.portId = portId;
    }

    /**
     * Opens a socket for routes and links in the calling thread's network namespace.
     *
     * @throws NetlinkException when the kernel has none to give
     */
    static NetlinkSocket open() {
        return open(NETLINK_ROUTE);
    }

    /**
     * Opens a socket in the calling thread's network namespace.
     *
     * @param protocol which part of the kernel it talks to, such as {@link #NETLINK_ROUTE}
     * @throws NetlinkException when the kernel has none to give
     */
    static NetlinkSocket open(int protocol) {
        int fd = SystemCalls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
        check("opening a netlink socket", fd);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_NL, 4);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            check("binding a netlink socket", SystemCalls.bind(fd, address));
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, SOCKADDR_NL);
            check("asking a netlink socket for its number", SystemCalls.getsockname(fd, address, length));
            NetlinkSocket socket = new NetlinkSocket(fd, address.get(ValueLayout.JAVA_INT, SOCKADDR_NL_PID));
            socket.option(SOL_NETLINK, NETLINK_CAP_ACK, 1);
            socket.option(SOL_NETLINK, NETLINK_EXT_ACK, 1);
            socket.option(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
            return socket;
        } catch (NetlinkException refused) {
            SystemCalls.close(fd);
            throw refused;
        }
    }

    /** The number by which the kernel knows this socket: {@code nlmsg_pid} of what is caused by its requests. */
    int portId() {
        return portId;
    }

    /** To wait for it. */
    int fd() {
        return fd;
    }

    /** How much may wait to be read, in octets. With CAP_NET_ADMIN beyond the system's limit (rmem_max), else up to it. */
    void receiveBuffer(int octets) {
        if (set(SOL_SOCKET, SO_RCVBUFFORCE, octets) < 0) {
            option(SOL_SOCKET, SO_RCVBUF, octets);
        }
    }

    /** How long {@link #receive} waits before it gives up with EAGAIN. */
    void receiveTimeout(Duration timeout) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval = arena.allocate(16, 8); // struct timeval: seconds, microseconds
            timeval.set(ValueLayout.JAVA_LONG, 0, timeout.toSeconds());
            timeval.set(ValueLayout.JAVA_LONG, 8, timeout.toNanosPart() / 1000);
            check("setting a time limit", SystemCalls.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval));
        }
    }

    /** Subscribes to a group of notifications, by number rather than by bit: some numbers are above 32. */
    void join(int group) {
        option(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
    }

    /**
     * Lets the kernel drop messages that this program refuses, before they take room in the receive buffer.
     *
     * @param program classic BPF instructions, see {@link MessageFilter}
     */
    void filter(long[] program) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(8L * program.length, 8);
            for (int i = 0; i < program.length; i++) {
                // struct sock_filter: code (2), jump if true (1), jump if false (1), value (4)
                code.set(ValueLayout.JAVA_SHORT, 8L * i, (short) program[i]);
                code.set(ValueLayout.JAVA_BYTE, 8L * i + 2, (byte) (program[i] >>> 16));
                code.set(ValueLayout.JAVA_BYTE, 8L * i + 3, (byte) (program[i] >>> 24));
                code.set(ValueLayout.JAVA_INT, 8L * i + 4, (int) (program[i] >>> 32));
            }
            MemorySegment fprog = arena.allocate(16, 8); // struct sock_fprog: length (2), padding, pointer
            fprog.set(ValueLayout.JAVA_SHORT, 0, (short) program.length);
            fprog.set(ValueLayout.ADDRESS, 8, code);
            check("attaching a filter", SystemCalls.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, fprog));
        }
    }

    /** Sends what the writer holds, in one call. @throws NetlinkException when the kernel does not take it */
    void send(MessageWriter messages) {
        int sent;
        do {
            sent = SystemCalls.send(fd, messages.segment(), messages.length(), 0);
        } while (sent == -Errno.EINTR);
        check("sending to the kernel", sent);
    }

    /**
     * Receives one datagram into the reader, waiting as long as {@link #receiveTimeout} says.
     *
     * @return 0, or the error number: EAGAIN when nothing came, ENOBUFS when the kernel had to drop notifications
     */
    int receive(MessageReader reader) {
        return receive(reader, 0);
    }

    /** As {@link #receive}, without waiting. */
    int poll(MessageReader reader) {
        return receive(reader, MSG_DONTWAIT);
    }

    private int receive(MessageReader reader, int flags) {
        int received;
        do {
            received = SystemCalls.recv(fd, reader.segment(), flags | MSG_TRUNC);
        } while (received == -Errno.EINTR);
        if (received < 0) {
            return -received;
        }
        if (received > reader.segment().byteSize()) {
            return Errno.ENOBUFS; // cut off: as good as lost
        }
        reader.filled(received);
        return 0;
    }

    private void option(int level, int name, int value) {
        check("setting option " + name + " of a netlink socket", set(level, name, value));
    }

    private int set(int level, int name, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return SystemCalls.setsockopt(fd, level, name, arena.allocateFrom(ValueLayout.JAVA_INT, value));
        }
    }

    private static void check(String what, int result) {
        if (result < 0) {
            throw new NetlinkException(what, -result, "");
        }
    }

    @Override
    public void close() {
        SystemCalls.close(fd);
    }
}
