package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of a {@link Scenario} once the dust has settled, whatever happened before:
 *
 * <ul>
 *   <li>every Adj-RIB-In is the replay of what was sent on the wire ({@link WireReplay}), and nothing in it is stale;
 *   <li>every best path is the one that {@link NaiveRules} choose among the routes received, and every neighbour has been told what
 *       they say it should;
 *   <li>the kernel forwards by the best paths, and no packet goes in circles;
 *   <li>the numbers that are kept of each neighbour's routes are those that a walk over the tables finds;
 *   <li>where nobody refuses anything, everybody knows everything;
 *   <li>when all is withdrawn, nothing is left in any table.
 * </ul>
 */
final class Invariants {

    private final Scenario scenario;
    private final Map<Network.Router, Map<IpPrefix, PrefixSnapshot>> known = new LinkedHashMap<>();

    Invariants(Scenario scenario) {
        this.scenario = scenario;
    }

    /** Checks all but the last; the network has settled. */
    void check() {
        scenario.routers.forEach(router -> known.put(router, router.routes()));
        Set<IpPrefix> announced = new TreeSet<>();
        scenario.routers.forEach(router -> announced.addAll(router.originated.keySet()));
        known.forEach((router, routes) -> {
            for (PeerConfig peer : router.peers.values()) {
                checkWire(router, scenario.at(address(peer)), routes);
            }
            checkCounts(router, routes);
            Set<IpPrefix> prefixes = new TreeSet<>(announced);
            prefixes.addAll(routes.keySet());
            prefixes.addAll(router.kernel.forwarding().keySet());
            for (IpPrefix prefix : prefixes) {
                checkPrefix(router, prefix, routes.get(prefix));
            }
        });
        for (IpPrefix prefix : announced) {
            scenario.routers.forEach(router -> checkForwarding(router, prefix, new ArrayList<>()));
        }
        if (scenario.acceptAll) {
            known.forEach((router, routes) -> same(router + " knows every prefix", routes.keySet(), announced));
        }
    }

    private static IpAddress address(PeerConfig peer) {
        return ((PeerConfig.Remote.Address) peer.remote()).address();
    }

    private static void same(String what, @Nullable Object actual, @Nullable Object expected) {
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(what + ":\n  is        " + actual + "\n  should be " + expected);
        }
    }

    // ---- Adj-RIB-In and the wire

    private void checkWire(Network.Router router, Network.Router from, Map<IpPrefix, PrefixSnapshot> routes) {
        String who = router + " <- " + from;
        same(who + ": connections", scenario.net.network.connections(router.transport, from.transport), 1L);
        Map<IpPrefix, Map<Integer, String>> table = new TreeMap<>();
        routes.forEach((prefix, snapshot) -> snapshot.paths().stream()
                .filter(path -> from.address.equals(path.from()))
                .forEach(path -> {
                    same(who + ": stale " + prefix, path.stale(), false);
                    same(who + ": twice " + prefix, table.put(prefix, octets(path.received())), null);
                }));
        same(
                who + ": Adj-RIB-In against the wire",
                table,
                WireReplay.of(scenario.net.network.heard(router.transport, from.transport)));
    }

    /** All attributes as on the wire; the next hop is kept apart from the others. */
    private static Map<Integer, String> octets(PathAttributes attributes) {
        Map<Integer, String> octets = WireReplay.attributes(ByteBuffer.wrap(attributes.encoded()));
        octets.put(
                3, "%08x".formatted(Objects.requireNonNull(attributes.nextHop()).high() >>> 32));
        return octets;
    }

    // ---- what is counted with every change

    private static void checkCounts(Network.Router router, Map<IpPrefix, PrefixSnapshot> routes) {
        List<PeerSnapshot> peers = router.onLoop(speaker -> speaker.view().peers());
        for (PeerSnapshot peer : peers) {
            List<PrefixSnapshot.Path> paths = routes.values().stream()
                    .flatMap(route -> route.paths().stream())
                    .filter(path -> Objects.equals(path.from(), peer.address()))
                    .toList();
            long told = routes.values().stream()
                    .flatMap(route -> route.told().stream())
                    .filter(one -> one.address().equals(peer.address()) && one.attributes() != null)
                    .count();
            int best = (int) paths.stream()
                    .filter(path -> path.role() == PrefixSnapshot.Role.BEST)
                    .count();
            int accepted =
                    (int) paths.stream().filter(path -> path.accepted() != null).count();
            same(
                    router + " <-> " + peer.address() + ": the numbers of its routes",
                    peer.routes().getOrDefault(Family.IPV4_UNICAST, new PeerSnapshot.Routes(0, 0, 0, 0, 0)),
                    new PeerSnapshot.Routes(paths.size(), accepted, best, (int) told, 0));
        }
    }

    // ---- the decision, what is told of it, and the kernel

    private void checkPrefix(Network.Router router, IpPrefix prefix, @Nullable PrefixSnapshot snapshot) {
        String where = router + " " + prefix;
        NaiveRules rules = new NaiveRules(router.config(), to -> router.metrics.getOrDefault(to, 0));
        List<NaiveRules.Candidate> candidates = candidates(router, rules, prefix, snapshot);
        NaiveRules.Candidate best = rules.best(candidates);
        PrefixSnapshot.Path chosen = chosen(snapshot);
        same(
                where + ": the best path's source among " + snapshot,
                chosen == null ? "none" : chosen.from(),
                best == null ? "none" : best.neighbour() == null ? null : best.neighbour().address);
        if (best != null && chosen != null) {
            same(where + ": the best path", chosen.accepted(), best.attributes());
        }
        for (PeerConfig peer : router.peers.values()) {
            Network.Router receiver = scenario.at(address(peer));
            PathAttributes told = snapshot == null ? null : told(snapshot, receiver);
            same(where + " -> " + receiver, told, rules.tell(peer, receiver, prefix, best));
            same(where + " -> " + receiver + " as it arrived", arrived(receiver, router, prefix), told);
        }
        checkKernel(router, prefix, rules.equalForForwarding(candidates), best, candidates);
    }

    private List<NaiveRules.Candidate> candidates(
            Network.Router router, NaiveRules rules, IpPrefix prefix, @Nullable PrefixSnapshot snapshot) {
        List<NaiveRules.Candidate> candidates = new ArrayList<>();
        var own = router.originated.get(prefix);
        if (own != null) {
            candidates.add(new NaiveRules.Candidate(null, null, own.attributes()));
        }
        if (snapshot == null) {
            return candidates;
        }
        for (PrefixSnapshot.Path path : snapshot.paths()) {
            if (path.from() != null) {
                PeerConfig peer =
                        Objects.requireNonNull(router.peers.get(path.from().toString()));
                Network.Router neighbour = scenario.at(path.from());
                PathAttributes accepted = rules.accept(peer, neighbour, prefix, path.received());
                same(router + " " + prefix + ": accepted from " + neighbour, path.accepted(), accepted);
                if (accepted != null) {
                    candidates.add(new NaiveRules.Candidate(peer, neighbour, accepted));
                }
            }
        }
        return candidates;
    }

    private static PrefixSnapshot.@Nullable Path chosen(@Nullable PrefixSnapshot snapshot) {
        return snapshot == null
                ? null
                : snapshot.paths().stream()
                        .filter(path -> path.role() == PrefixSnapshot.Role.BEST)
                        .findFirst()
                        .orElse(null);
    }

    private static @Nullable PathAttributes told(PrefixSnapshot snapshot, Network.Router receiver) {
        for (PrefixSnapshot.Told told : snapshot.told()) {
            if (told.address().equals(receiver.address)) {
                return told.attributes();
            }
        }
        return null;
    }

    private @Nullable PathAttributes arrived(Network.Router at, Network.Router from, IpPrefix prefix) {
        PrefixSnapshot snapshot = Objects.requireNonNull(known.get(at)).get(prefix);
        if (snapshot != null) {
            for (PrefixSnapshot.Path path : snapshot.paths()) {
                if (from.address.equals(path.from())) {
                    return path.received();
                }
            }
        }
        return null;
    }

    private static void checkKernel(
            Network.Router router,
            IpPrefix prefix,
            List<NaiveRules.Candidate> equal,
            NaiveRules.@Nullable Candidate best,
            List<NaiveRules.Candidate> candidates) {
        List<NextHop.Hop> hops = router.kernel.forwarding().get(prefix);
        String where = router + " " + prefix + ": of " + candidates + " the kernel uses " + hops;
        if (best == null || best.isOurs()) {
            boolean discards = best != null
                    && Objects.requireNonNull(router.originated.get(prefix)).discard();
            same(where, hops, discards ? List.of(NextHop.Hop.DISCARD) : null);
            return;
        }
        boolean relax = router.config().multipathRelax();
        Set<Object> usable = new HashSet<>();
        for (NaiveRules.Candidate candidate : equal) {
            if (relax || NaiveRules.firstAs(candidate).equals(NaiveRules.firstAs(best))) {
                usable.add(candidate.attributes().nextHop());
            }
        }
        if (hops == null) {
            throw new AssertionError(where + ", although the best path is " + best);
        }
        Set<Object> used = hops.stream().map(NextHop.Hop::gateway).collect(Collectors.toSet());
        same(where + ", all of which may be used: " + usable, usable.containsAll(used), true);
        same(where + ", among them the best", used.contains(best.attributes().nextHop()), true);
        if (equal.size() <= router.maximumPaths) {
            same(where, used, usable);
        }
    }

    // ---- forwarding

    /** Follows every way that a packet to the first address of a prefix can take. */
    private void checkForwarding(Network.Router at, IpPrefix prefix, List<Network.Router> passed) {
        if (passed.contains(at)) {
            throw new AssertionError("packets to " + prefix + " go in circles: " + passed + " " + at);
        }
        IpPrefix longest = null;
        for (IpPrefix candidate : at.kernel.forwarding().keySet()) {
            if (candidate.contains(prefix.address()) && (longest == null || candidate.length() > longest.length())) {
                longest = candidate;
            }
        }
        for (IpPrefix own : at.originated.keySet()) {
            if (own.contains(prefix.address()) && (longest == null || own.length() > longest.length())) {
                return; // it has arrived
            }
        }
        if (longest == null) {
            return;
        }
        passed.add(at);
        for (NextHop.Hop hop : at.kernel.forwarding().get(longest)) {
            if (hop.gateway() != null) {
                checkForwarding(scenario.at(hop.gateway()), prefix, passed);
            }
        }
        passed.removeLast();
    }

    // ---- the end

    /** Checks that nothing is left anywhere; everything has been withdrawn and the network has settled. */
    void checkEmpty() {
        for (Network.Router router : scenario.routers) {
            int others = router.onLoop(speaker -> speaker.view().paths());
            same(router + ": paths left", others, 0);
            same(
                    router + ": sets of attributes left",
                    router.onLoop(speaker -> speaker.view().attributeSets()),
                    0);
            same(router + ": routes left in the kernel", router.kernel.forwarding(), Map.of());
            same(router + ": groups of next hops left in the kernel", router.kernel.groups(), 0);
            var table = Objects.requireNonNull(router.table);
            same(router + ": groups left", table.counters().groups(), 0);
            same(router + ": next hops left", table.nextHops(), List.of());
            int prefixes =
                    router.index.table(dev.espalier.net.AddressFamily.IPV4).size();
            same(router + ": prefixes left besides the kernel's own", prefixes - 1 - router.metrics.size(), 0);
        }
    }
}
