package dev.espalier.bgp.engine;

import dev.espalier.bgp.CommunityKind;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.sim.ForwardingModel;
import dev.espalier.bgp.sim.SimulatedLoop;
import dev.espalier.bgp.sim.SimulatedTime;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Action;
import dev.espalier.policy.Condition;
import dev.espalier.policy.DefaultAction;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyCompiler;
import dev.espalier.policy.PolicyDefinition;
import dev.espalier.policy.PolicyResult;
import dev.espalier.policy.Statement;
import dev.espalier.route.Links;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import dev.espalier.route.RoutingInstance;
import dev.espalier.routing.PrefixIndex;
import dev.espalier.routing.RoutingTable;
import dev.espalier.routing.TableOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a route reflector without its sessions: paths go in as a test says, and {@link Listener}s hear what the update
 * groups say. What they should have heard is worked out here once more, neighbour by neighbour, without groups.
 */
final class GroupBench {

    /** The policy that keeps back paths with MED 1. */
    static final Policy NOT_MED_1 = rejecting(1);

    /** A path of a neighbour. */
    record Path(int source, int pathId) {
        Community mark() {
            return Community.parse("65000:" + (100 * source + pathId));
        }
    }

    final SimulatedTime time = new SimulatedTime();
    final ForwardingModel kernel = new ForwardingModel();
    final AttributeTable attributes;
    final LocRib locRib;
    final UpdateGroups groups;
    final PrefixIndex index = new PrefixIndex();
    final Map<Integer, Member> members = new TreeMap<>();
    final Map<Integer, ExportKey> keys = new HashMap<>();
    final Map<Integer, Listener> listeners = new TreeMap<>();
    private final NextHops nextHops;

    private static final OwnRoutes NOTHING_OF_OUR_OWN = new OwnRoutes() {
        @Override
        public SpeakerConfig.@Nullable Origination of(int prefixId) {
            return null;
        }

        @Override
        public @Nullable IpPrefix summaryOf(ExportKey key, int prefixId) {
            return null;
        }
    };

    GroupBench() {
        SimulatedLoop loop = time.loop("table");
        RoutingTable routing = new RoutingTable(
                RoutingInstance.DEFAULT, index, loop, kernel, event -> {}, new TableOptions(Runnable::run));
        routing.adopt();
        routing.changed(world());
        nextHops = new NextHops(routing, this::nextHopChanged);
        attributes = new AttributeTable(nextHops::forget);
        Rib rib = new Rib(Family.IPV4_UNICAST, index.table(AddressFamily.IPV4), attributes);
        locRib = new LocRib(
                rib,
                attributes,
                nextHops,
                routing,
                GroupBench::source,
                id -> null,
                (source, id) -> Rib.NONE,
                this::decided);
        groups = new UpdateGroups(locRib, attributes, GroupBench::source, NOTHING_OF_OUR_OWN);
    }

    private static Policy rejecting(long med) {
        Statement statement =
                new Statement("s", List.of(new Condition.MedEq(med)), List.<Action>of(), PolicyResult.REJECT);
        PolicyDefinition definition = new PolicyDefinition("p", List.of(statement), DefaultAction.ACCEPT);
        return ((PolicyCompiler.Compiled) PolicyCompiler.compile(List.of(definition), List.of()))
                .policies()
                .get("p");
    }

    private static Links.Event.Snapshot world() {
        return new Links.Event.Snapshot(
                List.of(new Links.Link(Network.LINK, "e0", true, false, 1500, "02:00:00:00:00:01")),
                List.of(new Links.HostAddress(Network.LINK, Ipv4Address.parse("10.255.0.1"), 8, null)),
                List.of(new Links.ForeignRoute(
                        254,
                        IpPrefix.parse("10.0.0.0/8"),
                        List.of(new NextHop.Hop(null, Network.LINK, 1, false)),
                        2,
                        0)));
    }

    private void nextHopChanged(int nextHop) {
        locRib.nextHopChanged(nextHop);
    }

    private void decided(int prefixId, boolean bestChanged) {
        groups.decided(prefixId, bestChanged);
    }

    /** Every neighbour is a client; the lower its number, the better its paths, other things being equal. */
    static PathSource source(int number) {
        Ipv4Address address = address(number);
        return new PathSource(number, RouteSource.IBGP, new Asn(65000), address, address, true, 0);
    }

    private static Ipv4Address address(int number) {
        return Ipv4Address.parse("10.0.0." + number);
    }

    static ExportKey key(int paths, Policy policy) {
        return new ExportKey(
                Family.IPV4_UNICAST,
                true,
                true,
                AsPathExport.plain(new Asn(65000)),
                new NextHopExport(false, false, Ipv4Address.parse("10.255.0.1"), null, null),
                0,
                false,
                null,
                Set.of(CommunityKind.values()),
                Ipv4Address.parse("10.255.0.1"),
                Ipv4Address.parse("10.255.0.1"),
                true,
                4096,
                paths,
                true,
                false,
                policy,
                null,
                null,
                null,
                null);
    }

    void join(int number, ExportKey key) {
        Listener listener = new Listener(key.paths() > 0);
        listeners.put(number, listener);
        keys.put(number, key);
        members.put(number, groups.join(key, number, listener));
    }

    void leave(int number) {
        groups.leave(java.util.Objects.requireNonNull(members.remove(number)));
        listeners.remove(number);
        keys.remove(number);
    }

    void rekey(int number, ExportKey key) {
        keys.put(number, key);
        groups.rekey(java.util.Objects.requireNonNull(members.get(number)), key);
    }

    void announce(String prefix, Path path, int localPref, int med) {
        Rib rib = locRib.rib();
        IpPrefix parsed = IpPrefix.parse(prefix);
        int id = rib.prefixes().retain(parsed.address().high(), parsed.address().low(), parsed.length());
        int set = attributes.intern(PathAttributes.builder()
                .nextHop(address(path.source()))
                .localPref(localPref)
                .med(med)
                .communities(List.of(path.mark()))
                .build());
        attributes.retain(set);
        int row = rib.find(id, path.source(), path.pathId());
        if (row == Rib.NONE) {
            rib.add(id, path.source(), path.pathId(), set, set);
        } else {
            rib.replace(row, set, set);
            rib.prefixes().release(id);
        }
        locRib.changed(id);
    }

    void withdraw(String prefix, Path path) {
        Rib rib = locRib.rib();
        int id = rib.prefixes().find(IpPrefix.parse(prefix));
        int row = id < 0 ? Rib.NONE : rib.find(id, path.source(), path.pathId());
        if (row != Rib.NONE) {
            locRib.changed(id);
            rib.remove(row);
        }
    }

    /** Decides and tells as far as the neighbours can take it, a few prefixes at a time. */
    void turn(int budget) {
        locRib.decide(budget);
        groups.drain(budget, time.now());
        time.settle();
    }

    void finish() {
        listeners.values().forEach(listener -> listener.writable = true);
        boolean busy = true;
        for (int i = 0; busy && i < 100; i++) {
            boolean undecided = locRib.decide(100);
            busy = groups.drain(100, time.now()) != UpdateGroups.Turn.DONE || undecided;
        }
        time.settle();
    }

    /** What a neighbour should know in the end: prefixes with the paths, best first. */
    Map<IpPrefix, List<Community>> model(int number) {
        ExportKey key = java.util.Objects.requireNonNull(keys.get(number));
        Map<IpPrefix, List<Community>> model = new TreeMap<>();
        byPrefix().forEach((prefix, rows) -> {
            List<Integer> ranked = ranked(rows);
            // without ADD-PATH it is the best path or none, whatever else there is
            List<Integer> candidates = key.paths() == 0 ? ranked.subList(0, 1) : ranked;
            List<Community> told = candidates.stream()
                    .filter(row -> locRib.rib().source(row) != number)
                    .filter(row -> !NOT_MED_1.equals(key.policy()) || of(row).med() != 1)
                    .limit(Math.max(1, key.paths()))
                    .map(row -> of(row).communities().getFirst())
                    .sorted()
                    .toList();
            if (!told.isEmpty()) {
                model.put(prefix, told);
            }
        });
        return model;
    }

    private Map<IpPrefix, List<Integer>> byPrefix() {
        Map<IpPrefix, List<Integer>> rows = new TreeMap<>();
        Rib rib = locRib.rib();
        rib.forEach(row -> rows.computeIfAbsent(rib.prefixes().prefix(rib.prefix(row)), prefix -> new ArrayList<>())
                .add(row));
        return rows;
    }

    /** All paths have empty AS paths, so that the decision process is a plain order here. */
    private List<Integer> ranked(List<Integer> rows) {
        Rib rib = locRib.rib();
        return rows.stream()
                .sorted(java.util.Comparator.<Integer>comparingInt(row -> -of(row).localPref())
                        .thenComparingInt(row -> of(row).med())
                        .thenComparingInt(rib::source)
                        .thenComparing(rib::pathId, Integer::compareUnsigned))
                .toList();
    }

    private PathAttributes of(int row) {
        return attributes.get(locRib.rib().accepted(row));
    }

    /** What a neighbour knows. */
    Map<IpPrefix, List<Community>> heard(int number) {
        Map<IpPrefix, List<Community>> heard = new TreeMap<>();
        java.util.Objects.requireNonNull(listeners.get(number)).routes.forEach((route, told) -> heard.computeIfAbsent(
                        route.prefix(), prefix -> new ArrayList<>())
                .add(told.communities().getFirst()));
        heard.values().forEach(list -> list.sort(null));
        return heard;
    }
}
