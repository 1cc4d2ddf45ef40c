package dev.espalier.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The system calls that the JDK does not offer, as the C library has them. Each returns what the call returns, or the negative
 * error number, as the kernel itself does it: {@code -EPERM} rather than -1 and a second question.
 *
 * <p>Any platform thread. A call that blocks holds its thread in the kernel; on a virtual thread it would hold the carrier.
 */
final class SystemCalls {

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(PathElement.groupElement("errno"));

    /** Where the linker leaves errno; one per thread, since a call of another thread may come between. */
    private static final ThreadLocal<MemorySegment> CAPTURE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURED));

    private static final MethodHandle SOCKET =
            handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND =
            handle("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle GETSOCKNAME =
            handle("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SEND =
            handle("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECV =
            handle("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle OPEN =
            handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle SENDTO = handle(
            "sendto", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle RECVMSG =
            handle("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle PPOLL =
            handle("ppoll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
    private static final MethodHandle EVENTFD = handle("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle READ =
            handle("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle WRITE =
            handle("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle SCHED_SETSCHEDULER =
            handle("sched_setscheduler", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle SETNS = handle("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private SystemCalls() {}

    // restricted: this class is the one place that calls C, and the descriptors above are those of the C library
    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... more) {
        Linker.Option[] options = new Linker.Option[more.length + 1];
        options[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(more, 0, options, 1, more.length);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
    }

    /** socket(2). */
    static int socket(int domain, int type, int protocol) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) SOCKET.invokeExact(capture, domain, type, protocol), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** bind(2). */
    static int bind(int fd, MemorySegment address) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) BIND.invokeExact(capture, fd, address, (int) address.byteSize()), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** getsockname(2). The length is a segment of four octets that holds the size of the address. */
    static int getsockname(int fd, MemorySegment address, MemorySegment length) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) GETSOCKNAME.invokeExact(capture, fd, address, length), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** setsockopt(2). */
    static int setsockopt(int fd, int level, int name, MemorySegment value) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (int) SETSOCKOPT.invokeExact(capture, fd, level, name, value, (int) value.byteSize()), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** send(2): the first {@code length} octets of the buffer. */
    static int send(int fd, MemorySegment buffer, int length, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) (long) SEND.invokeExact(capture, fd, buffer, (long) length, flags), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** recv(2), into the whole buffer. */
    static int recv(int fd, MemorySegment buffer, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) (long) RECV.invokeExact(capture, fd, buffer, buffer.byteSize(), flags), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** sendto(2): the first {@code length} octets of the buffer, to a socket address. */
    static int sendto(int fd, MemorySegment buffer, int length, int flags, MemorySegment address) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result(
                    (int) (long) SENDTO.invokeExact(
                            capture, fd, buffer, (long) length, flags, address, (int) address.byteSize()),
                    capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** recvmsg(2), into what a struct msghdr points to. */
    static int recvmsg(int fd, MemorySegment message, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) (long) RECVMSG.invokeExact(capture, fd, message, flags), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** ppoll(2) on an array of struct pollfd, for as long as a struct timespec says; NULL for ever. */
    static int ppoll(MemorySegment fds, int count, MemorySegment timeout) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) PPOLL.invokeExact(capture, fds, (long) count, timeout, MemorySegment.NULL), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** eventfd(2). */
    static int eventfd(int initial, int flags) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) EVENTFD.invokeExact(capture, initial, flags), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** read(2), into the whole buffer. */
    static int read(int fd, MemorySegment buffer) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) (long) READ.invokeExact(capture, fd, buffer, buffer.byteSize()), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** write(2), the whole buffer. */
    static int write(int fd, MemorySegment buffer) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) (long) WRITE.invokeExact(capture, fd, buffer, buffer.byteSize()), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** open(2), without O_CREAT. */
    static int open(String path, int flags) {
        MemorySegment capture = CAPTURE.get();
        try (Arena arena = Arena.ofConfined()) {
            return result((int) OPEN.invokeExact(capture, arena.allocateFrom(path), flags), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** close(2). */
    static int close(int fd) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) CLOSE.invokeExact(capture, fd), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** sched_setscheduler(2), with a struct sched_param. */
    static int schedSetscheduler(int thread, int policy, MemorySegment parameter) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) SCHED_SETSCHEDULER.invokeExact(capture, thread, policy, parameter), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    /** setns(2). Moves the calling thread: see {@link NetworkNamespace}, the only caller. */
    static int setns(int fd, int type) {
        MemorySegment capture = CAPTURE.get();
        try {
            return result((int) SETNS.invokeExact(capture, fd, type), capture);
        } catch (Throwable thrown) {
            throw cannotThrow(thrown);
        }
    }

    private static int result(int returned, MemorySegment capture) {
        return returned >= 0 ? returned : -(int) ERRNO.get(capture, 0L);
    }

    /** invokeExact declares Throwable, but a C function throws nothing; what arrives here is an error of the VM or ours. */
    private static Error cannotThrow(Throwable thrown) {
        return thrown instanceof Error error ? error : new AssertionError("a system call threw", thrown);
    }
}
