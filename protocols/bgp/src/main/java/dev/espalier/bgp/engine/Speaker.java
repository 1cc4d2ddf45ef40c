package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.session.SessionObserver;
import dev.espalier.bgp.session.Sessions;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.IpAddress;
import dev.espalier.route.EventSink;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.RouteSource;
import dev.espalier.route.Transport;
import dev.espalier.routing.PrefixIndex;
import dev.espalier.routing.RoutingTable;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A BGP speaker in one routing instance.
 *
 * <p>An UPDATE's way through it: the session decodes and validates it on its own loop and hands it over
 * ({@link SessionObserver#updates}); here {@link Intake} writes it into Adj-RIB-In; {@link LocRib} decides the prefixes it
 * touched, tells the routing table, and marks them in the {@link UpdateGroups}, which tell the neighbours. The last two happen
 * in a {@link #turn}, which runs after whatever input is waiting, so a burst is decided and sent once.
 *
 * <p>All state belongs to one loop. Public methods must be called on it, except the constructor.
 */
public final class Speaker {

    /** Prefixes decided, and prefixes looked at per update group, before other tasks of the loop get their turn. */
    private static final int BUDGET = 8192;

    /** After this long, a neighbour that never sends End-of-RIB counts as having told all it knows. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Loop loop;
    private final RoutingTable routing;
    private final EventSink events;
    private final Sessions sessions;
    private final AttributeTable attributes;
    private final NextHops nextHops;
    private final Neighbors neighbors;
    private final Originations originations;
    private final Intake intake;
    private final OwnRestart restart;
    private final StaleRoutes staleRoutes;
    private final Refreshes refreshes;
    private final HostAddresses hostAddresses = new HostAddresses();
    private final Map<Family, LocRib> locRibs = new EnumMap<>(Family.class);
    private final Map<Family, UpdateGroups> groups = new EnumMap<>(Family.class);
    private SpeakerConfig config;
    private boolean turnScheduled;
    private boolean sweepWanted;
    private boolean stopped;
    private boolean draining;
    private Loop.@Nullable Timer patience;

    /**
     * A speaker that does nothing until {@link #start}.
     *
     * @param config who it is and whom it talks to
     * @param routing the routing table of its instance
     * @param index the prefixes of its instance, shared with the routing table
     * @param loop the owner of all this
     * @param transport how to reach the neighbours
     * @param events where to tell what happens
     * @param earlier what an earlier run left behind
     * @param linkIndex the kernel's number for a link's name, 0 where there is no such link; asked by any thread
     * @param jitter where random numbers for timers come from
     */
    public Speaker(
            SpeakerConfig config,
            RoutingTable routing,
            PrefixIndex index,
            Loop loop,
            Transport transport,
            EventSink events,
            EarlierRun earlier,
            ToIntFunction<String> linkIndex,
            SplittableGenerator jitter) {
        this.config = config;
        this.loop = loop;
        this.routing = routing;
        this.events = events;
        this.nextHops = new NextHops(routing, this::nextHopChanged);
        this.attributes = new AttributeTable(nextHops::forget);
        this.neighbors = new Neighbors(config);
        this.restart = new OwnRestart(earlier, config);
        this.intake = new Intake(attributes, new ImportRules(config));
        this.staleRoutes = new StaleRoutes(loop, locRibs, intake, staleRoutesListener());
        this.refreshes = new Refreshes(neighbors, intake, staleRoutes, locRibs, groups);
        this.originations = new Originations(attributes, locRibs);
        for (Family family : Family.values()) {
            Rib rib = new Rib(family, index.table(family.addresses()), attributes);
            LocRib locRib = new LocRib(
                    rib,
                    attributes,
                    nextHops,
                    routing,
                    neighbors::source,
                    id -> originations.of(family, id),
                    id -> bestChanged(family, id));
            locRib.configure(config);
            locRib.defer(restart.waiting());
            locRibs.put(family, locRib);
            groups.put(
                    family, new UpdateGroups(locRib, attributes, neighbors::source, id -> originations.of(family, id)));
        }
        this.sessions = new Sessions(config, transport, restart, events, this::observerFor, linkIndex, jitter);
    }

    /**
     * Announces what is ours and starts to talk to the neighbours.
     *
     * @throws Transport.TransportException when it cannot listen, with the reason
     */
    public void start() {
        sessions.start(); // first: if it cannot listen, nothing has been announced or changed
        originations.replaceBy(config.originated());
        if (restart.waiting()) {
            events.info(
                    "bgp.restart.begin",
                    config.instance(),
                    "bgp",
                    "an earlier run left routes in the kernel: they stay until every neighbour has sent its routes, or for "
                            + config.restartSeconds() + " s");
            loop.schedule(
                    TimeUnit.SECONDS.toNanos(config.restartSeconds()), () -> endRestart("the restart time is over"));
        }
        sweepWanted = true;
        scheduleTurn();
    }

    /**
     * Ends all sessions, for good.
     *
     * @param shutdownText what the neighbours' operators shall read (RFC 9003); or null to close without a word, so that
     *     neighbours with graceful restart keep our routes
     * @param keepRoutes whether the routing table, and so the kernel, keeps our routes, to be forwarded by and taken over by the
     *     next run; otherwise they are removed as the sessions end
     * @return done when the neighbours have been told
     */
    public CompletableFuture<Void> stop(@Nullable String shutdownText, boolean keepRoutes) {
        stopped = keepRoutes;
        if (!keepRoutes) {
            originations.replaceBy(Map.of());
            neighbors.all().stream()
                    .filter(neighbor -> neighbor.channel() == null)
                    .forEach(this::dropAll);
            scheduleTurn();
        }
        return sessions.stop(shutdownText).toCompletableFuture();
    }

    /**
     * Takes over another configuration; only what differs is touched.
     *
     * @throws Transport.TransportException when a listener cannot be opened or a password not be set; nothing has changed then
     */
    public void reconfigure(SpeakerConfig changed) {
        sessions.reconfigure(changed);
        SpeakerConfig before = config;
        config = changed;
        intake.rules(new ImportRules(changed));
        neighbors.configure(changed);
        locRibs.values().forEach(locRib -> locRib.configure(changed));
        originations.replaceBy(changed.originated());
        // Loops are recognised by these; with another AS or router id the sessions are reset, with another cluster they
        // stay.
        boolean judgeAll = !before.clusterId().equals(changed.clusterId())
                || before.honorGracefulShutdown() != changed.honorGracefulShutdown();
        for (Neighbor neighbor : neighbors.all()) {
            boolean configured = changed.peers().stream()
                    .anyMatch(peer -> peer.name().equals(neighbor.config().name()));
            if (configured) {
                adopt(neighbor, latest(neighbor.config()), judgeAll);
            } else if (neighbor.channel() == null) {
                dropAll(neighbor); // what is kept of it waits for somebody who is not wanted any more
            }
        }
        scheduleTurn();
    }

    /** Drops what is kept of a neighbour without a session, and the neighbour with it. */
    private void dropAll(Neighbor neighbor) {
        locRibs.values().forEach(locRib -> intake.removeIf(neighbor, locRib, path -> true));
        forget(neighbor);
    }

    private void adopt(Neighbor neighbor, PeerConfig changed, boolean judgeAgain) {
        PeerConfig before = neighbor.config();
        neighbor.config(changed);
        PathSource source = neighbor.source();
        Channel channel = neighbor.channel();
        boolean judgedOtherwise = judgeAgain
                || before.gracefulShutdown() != changed.gracefulShutdown()
                || !Objects.equals(before.importPolicy(), changed.importPolicy());
        if (source == null || channel == null) {
            if (judgedOtherwise || before.routeReflectorClient() != changed.routeReflectorClient()) {
                dropAll(neighbor); // kept under rules that no longer hold; it will tell us again
            }
            return;
        }
        if (before.routeReflectorClient() != changed.routeReflectorClient()) {
            neighbor.source(source.asClient(changed.routeReflectorClient()));
            locRibs.forEach((family, locRib) -> locRib.rib()
                    .forEachOf(
                            neighbor.index(),
                            path -> bestChanged(family, locRib.rib().prefix(path))));
        }
        if (judgedOtherwise) {
            refreshes.judgeAgain(neighbor, source, channel);
        }
        rekey(neighbor, channel);
    }

    private void rekey(Neighbor neighbor, Channel channel) {
        neighbor.members()
                .forEach((family, member) -> groupsOf(family).rekey(member, exportKey(neighbor, channel, family)));
    }

    /** Hears of the host's own addresses: they may be the next hop that neighbours are told. */
    public void changed(Links.Event event) {
        if (hostAddresses.changed(event)) {
            rekeyAll();
        }
    }

    /** Asks every neighbour, from now on, to find other ways than through us (RFC 8326); the sessions stay up. */
    public void drain() {
        draining = true;
        rekeyAll();
    }

    /**
     * Has the routes exchanged with a neighbour exchanged again, without a reset of its session ("soft clear").
     *
     * @param wanted the name of a configured peer, or the address of a neighbour
     * @param in whether what it told is judged again, and asked for again where it knows how
     * @param out whether it is told everything again
     * @return one for each neighbour that has a session
     */
    public List<RefreshOutcome> refresh(String wanted, boolean in, boolean out) {
        List<RefreshOutcome> outcomes = refreshes.wanted(wanted, in, out);
        scheduleTurn();
        return outcomes;
    }

    private void rekeyAll() {
        for (Neighbor neighbor : neighbors.all()) {
            Channel channel = neighbor.channel();
            if (channel != null) {
                rekey(neighbor, channel);
            }
        }
        scheduleTurn();
    }

    /** What there is to know about this speaker, for people. */
    public SpeakerView view() {
        return new SpeakerView(config, neighbors, locRibs, groups, attributes, originations, sessions, restart);
    }

    // ---- what the sessions say

    private SessionObserver observerFor(PeerConfig peer, IpAddress address, boolean dynamic) {
        return new SessionObserver() {
            @Override
            public void established(Channel channel) {
                loop.execute(() -> up(neighbors.at(latest(peer), address, dynamic), channel));
            }

            @Override
            public void updates(Channel channel, List<UpdateMessage> updates, int octets) {
                loop.execute(() -> apply(neighbors.with(channel), channel, updates, octets));
            }

            @Override
            public void refresh(Channel channel, Message.RouteRefresh refresh, int octets) {
                loop.execute(() -> {
                    refreshes.received(channel, refresh, octets, config.stalePathSeconds());
                    scheduleTurn();
                });
            }

            @Override
            public void writable(Channel channel) {
                loop.execute(Speaker.this::scheduleTurn);
            }

            @Override
            public void closed(Channel channel, Closed closed) {
                loop.execute(() -> down(neighbors.with(channel), channel, closed));
            }
        };
    }

    /** What is configured for a peer now: its session may be older than its policies. */
    private PeerConfig latest(PeerConfig peer) {
        for (PeerConfig candidate : config.peers()) {
            if (candidate.name().equals(peer.name())) {
                return candidate;
            }
        }
        return peer;
    }

    private void up(Neighbor neighbor, Channel channel) {
        Negotiated negotiated = channel.negotiated();
        PathSource source = new PathSource(
                neighbor.index(),
                negotiated.internal() ? RouteSource.IBGP : RouteSource.EBGP,
                negotiated.peerAs(),
                negotiated.peerRouterId(),
                neighbor.address(),
                neighbor.config().routeReflectorClient(),
                negotiated.remote().link());
        neighbors.up(neighbor, channel, source);
        staleRoutes.returned(neighbor, negotiated, config.stalePathSeconds());
        for (Family family : negotiated.options().families()) {
            ExportKey key = exportKey(neighbor, channel, family);
            neighbor.members().put(family, groupsOf(family).join(key, neighbor.index(), channel));
        }
        restart.sessionSeen();
        if (restart.waiting() && !OwnRestart.sendsEndOfRib(negotiated)) {
            loop.schedule(SETTLE_NANOS, () -> complete(neighbor));
        }
        scheduleTurn();
    }

    private void apply(@Nullable Neighbor neighbor, Channel channel, List<UpdateMessage> updates, int octets) {
        PathSource source = neighbor == null ? null : neighbor.source();
        if (neighbor == null || source == null) {
            return;
        }
        for (UpdateMessage update : updates) {
            for (Nlri withdrawn : update.withdrawn()) {
                intake.withdraw(neighbor, locRib(withdrawn.family()), withdrawn);
            }
            for (UpdateMessage.Announcement announced : update.announced()) {
                intake.announce(
                        neighbor, source, channel, locRib(announced.nlri().family()), announced);
            }
            if (update.endOfRib() != null) {
                endOfRib(neighbor, channel, update.endOfRib());
            }
        }
        channel.consumed(octets);
        scheduleTurn();
    }

    private void endOfRib(Neighbor neighbor, Channel channel, Family family) {
        staleRoutes.endOfRib(neighbor, family);
        neighbor.endOfRibReceived().add(family);
        if (neighbor.endOfRibReceived()
                .containsAll(channel.negotiated().options().families())) {
            complete(neighbor);
        }
    }

    private void down(@Nullable Neighbor neighbor, Channel channel, SessionObserver.Closed closed) {
        if (neighbor == null || stopped) {
            return;
        }
        neighbor.members().forEach((family, member) -> groupsOf(family).leave(member));
        neighbors.down(neighbor);
        staleRoutes.lost(neighbor, channel.negotiated(), closed);
        scheduleTurn();
    }

    private StaleRoutes.Listener staleRoutesListener() {
        return new StaleRoutes.Listener() {
            @Override
            public void nothingLeft(Neighbor neighbor) {
                forget(neighbor);
            }

            @Override
            public void changed() {
                scheduleTurn();
            }

            @Override
            public void report(String kind, Neighbor neighbor, String message) {
                events.warning(kind, config.instance(), neighbor.config().name(), message);
            }
        };
    }

    /** Nothing of the neighbour is left: it may be forgotten, and if it came from a range, the session too. */
    private void forget(Neighbor neighbor) {
        neighbor.retained().clear();
        neighbors.forget(neighbor);
        sessions.release(neighbor.address());
    }

    // ---- our own restart

    private void complete(Neighbor neighbor) {
        if (restart.complete(neighbor.config().name())) {
            endRestart("every neighbour has sent its routes");
        }
    }

    private void endRestart(String why) {
        if (restart.waiting()) {
            restart.end();
            locRibs.values().forEach(locRib -> locRib.defer(false));
            events.info("bgp.restart.end", config.instance(), "bgp", "routes are chosen from now on: " + why);
            scheduleTurn();
        }
    }

    // ---- deciding and telling

    private void nextHopChanged(int nextHop) {
        locRibs.values().forEach(locRib -> locRib.nextHopChanged(nextHop));
        scheduleTurn();
    }

    private void bestChanged(Family family, int prefixId) {
        groupsOf(family).changed(prefixId);
    }

    private void scheduleTurn() {
        if (!turnScheduled) {
            turnScheduled = true;
            loop.execute(this::turn);
        }
    }

    private void turn() {
        turnScheduled = false;
        if (stopped) {
            return;
        }
        boolean undecided = false;
        for (LocRib locRib : locRibs.values()) {
            undecided |= locRib.decide(BUDGET);
        }
        if (sweepWanted && !undecided && !restart.waiting()) {
            sweepWanted = false;
            routing.sweep("the neighbours have told all they know");
        }
        UpdateGroups.Turn told = UpdateGroups.Turn.DONE;
        for (UpdateGroups family : groups.values()) {
            told = UpdateGroups.busier(told, family.drain(BUDGET, loop.now()));
        }
        if (undecided || told == UpdateGroups.Turn.MORE) {
            scheduleTurn();
        } else if (told == UpdateGroups.Turn.WAITING && patience == null) {
            // A neighbour that can take more says so; this is for the others who wait for it.
            patience = loop.schedule(UpdateGroups.PATIENCE_NANOS, () -> {
                patience = null;
                scheduleTurn();
            });
        }
    }

    private ExportKey exportKey(Neighbor neighbor, Channel channel, Family family) {
        Negotiated negotiated = channel.negotiated();
        PeerConfig peer = neighbor.config();
        boolean asksForNeighbor =
                peer.exportPolicy() != null && peer.exportPolicy().dependsOnNeighbor();
        return new ExportKey(
                family,
                negotiated.internal(),
                peer.routeReflectorClient(),
                peer.nextHopSelf(),
                hostAddresses.nextHopSelf(family, negotiated.local()),
                config.asn(),
                config.routerId(),
                config.clusterId(),
                negotiated.options().fourOctetAs(),
                negotiated.options().maxMessageLength(),
                negotiated.longLived() != null,
                draining || peer.gracefulShutdown(),
                peer.exportPolicy(),
                asksForNeighbor ? neighbor.address() : null,
                asksForNeighbor ? negotiated.peerAs() : null,
                originations.someAreForNamedPeers() ? peer.name() : null);
    }

    private LocRib locRib(Family family) {
        return Objects.requireNonNull(locRibs.get(family));
    }

    private UpdateGroups groupsOf(Family family) {
        return Objects.requireNonNull(groups.get(family));
    }
}
