package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.EventSink;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RoutingInstance;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What we announce on our own account: paths like any other, whose source is ourselves. A prefix that sums up others is announced
 * while its {@link Aggregates} say so. Owned by the table's loop.
 */
final class Originations {

    private final AttributeTable attributes;
    private final Map<Family, LocRib> locRibs;
    private final EventSink events;
    private final RoutingInstance instance;
    private final Map<Family, Aggregates> aggregates = new EnumMap<>(Family.class);
    private final Claims claims = new Claims();
    /** What is in force, by prefix. */
    private final Map<IpPrefix, SpeakerConfig.Origination> current = new HashMap<>();
    /** How many of them are for named peers only. */
    private int forNamedPeers;

    /**
     * Nothing announced yet.
     *
     * @param locRibs by family; may be filled later
     * @param events hears of aggregates
     * @param instance the routing instance they belong to
     */
    Originations(AttributeTable attributes, Map<Family, LocRib> locRibs, EventSink events, RoutingInstance instance) {
        this.attributes = attributes;
        this.locRibs = locRibs;
        this.events = events;
        this.instance = instance;
    }

    /** Takes over the aggregates of a family, of which there are none yet. */
    void addAggregates(Family family, Aggregates ofFamily) {
        aggregates.put(family, ofFamily);
    }

    /** The aggregates of a family. */
    Aggregates aggregates(Family family) {
        return Objects.requireNonNull(aggregates.get(family));
    }

    /**
     * Follows with the aggregates what has been decided.
     *
     * @return whether that concerned any, so that there is something to be decided again
     */
    boolean settle() {
        boolean any = false;
        for (Aggregates family : aggregates.values()) {
            any |= family.settle();
        }
        return any;
    }

    /** Whether some announcement is for named peers only. */
    boolean someAreForNamedPeers() {
        return forNamedPeers > 0;
    }

    /** Who wants which prefix announced. */
    Claims claims() {
        return claims;
    }

    /** Our own announcement of a prefix number, or null. */
    SpeakerConfig.@Nullable Origination of(Family family, int prefixId) {
        LocRib locRib = locRibs.get(family);
        return locRib == null ? null : current.get(locRib.rib().prefixes().prefix(prefixId));
    }

    /** What the update groups of a family ask. */
    OwnRoutes of(Family family) {
        return new OwnRoutes() {
            @Override
            public SpeakerConfig.@Nullable Origination of(int prefixId) {
                return Originations.this.of(family, prefixId);
            }

            @Override
            public @Nullable IpPrefix summaryOf(ExportKey key, int prefixId) {
                return aggregates(family).summaryOf(key, prefixId);
            }
        };
    }

    /** Announces these prefixes by configuration, and no others; aggregates only as they come up. */
    void replaceBy(Map<IpPrefix, SpeakerConfig.Origination> wanted) {
        claims.configure(wanted).forEach(this::follow);
        aggregates.values().forEach(family -> family.configure(wanted));
    }

    /**
     * Announces a prefix at run time, for an owner; that takes the place of what the same owner said of it before.
     *
     * @return whose announcement of the prefix goes before this one; empty when it is this one
     */
    Optional<String> put(String owner, IpPrefix prefix, SpeakerConfig.Origination origination) {
        claims.put(owner, prefix, origination);
        follow(prefix);
        return Optional.ofNullable(claims.speaksFor(prefix)).filter(first -> !first.equals(owner));
    }

    /** An owner withdraws a prefix; somebody else's announcement of it may take its place. */
    void remove(String owner, IpPrefix prefix) {
        claims.remove(owner, prefix);
        follow(prefix);
    }

    /** An owner withdraws all it announced at run time. */
    void removeAll(String owner) {
        claims.of(owner).forEach(prefix -> remove(owner, prefix));
    }

    /** Withdraws everything, whoever announced it. */
    void clear() {
        claims.owners().forEach(this::removeAll);
        replaceBy(Map.of());
    }

    /** Brings what is announced of a prefix in line with what is wanted. */
    private void follow(IpPrefix prefix) {
        SpeakerConfig.Origination now = claims.inForce(prefix);
        SpeakerConfig.Origination before = now == null ? current.remove(prefix) : current.put(prefix, now);
        if (Objects.equals(before, now)) {
            return;
        }
        forNamedPeers += (isForNamedPeers(now) ? 1 : 0) - (isForNamedPeers(before) ? 1 : 0);
        if (before != null && (now == null || (now.aggregate() == null) != (before.aggregate() == null))) {
            withdraw(prefix);
        }
        if (now != null && now.aggregate() == null) {
            announce(prefix, now.attributes());
        }
    }

    private static boolean isForNamedPeers(SpeakerConfig.@Nullable Origination origination) {
        return origination != null && origination.peers() != null;
    }

    /**
     * Announces an aggregate, or does so no longer.
     *
     * @param what its attributes; null when there is nothing more specific
     */
    void aggregate(IpPrefix prefix, @Nullable PathAttributes what) {
        Rib rib = locRib(prefix).rib();
        int id = rib.prefixes().find(prefix);
        boolean announced = id != PrefixTable.NONE && rib.find(id, PathSource.SELF, 0) != Rib.NONE;
        if (what != null) {
            announce(prefix, what);
        } else {
            withdraw(prefix);
        }
        if (what != null && !announced) {
            String text = "the aggregate " + prefix + " is announced: there is a more specific route";
            events.info("bgp.aggregate.up", instance, prefix, text);
        } else if (what == null && announced) {
            String text = "the aggregate " + prefix + " is withdrawn: no more specific route is left";
            events.info("bgp.aggregate.down", instance, prefix, text);
        }
    }

    private void announce(IpPrefix prefix, PathAttributes what) {
        LocRib locRib = locRib(prefix);
        Rib rib = locRib.rib();
        int received = attributes.intern(what);
        int accepted = attributes.intern(what);
        int id = rib.prefixes().retain(prefix);
        int path = rib.find(id, PathSource.SELF, 0);
        if (path == Rib.NONE) {
            rib.add(id, PathSource.SELF, 0, received, accepted);
        } else {
            rib.replace(path, received, accepted);
            rib.prefixes().release(id);
        }
        locRib.changed(id);
    }

    private void withdraw(IpPrefix prefix) {
        LocRib locRib = locRib(prefix);
        Rib rib = locRib.rib();
        int id = rib.prefixes().find(prefix);
        int path = id == PrefixTable.NONE ? Rib.NONE : rib.find(id, PathSource.SELF, 0);
        if (path != Rib.NONE) { // an aggregate may be down
            locRib.changed(id);
            rib.remove(path);
        }
    }

    private LocRib locRib(IpPrefix prefix) {
        LocRib locRib = locRibs.get(Family.unicast(prefix.family()));
        if (locRib == null) {
            throw new IllegalStateException("no table for " + prefix.family());
        }
        return locRib;
    }
}
