package dev.espalier.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;

/**
 * The system calls that the JDK does not offer, as the C library has them. Each returns what the call returns, or the negative
 * error number, as the kernel itself does it: {@code -EPERM} rather than -1 and a second question.
 *
 * <p><b>One shape for all.</b> The JVM builds a stub and a dozen classes for each different list of parameters that is called in C, at
 * 12 ms apiece, and that would be a quarter of the daemon's start. So all functions are called as if they took six 64-bit words
 * and returned one. In the calling conventions of Linux on x86-64 and aarch64 that is the same: up to six integers and
 * pointers go in registers of 64 bits, of which a function reads as many, and as many bits, as it declares; what it
 * returns is cut to the 32 bits that all of these calls fit in. {@link #pointer} checks what the JVM checks where it knows of pointers.
 *
 * <p>Any platform thread. A call that blocks holds its thread in the kernel; on a virtual thread it would hold the carrier. An arena that
 * several threads share must not be closed while a call with its memory lasts.
 */
final class SystemCalls {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(PathElement.groupElement("errno"));

    /** Where the linker leaves errno; one per thread, since a call of another thread may come between. */
    private static final ThreadLocal<MemorySegment> CAPTURE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURED));

    private static final MethodHandle CALL = call();

    private static final MemorySegment SOCKET = function("socket");
    private static final MemorySegment BIND = function("bind");
    private static final MemorySegment GETSOCKNAME = function("getsockname");
    private static final MemorySegment SETSOCKOPT = function("setsockopt");
    private static final MemorySegment SEND = function("send");
    private static final MemorySegment RECV = function("recv");
    private static final MemorySegment OPEN = function("open");
    private static final MemorySegment CLOSE = function("close");
    private static final MemorySegment SENDTO = function("sendto");
    private static final MemorySegment RECVMSG = function("recvmsg");
    private static final MemorySegment PPOLL = function("ppoll");
    private static final MemorySegment EVENTFD = function("eventfd");
    private static final MemorySegment READ = function("read");
    private static final MemorySegment WRITE = function("write");
    private static final MemorySegment SCHED_SETSCHEDULER = function("sched_setscheduler");
    private static final MemorySegment SETNS = function("setns");

    private SystemCalls() {}

    // restricted: this class is the one place that calls C, and each method below passes what the C library's function
    // declares
    @SuppressWarnings("restricted")
    private static MethodHandle call() {
        FunctionDescriptor sixWords =
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        return LINKER.downcallHandle(sixWords, Linker.Option.captureCallState("errno"));
    }

    private static MemorySegment function(String name) {
        return LINKER.defaultLookup().findOrThrow(name);
    }

    /** socket(2). */
    static int socket(int domain, int type, int protocol) {
        return call(SOCKET, domain, type, protocol, 0, 0, 0);
    }

    /** bind(2). */
    static int bind(int fd, MemorySegment address) {
        return call(BIND, address, MemorySegment.NULL, fd, pointer(address), address.byteSize(), 0, 0, 0);
    }

    /** getsockname(2). The length is a segment of four octets that holds the size of the address. */
    static int getsockname(int fd, MemorySegment address, MemorySegment length) {
        return call(GETSOCKNAME, address, length, fd, pointer(address), pointer(length), 0, 0, 0);
    }

    /** setsockopt(2). */
    static int setsockopt(int fd, int level, int name, MemorySegment value) {
        return call(SETSOCKOPT, value, MemorySegment.NULL, fd, level, name, pointer(value), value.byteSize(), 0);
    }

    /** send(2): the first {@code length} octets of the buffer. */
    static int send(int fd, MemorySegment buffer, int length, int flags) {
        return call(SEND, buffer, MemorySegment.NULL, fd, pointer(buffer), length, flags, 0, 0);
    }

    /** recv(2), into the whole buffer. */
    static int recv(int fd, MemorySegment buffer, int flags) {
        return call(RECV, buffer, MemorySegment.NULL, fd, pointer(buffer), buffer.byteSize(), flags, 0, 0);
    }

    /** sendto(2): the first {@code length} octets of the buffer, to a socket address. */
    static int sendto(int fd, MemorySegment buffer, int length, int flags, MemorySegment address) {
        return call(SENDTO, buffer, address, fd, pointer(buffer), length, flags, pointer(address), address.byteSize());
    }

    /** recvmsg(2), into what a struct msghdr points to. */
    static int recvmsg(int fd, MemorySegment message, int flags) {
        return call(RECVMSG, message, MemorySegment.NULL, fd, pointer(message), flags, 0, 0, 0);
    }

    /** ppoll(2) on an array of struct pollfd, for as long as a struct timespec says; NULL for ever. */
    static int ppoll(MemorySegment fds, int count, MemorySegment timeout) {
        return call(PPOLL, fds, timeout, pointer(fds), count, pointer(timeout), 0, 0, 0);
    }

    /** eventfd(2). */
    static int eventfd(int initial, int flags) {
        return call(EVENTFD, initial, flags, 0, 0, 0, 0);
    }

    /** read(2), into the whole buffer. */
    static int read(int fd, MemorySegment buffer) {
        return call(READ, buffer, MemorySegment.NULL, fd, pointer(buffer), buffer.byteSize(), 0, 0, 0);
    }

    /** write(2), the whole buffer. */
    static int write(int fd, MemorySegment buffer) {
        return call(WRITE, buffer, MemorySegment.NULL, fd, pointer(buffer), buffer.byteSize(), 0, 0, 0);
    }

    /** open(2), without O_CREAT, whose third parameter would be variadic. */
    static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return call(OPEN, name, MemorySegment.NULL, pointer(name), flags, 0, 0, 0, 0);
        }
    }

    /** close(2). */
    static int close(int fd) {
        return call(CLOSE, fd, 0, 0, 0, 0, 0);
    }

    /** sched_setscheduler(2), with a struct sched_param. */
    static int schedSetscheduler(int thread, int policy, MemorySegment parameter) {
        return call(SCHED_SETSCHEDULER, parameter, MemorySegment.NULL, thread, policy, pointer(parameter), 0, 0, 0);
    }

    /** setns(2). Moves the calling thread: see {@link NetworkNamespace}, the only caller. */
    static int setns(int fd, int type) {
        return call(SETNS, fd, type, 0, 0, 0, 0);
    }

    /** An address that C may use: not of the Java heap, not freed, and not another thread's own. */
    private static long pointer(MemorySegment memory) {
        boolean usable = memory.isNative() && memory.scope().isAlive() && memory.isAccessibleBy(Thread.currentThread());
        if (!usable) {
            throw new IllegalArgumentException("no memory that a system call may use: " + memory);
        }
        return memory.address();
    }

    private static int call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        return call(function, MemorySegment.NULL, MemorySegment.NULL, a, b, c, d, e, f);
    }

    /** A call with words, of which some may point into memory that must not be freed meanwhile. */
    private static int call(
            MemorySegment function,
            MemorySegment memory,
            MemorySegment moreMemory,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f) {
        MemorySegment capture = CAPTURE.get();
        try {
            int returned = (int) (long) CALL.invokeExact(function, capture, a, b, c, d, e, f);
            return returned >= 0 ? returned : -(int) ERRNO.get(capture, 0L);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        } finally {
            Reference.reachabilityFence(memory);
            Reference.reachabilityFence(moreMemory);
        }
    }

    /** invokeExact declares Throwable, but a C function throws nothing; what arrives here is an error of the VM or ours. */
    private static Error cannotThrow(Throwable thrown) {
        return thrown instanceof Error error ? error : new AssertionError("a system call threw", thrown);
    }
}
