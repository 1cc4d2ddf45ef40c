package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.session.Liveness;
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
import dev.espalier.net.IpPrefix;
import dev.espalier.route.EventSink;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.route.Transport;
import dev.espalier.route.Transport.Endpoint;
import dev.espalier.routing.PrefixIndex;
import dev.espalier.routing.RoutingTable;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
    private final Redistribution redistribution;
    private final Leaks leaks;
    private final Intake intake;
    private final OwnRestart restart;
    private final StaleRoutes staleRoutes;
    private final Refreshes refreshes;
    private final HostAddresses hostAddresses = new HostAddresses();
    private final Map<Family, LocRib> locRibs = new EnumMap<>(Family.class);
    private final Map<Family, UpdateGroups> groups = new EnumMap<>(Family.class);
    /** Numbers those who hear of sessions, in the order in which the sessions are made; any thread. */
    private final AtomicLong observers = new AtomicLong();

    private final LimitWatch limits;
    private SpeakerConfig config;
    private SpeakerObserver observer = SpeakerObserver.NONE;
    private boolean turnScheduled;
    private boolean started;
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
     * @param routers how to find those that are known by their interface; {@link RouterDiscovery#NONE} where there are none
     * @param liveness who watches the paths to them
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
            RouterDiscovery routers,
            Liveness liveness,
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
        this.intake = new Intake(attributes, new ImportRules(config), this::namedAsNextHop);
        this.limits = new LimitWatch(events, config.instance());
        this.staleRoutes = new StaleRoutes(loop, locRibs, intake, staleRoutesListener());
        this.refreshes = new Refreshes(neighbors, intake, staleRoutes, limits, locRibs, groups);
        this.originations = new Originations(attributes, locRibs, events, config.instance());
        LeakedPaths leaked = new LeakedPaths(neighbors, attributes, nextHops, locRibs, this::namedAsNextHop);
        LeakRules leakRules = new LeakRules(attributes, neighbors::source, routing, originations);
        this.leaks = new Leaks(routing, locRibs, leakRules, leaked, this::scheduleTurn);
        this.redistribution = new Redistribution(
                config, routing.hostRoutes(), originations, leaks::hostRouteChanged, this::scheduleTurn);
        for (Family family : Family.values()) {
            Rib rib = new Rib(family, index.table(family.addresses()), attributes);
            LocRib locRib = new LocRib(
                    rib,
                    attributes,
                    nextHops,
                    routing,
                    neighbors::source,
                    id -> originations.of(family, id),
                    (source, id) -> leaked.ways(family, source, id),
                    (id, bestChanged) -> decided(family, id, bestChanged));
            locRib.configure(config);
            locRib.defer(restart.waiting());
            locRibs.put(family, locRib);
            PathAttributes.Aggregator us = new PathAttributes.Aggregator(config.asn(), config.routerId());
            originations.addAggregates(
                    family,
                    new Aggregates(
                            rib, attributes, neighbors::source, us, originations::aggregate, id -> groupsOf(family)
                                    .decided(id, true)));
            groups.put(family, new UpdateGroups(locRib, attributes, neighbors::source, originations.of(family)));
        }
        leaks.configure(config);
        this.sessions = new Sessions(
                config, transport, routers, restart, liveness, events, this::observerFor, linkIndex, jitter);
    }

    /**
     * Opens the listeners, before {@link #start}: what can be refused is refused before anybody has been talked to.
     *
     * @throws Transport.TransportException when it cannot listen, with the reason
     */
    public void listen() {
        sessions.listen();
    }

    /**
     * Announces what is ours and starts to talk to the neighbours.
     *
     * @throws Transport.TransportException when it cannot listen, with the reason
     */
    public void start() {
        routing.resolveThroughDefault(config.resolveViaDefault());
        sessions.start(); // first: if it cannot listen, nothing has been announced or changed
        originations.replaceBy(config.originated());
        redistribution.configure(config);
        started = true;
        if (restart.waiting() || restart.awaitsInstances()) {
            events.info(
                    "bgp.restart.begin",
                    config.instance(),
                    "bgp",
                    "an earlier run left routes in the kernel: they stay until every neighbour has sent its routes, or for "
                            + config.restartSeconds() + " s");
            loop.schedule(TimeUnit.SECONDS.toNanos(config.restartSeconds()), this::endPatience);
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
            redistribution.stop();
            leaks.clear();
            originations.clear();
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
        routing.resolveThroughDefault(changed.resolveViaDefault());
        intake.rules(new ImportRules(changed));
        neighbors.configure(changed);
        locRibs.values().forEach(locRib -> locRib.configure(changed));
        originations.replaceBy(changed.originated());
        redistribution.configure(changed);
        leaks.configure(changed);
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
                || !before.asPath().equals(changed.asPath())
                || !Objects.equals(before.importPolicy(), changed.importPolicy());
        if (source == null || channel == null) {
            if (judgedOtherwise || before.routeReflectorClient() != changed.routeReflectorClient()) {
                dropAll(neighbor); // kept under rules that no longer hold; it will tell us again
            }
            return;
        }
        if (before.routeReflectorClient() != changed.routeReflectorClient()) {
            neighbor.source(source.asClient(changed.routeReflectorClient()));
            locRibs.forEach((family, locRib) -> locRib.rib().forEachOf(neighbor.index(), path -> groupsOf(family)
                    .decided(locRib.rib().prefix(path), true)));
        }
        boolean countedOtherwise = !before.maximumPrefixes().equals(changed.maximumPrefixes());
        if (countedOtherwise) {
            neighbor.renewLimits();
        }
        if (judgedOtherwise || countedOtherwise) {
            refreshes.judgeAgain(neighbor, source, channel);
        }
        rekey(neighbor, channel);
    }

    private void rekey(Neighbor neighbor, Channel channel) {
        neighbor.members()
                .forEach((family, member) -> groupsOf(family).rekey(member, exportKey(neighbor, channel, family)));
    }

    /**
     * Hears of the host's own addresses, which may be the next hop that neighbours are told, and of its links, with which neighbours
     * come and go.
     */
    public void changed(Links.Event event) {
        sessions.changed(event);
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

    /** Tells an observer, from now on, what happens; instead of the one before. */
    public void observe(SpeakerObserver changed) {
        observer = changed;
    }

    /** What crosses between this routing instance and others of this host. */
    public Leaks leaks() {
        return leaks;
    }

    // ---- announcements at run time

    /**
     * Announces a prefix at run time, beside what is configured. Of several who announce the same prefix, the configuration
     * speaks before all others, then whoever came first; it is announced until the last of them has withdrawn.
     *
     * @param owner who asks, such as the name of a service; what it says takes the place of what it said of the prefix before
     * @param origination what is said of it and to whom; not an aggregate
     * @return whose announcement goes before this one, which then waits; empty when it is this one
     */
    public Optional<String> announce(String owner, IpPrefix prefix, SpeakerConfig.Origination origination) {
        boolean named = originations.someAreForNamedPeers();
        Optional<String> before = originations.put(owner, prefix, origination);
        originated(named);
        return before;
    }

    /** Withdraws what an owner announced at run time; nothing happens when it did not. */
    public void withdraw(String owner, IpPrefix prefix) {
        boolean named = originations.someAreForNamedPeers();
        originations.remove(owner, prefix);
        originated(named);
    }

    /** Withdraws all that an owner announced at run time. */
    public void withdrawAll(String owner) {
        boolean named = originations.someAreForNamedPeers();
        originations.removeAll(owner);
        originated(named);
    }

    /** Withdraws all announcements of our own, configured or not; what others announced goes on being told. */
    public void withdrawEverything() {
        redistribution.stop();
        originations.clear();
        scheduleTurn();
    }

    /** Follows the host's routes. Returns whether more is to be looked at. */
    private boolean redistribute() {
        boolean named = originations.someAreForNamedPeers();
        boolean more = redistribution.settle(BUDGET);
        if (named != originations.someAreForNamedPeers()) {
            rekeyAll(); // somebody's announcement for named peers has come to the fore, or has gone behind
        }
        return more;
    }

    private void originated(boolean namedBefore) {
        if (namedBefore != originations.someAreForNamedPeers()) {
            rekeyAll(); // only then do groups look at who a neighbour is
        }
        scheduleTurn();
    }

    /** Whether all that was heard is decided, and what follows is with the sessions, or waits for a neighbour that is slow. */
    public boolean isDecided() {
        return !turnScheduled;
    }

    /** Whether besides that no neighbour is behind. */
    public boolean isQuiet() {
        return !turnScheduled && patience == null;
    }

    /** What there is to know about this speaker, for people. */
    public SpeakerView view() {
        return new SpeakerView(
                config, neighbors, locRibs, groups, attributes, originations, redistribution, sessions, restart);
    }

    // ---- what the sessions say

    private SessionObserver observerFor(PeerConfig peer, boolean dynamic) {
        long order = observers.incrementAndGet();
        return new SessionObserver() {
            @Override
            public void established(Channel channel) {
                loop.execute(() -> newlyUp(peer, dynamic, order, channel));
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

    /** A look that saves the search: a next hop is tracked from when a path through it is decided, and not before. */
    private boolean mayBeNextHop(Neighbor neighbor) {
        return nextHops.isTracked(neighbor.address())
                || locRibs.values().stream().anyMatch(LocRib::hasUndecided);
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
        neighbor.nextHopOfOthers(mayBeNextHop(neighbor) && attributes.anyMatch(set -> Neighbors.names(set, neighbor)));
        staleRoutes.returned(neighbor, negotiated, config.stalePathSeconds());
        for (Family family : negotiated.options().families()) {
            ExportKey key = exportKey(neighbor, channel, family);
            neighbor.members().put(family, groupsOf(family).join(key, neighbor.index(), channel));
        }
        restart.sessionSeen();
        if (restart.waiting() && !OwnRestart.sendsEndOfRib(negotiated)) {
            loop.schedule(SETTLE_NANOS, () -> complete(neighbor));
        }
        observer.established(neighbor.config(), neighbor.address(), negotiated);
        scheduleTurn();
    }

    /**
     * A session has come up. What is kept of a peer that has changed its address would be forwarded to nobody, and goes.
     *
     * @param order the number of the session among all that were made
     */
    private void newlyUp(PeerConfig peer, boolean dynamic, long order, Channel channel) {
        Endpoint remote = channel.negotiated().remote();
        if (!overtakes(neighbors.find(peer, remote.address(), remote.link()), order)) {
            return;
        }
        Neighbor neighbor = neighbors.at(latest(peer), remote.address(), remote.link(), dynamic);
        neighbor.sessionOrder(order);
        neighbors.all().stream()
                .filter(other -> !dynamic && other != neighbor && other.channel() == null)
                .filter(other -> other.config().name().equals(peer.name()))
                .forEach(this::dropAll);
        up(neighbor, channel);
    }

    private void apply(@Nullable Neighbor neighbor, Channel channel, List<UpdateMessage> updates, int octets) {
        PathSource source = neighbor == null ? null : neighbor.source();
        if (neighbor == null || source == null) {
            return;
        }
        Arrival at = neighbor.arrival(source);
        boolean ending = false;
        for (UpdateMessage update : updates) {
            for (Nlri withdrawn : update.withdrawn()) {
                intake.withdraw(neighbor, locRib(withdrawn.family()), withdrawn);
            }
            for (UpdateMessage.Announcement announced : update.announced()) {
                Family family = announced.nlri().family();
                intake.announce(neighbor, at, locRib(family), announced);
                ending |= limits.received(neighbor, channel, family);
            }
            if (update.endOfRib() != null && !ending) {
                endOfRib(neighbor, channel, update.endOfRib());
            }
        }
        channel.consumed(octets);
        scheduleTurn();
    }

    private void endOfRib(Neighbor neighbor, Channel channel, Family family) {
        staleRoutes.endOfRib(neighbor, family);
        limits.received(neighbor, channel, family);
        neighbor.endOfRibReceived().add(family);
        if (neighbor.endOfRibReceived()
                .containsAll(channel.negotiated().options().families())) {
            complete(neighbor);
        }
    }

    private void down(@Nullable Neighbor neighbor, Channel channel, SessionObserver.Closed closed) {
        if (neighbor != null) {
            observer.closed(neighbor.config(), neighbor.address(), closed.reason());
        }
        if (neighbor != null && !stopped) {
            end(
                    neighbor,
                    channel,
                    PeerRestart.keptAfter(
                            channel.negotiated(), closed, neighbor.config().session()));
        }
    }

    /**
     * A session that a change of the configuration ends, and the one that follows it, live on loops of their own: what is heard
     * of the old one may come late. While both seem up the later one counts, and the other one's end finds nobody.
     *
     * @return whether a session that came up now is the one that counts
     */
    private boolean overtakes(@Nullable Neighbor neighbor, long order) {
        Channel before = neighbor == null ? null : neighbor.channel();
        if (neighbor == null || before == null) {
            return true;
        }
        if (order < neighbor.sessionOrder()) {
            return false;
        }
        observer.closed(neighbor.config(), neighbor.address(), "a session that was made later takes its place");
        end(neighbor, before, Set.of());
        return true;
    }

    private void end(Neighbor neighbor, Channel channel, Set<Family> kept) {
        if (config.installBackupPath()) {
            new Departure(nextHops, locRibs.values()).of(neighbor, kept);
        }
        neighbor.members().forEach((family, member) -> groupsOf(family).leave(member));
        neighbors.down(neighbor);
        staleRoutes.lost(neighbor, channel.negotiated(), kept);
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
        sessions.release(neighbor.address(), neighbor.link());
    }

    // ---- our own restart

    private void complete(Neighbor neighbor) {
        if (restart.complete(neighbor.config().name())) {
            endRestart("every neighbour has sent its routes");
        }
    }

    private void endPatience() {
        restart.instancesComplete();
        endRestart("the restart time is over");
        scheduleTurn();
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

    private void decided(Family family, int prefixId, boolean bestChanged) {
        groupsOf(family).decided(prefixId, bestChanged);
        leaks.decided(family, prefixId);
        if (bestChanged) {
            originations.aggregates(family).changed(prefixId);
            if (observer.hearsRoutes()) {
                observer.bestChanged(locRib(family).rib().prefixes().prefix(prefixId));
            }
        }
    }

    /** A neighbour turns out to be the next hop of somebody else's path, which it must then not be told. */
    private void namedAsNextHop(PathAttributes named) {
        Neighbor neighbor = neighbors.newlyNamed(named);
        Channel channel = neighbor == null ? null : neighbor.channel();
        if (neighbor != null && channel != null) {
            rekey(neighbor, channel);
        }
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
        boolean undecided = redistribute();
        undecided |= decide();
        if (!undecided) {
            undecided = leaks.drain(BUDGET, started && !restart.waiting());
        }
        if (leaks.complete()) {
            restart.instancesComplete();
        }
        boolean mayTell = !restart.awaitsInstances();
        if (sweepWanted && !undecided && !restart.waiting() && mayTell) {
            sweepWanted = false;
            routing.sweep("the neighbours have told all they know");
        }
        UpdateGroups.Turn told = UpdateGroups.Turn.DONE;
        for (UpdateGroups family : mayTell ? groups.values() : List.<UpdateGroups>of()) {
            told = UpdateGroups.busier(told, family.drain(BUDGET, loop.now()));
        }
        neighbors.all().forEach(this::watchLimit);
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

    /**
     * Decides, and follows with the aggregates at once, so that neighbours are told an aggregate together with what it stands for.
     *
     * @return whether more is to be decided
     */
    private boolean decide() {
        boolean undecided = false;
        boolean again = true;
        for (int round = 0; again && round < 2; round++) {
            undecided = false;
            for (LocRib locRib : locRibs.values()) {
                undecided |= locRib.decide(BUDGET);
            }
            again = originations.settle();
        }
        return undecided || again;
    }

    private void watchLimit(Neighbor neighbor) {
        if (neighbor.config().maximumPrefixes().out() > 0) {
            neighbor.members()
                    .forEach((family, member) -> limits.sent(
                            neighbor, family, groupsOf(family).groupOf(member).heldBack()));
        }
    }

    private ExportKey exportKey(Neighbor neighbor, Channel channel, Family family) {
        return ExportKey.of(
                config,
                neighbor,
                channel.negotiated(),
                family,
                hostAddresses,
                originations.someAreForNamedPeers(),
                draining);
    }

    private LocRib locRib(Family family) {
        return Objects.requireNonNull(locRibs.get(family));
    }

    private UpdateGroups groupsOf(Family family) {
        return Objects.requireNonNull(groups.get(family));
    }
}
