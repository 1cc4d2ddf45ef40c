package dev.espalier.library.instance;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.engine.EarlierRun;
import dev.espalier.bgp.engine.LeakSink;
import dev.espalier.bgp.engine.LeakTarget;
import dev.espalier.bgp.engine.NeighborMemory;
import dev.espalier.bgp.engine.Speaker;
import dev.espalier.bgp.session.Liveness;
import dev.espalier.route.EventSink;
import dev.espalier.route.Fib;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Transport;
import dev.espalier.routing.PrefixIndex;
import dev.espalier.routing.RoutingTable;
import dev.espalier.routing.TableOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One routing instance at work: its loop, its routing table, its BGP speaker, and how they are started, asked and stopped. The
 * daemon and the library run the same ones. Any thread but the loop's own may call it; the fields beside the loop belong to the
 * loop.
 */
public final class Instance {

    /**
     * The ports behind which the real world stands.
     *
     * @param fib takes the routes
     * @param links tells links, addresses and the routes of others, by which next hops are resolved
     * @param transport reaches the neighbours
     * @param routers finds those that are known by their interface
     * @param events hears what happens
     * @param blocking runs what blocks
     * @param sameBoot whether an earlier run of the daemon ended and the host has gone on since
     * @param memories what outlives the daemon, for each routing instance
     */
    public record Ports(
            Fib fib,
            Links links,
            Transport transport,
            RouterDiscovery routers,
            EventSink events,
            Executor blocking,
            boolean sameBoot,
            Function<RoutingInstance, NeighborMemory> memories) {}

    /** How long anybody waits for the loop's answer. */
    private static final long ANSWER_SECONDS = 30;

    /** How often the loop looks whether something has come to an end. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final RoutingInstance instance;
    private final @Nullable String device;
    private final RoutingLoop loop;
    private final RoutingTable table;
    private final PrefixIndex index;
    private final Speaker speaker;
    private volatile @Nullable AutoCloseable watch;

    private Instance(SpeakerConfig config, RoutingLoop loop, RoutingTable table, PrefixIndex index, Speaker speaker) {
        this.instance = config.instance();
        this.device = config.device();
        this.loop = loop;
        this.table = table;
        this.index = index;
        this.speaker = speaker;
    }

    /**
     * Starts an instance: takes over what an earlier run left in the kernel, hears what the kernel knows, then talks to the
     * neighbours. Blocks.
     *
     * @param liveness watches the paths to neighbours
     * @param linkIndex the kernel's number for a link's name, 0 where there is no such link; asked by any thread
     * @param jitter where random numbers for timers come from
     * @param prepare is shown what there is, on the loop, before the first neighbour is talked to
     * @throws RuntimeException of the port that refused, with its sentence; nothing is left running then
     */
    public static Instance start(
            SpeakerConfig config,
            Ports ports,
            Liveness liveness,
            ToIntFunction<String> linkIndex,
            SplittableGenerator jitter,
            Consumer<View> prepare) {
        Instance created = listening(config, ports, liveness, linkIndex, jitter);
        try {
            created.talk(prepare);
            return created;
        } catch (RuntimeException refused) {
            created.end();
            created.loop.close();
            throw refused;
        }
    }

    /**
     * The first part of a start: takes over what an earlier run left in the kernel, hears what the kernel knows, and listens. All
     * that can be refused is refused here, before a neighbour has been talked to: of several instances, one that cannot start
     * must not have cost another the patience of its neighbours with a restart. Blocks.
     *
     * @throws RuntimeException as for {@link #start}
     */
    public static Instance listening(
            SpeakerConfig config,
            Ports ports,
            Liveness liveness,
            ToIntFunction<String> linkIndex,
            SplittableGenerator jitter) {
        RoutingLoop loop = new RoutingLoop(config.instance().name(), ports.events());
        Instance instance = null;
        try {
            CompletableFuture<Void> seen = new CompletableFuture<>();
            Instance created = ask(loop, () -> create(config, ports, liveness, loop, linkIndex, jitter));
            instance = created;
            created.watch = ports.links().watch(loop, event -> {
                created.table.changed(event);
                created.speaker.changed(event);
                seen.complete(null);
            });
            await(seen, "the kernel did not list its links and routes");
            ask(loop, () -> {
                created.speaker.listen();
                return created;
            });
            return created;
        } catch (RuntimeException refused) {
            if (instance != null) {
                instance.end();
            }
            loop.close();
            throw refused;
        }
    }

    /**
     * The second part: talks to the neighbours. Blocks.
     *
     * @param prepare as for {@link #start}
     */
    public void talk(Consumer<View> prepare) {
        ask(loop, () -> {
            prepare.accept(new View(table, index, speaker, loop));
            speaker.start();
            return this;
        });
    }

    private static Instance create(
            SpeakerConfig config,
            Ports ports,
            Liveness liveness,
            RoutingLoop loop,
            ToIntFunction<String> linkIndex,
            SplittableGenerator jitter) {
        PrefixIndex index = new PrefixIndex();
        RoutingTable table = new RoutingTable(
                config.instance(), index, loop, ports.fib(), ports.events(), new TableOptions(ports.blocking()));
        table.adopt();
        boolean leftRoutes = table.counters().stale() > 0;
        EarlierRun earlier = new EarlierRun(
                leftRoutes, leftRoutes || ports.sameBoot(), ports.memories().apply(config.instance()));
        Speaker speaker = new Speaker(
                config,
                table,
                index,
                loop,
                ports.transport(),
                ports.routers(),
                liveness,
                ports.events(),
                earlier,
                linkIndex,
                jitter);
        return new Instance(config, loop, table, index, speaker);
    }

    /** Whether it can go over to a configuration; another kernel table, or another device, makes it another instance. */
    public boolean serves(SpeakerConfig config) {
        return instance.equals(config.instance()) && Objects.equals(device, config.device());
    }

    /** Which routing instance it is; another kernel table makes it another one. */
    public RoutingInstance instance() {
        return instance;
    }

    /**
     * Goes over to another configuration of the same instance.
     *
     * @throws Transport.TransportException when a listener cannot be opened or a password not be set; nothing has changed then
     */
    public void reconfigure(SpeakerConfig config) {
        ask(loop, () -> {
            speaker.reconfigure(config);
            return speaker;
        });
    }

    /** Whether its loop gets to a question before so much time is over. */
    public boolean answersWithin(Duration limit) {
        return loop.turnsWithin(limit);
    }

    /**
     * Has another instance told what it imports from this one, from now on; for one that is told already, by another policy. Each
     * keeps its tables to itself: batches go from loop to loop.
     */
    void leakTo(Instance importer, LeakTarget target) {
        LeakSink sink = (batch, taken) -> importer.loop.execute(() -> {
            importer.speaker.leaks().take(instance.name(), batch);
            loop.execute(taken);
        });
        ask(loop, () -> {
            speaker.leaks().leakTo(target, sink);
            return this;
        });
    }

    /** Ends what {@link #leakTo} began, here and over there, where what was leaked goes. */
    void leakNoMoreTo(Instance importer) {
        ask(loop, () -> {
            speaker.leaks().leakNoMoreTo(importer.instance.name());
            return this;
        });
        ask(importer.loop, () -> {
            importer.speaker.leaks().ended(instance.name()); // behind whatever batch was still on its way
            return this;
        });
    }

    /**
     * What an answer is made from; on the loop.
     *
     * @param table the routing table
     * @param index the prefixes that table and speaker share
     * @param speaker the BGP speaker
     * @param loop the loop that owns both
     */
    public record View(RoutingTable table, PrefixIndex index, Speaker speaker, Loop loop) {}

    /**
     * Has a question answered on the loop, before what waits there. The answer must be immutable.
     *
     * @throws IllegalStateException when the loop is too busy to answer, or it is the loop that asks
     */
    public <T> T ask(Function<View, T> question) {
        return ask(loop, loop::executeAhead, () -> question.apply(new View(table, index, speaker, loop)));
    }

    private static <T> T ask(RoutingLoop loop, Supplier<T> question) {
        return ask(loop, loop, question);
    }

    private static <T> T ask(RoutingLoop loop, Executor order, Supplier<T> question) {
        if (loop.inLoop()) {
            throw new IllegalStateException("the routing loop cannot wait for itself: ask from another thread");
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        order.execute(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException failed) {
                answer.completeExceptionally(failed);
            }
        });
        return await(answer, "the routing loop is too busy to answer");
    }

    private static <T> T await(CompletableFuture<T> answer, String otherwise) {
        try {
            return answer.orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof TimeoutException) {
                throw new IllegalStateException(otherwise + " within " + ANSWER_SECONDS + " s", failed);
            }
            if (failed.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw failed;
        }
    }

    /**
     * Asks the neighbours to find other ways, if that is configured.
     *
     * @return how many seconds they have for it; 0 when they were not asked
     */
    public int drain() {
        return ask(loop, () -> {
            int seconds = speaker.view().config().drainSeconds();
            if (seconds > 0) {
                speaker.drain();
            }
            return seconds;
        });
    }

    /**
     * Withdraws everything that is announced on our own account, configured or at run time.
     *
     * @return done when the neighbours have been told, as far as they take it; a slow one may be waited for
     */
    public CompletableFuture<Void> withdrawEverything() {
        CompletableFuture<Void> told = new CompletableFuture<>();
        loop.execute(() -> {
            speaker.withdrawEverything();
            completeWhen(speaker::isQuiet, told);
        });
        return told;
    }

    /**
     * Ends the sessions and then the loop.
     *
     * @param text as for {@link Speaker#stop}
     * @param keepRoutes whether the kernel keeps our routes, for the next run; otherwise they are removed first
     * @return done when the neighbours have been told; the loop's thread ends right after
     */
    public CompletableFuture<Void> stop(@Nullable String text, boolean keepRoutes) {
        CompletableFuture<Void> closed = ask(loop, () -> speaker.stop(text, keepRoutes));
        CompletableFuture<Void> done = keepRoutes ? closed : closed.thenCompose(ended -> quiet());
        return done.whenComplete((ended, failed) -> {
            end();
            loop.execute(loop::close);
        });
    }

    /** Waits until the loop's thread has ended after {@link #stop}, for a second at most. */
    public void awaitEnd() {
        loop.awaitEnd(Duration.ofSeconds(1));
    }

    /** Done when the kernel holds what is wanted. */
    private CompletableFuture<Void> quiet() {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        loop.execute(() -> completeWhen(table::isQuiet, quiet));
        return quiet;
    }

    private void completeWhen(BooleanSupplier condition, CompletableFuture<Void> outcome) {
        loop.schedule(LOOK_NANOS, () -> {
            if (condition.getAsBoolean()) {
                outcome.complete(null);
            } else if (!outcome.isDone()) {
                completeWhen(condition, outcome);
            }
        });
    }

    private void end() {
        endWatch();
        loop.execute(table::close);
    }

    private void endWatch() {
        AutoCloseable watching = watch;
        watch = null;
        try {
            if (watching != null) {
                watching.close();
            }
        } catch (Exception unexpected) {
            throw new IllegalStateException("the watch of the kernel's links could not be ended", unexpected);
        }
    }
}
