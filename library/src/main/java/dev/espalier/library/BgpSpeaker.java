package dev.espalier.library;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.engine.NeighborMemory;
import dev.espalier.bgp.engine.PeerSnapshot;
import dev.espalier.bgp.engine.PrefixSnapshot;
import dev.espalier.bgp.engine.SpeakerView;
import dev.espalier.bgp.session.Liveness;
import dev.espalier.library.instance.Instance;
import dev.espalier.library.instance.LinkNames;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.EventSink;
import dev.espalier.route.Fib;
import dev.espalier.route.Links;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.route.Transport;
import dev.espalier.transport.NettyTransport;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A BGP speaker inside a program: the daemon's own engine, sessions and TCP, without the daemon. It announces and withdraws routes
 * at run time, shows its tables, and tells what happens and why. It touches no kernel: routes are not installed, and every next
 * hop counts as reachable, unless it is given the ports for that ({@link Builder#fib}, {@link Builder#links}).
 *
 * <p>It runs two threads: a routing loop, which owns the tables, and an I/O loop, which owns the sessions; both end with
 * {@link #close}. Methods may be called by any other thread, wait for the routing loop (some microseconds, unless it is busy with a
 * full table) and return immutable values. They must not be called on those loops, on which only the ports and the log are called.
 *
 * <p>After {@link #close}, every method but {@link #close} and {@link #events} throws an IllegalStateException; and each does so when
 * the routing loop does not answer within 30 s.
 */
public final class BgpSpeaker implements AutoCloseable {

    private static final int PIECE = 256;
    private static final long WITHDRAW_SECONDS = 2;
    private static final long STOP_SECONDS = 5;
    private static final String FAREWELL = "the program that spoke BGP here has stopped";

    /** Those of the engine itself. */
    private static final Set<String> RESERVED_OWNERS = Set.of("the configuration", "redistribution");

    private final Instance instance;
    private final NettyTransport transport;
    private final EventStream stream;
    private final Reporter reporter;
    private final boolean knowsHostRoutes;
    private final Object closing = new Object();
    /** Held for reading while a question is asked, so that the loop does not end before it has answered. */
    private final ReadWriteLock life = new ReentrantReadWriteLock();

    private boolean closed;

    private BgpSpeaker(
            Instance instance,
            NettyTransport transport,
            EventStream stream,
            Reporter reporter,
            boolean knowsHostRoutes) {
        this.instance = instance;
        this.transport = transport;
        this.stream = stream;
        this.reporter = reporter;
        this.knowsHostRoutes = knowsHostRoutes;
    }

    /**
     * Starts a speaker with the usual ports: as {@link #builder} without further words.
     *
     * @param config who it is, where it listens, and whom it talks to
     * @return the speaker at work; its sessions come up in their own time
     * @throws IllegalArgumentException when the configuration contradicts itself, with the reason
     * @throws Transport.TransportException when it cannot listen, with the address, the port and the reason; port 179 needs the
     *     right to bind low ports. Nothing is left running then
     */
    public static BgpSpeaker start(SpeakerConfig config) {
        return builder(config).start();
    }

    /**
     * Prepares a speaker.
     *
     * @param config who it is, where it listens, and whom it talks to
     * @return what it can be given before it starts
     */
    public static Builder builder(SpeakerConfig config) {
        return new Builder(config);
    }

    /** What a speaker may be given beside its configuration. One thread. */
    public static final class Builder {

        private final SpeakerConfig config;
        private Links links;
        private Fib fib = new NoKernel();
        private Liveness liveness = Liveness.NONE;
        private RouterDiscovery routers = RouterDiscovery.NONE;
        private EventSink log = event -> {};
        private int eventBuffer = 16_384;

        private Builder(SpeakerConfig config) {
            this.config = Objects.requireNonNull(config, "config");
            this.links = new HostLinks(config.instance().kernelTable());
        }

        /**
         * By what next hops are reached, and how near they are. Without it every next hop counts as reachable and equally near, and
         * links and addresses are those of the moment of the start.
         *
         * @param value tells links, addresses and routes, in the kernel table of the configured instance; it must tell a snapshot
         *     within 30 s
         * @return this builder
         */
        public Builder links(Links value) {
            links = Objects.requireNonNull(value, "links");
            return this;
        }

        /**
         * Where best routes are installed. Without it, nowhere.
         *
         * @param value takes them; where it still holds routes of ours when the speaker starts, that counts as our own graceful
         *     restart (RFC 4724)
         * @return this builder
         */
        public Builder fib(Fib value) {
            fib = Objects.requireNonNull(value, "fib");
            return this;
        }

        /**
         * Who watches the paths to peers that ask for it ({@link dev.espalier.bgp.PeerConfig#bfd}). Without it nobody does, and
         * a peer in strict mode never comes up.
         *
         * @param value watches them
         * @return this builder
         */
        public Builder liveness(Liveness value) {
            liveness = Objects.requireNonNull(value, "liveness");
            return this;
        }

        /**
         * How peers are found of which only the interface is known. Without it they never are.
         *
         * @param value sends and hears router advertisements
         * @return this builder
         */
        public Builder routers(RouterDiscovery value) {
            routers = Objects.requireNonNull(value, "routers");
            return this;
        }

        /**
         * Who hears what people would read in the daemon's log.
         *
         * @param value called on the loops, with each event; it must return at once and not call the speaker
         * @return this builder
         */
        public Builder log(EventSink value) {
            log = Objects.requireNonNull(value, "log");
            return this;
        }

        /**
         * How many events wait for one subscriber before further ones are left out; 16384 unless said otherwise.
         *
         * @param value 1 or more
         * @return this builder
         * @throws IllegalArgumentException when it is less
         */
        public Builder eventBuffer(int value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        "the event buffer is for " + value + " events: it must be 1 or more");
            }
            eventBuffer = value;
            return this;
        }

        /**
         * Starts the speaker. Blocks for some milliseconds.
         *
         * @return the speaker at work; its sessions come up in their own time
         * @throws IllegalArgumentException when the configuration contradicts itself, with the reason
         * @throws Transport.TransportException when it cannot listen, with the address, the port and the reason. Nothing is left
         *     running then
         */
        public BgpSpeaker start() {
            boolean knowsHostRoutes = !(links instanceof HostLinks);
            ConfigCheck.check(config, knowsHostRoutes);
            Executor onVirtualThreads =
                    task -> Thread.ofVirtual().name("espalier-events").start(task);
            EventStream stream = new EventStream(onVirtualThreads, eventBuffer);
            EventSink events = event -> {
                log.accept(event);
                boolean toldAnyway =
                        event.kind().equals("bgp.session.up") || event.kind().equals("bgp.session.down");
                if (!toldAnyway) {
                    stream.publish(new SpeakerEvent.Notice(event));
                }
            };
            NettyTransport transport = new NettyTransport(events);
            try {
                LinkNames names = new LinkNames();
                Links noted = (loop, observer) -> links.watch(loop, event -> {
                    names.changed(event);
                    observer.changed(event);
                });
                Instance.Ports ports = new Instance.Ports(
                        fib,
                        noted,
                        transport,
                        routers,
                        events,
                        Executors.newVirtualThreadPerTaskExecutor(),
                        false,
                        instance -> NeighborMemory.NONE);
                CompletableFuture<Reporter> reporter = new CompletableFuture<>();
                Instance instance =
                        Instance.start(config, ports, liveness, names::index, new SplittableRandom(), view -> {
                            Reporter made = new Reporter(stream, view.speaker(), view.loop());
                            view.speaker().observe(made);
                            reporter.complete(made);
                        });
                return new BgpSpeaker(instance, transport, stream, reporter.join(), knowsHostRoutes);
            } catch (RuntimeException refused) {
                transport.close();
                throw refused;
            }
        }
    }

    // ---- what it shall do

    /**
     * Goes over to another configuration: peers, policies, everything. Only what differs is touched; sessions end only where
     * an option of the session changed. What was announced at run time stays. All or nothing.
     *
     * @param config the configuration, of the same routing instance
     * @throws IllegalArgumentException when it contradicts itself, or is for another routing instance, with the reason
     * @throws Transport.TransportException when a listener cannot be opened or a password not be set
     */
    public void reconfigure(SpeakerConfig config) {
        ConfigCheck.check(config, knowsHostRoutes);
        if (!config.instance().equals(instance.instance())) {
            throw new IllegalArgumentException("a speaker stays in its routing instance, '" + instance.instance()
                    + "': start another one for '" + config.instance() + "'");
        }
        ask(view -> {
            view.speaker().reconfigure(config);
            reporter.announced(view.speaker().view().announcedAtRunTime());
            return config;
        });
    }

    /**
     * What one part of the program announces. Owners are known by their names: asking twice for the same gives the same
     * announcements.
     *
     * @param owner who announces, as people shall read it, such as {@code service default/web}; not blank, and neither
     *     {@code the configuration} nor {@code redistribution}
     * @return what it announces at run time
     * @throws IllegalArgumentException when it is not a name that an owner may have
     */
    public Announcements announcements(String owner) {
        if (owner.isBlank() || RESERVED_OWNERS.contains(owner)) {
            throw new IllegalArgumentException("'" + owner + "' cannot own announcements: give a name of your own");
        }
        return new OwnedAnnouncements(this, owner);
    }

    // ---- what happens

    /**
     * What happens from the moment of subscribing on. Each subscriber is called on a virtual thread, one call after the other, as
     * fast as it asks for events and returns. It never holds up the speaker or other subscribers: what waits for it is limited to
     * the buffer ({@link Builder#eventBuffer}). Of several changes of a prefix that wait, the last one stays; when the buffer is
     * full, events are left out, and a {@link SpeakerEvent.Missed} says at that place how many. The stream completes when the
     * speaker is closed. A subscriber that throws is not called again. Subscribers may call the speaker.
     *
     * <p>While nobody subscribes events cost nothing; the reason of every change of a best path is worked out for those who do.
     *
     * @return the stream, by the rules of {@link Flow}
     */
    public Flow.Publisher<SpeakerEvent> events() {
        return stream;
    }

    /**
     * Subscribes for all there is, one event after the other: {@link #events} for those who need no more.
     *
     * @param listener called with each event on a virtual thread; it may block, by the rules of {@link #events}
     * @return what ends the subscription; an event being handled is finished
     */
    public Flow.Subscription onEvent(Consumer<? super SpeakerEvent> listener) {
        EventListener subscriber = new EventListener(listener);
        stream.subscribe(subscriber);
        return subscriber.subscription();
    }

    // ---- what there is

    /**
     * Every configured peer and every neighbour from a range, with its session and the number of its routes.
     *
     * @return as of now
     */
    public List<PeerSnapshot> peers() {
        return ask(view -> view.speaker().view().peers());
    }

    /**
     * The TCP ports on which peers may connect; of use where the configuration says 0, which is any free one.
     *
     * @return none where it listens nowhere
     */
    public List<Integer> ports() {
        return ask(view -> view.speaker().view().ports());
    }

    /**
     * All that is known of a prefix: every path with its verdict and reason, and who is told what, and why or why not.
     *
     * @param prefix exactly this one
     * @return as of now; empty when nobody announces it
     */
    public Optional<PrefixSnapshot> explain(IpPrefix prefix) {
        return ask(view -> view.speaker().view().explain(prefix));
    }

    /**
     * The best route to an address: of the longest prefix with a path.
     *
     * @param address where to
     * @return as of now; empty when no prefix contains it, or that prefix has no best path
     */
    public Optional<Route> lookup(IpAddress address) {
        return ask(view -> {
            SpeakerView speaker = view.speaker().view();
            return speaker.longestMatch(address.toPrefix())
                    .flatMap(speaker::prefix)
                    .flatMap(found -> best(found).findFirst());
        });
    }

    /**
     * The Loc-RIB: the best path of every prefix that has one. The prefixes are those of now, in order; their paths are fetched as
     * the stream advances, in pieces, so that a full table neither holds up the routing loop nor needs memory twice; each
     * piece shows what is true then.
     *
     * @param within only prefixes in this one; {@link IpPrefix#DEFAULT_IPV4} for all of IPv4
     * @return a stream to be used on one thread, best at once
     */
    public Stream<Route> locRib(IpPrefix within) {
        return snapshots(within).flatMap(BgpSpeaker::best);
    }

    /**
     * The Adj-RIB-In of a peer: all it announced, before and after the import policy, with the verdict on each. Fetched as for
     * {@link #locRib}.
     *
     * @param peer the name of a configured peer; that of a range stands for all neighbours from it
     * @param within only prefixes in this one; {@link IpPrefix#DEFAULT_IPV4} for all of IPv4
     * @return a stream to be used on one thread, best at once
     * @throws IllegalArgumentException when there is no such peer
     */
    public Stream<Route> adjRibIn(String peer, IpPrefix within) {
        ask(view -> {
            ConfigCheck.checkPeers(within, List.of(peer), view.speaker().view().config());
            return peer;
        });
        return snapshots(within).flatMap(found -> found.paths().stream()
                .filter(path -> peer.equals(path.peer()))
                .map(path -> new Route(found.prefix(), path)));
    }

    private static Stream<Route> best(PrefixSnapshot found) {
        return found.paths().stream()
                .filter(path -> path.role() == PrefixSnapshot.Role.BEST)
                .map(path -> new Route(found.prefix(), path));
    }

    private Stream<PrefixSnapshot> snapshots(IpPrefix within) {
        List<IpPrefix> prefixes = ask(view -> view.speaker().view().prefixesWithin(within));
        return IntStream.iterate(0, from -> from < prefixes.size(), from -> from + PIECE)
                .mapToObj(from -> prefixes.subList(from, Math.min(from + PIECE, prefixes.size())))
                .flatMap(piece -> ask(view -> {
                            SpeakerView speaker = view.speaker().view();
                            return piece.stream()
                                    .flatMap(prefix -> speaker.prefix(prefix).stream())
                                    .toList();
                        })
                        .stream());
    }

    // ---- the end

    /**
     * Takes leave, in this order: where the configuration gives time for it
     * ({@link SpeakerConfig#drainSeconds}), peers are asked to find other ways (RFC 8326) and given that time; all that was announced here
     * is withdrawn; peers that keep up have been told so (others are waited for two seconds); sessions are closed with a Cease and a text
     * (RFC 9003); connections are closed, loops ended, and subscribers told that nothing follows. Returns when that is done, nine
     * seconds after the time to drain at most; an interrupt shortens that time. Calling it again does nothing, and waits until the
     * first call is done.
     *
     * <p>A subscriber that is being called is not interrupted.
     */
    @Override
    public void close() {
        synchronized (closing) {
            if (markClosed()) {
                pause(instance.drain());
                await(instance.withdrawEverything(), WITHDRAW_SECONDS);
                await(instance.stop(FAREWELL, false), STOP_SECONDS);
                instance.awaitEnd();
                transport.close();
                stream.close();
            }
        }
    }

    private static void pause(int seconds) {
        try {
            Thread.sleep(Duration.ofSeconds(seconds));
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets nobody ask any more. Returns whether that is new. */
    private boolean markClosed() {
        life.writeLock().lock();
        try {
            boolean first = !closed;
            closed = true;
            return first;
        } finally {
            life.writeLock().unlock();
        }
    }

    private static void await(CompletableFuture<Void> outcome, long seconds) {
        outcome.orTimeout(seconds, TimeUnit.SECONDS).exceptionally(late -> null).join();
    }

    Reporter reporter() {
        return reporter;
    }

    /** Has something done, or answered, on the loop. */
    <T> T ask(Function<Instance.View, T> question) {
        return askIfOpen(question).orElseThrow(() -> new IllegalStateException("the speaker is closed"));
    }

    /** The same; empty, and nothing done, when the speaker is closed. */
    <T> Optional<T> askIfOpen(Function<Instance.View, T> question) {
        life.readLock().lock();
        try {
            return closed ? Optional.empty() : Optional.of(instance.ask(question));
        } finally {
            life.readLock().unlock();
        }
    }
}
