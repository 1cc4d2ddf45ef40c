package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.Community;
import dev.espalier.net.IpAddress;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Writes what neighbours say into Adj-RIB-In: judges each path by the import rules, and marks the prefixes whose paths changed.
 * What changes nothing marks nothing. One owner, the table's loop.
 */
final class Intake {

    private final AttributeTable attributes;
    private final Consumer<PathAttributes> thirdParty;
    private ImportRules rules;

    /**
     * Nothing taken yet.
     *
     * @param thirdParty hears of attributes whose next hop is not the neighbour that they came from
     */
    Intake(AttributeTable attributes, ImportRules rules, Consumer<PathAttributes> thirdParty) {
        this.attributes = attributes;
        this.rules = rules;
        this.thirdParty = thirdParty;
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

    /**
     * Applies announcements of a neighbour whose session is up. Stops where the limit on what it may send ends the session: what
     * follows in the message is not taken any more.
     */
    void announce(Neighbor neighbor, Arrival at, LocRib locRib, UpdateMessage.Announcement announced) {
        Rib rib = locRib.rib();
        InLimit limit = neighbor.limit(rib.family());
        int set = attributes.intern(announced.attributes());
        // The interned object, so that later comparisons by identity find it.
        PathAttributes received = attributes.get(set);
        int entering = entering(at, rib.family(), set, received);
        announced.nlri().forEach((pathId, high, low, length) -> {
            if (limit != null && limit.ends()) {
                return;
            }
            int id = rib.prefixes().retain(high, low, length);
            int path = rib.find(id, neighbor.index(), pathId);
            if (path != Rib.NONE && rib.received(path) == set && !rib.isLongLived(path)) {
                rib.refresh(path);
                rib.prefixes().release(id);
                return;
            }
            int accepted = accept(at, rib, high, low, length, entering);
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
            if (limit != null) {
                limit.look(rib.counts(), neighbor.index());
            }
        });
        release(entering);
        attributes.release(set);
    }

    /** What enters the import policy, held once more; {@link Rib#REJECTED} when the rules refuse it whatever the prefix. */
    private int entering(Arrival at, Family family, int set, PathAttributes received) {
        if (rules.refusal(at, family, received) != null) {
            return Rib.REJECTED;
        }
        noteNextHop(at, received);
        return interned(rules.entering(at, family, received), set, received);
    }

    private void release(int set) {
        if (set != Rib.REJECTED) {
            attributes.release(set);
        }
    }

    private void noteNextHop(Arrival at, PathAttributes attributes) {
        IpAddress nextHop = attributes.nextHop();
        if (nextHop != null && !nextHop.equals(at.source().address())) {
            thirdParty.accept(attributes);
        }
    }

    private static void markChanged(LocRib locRib, int prefixId, boolean concernsDecision) {
        if (concernsDecision) {
            locRib.changed(prefixId);
        }
    }

    /** The number of the attributes accepted, held once more, or {@link Rib#REJECTED}. */
    private int accept(Arrival at, Rib rib, long high, long low, int length, int entering) {
        if (entering == Rib.REJECTED) {
            return Rib.REJECTED;
        }
        PathAttributes before = attributes.get(entering);
        PathAttributes accepted = rules.accept(at, rib.family(), high, low, length, before);
        if (accepted == null) {
            return Rib.REJECTED;
        }
        if (!sameObject(accepted, before)) {
            noteNextHop(at, accepted);
        }
        return interned(accepted, entering, before);
    }

    /** The number of attributes, held once more; they may be the very object that has a number already. */
    private int interned(PathAttributes wanted, int knownSet, PathAttributes known) {
        if (sameObject(wanted, known)) {
            attributes.retain(knownSet);
            return knownSet;
        }
        return attributes.intern(wanted);
    }

    @SuppressWarnings("ReferenceEquality") // a policy that changes nothing returns the very object it was given
    private static boolean sameObject(PathAttributes a, PathAttributes b) {
        return a == b;
    }

    /** Judges all paths of a neighbour again, after its import policy or what is tolerated in AS paths changed. */
    void judgeAgain(Neighbor neighbor, Arrival at, LocRib locRib) {
        Rib rib = locRib.rib();
        PrefixTable prefixes = rib.prefixes();
        rib.forEachOf(neighbor.index(), path -> {
            int id = rib.prefix(path);
            int set = rib.received(path);
            int entering = entering(at, rib.family(), set, attributes.get(set));
            int accepted = accept(at, rib, prefixes.high(id), prefixes.low(id), prefixes.length(id), entering);
            release(entering);
            if (accepted == rib.accepted(path)) {
                if (accepted != Rib.REJECTED) {
                    attributes.release(accepted);
                }
                return;
            }
            rib.accept(path, rib.isLongLived(path) ? prolonged(accepted) : accepted);
            locRib.changed(id);
        });
        InLimit limit = neighbor.limit(rib.family());
        if (limit != null) {
            limit.look(rib.counts(), neighbor.index());
        }
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
