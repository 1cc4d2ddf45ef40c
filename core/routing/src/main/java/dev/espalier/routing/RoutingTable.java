package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.EventSink;
import dev.espalier.route.Fib;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import dev.espalier.route.RoutingInstance;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The routing table of one routing instance: takes routes from several sources, uses the most preferred one that can be
 * reached for each prefix, and keeps the kernel in step.
 *
 * <p>To start: make it, {@link #adopt} what an earlier run left, {@link Links#watch} the kernel with it as the observer, then
 * let protocols put routes. Nothing is sent to the kernel before the first snapshot of its links has been heard. When the
 * protocols have told all they know, {@link #sweep}.
 *
 * <p>A route may be put a million times a minute: {@link #put} and {@link #remove} touch a few array cells and queue the
 * prefix's number. What follows from changes (next hops resolved again, groups replaced, routes handed to the kernel, observers
 * told) happens once at the end of the loop's turn.
 *
 * <p>Not thread-safe: every method is for the loop's thread only.
 */
public final class RoutingTable implements Links.Observer {

    private final RoutingInstance instance;
    private final Loop loop;
    private final EventSink events;
    private final LinkTable links = new LinkTable();
    private final GroupTable groups;
    private final Routes ipv4;
    private final Routes ipv6;
    private final HostRoutes hostRoutes;
    private final NextHopResolver resolver;
    private final NextHopTracker tracker;
    private final KernelContents contents;
    private final FibSync sync;
    private final KernelReader reader;
    private boolean awake;
    private boolean closed;
    private boolean groupsChanged;
    private boolean installing = true;
    private final Set<RouteSource> untold = EnumSet.noneOf(RouteSource.class);
    private @Nullable String sweepReason;
    private WaysObserver waysObserver = WaysObserver.NONE;

    /** The routes of one family. */
    private record Routes(PrefixTable prefixes, RouteRows rows, ForeignRoutes foreign, Explainer explainer) {}

    /**
     * A table without routes.
     *
     * @param instance whose table this is; its kernel table is the one read and written
     * @param index the prefixes shared with the protocols of this instance
     * @param loop the owner of all this
     * @param fib the kernel's table
     * @param events hears what people should know
     * @param options how it behaves
     */
    public RoutingTable(
            RoutingInstance instance, PrefixIndex index, Loop loop, Fib fib, EventSink events, TableOptions options) {
        this.instance = instance;
        this.loop = loop;
        this.events = events;
        this.groups = new GroupTable(this::groupBorn, this::groupDied);
        RefusalJournal journal = new RefusalJournal(instance, events);
        DesiredRoutes wants = new Wants();
        this.contents = new KernelContents(index, wants);
        this.sync = new FibSync(instance, loop, fib, wants, contents, journal, this::wake, this::mismatch);
        this.reader = new KernelReader(instance, loop, options.blocking(), fib, sync, contents, events);
        this.ipv4 = routes(index.table(AddressFamily.IPV4));
        this.ipv6 = routes(index.table(AddressFamily.IPV6));
        this.hostRoutes = new HostRoutes(instance, links, index, ipv4.foreign, ipv6.foreign);
        this.resolver = new NextHopResolver(
                index,
                links,
                new NextHopResolver.Perspective(ipv4.rows, ipv4.foreign),
                new NextHopResolver.Perspective(ipv6.rows, ipv6.foreign),
                groups,
                options.resolveThroughDefault());
        this.tracker = new NextHopTracker(resolver);
    }

    private Routes routes(PrefixTable prefixes) {
        RouteRows rows = new RouteRows(prefixes, groups);
        ForeignRoutes foreign = new ForeignRoutes(prefixes);
        return new Routes(prefixes, rows, foreign, new Explainer(prefixes, rows, foreign, groups, this::kernelStatus));
    }

    private Routes routes(AddressFamily family) {
        return switch (family) {
            case IPV4 -> ipv4;
            case IPV6 -> ipv6;
        };
    }

    /**
     * Reads what an earlier run left in the kernel; it stays there, as stale, until it is announced again or swept. Blocks
     * while it reads. To be called once, before the first route is put and before the kernel is watched.
     *
     * @throws Fib.FibException when the kernel cannot be read; the table must not be used then
     */
    public void adopt() {
        reader.adopt();
    }

    /**
     * Has a sweep wait for a source that has yet to tell its routes, and that whoever calls {@link #sweep} knows nothing of. To be
     * called before that.
     */
    public void awaitRoutesOf(RouteSource source) {
        untold.add(source);
    }

    /** Says that a source has told its routes, or will tell none: a sweep that waited for it is made up for. */
    public void routesTold(RouteSource source) {
        if (untold.remove(source) && sweepReason != null) {
            sweep(sweepReason);
        }
    }

    /**
     * Removes from the kernel what an earlier run left and nobody has announced since. To be called once all protocols have
     * told what they know, or will not.
     *
     * @param why a sentence for people
     */
    public void sweep(String why) {
        sweepReason = why;
        if (!untold.isEmpty()) {
            return;
        }
        int swept = contents.sweep();
        wake();
        if (swept > 0) {
            events.info("routes.swept", instance, instance, swept + " routes of an earlier run are removed: " + why);
        }
    }

    /**
     * The number of a group of next hops for routes of a family, held once more: {@link #releaseGroup} it when it is not needed
     * any longer. {@link #put} holds the group of its route itself. Order and repetition do not matter. Callers with many routes
     * keep the number beside what the routes share rather than ask for each route.
     *
     * @param nextHops at least one; a {@link NextHop.Discard} only alone; IPv6 next hops serve IPv4 routes too (RFC 8950)
     * @return a number above 0, valid while it is held
     * @throws IllegalArgumentException with a sentence for people, when no such group can be
     */
    public int group(AddressFamily family, List<NextHop> nextHops) {
        return groups.intern(family, nextHops, List.of());
    }

    /**
     * The number of a group of next hops with a backup, as above. When none of the next hops can be reached any more, packets take
     * the backup at once, with all the group's routes, until the source puts a route that does without. Routes that agree in both
     * share the group, so that there are as many as there are pairs of sets of next hops.
     *
     * @param backup the next hops that the source would choose if the others were not there; empty for none, as for a discard
     * @throws IllegalArgumentException with a sentence for people, when no such group can be
     */
    public int group(AddressFamily family, List<NextHop> nextHops, List<NextHop> backup) {
        return groups.intern(family, nextHops, backup);
    }

    /** Holds a group that is held once more. */
    public void retainGroup(int group) {
        groups.retain(group);
    }

    /** Holds a group once less. */
    public void releaseGroup(int group) {
        groups.release(group);
    }

    /**
     * Takes a source's route for a prefix, in place of the source's earlier one. One that differs in nothing costs nothing.
     *
     * @param prefix the number of the prefix in the shared index, held by the caller during the call
     * @param source who says so; not {@link RouteSource#KERNEL}, whose routes are heard from the kernel
     * @param group what {@link #group} gave for the same family
     * @param preference 0 to 255; the smallest among the sources wins
     * @param metric decides between equal preferences, and is what a next hop that resolves by this route is told; 0 to 2^32-1,
     *     larger ones count as that
     */
    public void put(AddressFamily family, int prefix, RouteSource source, int group, int preference, long metric) {
        Routes routes = routes(family);
        if (routes.rows.put(prefix, source, group, preference, metric)) {
            sync.announced(family, prefix);
            prefixChanged(routes.prefixes, prefix);
        }
    }

    /** Forgets a source's route for a prefix whose number is held by anybody; does nothing when there is none. */
    public void remove(AddressFamily family, int prefix, RouteSource source) {
        Routes routes = routes(family);
        routes.prefixes.retain(prefix); // ours may be the last hold on it
        if (routes.rows.remove(prefix, source)) {
            sync.changed(family, prefix);
            prefixChanged(routes.prefixes, prefix);
        }
        routes.prefixes.release(prefix);
    }

    private void prefixChanged(PrefixTable prefixes, int id) {
        if (tracker.prefixChanged(prefixes.family(), prefixes.high(id), prefixes.low(id), prefixes.length(id))) {
            wake();
        }
    }

    /**
     * Keeps a next hop resolved for a protocol.
     *
     * @param nextHop the address; a link-local one needs its link
     * @param link the kernel's index of the link that the next hop is a neighbour on; 0 to let routes decide
     * @param observer hears of changes from now on, at the end of a turn of the loop and never during a call of this table
     * @return what is known now
     */
    public NextHopState track(IpAddress nextHop, int link, NextHopObserver observer) {
        reinstate(nextHop, link);
        return tracker.track(new NextHopKey(nextHop, link), observer);
    }

    /** What is known now of a next hop that somebody tracks. */
    public NextHopState state(IpAddress nextHop, int link) {
        return tracker.state(new NextHopKey(nextHop, link));
    }

    /**
     * Says that all routes by these next hops are about to change, because nobody vouches for them any more, such as when the one
     * neighbour that did has died. Groups do without them from now on, where another next hop or a backup is left, so that packets
     * need not wait until the routes have been put anew one by one. The kernel is told during this call, since what the caller has to
     * do next may take long.
     *
     * @param nextHops addresses with their links; the weight does not matter
     */
    public void abandon(List<NextHop.Via> nextHops) {
        boolean concerned = false;
        for (NextHop.Via nextHop : nextHops) {
            concerned |= tracker.abandon(NextHopKey.of(nextHop), true);
        }
        if (concerned) {
            resolveAgain(tracker.takeRegrouped());
            sync.replaceGroups();
            wake();
        }
    }

    /** Ends what {@link #abandon} began: somebody vouches for this next hop again. So does {@link #track}. */
    public void reinstate(IpAddress nextHop, int link) {
        if (tracker.abandon(new NextHopKey(nextHop, link), false)) {
            resolveAgain(tracker.takeRegrouped());
            wake();
        }
    }

    /** Sets what {@link TableOptions#resolveThroughDefault} said at first; next hops are resolved again if that is new. */
    public void resolveThroughDefault(boolean allowed) {
        if (resolver.throughDefault(allowed)) {
            linksChanged();
        }
    }

    /**
     * Sets whether the kernel is to hold our routes, as it does at first. Without, all that is decided here is decided as before, next
     * hops are resolved by the same routes, and the kernel keeps none of ours.
     */
    public void installRoutes(boolean install) {
        if (installing != install) {
            installing = install;
            sync.usersChanged(_ -> true);
        }
    }

    /** Ends what {@link #track} began; the observer hears nothing more. */
    public void untrack(IpAddress nextHop, int link, NextHopObserver observer) {
        tracker.untrack(new NextHopKey(nextHop, link), observer);
    }

    /** Tells somebody, from now on and instead of the one before, of routes put earlier that send packets elsewhere now. */
    public void observeWays(WaysObserver observer) {
        waysObserver = observer;
    }

    /**
     * The ways that packets take by the most preferred route that a source put for a prefix, whether or not the kernel's own goes
     * first; empty when there is none, or nothing of it can be reached.
     *
     * @param prefix the number of a prefix that is held
     */
    public List<NextHop.Hop> ways(AddressFamily family, int prefix) {
        RouteRows rows = routes(family).rows;
        return rows.size(prefix) == 0
                ? List.of()
                : groups.get(rows.group(prefix, 0)).hops();
    }

    /** The routes of others in our kernel table. */
    public HostRoutes hostRoutes() {
        return hostRoutes;
    }

    /** Hears from the kernel what changed in its links, addresses and routes. */
    @Override
    public void changed(Links.Event event) {
        switch (event) {
            case Links.Event.Snapshot snapshot -> replaceAll(snapshot);
            case Links.Event.LinkChanged(Links.Link link) -> {
                if (links.put(link)) {
                    linksChanged();
                }
            }
            case Links.Event.LinkRemoved(int link) -> {
                links.remove(link);
                ipv4.foreign.removeLink(link, id -> foreignChanged(ipv4, id));
                ipv6.foreign.removeLink(link, id -> foreignChanged(ipv6, id));
                linksChanged();
            }
            case Links.Event.AddressAdded(Links.HostAddress address) -> {
                links.add(address);
                linksChanged();
            }
            case Links.Event.AddressRemoved(Links.HostAddress address) -> {
                links.remove(address);
                linksChanged();
            }
            case Links.Event.RouteChanged(Links.ForeignRoute route) -> {
                if (concernsUs(route)) {
                    Routes routes = routes(route.prefix().family());
                    foreignChanged(routes, routes.foreign.put(route));
                }
            }
            case Links.Event.RouteRemoved(Links.ForeignRoute route) -> {
                if (concernsUs(route)) {
                    Routes routes = routes(route.prefix().family());
                    routes.foreign.remove(route, id -> foreignChanged(routes, id));
                }
            }
        }
    }

    private void replaceAll(Links.Event.Snapshot snapshot) {
        boolean first = !links.isKnown();
        links.replaceAll(snapshot.links(), snapshot.addresses());
        ipv4.foreign.clear(id -> foreignChanged(ipv4, id));
        ipv6.foreign.clear(id -> foreignChanged(ipv6, id));
        for (Links.ForeignRoute route : snapshot.routes()) {
            if (concernsUs(route)) {
                Routes routes = routes(route.prefix().family());
                foreignChanged(routes, routes.foreign.put(route));
            }
        }
        linksChanged();
        if (first) {
            sync.start();
        }
    }

    /** Whether a route is in our table. Every link has fe80::/64, and link-local next hops name their link. */
    private boolean concernsUs(Links.ForeignRoute route) {
        return route.kernelTable() == instance.kernelTable()
                && !(route.prefix().family() == AddressFamily.IPV6
                        && route.prefix().address().isLinkLocal());
    }

    private void foreignChanged(Routes routes, int id) {
        hostRoutes.changed(routes.prefixes, id);
        sync.changed(routes.prefixes.family(), id);
        prefixChanged(routes.prefixes, id);
    }

    private void linksChanged() {
        hostRoutes.linksChanged();
        tracker.allChanged();
        groupsChanged = true;
        sync.retryRefused();
        wake();
    }

    private void wake() {
        if (!awake && !closed) {
            awake = true;
            loop.execute(this::turn);
        }
    }

    private @Nullable KernelStatus kernelStatus(AddressFamily family, int id) {
        return contents.status(family, id, sync.isSending());
    }

    private void mismatch(String why) {
        reader.lost(why);
    }

    private void turn() {
        awake = false;
        if (closed) {
            return;
        }
        NextHopTracker.Settled settled = tracker.settle();
        resolveGroups(settled);
        sync.replaceGroups(); // before those are told who may have much to do
        settled.tell().forEach(Runnable::run);
        sync.pump();
        reader.proceed();
    }

    private void resolveGroups(NextHopTracker.Settled settled) {
        if (groupsChanged) {
            groupsChanged = false;
            List<NextHopGroup> all = new ArrayList<>();
            groups.forEach(all::add);
            resolveAgain(all);
        } else {
            resolveAgain(settled.groups());
        }
    }

    private void resolveAgain(Collection<NextHopGroup> changed) {
        BitSet appeared = new BitSet();
        BitSet other = new BitSet();
        for (NextHopGroup group : changed) {
            List<NextHop.Hop> before = group.hops();
            if (resolve(group)) {
                sync.groupChanged(group);
            }
            appeared.set(group.number, before.isEmpty() == group.isResolved());
            other.set(group.number, !before.equals(group.hops()));
        }
        if (!appeared.isEmpty()) {
            sync.usersChanged(appeared::get);
        }
        if (!other.isEmpty() && waysObserver != WaysObserver.NONE) {
            ipv4.rows.forEachUsing(other::get, id -> waysObserver.waysChanged(AddressFamily.IPV4, id));
            ipv6.rows.forEachUsing(other::get, id -> waysObserver.waysChanged(AddressFamily.IPV6, id));
        }
    }

    private void groupBorn(NextHopGroup group) {
        group.forEachKey(key -> tracker.use(key, group));
        resolve(group);
    }

    private void groupDied(NextHopGroup group) {
        group.forEachKey(key -> tracker.unuse(key, group));
        sync.groupDied(group);
    }

    /** Resolves a group from the states of its members. Returns whether the kernel's is to hold something else than before. */
    private boolean resolve(NextHopGroup group) {
        return group.resolve(ResolvedGroup.of(group.members, group.backup, this::reach));
    }

    private ResolvedGroup.Reach reach(NextHop nextHop) {
        return switch (nextHop) {
            case NextHop.Via via -> {
                NextHopKey key = NextHopKey.of(via);
                NextHopState state = tracker.state(key);
                yield new ResolvedGroup.Reach(state.hops(), tracker.isAbandoned(key), state.because());
            }
            case NextHop.Through through -> {
                NextHopKey plain = NextHopKey.plain(through);
                NextHopState state =
                        TunnelWays.of(through, tracker.state(plain), tracker.state(NextHopKey.outer(through)), links);
                yield new ResolvedGroup.Reach(state.hops(), tracker.isAbandoned(plain), state.because());
            }
            case NextHop.Attached(int link) ->
                links.isUp(link)
                        ? new ResolvedGroup.Reach(List.of(new NextHop.Hop(null, link, 1, false)), false, "")
                        : new ResolvedGroup.Reach(List.of(), false, links.whyDown(link));
            case NextHop.Discard _ -> new ResolvedGroup.Reach(List.of(NextHop.Hop.DISCARD), false, "");
        };
    }

    /** The route that an address would take in this table, longest match first; empty when there is none. */
    public Optional<TableRoute> lookup(IpAddress address) {
        Routes routes = routes(address.family());
        int id = routes.prefixes.longestMatch(
                address.high(), address.low(), address.family().bits(), candidate -> isUsed(routes, candidate));
        return id == PrefixTable.NONE ? Optional.empty() : Optional.ofNullable(routes.explainer.route(id));
    }

    private static boolean isUsed(Routes routes, int id) {
        return routes.foreign.first(id) != null || routes.explainer.chosen(id) >= 0;
    }

    /** All that is known of exactly this prefix, and why; without candidates when no source has a route for it. */
    public Explanation explain(IpPrefix prefix) {
        Routes routes = routes(prefix.family());
        int id = routes.prefixes.find(prefix);
        if (id != PrefixTable.NONE) {
            return routes.explainer.explain(id);
        }
        KernelStatus status =
                new KernelStatus.NotWanted(KernelStatus.NotWanted.Reason.NO_ROUTE, "no source has a route for it");
        return new Explanation(prefix, List.of(), status);
    }

    /**
     * Visits the routes used for a prefix and all prefixes within it, in order; to see all, ask for 0.0.0.0/0 and
     * {@code ::/0}. Prefixes none of whose routes can be reached are left out; {@link #explain} shows them. The action must not
     * change the table.
     */
    public void forEachWithin(IpPrefix within, Consumer<TableRoute> action) {
        Routes routes = routes(within.family());
        routes.prefixes.forEachWithin(within, id -> {
            TableRoute route = routes.explainer.route(id);
            if (route != null) {
                action.accept(route);
            }
        });
    }

    /** How many routes there are. */
    public RouteCounters counters() {
        Map<RouteSource, Integer> bySource = new EnumMap<>(RouteSource.class);
        for (RouteSource source : RouteSource.values()) {
            bySource.put(source, ipv4.rows.count(source) + ipv6.rows.count(source));
        }
        bySource.put(RouteSource.KERNEL, ipv4.foreign.size() + ipv6.foreign.size());
        KernelRows kernel4 = contents.rows(AddressFamily.IPV4);
        KernelRows kernel6 = contents.rows(AddressFamily.IPV6);
        return new RouteCounters(
                Map.copyOf(bySource),
                kernel4.installedCount() + kernel6.installedCount(),
                kernel4.stale().cardinality() + kernel6.stale().cardinality(),
                kernel4.waiting() + kernel4.inFlight() + kernel6.waiting() + kernel6.inFlight(),
                contents.failed(),
                groups.size());
    }

    /** The next hops in use, in the order in which they came into use. */
    public List<TrackedNextHop> nextHops() {
        return tracker.list();
    }

    /** Whether the kernel holds all that is wanted, except what it refused: nothing is waiting, nothing is in flight. */
    public boolean isQuiet() {
        return !awake && sync.isSending() && sync.isIdle();
    }

    /** Ends all activity. The kernel keeps what it holds: forwarding goes on, and the next run adopts it. */
    public void close() {
        closed = true;
        sync.close();
        reader.close();
    }

    /** What the kernel should hold: the most preferred route that resolves, unless one of the kernel's own goes first or it shall hold none. */
    private final class Wants implements DesiredRoutes {
        @Override
        public boolean any() {
            return installing;
        }

        @Override
        public @Nullable NextHopGroup wanted(AddressFamily family, int prefix) {
            Routes routes = routes(family);
            if (!installing || routes.foreign.winner(prefix) != null) {
                return null;
            }
            int chosen = routes.explainer.chosen(prefix);
            return chosen < 0 ? null : groups.get(routes.rows.group(prefix, chosen));
        }

        @Override
        public boolean isAnnounced(AddressFamily family, int prefix) {
            return routes(family).rows.size(prefix) > 0;
        }

        @Override
        public void forEachUsing(IntPredicate groupNumbers, PrefixAction action) {
            ipv4.rows.forEachUsing(groupNumbers, id -> action.accept(AddressFamily.IPV4, id));
            ipv6.rows.forEachUsing(groupNumbers, id -> action.accept(AddressFamily.IPV6, id));
        }
    }
}
