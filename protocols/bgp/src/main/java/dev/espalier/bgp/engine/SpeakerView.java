package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.SessionStatus;
import dev.espalier.bgp.session.Sessions;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.Decision;
import dev.espalier.bgp.table.DecisionStep;
import dev.espalier.bgp.table.PathCounts;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions about a speaker. Verdicts are not stored: they are worked out anew, by the code that acts on them.
 *
 * <p>To be used on the speaker's loop, within one task; what it returns is immutable and may go anywhere.
 */
public final class SpeakerView {

    private final SpeakerConfig config;
    private final Neighbors neighbors;
    private final Map<Family, LocRib> locRibs;
    private final Map<Family, UpdateGroups> groups;
    private final AttributeTable attributes;
    private final Originations originations;
    private final Redistribution redistribution;
    private final Sessions sessions;
    private final OwnRestart restart;
    private final ImportRules importRules;

    SpeakerView(
            SpeakerConfig config,
            Neighbors neighbors,
            Map<Family, LocRib> locRibs,
            Map<Family, UpdateGroups> groups,
            AttributeTable attributes,
            Originations originations,
            Redistribution redistribution,
            Sessions sessions,
            OwnRestart restart) {
        this.config = config;
        this.neighbors = neighbors;
        this.locRibs = locRibs;
        this.groups = groups;
        this.attributes = attributes;
        this.originations = originations;
        this.redistribution = redistribution;
        this.sessions = sessions;
        this.restart = restart;
        this.importRules = new ImportRules(config);
    }

    /** The configuration in force. */
    public SpeakerConfig config() {
        return config;
    }

    /** Whether the host's own route for a prefix is redistributed, and why or why not; null where there is nothing to say. */
    public @Nullable String redistribution(IpPrefix prefix) {
        return redistribution.explain(prefix);
    }

    /** Whether routes are still being learnt anew after a restart of ours. */
    public boolean restarting() {
        return restart.waiting() || restart.awaitsInstances();
    }

    /** The configured peers that a restart of ours still waits for, and other routing instances as {@code instance NAME}. */
    public Set<String> awaited() {
        return restart.awaited();
    }

    /** How many paths there are, over all families. */
    public int paths() {
        return locRibs.values().stream().mapToInt(locRib -> locRib.rib().size()).sum();
    }

    /** The ports on which neighbours may connect. */
    public List<Integer> ports() {
        return sessions.ports().stream().distinct().toList();
    }

    /** How many update groups there are: neighbours in the same one are told the same, and the work is done once for all. */
    public int updateGroups() {
        return groups.values().stream().mapToInt(UpdateGroups::size).sum();
    }

    /** How many sets of attributes there are. */
    public int attributeSets() {
        return attributes.size();
    }

    // ---- peers

    /** Every configured peer and every neighbour from a range. Takes time by their number, not by the size of the tables. */
    public List<PeerSnapshot> peers() {
        List<PeerSnapshot> peers = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Sessions.Entry session : sessions.entries()) {
            seen.add(session.config().name());
            peers.add(snapshot(session));
        }
        for (PeerConfig peer : config.peers()) {
            if (seen.add(peer.name())) {
                peers.add(new PeerSnapshot(peer, null, false, null, Map.of(), Set.of(), Set.of()));
            }
        }
        return peers;
    }

    private PeerSnapshot snapshot(Sessions.Entry session) {
        SessionStatus status = session.status();
        IpAddress address = session.address();
        Neighbor neighbor = address == null ? null : neighbors.find(session.config(), address, session.link());
        if (neighbor == null) {
            return new PeerSnapshot(
                    session.config(), session.address(), session.dynamic(), status, Map.of(), Set.of(), Set.of());
        }
        Map<Family, PeerSnapshot.Routes> routes = new EnumMap<>(Family.class);
        int source = neighbor.index();
        locRibs.forEach((family, locRib) -> {
            PathCounts counts = locRib.rib().counts();
            PeerSnapshot.Routes found = new PeerSnapshot.Routes(
                    counts.received(source),
                    counts.accepted(source),
                    counts.best(source),
                    sent(neighbor, family),
                    heldBack(neighbor, family));
            if (neighbor.members().containsKey(family) || found.received() > 0) {
                routes.put(family, found);
            }
        });
        return new PeerSnapshot(
                session.config(),
                session.address(),
                session.dynamic(),
                status,
                routes,
                neighbor.stale(),
                neighbor.endOfRibReceived());
    }

    private int heldBack(Neighbor neighbor, Family family) {
        Member member = neighbor.members().get(family);
        return member == null ? 0 : groupsOf(family).groupOf(member).heldBack();
    }

    private int sent(Neighbor neighbor, Family family) {
        Member member = neighbor.members().get(family);
        return member == null ? 0 : groupsOf(family).groupOf(member).announcer().sentCount(neighbor.index());
    }

    // ---- prefixes

    /** Whose announcement of our own is in force for a prefix; empty where we announce none. */
    public Optional<String> announcedBy(IpPrefix prefix) {
        return Optional.ofNullable(originations.claims().speaksFor(prefix));
    }

    /** The prefixes announced at run time. */
    public List<IpPrefix> announcedAtRunTime() {
        return originations.claims().prefixesAtRunTime();
    }

    /** The longest prefix with a path that contains another prefix, or is it. */
    public Optional<IpPrefix> longestMatch(IpPrefix within) {
        Rib rib = locRib(Family.unicast(within.family())).rib();
        IpAddress address = within.address();
        int id = rib.prefixes()
                .longestMatch(
                        address.high(), address.low(), within.length(), candidate -> rib.first(candidate) != Rib.NONE);
        return id == PrefixTable.NONE
                ? Optional.empty()
                : Optional.of(rib.prefixes().prefix(id));
    }

    /** All prefixes within one that have a path, in order. Takes a while for a full table: ask once, then work in pieces. */
    public List<IpPrefix> prefixesWithin(IpPrefix within) {
        Rib rib = locRib(Family.unicast(within.family())).rib();
        List<IpPrefix> found = new ArrayList<>();
        rib.prefixes().forEachWithin(within, id -> {
            if (rib.first(id) != Rib.NONE) {
                found.add(rib.prefixes().prefix(id));
            }
        });
        return found;
    }

    /** What is known of a prefix, without who is told; empty when no neighbour ever mentioned it. */
    public Optional<PrefixSnapshot> prefix(IpPrefix prefix) {
        return snapshot(prefix, false);
    }

    /** What is known of a prefix, with who is told; empty when no neighbour ever mentioned it. */
    public Optional<PrefixSnapshot> explain(IpPrefix prefix) {
        return snapshot(prefix, true);
    }

    /**
     * What the neighbour at one address is told of a prefix, and why or why not.
     *
     * @return empty when it has no session of the family, or no neighbour ever mentioned the prefix
     */
    public List<PrefixSnapshot.Told> told(IpPrefix prefix, IpAddress address) {
        Family family = Family.unicast(prefix.family());
        LocRib locRib = locRib(family);
        int id = locRib.rib().prefixes().find(prefix);
        return id == PrefixTable.NONE || locRib.rib().first(id) == Rib.NONE
                ? List.of()
                : new ExportView(locRib, groupsOf(family), neighbors, originations, attributes)
                        .told(id, neighbor -> neighbor.address().equals(address));
    }

    private Optional<PrefixSnapshot> snapshot(IpPrefix prefix, boolean withTold) {
        Family family = Family.unicast(prefix.family());
        LocRib locRib = locRib(family);
        int id = locRib.rib().prefixes().find(prefix);
        if (id == PrefixTable.NONE || locRib.rib().first(id) == Rib.NONE) {
            return Optional.empty();
        }
        List<Integer> backup = locRib.backup(id);
        Decision decision = locRib.explain(id);
        Forwarding forwarding = new Forwarding(locRib.multipath(), backup);
        List<PrefixSnapshot.Path> paths = new ArrayList<>();
        for (int path = locRib.rib().first(id);
                path != Rib.NONE;
                path = locRib.rib().next(path)) {
            paths.add(path(locRib, path, decision, forwarding));
        }
        paths.sort(Comparator.comparing(PrefixSnapshot.Path::role));
        List<PrefixSnapshot.Told> told = withTold
                ? new ExportView(locRib, groupsOf(family), neighbors, originations, attributes).told(id)
                : List.of();
        return Optional.of(new PrefixSnapshot(prefix, paths, told, locRib.deferred()));
    }

    /**
     * What the paths of a prefix that can be used are used for, beside the best.
     *
     * @param multipath those that share its traffic, itself among them
     * @param backup those that stand in for all of these
     */
    private record Forwarding(List<Integer> multipath, List<Integer> backup) {
        PrefixSnapshot.Role role(int path) {
            return multipath.contains(path)
                    ? PrefixSnapshot.Role.MULTIPATH
                    : backup.contains(path) ? PrefixSnapshot.Role.BACKUP : PrefixSnapshot.Role.CANDIDATE;
        }

        static String purpose(PrefixSnapshot.Role role) {
            return switch (role) {
                case MULTIPATH -> ", but it is equal for forwarding and used too";
                case BACKUP ->
                    ", but it has another next hop than those in use, and stands in when none of these is left";
                case BEST, CANDIDATE, REFUSED -> "";
            };
        }
    }

    private PrefixSnapshot.Path path(LocRib locRib, int path, Decision decision, Forwarding forwarding) {
        Rib rib = locRib.rib();
        Neighbor neighbor = neighbors.byIndex(rib.source(path));
        int accepted = rib.accepted(path);
        PrefixSnapshot.Role role;
        String because;
        DecisionStep step = decision.putAsideBy(path);
        if (accepted == Rib.REJECTED) {
            role = PrefixSnapshot.Role.REFUSED;
            because = whyRefused(Objects.requireNonNull(neighbor), rib, path);
        } else if (path == decision.best()) {
            role = PrefixSnapshot.Role.BEST;
            because = whyBest(rib, path, decision) + (neighbor == null ? whose(rib, path) : "");
        } else if (step == DecisionStep.RESOLVABLE) {
            role = PrefixSnapshot.Role.REFUSED;
            because = step.whyNot();
        } else {
            role = forwarding.role(path);
            because = (step == null ? "" : step.whyNot()) + Forwarding.purpose(role);
        }
        return new PrefixSnapshot.Path(
                neighbor == null ? null : neighbor.config().name(),
                neighbor == null ? null : neighbor.address(),
                neighbors.leakingInstance(rib.source(path)),
                rib.pathId(path),
                attributes.get(rib.received(path)),
                accepted == Rib.REJECTED ? null : attributes.get(accepted),
                rib.isStale(path),
                role,
                because);
    }

    /** The best path is explained by the last step that put another one aside. */
    private static String whyBest(Rib rib, int best, Decision decision) {
        DecisionStep last = null;
        for (int path = rib.first(rib.prefix(best)); path != Rib.NONE; path = rib.next(path)) {
            DecisionStep step = decision.putAsideBy(path);
            if (step != null && (last == null || step.compareTo(last) > 0)) {
                last = step;
            }
        }
        return last == null
                ? "it is the only path that can be used"
                : "the others were put aside, the last one because " + last.whyNot();
    }

    private String whose(Rib rib, int path) {
        String instance = neighbors.leakingInstance(rib.source(path));
        if (instance != null) {
            return "; it is leaked from the routing instance '" + instance + "'";
        }
        SpeakerConfig.Origination ours = originations.of(rib.family(), rib.prefix(path));
        int routes = originations.aggregates(rib.family()).sizeOf(rib.prefixes().prefix(rib.prefix(path)));
        if (routes > 0) {
            return "; it is our aggregate of " + routes + " more specific routes";
        }
        return ours == null ? "" : "; it is our own, announced for " + ours.because();
    }

    private String whyRefused(Neighbor neighbor, Rib rib, int path) {
        PathSource source = Objects.requireNonNull(neighbor.source());
        IpPrefix prefix = rib.prefixes().prefix(rib.prefix(path));
        ImportRules.Judgement judgement = importRules.judge(
                neighbor.arrival(source),
                rib.family(),
                prefix.address().high(),
                prefix.address().low(),
                prefix.length(),
                attributes.get(rib.received(path)));
        return sentence(judgement.refusal(), judgement.because());
    }

    private static String sentence(@Nullable Object refusal, @Nullable String because) {
        String reason = refusal == null ? "accepted" : refusal.toString();
        return because == null ? reason : reason + " (" + because + ")";
    }

    private LocRib locRib(Family family) {
        return Objects.requireNonNull(locRibs.get(family));
    }

    private UpdateGroups groupsOf(Family family) {
        return Objects.requireNonNull(groups.get(family));
    }
}
