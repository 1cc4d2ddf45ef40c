package dev.espalier.linux;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace of the kernel, by the file that stands for it. The only place that moves a thread into one.
 *
 * <p>A socket belongs to the namespace of the thread that opened it and stays there, whichever thread uses it later. So work
 * in a namespace means: {@link #call} a body that opens sockets, and use these outside. The body runs on a platform thread made
 * for it and thrown away afterwards, because a thread that was moved must never be met by other work: one move on a virtual
 * thread was seen to put unrelated virtual threads of the same carrier into the wrong namespace.
 *
 * <p>The body must not start virtual threads, pools, timers or anything else that outlives it and makes threads: those would
 * be born in the namespace. Platform threads and processes that it starts on purpose do live there.
 */
public final class NetworkNamespace {

    private static final int O_RDONLY = 0;
    private static final int O_CLOEXEC = 0x80000;
    private static final int CLONE_NEWNET = 0x40000000;

    private static final NetworkNamespace CURRENT = new NetworkNamespace(null);

    private final @Nullable Path file;

    private NetworkNamespace(@Nullable Path file) {
        this.file = file;
    }

    /** The namespace in which the daemon runs: {@link #call} then is a plain call. */
    public static NetworkNamespace current() {
        return CURRENT;
    }

    /** A namespace by its name, as {@code ip netns} keeps it in {@code /run/netns}. */
    public static NetworkNamespace named(String name) {
        return new NetworkNamespace(Path.of("/run/netns", name));
    }

    /** A namespace by a file, such as the one a container runtime names in CNI_NETNS. */
    public static NetworkNamespace at(Path file) {
        return new NetworkNamespace(file);
    }

    /** The namespace in which a process runs. */
    public static NetworkNamespace ofProcess(long pid) {
        return new NetworkNamespace(Path.of("/proc", Long.toString(pid), "ns", "net"));
    }

    /** Says that a namespace cannot be entered: the message says which, and why. */
    public static final class NamespaceException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private NamespaceException(String message) {
            super(message);
        }
    }

    /**
     * Runs the body in this namespace and waits for it. About a millisecond, mostly for the thread.
     *
     * @return what the body returned
     * @throws NamespaceException when the namespace is not there or may not be entered
     * @throws Exception what the body threw
     */
    public <T> T call(Callable<T> body) throws Exception {
        if (file == null) {
            return body.call();
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().name("in " + file).daemon().start(() -> {
            try {
                enter(file);
                result.complete(body.call());
            } catch (Throwable thrown) { // handed to the caller, whatever it is
                result.completeExceptionally(thrown);
            }
        });
        try {
            return result.get();
        } catch (ExecutionException failed) {
            throw rethrown(failed.getCause());
        }
    }

    private static Exception rethrown(@Nullable Throwable cause) {
        return switch (cause) {
            case Error error -> throw error;
            case Exception exception -> exception;
            case null, default -> new CompletionException(cause);
        };
    }

    /**
     * As {@link #call} for a body that throws no checked exceptions.
     *
     * @throws NamespaceException when the namespace is not there or may not be entered
     */
    <T> T open(java.util.function.Supplier<T> body) {
        try {
            return call(body::get);
        } catch (RuntimeException thrown) {
            throw thrown;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new NamespaceException("interrupted while entering " + this);
        } catch (Exception impossible) {
            throw new AssertionError("a supplier threw a checked exception", impossible);
        }
    }

    /**
     * A file descriptor that stands for it, for the kernel to move a link there; the caller closes it.
     *
     * @throws NamespaceException when the namespace is not there
     */
    int descriptor() {
        String path = file == null ? "/proc/thread-self/ns/net" : file.toString();
        int fd = SystemCalls.open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            throw new NamespaceException("there is no network namespace " + path + ": " + Errno.name(-fd));
        }
        return fd;
    }

    private static void enter(Path file) {
        int fd = SystemCalls.open(file.toString(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            throw new NamespaceException("there is no network namespace " + file + " to enter: " + Errno.name(-fd));
        }
        int moved = SystemCalls.setns(fd, CLONE_NEWNET);
        SystemCalls.close(fd);
        if (moved < 0) {
            throw new NamespaceException("cannot enter network namespace " + file + ": "
                    + (moved == -Errno.EPERM ? "this needs root or CAP_SYS_ADMIN (EPERM)" : Errno.name(-moved)));
        }
    }

    @Override
    public String toString() {
        return file == null ? "the current network namespace" : "network namespace " + file;
    }
}
