package dev.espalier.bgp.engine;

import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathIds;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.UpdatePacker;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * The update groups of one family: who shares with whom, and when.
 *
 * <p>Neighbours with equal {@link ExportKey}s belong into one <em>settled</em> group. A neighbour that is not where the others
 * are (newly up, asking for everything again, under a new policy, or too slow to keep up) is <em>apart</em>: in a group of its
 * own with its own Adj-RIB-Out, worked off at its own pace. When both groups have nothing left to say and every prefix is
 * decided, their tables are equal, because both follow from the same Loc-RIB by the same rules; then it joins. So nobody waits for the slowest, and every
 * neighbour is told each change exactly once.
 *
 * <p>One owner, the table's loop.
 */
final class UpdateGroups {

    /** How long one member may hold up the rest of a settled group before it goes its own way. */
    static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final LocRib locRib;
    private final AttributeTable attributes;
    private final IntFunction<PathSource> sources;
    private final OwnRoutes own;
    private final Map<ExportKey, UpdateGroup> settled = new LinkedHashMap<>();
    private final List<UpdateGroup> apart = new ArrayList<>();
    private final PathIds pathIds = new PathIds();

    UpdateGroups(LocRib locRib, AttributeTable attributes, IntFunction<PathSource> sources, OwnRoutes own) {
        this.locRib = locRib;
        this.attributes = attributes;
        this.sources = sources;
        this.own = own;
    }

    /**
     * A prefix has been decided anew.
     *
     * @param bestChanged whether that changed its best path; if not, it concerns only those who are told more than that
     */
    void decided(int prefixId, boolean bestChanged) {
        for (UpdateGroup group : settled.values()) {
            if (bestChanged || group.key().looksBeyondBest()) {
                group.add(prefixId);
            }
        }
        for (UpdateGroup group : apart) {
            if (bestChanged || group.key().looksBeyondBest()) {
                group.add(prefixId);
            }
        }
    }

    /** A neighbour's session has come up: it is told everything, then End-of-RIB. */
    Member join(ExportKey key, int source, Channel channel) {
        UpdateGroup group = new UpdateGroup(key, locRib.rib(), attributes, announcer(key));
        Member member = new Member(source, channel);
        group.join(member);
        group.addAll();
        apart.add(group);
        return member;
    }

    private Announcer announcer(ExportKey key) {
        Exporter exporter = new Exporter(key, locRib, attributes, sources, own);
        return key.paths() == 0
                ? new BestPathAnnouncer(exporter, locRib.rib(), attributes)
                : new AddPathAnnouncer(exporter, locRib, attributes, pathIds);
    }

    /** A neighbour's session has ended. */
    void leave(Member member) {
        remove(groupOf(member), member);
    }

    /** A neighbour is to be told by other rules from now on: only what differs is sent. */
    void rekey(Member member, ExportKey key) {
        if (!groupOf(member).key().equals(key)) {
            moveApart(member, key, false).addAll();
        }
    }

    /**
     * A neighbour asks for everything again (RFC 2918), or somebody asks for it. While it is still being told, the answer comes
     * after that: RFC 7313 section 4 wants no BoRR before End-of-RIB.
     *
     * @param octets of the neighbour's credit, given back when it has been answered
     */
    void repeat(Member member, int octets) {
        member.refresh().request(octets);
        beginRefresh(member);
    }

    private boolean beginRefresh(Member member) {
        if (!member.endOfRibSent() || !member.refresh().due()) {
            return false;
        }
        member.refresh().begin();
        demarcate(member, Message.RouteRefresh.BEGINNING);
        UpdateGroup group = groupOf(member);
        if (group.members().size() == 1) {
            group.repeatAll();
        } else {
            moveApart(member, group.key(), true).addAll();
        }
        return true;
    }

    private void endRefresh(Member member) {
        if (member.refresh().running()) {
            demarcate(member, Message.RouteRefresh.END);
            member.channel().consumed(member.refresh().end());
        }
    }

    private void demarcate(Member member, int subtype) {
        if (member.channel().negotiated().enhancedRefresh()) {
            Family family = locRib.family();
            member.add(MessageEncoder.encode(new Message.RouteRefresh(family.afi(), family.safi(), subtype)));
            member.flush();
        }
    }

    private UpdateGroup moveApart(Member member, ExportKey key, boolean tellAgain) {
        UpdateGroup from = groupOf(member);
        UpdateGroup own = from.split(key, tellAgain);
        remove(from, member);
        own.join(member);
        apart.add(own);
        return own;
    }

    private void remove(UpdateGroup group, Member member) {
        group.leave(member);
        if (group.members().isEmpty()) {
            group.discard();
            settled.remove(group.key(), group);
            apart.remove(group);
        }
    }

    /** How many groups there are. */
    int size() {
        return settled.size() + apart.size();
    }

    /** The identifier under which paths of a source are told; empty when nobody is told any. */
    OptionalInt pathId(int source, int receivedId) {
        return pathIds.find(source, receivedId);
    }

    /** How many path identifiers are in use. */
    int pathIdsHeld() {
        return pathIds.size();
    }

    UpdateGroup groupOf(Member member) {
        for (UpdateGroup group : settled.values()) {
            if (group.members().contains(member)) {
                return group;
            }
        }
        for (UpdateGroup group : apart) {
            if (group.members().contains(member)) {
                return group;
            }
        }
        throw new IllegalStateException("the neighbour is in no update group");
    }

    /** What became of a turn. */
    enum Turn {
        /** There is nothing left to do. */
        DONE,
        /** More is to be done when a neighbour can take it, or when patience with it ends. */
        WAITING,
        /** More can be done at once. */
        MORE
    }

    /**
     * Sends what has changed to those who can take it.
     *
     * @param budget how many prefixes each group may look at
     * @param now the loop's clock
     */
    Turn drain(int budget, long now) {
        Turn turn = Turn.DONE;
        for (UpdateGroup group : List.copyOf(settled.values())) {
            splitOffTheSlow(group, now);
            turn = busier(turn, drain(group, budget, now));
        }
        for (UpdateGroup group : List.copyOf(apart)) {
            turn = busier(turn, drain(group, budget, now));
        }
        settle();
        return turn;
    }

    static Turn busier(Turn a, Turn b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private Turn drain(UpdateGroup group, int budget, long now) {
        if (group.hasWork()) {
            for (Member member : group.members()) {
                if (member.blockedFor(now) > 0) {
                    return Turn.WAITING;
                }
            }
            if (group.drain(budget)) {
                return Turn.MORE;
            }
        }
        if (!locRib.deferred() && !locRib.hasUndecided()) {
            return conclude(group) ? Turn.MORE : Turn.DONE;
        }
        return Turn.DONE;
    }

    /**
     * Its members have been told everything.
     *
     * @return whether one of them is to be told again
     */
    private boolean conclude(UpdateGroup group) {
        sendEndOfRib(group);
        boolean again = false;
        for (Member member : List.copyOf(group.members())) {
            endRefresh(member);
            again |= beginRefresh(member);
        }
        return again;
    }

    /** RFC 4724 section 2: also when there was nothing to tell. */
    private void sendEndOfRib(UpdateGroup group) {
        for (Member member : group.members()) {
            if (!member.endOfRibSent()) {
                member.add(UpdatePacker.endOfRib(locRib.family()));
                member.flush();
                member.endOfRibSent(true);
            }
        }
    }

    /** A member that cannot take more for long, while others could, goes on alone. */
    private void splitOffTheSlow(UpdateGroup group, long now) {
        if (!group.hasWork()) {
            return;
        }
        List<Member> slow = new ArrayList<>();
        for (Member member : group.members()) {
            if (member.blockedFor(now) > PATIENCE_NANOS) {
                slow.add(member);
            }
        }
        if (slow.size() < group.members().size()) {
            for (Member member : slow) {
                moveApart(member, group.key(), false);
            }
        }
    }

    /** Whoever is apart and has nothing left to be told joins those who have nothing left either. */
    private void settle() {
        if (locRib.hasUndecided()) {
            return; // what is told does not yet follow from the same table
        }
        Iterator<UpdateGroup> groups = apart.iterator();
        while (groups.hasNext()) {
            UpdateGroup group = groups.next();
            UpdateGroup home = settled.get(group.key());
            if (group.hasWork() || (home != null && home.hasWork())) {
                continue;
            }
            groups.remove();
            if (home == null) {
                settled.put(group.key(), group);
            } else {
                group.members().forEach(home::join);
                group.discard();
            }
        }
    }
}
