package dev.espalier.bgp.engine;

import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.Community;
import dev.espalier.net.IpAddress;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Writes what neighbours say into Adj-RIB-In: judges each path by the import rules, and marks the prefixes whose paths changed.
 * What changes nothing marks nothing. One owner, the table's loop.
 */
final class Intake {

    private final AttributeTable attributes;
    private ImportRules rules;

    Intake(AttributeTable attributes, ImportRules rules) {
        this.attributes = attributes;
        this.rules = rules;
    }

    /** Judges by other rules from now on; paths already there are not looked at again. */
    void rules(ImportRules changed) {
        rules = changed;
    }

    /** Applies withdrawals of a neighbour. */
    void withdraw(Neighbor neighbor, LocRib locRib, Nlri withdrawn) {
        Rib rib = locRib.rib();
        withdrawn.forEach((pathId, high, low, length) -> {
            int id = rib.prefixes().find(high, low, length);
            int path = id == PrefixTable.NONE ? Rib.NONE : rib.find(id, neighbor.index(), pathId);
            if (path != Rib.NONE) {
                remove(locRib, path);
            }
        });
    }

    /** Applies announcements of a neighbour whose session is up. */
    void announce(
            Neighbor neighbor,
            PathSource source,
            Channel channel,
            LocRib locRib,
            UpdateMessage.Announcement announced) {
        PathAttributes received = announced.attributes();
        IpAddress ours = channel.negotiated().local().address();
        boolean loops = rules.loop(received, ours) != null;
        int set = attributes.intern(received);
        // The interned object, so that later comparisons by identity find it.
        PathAttributes kept = attributes.get(set);
        Rib rib = locRib.rib();
        announced.nlri().forEach((pathId, high, low, length) -> {
            int id = rib.prefixes().retain(high, low, length);
            int path = rib.find(id, neighbor.index(), pathId);
            if (path != Rib.NONE && rib.received(path) == set && !rib.isLongLived(path)) {
                rib.refresh(path);
                rib.prefixes().release(id);
                return;
            }
            int accepted = loops ? Rib.REJECTED : accept(neighbor, source, rib, high, low, length, set, kept);
            attributes.retain(set);
            if (path == Rib.NONE) {
                rib.add(id, neighbor.index(), pathId, set, accepted);
                markChanged(locRib, id, accepted != Rib.REJECTED);
            } else {
                boolean tookPart = rib.accepted(path) != Rib.REJECTED;
                rib.replace(path, set, accepted);
                markChanged(locRib, id, tookPart || accepted != Rib.REJECTED);
                rib.prefixes().release(id);
            }
        });
        attributes.release(set);
    }

    private static void markChanged(LocRib locRib, int prefixId, boolean concernsDecision) {
        if (concernsDecision) {
            locRib.changed(prefixId);
        }
    }

    /** The number of the attributes accepted, held once more, or {@link Rib#REJECTED}. */
    private int accept(
            Neighbor neighbor,
            PathSource source,
            Rib rib,
            long high,
            long low,
            int length,
            int set,
            PathAttributes received) {
        PathAttributes accepted = rules.accept(neighbor.config(), source, rib.family(), high, low, length, received);
        if (accepted == null) {
            return Rib.REJECTED;
        }
        if (sameObject(accepted, received)) {
            attributes.retain(set);
            return set;
        }
        return attributes.intern(accepted);
    }

    @SuppressWarnings("ReferenceEquality") // a policy that changes nothing returns the very object it was given
    private static boolean sameObject(PathAttributes a, PathAttributes b) {
        return a == b;
    }

    /** Judges all paths of a neighbour again, after its import policy changed. */
    void judgeAgain(Neighbor neighbor, PathSource source, IpAddress ours, LocRib locRib) {
        Rib rib = locRib.rib();
        PrefixTable prefixes = rib.prefixes();
        rib.forEachOf(neighbor.index(), path -> {
            int id = rib.prefix(path);
            int set = rib.received(path);
            PathAttributes received = attributes.get(set);
            int accepted = rules.loop(received, ours) != null
                    ? Rib.REJECTED
                    : accept(
                            neighbor,
                            source,
                            rib,
                            prefixes.high(id),
                            prefixes.low(id),
                            prefixes.length(id),
                            set,
                            received);
            if (accepted == rib.accepted(path)) {
                if (accepted != Rib.REJECTED) {
                    attributes.release(accepted);
                }
                return;
            }
            rib.accept(path, rib.isLongLived(path) ? prolonged(accepted) : accepted);
            locRib.changed(id);
        });
    }

    /** Removes those paths of a neighbour that the test picks. */
    void removeIf(Neighbor neighbor, LocRib locRib, IntPredicate picked) {
        locRib.rib().forEachOf(neighbor.index(), path -> {
            if (picked.test(path)) {
                remove(locRib, path);
            }
        });
    }

    /**
     * Keeps a neighbour's stale paths of a family beyond its restart time (RFC 9494 section 4.2): they carry LLGR_STALE from now
     * on, which makes them a last resort here and wherever they are told; those with NO_LLGR go.
     */
    void prolong(Neighbor neighbor, LocRib locRib) {
        Rib rib = locRib.rib();
        removeIf(
                neighbor,
                locRib,
                path -> rib.isStale(path) && attributes.get(rib.received(path)).hasCommunity(Community.NO_LLGR));
        rib.forEachOf(neighbor.index(), path -> {
            int accepted = rib.accepted(path);
            if (!rib.isStale(path) || rib.isLongLived(path)) {
                return;
            }
            if (accepted == Rib.REJECTED) {
                rib.prolong(path, Rib.REJECTED);
                return;
            }
            attributes.retain(accepted);
            rib.prolong(path, prolonged(accepted));
            locRib.changed(rib.prefix(path));
        });
    }

    /** Accepted attributes with LLGR_STALE; a hold on those given becomes one on those returned. */
    private int prolonged(int accepted) {
        if (accepted == Rib.REJECTED || attributes.get(accepted).hasCommunity(Community.LLGR_STALE)) {
            return accepted;
        }
        PathAttributes before = attributes.get(accepted);
        List<Community> communities = new ArrayList<>(before.communities());
        communities.add(Community.LLGR_STALE);
        int prolonged =
                attributes.intern(before.toBuilder().communities(communities).build());
        attributes.release(accepted);
        return prolonged;
    }

    private static void remove(LocRib locRib, int path) {
        if (locRib.rib().accepted(path) != Rib.REJECTED) {
            locRib.changed(locRib.rib().prefix(path));
        }
        locRib.rib().remove(path);
    }
}
