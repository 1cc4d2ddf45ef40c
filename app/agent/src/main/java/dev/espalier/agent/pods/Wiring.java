package dev.espalier.agent.pods;

import dev.espalier.cni.CniException;
import dev.espalier.cni.CniException.Code;
import dev.espalier.linux.NetlinkException;
import dev.espalier.linux.NetworkNamespace;
import dev.espalier.linux.PodLinks;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The kernel's side of pods, on a thread of its own: one after another, as {@link PodLinks} wants it, and never on a virtual thread,
 * whose carrier a native call would hold.
 */
final class Wiring implements AutoCloseable {

    private static final long END_SECONDS = 5;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("pods").daemon().factory());
    private final PodLinks links;

    Wiring(NetworkNamespace host) {
        this.links = new PodLinks(host);
    }

    /** Work on links. */
    interface Work<T> {
        T with(PodLinks links) throws IOException;
    }

    /**
     * Does some work and waits for it.
     *
     * @throws CniException with what the kernel refused
     */
    <T> T does(Work<T> work) {
        Callable<T> task = () -> work.with(links);
        try {
            return CompletableFuture.supplyAsync(() -> call(task), thread).get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException refused ? refused : new IllegalStateException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new CniException(Code.TRY_AGAIN_LATER, "the daemon is about to end", "");
        }
    }

    private static <T> T call(Callable<T> task) {
        try {
            return task.call();
        } catch (NetworkNamespace.NamespaceException absent) {
            throw new CniException(
                    Code.BAD_ENVIRONMENT,
                    "CNI_NETNS: " + absent.getMessage(),
                    "a daemon in a container must see the host's /run/netns and /proc; see docs/cni.md");
        } catch (NetlinkException | IOException refused) {
            throw new CniException(Code.IO, String.valueOf(refused.getMessage()), "");
        } catch (RuntimeException defect) {
            throw defect;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                links.close();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
