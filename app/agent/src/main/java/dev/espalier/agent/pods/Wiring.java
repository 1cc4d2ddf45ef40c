package dev.espalier.agent.pods;

import dev.espalier.cni.CniException;
import dev.espalier.cni.CniException.Code;
import dev.espalier.linux.Conntrack;
import dev.espalier.linux.NetlinkException;
import dev.espalier.linux.NetworkNamespace;
import dev.espalier.linux.PodBandwidth;
import dev.espalier.linux.PodLinks;
import dev.espalier.linux.PodNat;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's side of pods, on a thread of its own: one after another, as {@link PodLinks} wants it, and never on a virtual thread,
 * whose carrier a native call would hold.
 */
final class Wiring implements AutoCloseable {

    private static final long END_SECONDS = 5;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("pods").daemon().factory());
    private final NetworkNamespace host;
    private final PodLinks links;
    private @Nullable Netfilter netfilter;

    Wiring(NetworkNamespace host) {
        this.host = host;
        this.links = new PodLinks(host);
    }

    /** Work on links. */
    interface Work<T> {
        T with(PodLinks links) throws IOException;
    }

    /** Work on all that belongs to links. */
    interface FilterWork<T> {
        T with(Netfilter filter) throws IOException;
    }

    /**
     * What the kernel does with pods' packets.
     *
     * @param translations the translation of addresses and ports
     * @param nat what these are written to
     * @param conntrack the connections that it knows
     * @param bandwidth how fast pods may be
     */
    record Netfilter(Translations translations, PodNat nat, Conntrack conntrack, PodBandwidth bandwidth) {}

    /**
     * As {@link #does} for what is not links: a kernel may be without netfilter, and pods need it only for what they ask for.
     *
     * @throws CniException with what the kernel refused
     */
    <T> T filters(FilterWork<T> work) {
        return does(_ -> {
            Netfilter present = netfilter;
            if (present == null) {
                PodNat nat = new PodNat(host);
                present = new Netfilter(new Translations(nat), nat, new Conntrack(host), new PodBandwidth(host));
                netfilter = present;
            }
            return work.with(present);
        });
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
                if (netfilter != null) {
                    netfilter.nat().close();
                    netfilter.conntrack().close();
                    netfilter.bandwidth().close();
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
