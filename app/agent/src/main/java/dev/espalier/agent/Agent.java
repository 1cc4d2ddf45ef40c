package dev.espalier.agent;

import dev.espalier.agent.api.AgentOptions;
import dev.espalier.agent.api.ApiServer;
import dev.espalier.agent.api.PlanView;
import dev.espalier.agent.api.PolicyTestView;
import dev.espalier.library.instance.Instance;
import dev.espalier.library.instance.RoutingLoop;
import dev.espalier.linux.Capabilities;
import dev.espalier.linux.DatagramLoop;
import dev.espalier.linux.Icmpv6RouterDiscovery;
import dev.espalier.linux.NetlinkException;
import dev.espalier.linux.NetlinkFib;
import dev.espalier.linux.NetlinkLinks;
import dev.espalier.linux.NetworkNamespace;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.plan.Compilation;
import dev.espalier.objects.plan.Plan;
import dev.espalier.route.Fib;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Transport;
import dev.espalier.transport.NettyTransport;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The daemon as a process: puts the parts together, runs until a signal ends it, and turns what goes wrong at the start into a
 * sentence and an exit status.
 *
 * <p>Signals: HUP reads the configuration again. TERM ends the process as for a restart: sessions close without a word, so that
 * neighbours with graceful restart keep our routes, and the kernel goes on forwarding; the next run takes over from there. INT
 * (Ctrl-C) ends it for good: neighbours are told, and their routes are their own business; the kernel's routes stay as well,
 * because taking them away would cut whatever still uses them.
 */
public final class Agent {

    /** The process did what it was asked. */
    public static final int OK = 0;
    /** Something that was asked for does not work; a sentence on standard error says what. */
    public static final int FAILED = 1;

    private Agent() {}

    /**
     * Runs the daemon until a signal ends it.
     *
     * @return the exit status
     */
    public static int run(AgentOptions options) {
        return run(options, System.err);
    }

    static int run(AgentOptions options, PrintStream log) {
        Journal journal = new Journal(Clock.systemUTC());
        AutoCloseable printing = journal.follow(entry -> log.println(LogLine.of(entry)));
        try (NetlinkFib fib = new NetlinkFib();
                NettyTransport transport = new NettyTransport(journal);
                NeighborFile neighbors = NeighborFile.beside(options.socket(), journal);
                DatagramLoop datagrams = new DatagramLoop("bfd", journal, NetworkNamespace.current())) {
            Instance.Ports ports = new Instance.Ports(
                    fib,
                    new NetlinkLinks(),
                    transport,
                    new Icmpv6RouterDiscovery(),
                    journal,
                    Executors.newVirtualThreadPerTaskExecutor(),
                    BootMark.beside(options.socket()).isOfThisBoot(),
                    neighbors::of);
            return run(options, journal, ports, new Control.DatagramPort(datagrams, datagrams), fib);
        } catch (StartException
                | Transport.TransportException
                | Fib.FibException
                | NetlinkException
                | CompletionException
                | IllegalStateException
                | UncheckedIOException refused) {
            log.println("espalier: " + refused.getMessage());
            return FAILED;
        } finally {
            close(printing);
        }
    }

    @SuppressWarnings("try") // the API server and the collection are used by being open
    private static int run(
            AgentOptions options,
            Journal journal,
            Instance.Ports ports,
            Control.DatagramPort datagrams,
            NetlinkFib fib) {
        warnOfMissingRights(journal);
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch hurry = new CountDownLatch(2);
        AtomicReference<@Nullable String> farewell = new AtomicReference<>();
        // The API first: if another daemon answers on the socket, nothing may have been touched.
        try (NodeTunnels tunnels = new NodeTunnels(NetworkNamespace.current(), fib, journal);
                Control control = new Control(options, journal, ports, datagrams, tunnels);
                ApiServer api = ApiServer.start(options.socket(), control, journal);
                QuietCollection collection = new QuietCollection()) {
            collection.start();
            control.start();
            BootMark.beside(options.socket()).note();
            fib.sweepUnusedGroups(); // what no route uses any more, of an earlier run
            ProcessSignals.on("HUP", () -> Thread.ofVirtual().start(control::reload));
            ProcessSignals.on("TERM", () -> {
                ended.countDown();
                hurry.countDown();
            });
            ProcessSignals.on("INT", () -> {
                farewell.set("the daemon was stopped");
                ended.countDown();
                hurry.countDown();
                hurry.countDown();
            });
            journal.info(
                    "daemon.started",
                    RoutingInstance.DEFAULT,
                    options.node(),
                    "running; the API answers on " + options.socket());
            ended.await();
            drain(options, journal, control, hurry, farewell);
            control.stop(farewell.get());
            journal.info(
                    "daemon.stopped",
                    RoutingInstance.DEFAULT,
                    options.node(),
                    "the sessions are closed; the kernel keeps its routes and goes on forwarding");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        return OK;
    }

    /** Gives the neighbours time to find other ways, if that is configured; whoever asks twice to end does not want to wait. */
    private static void drain(
            AgentOptions options,
            Journal journal,
            Control control,
            CountDownLatch hurry,
            AtomicReference<@Nullable String> farewell)
            throws InterruptedException {
        int seconds = hurry.getCount() == 0 ? 0 : control.drain();
        if (seconds == 0) {
            return;
        }
        journal.info(
                "daemon.draining",
                RoutingInstance.DEFAULT,
                options.node(),
                "the neighbours have " + seconds + " s to find other ways (RFC 8326); another SIGTERM ends the wait");
        boolean hurried = hurry.await(seconds, TimeUnit.SECONDS);
        farewell.compareAndSet(
                null, "the daemon was stopped" + (hurried ? "" : " after " + seconds + " s of draining"));
    }

    private static void warnOfMissingRights(Journal journal) {
        for (String missing : missingRights()) {
            journal.error("daemon.rights", RoutingInstance.DEFAULT, "rights", missing);
        }
    }

    static List<String> missingRights() {
        return Capabilities.ofThisProcess()
                .missing(Capabilities.Capability.CAP_NET_ADMIN, Capabilities.Capability.CAP_NET_BIND_SERVICE);
    }

    /** Compiles a configuration for this host, as far as that can be done without running anything. */
    public static PlanView validate(Path configuration, String node, Map<String, String> labels) {
        return PlanViews.of(compile(configuration, node, labels), Plan.empty(node));
    }

    /**
     * Lets the policies of a configuration judge a route. Touches nothing.
     *
     * @throws PolicyQuestion.Unanswerable when the configuration has errors, with all of them, or no such peer or policy
     */
    public static PolicyTestView tryPolicy(
            Path configuration, String node, Map<String, String> labels, PolicyQuestion question) {
        return switch (compile(configuration, node, labels)) {
            case Compilation.Compiled compiled -> PolicyTrial.of(compiled, question);
            case Compilation.Refused refused ->
                throw new PolicyQuestion.Unanswerable(Control.sentences(refused.errors()));
        };
    }

    private static Compilation compile(Path configuration, String node, Map<String, String> labels) {
        RoutingLoop loop = new RoutingLoop("compile", event -> {});
        try {
            NodeFacts facts = Control.observeOnce(new NetlinkLinks(), loop, node, labels);
            return Configuration.compile(configuration, facts);
        } finally {
            loop.close();
        }
    }

    static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException nameless) {
            return "localhost";
        }
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception neverThrown) {
            throw new IllegalStateException(neverThrown);
        }
    }

    /** The daemon cannot start; the message says why. */
    static final class StartException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StartException(String message) {
            super(message);
        }
    }
}
