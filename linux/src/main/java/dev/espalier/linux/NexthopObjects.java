package dev.espalier.linux;

import dev.espalier.linux.NexthopTable.Group;
import dev.espalier.linux.NexthopTable.Member;
import dev.espalier.linux.NexthopTable.Share;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Fib;
import dev.espalier.route.NextHop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernel's nexthop objects that carry our protocol number, as we believe them to be; {@link #refresh} asks.
 *
 * <p>Two kinds. A <i>member</i> is one way out: a gateway on a link, a link, or a blackhole. Members are shared among groups
 * and removed when no group has them any more. A <i>group</i> is a list of members with weights, and it is always to a group
 * that a route points, also when there is one member only: the kernel replaces the contents of a group in place, with all
 * routes following at once, but refuses to replace a single nexthop by a group or a group by a single one. A blackhole is
 * allowed in a group as its only member. A group is of the kernel's usual kind, unless it is guarded: then it is a resilient one
 * ({@link GuardedShares}), and stays so, for the kernel does not let a group change its kind.
 *
 * <p>The kernel removes a member whose link loses its carrier or goes away, takes it out of its groups, and removes a group
 * that is left empty together with all routes using it. Of all this it tells nobody, so whoever sees a link go down must
 * {@link #refresh}.
 *
 * <p>Guarded by the lock of the {@link NetlinkFib} that owns it.
 */
final class NexthopObjects {

    /**
     * Where our ids start, "ESPA" read as a number: nexthop ids are one number space for all programs of the host; others
     * count up from 1 or from their own bases. An id that is taken nevertheless is passed over.
     */
    static final int FIRST_ID = 0x45535041;

    /** The first id above those that we choose. */
    private static final int LAST_ID = FIRST_ID + (1 << 24);

    private static final int ID_ATTEMPTS = 4096;
    private static final int MAX_WEIGHT = 256;
    private static final int DUMP_ATTEMPTS = 10;

    private final NetlinkClient kernel;
    private final int protocol;
    private final TunnelEnds ends;

    private final NexthopTable table = new NexthopTable();
    private final Map<Member, Integer> memberIds = new HashMap<>();
    /** In how many groups a member is; absent for none. */
    private final Map<Integer, Integer> users = new HashMap<>();

    private int lastId = FIRST_ID - 1;

    /** Whether this kernel has resilient groups, as far as is known. */
    private boolean resilientGroups = true;

    NexthopObjects(NetlinkClient kernel, int protocol) {
        this.kernel = kernel;
        this.protocol = protocol;
        this.ends = new TunnelEnds(kernel);
    }

    /** Says which links are tunnels of ours: what the members on them need beside themselves is there from now on. */
    void tunnels(Map<Integer, Tunnel.Kind> links, Runnable endsChanged) {
        ends.links(links, endsChanged, memberIds.keySet());
    }

    /** The nodes that members on tunnels of ours name. */
    Set<IpAddress> tunnelEnds() {
        return ends.nodes();
    }

    /** Reads all objects of ours from the kernel, in place of what was believed. */
    void refresh() {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            table.clear();
            memberIds.clear();
            users.clear();
            kernel.dumpRequest(Rtnetlink.RTM_GETNEXTHOP, Rtnetlink.NHMSG).end();
            if (kernel.dump("reading nexthop objects", this::read)) {
                break;
            }
        }
        ends.follow(memberIds.keySet());
    }

    private void read(MessageReader row) {
        if (row.type() != Rtnetlink.RTM_NEWNEXTHOP || row.octet(Rtnetlink.NH_PROTOCOL) != protocol) {
            return;
        }
        int id = table.put(row);
        if (Integer.compareUnsigned(id, lastId) > 0 && Integer.compareUnsigned(id, LAST_ID) < 0) {
            lastId = id;
        }
        Group group = table.group(id);
        if (group != null) {
            count(group.shares());
        }
        Member member = table.member(id);
        if (member != null) {
            memberIds.put(member, id);
        }
    }

    /** Whether a group with this id is known. */
    boolean isGroup(int id) {
        return table.group(id) != null;
    }

    /** Whether an object with this id is known, group or member. */
    boolean isOurs(int id) {
        return isGroup(id) || table.member(id) != null;
    }

    /** Whether any member goes out of this link. */
    boolean usesLink(int link) {
        return memberIds.keySet().stream().anyMatch(member -> member.link() == link);
    }

    /** What a group holds, ways ascending; nothing in use when there is none. */
    Fib.Members contents(int group) {
        return isGroup(group) ? table.contents(group) : Fib.Members.of(List.of());
    }

    /** Makes a group and the members it lacks. @return its id */
    int create(AddressFamily family, Fib.Members contents) {
        if (!contents.guarded() || !resilientGroups) {
            return create(family, contents, false);
        }
        try {
            return create(family, contents, true);
        } catch (NetlinkException refused) {
            if (refused.errno() != Errno.EINVAL) {
                throw refused;
            }
            // Before Linux 5.13 there are no resilient groups. If it was something else, this is refused just the same.
            int id = create(family, contents, false);
            resilientGroups = false;
            return id;
        }
    }

    private int create(AddressFamily family, Fib.Members contents, boolean guarded) {
        return withMembers(family, contents, guarded, group -> {
            int id = createWithFreeId("making a next-hop group", free -> writeGroup(free, CREATE, group));
            hold(id, group);
            return id;
        });
    }

    /** Replaces the contents of a group; all routes using it follow at once. */
    void replace(int id, AddressFamily family, Fib.Members contents) {
        Group known = table.group(id);
        withMembers(family, contents, known == null ? contents.guarded() : known.guarded(), group -> {
            writeGroup(id, Rtnetlink.NLM_F_REPLACE, group);
            kernel.execute("replacing a next-hop group");
            List<Share> before = release(id);
            hold(id, group);
            deleteUnused(before);
            return id;
        });
    }

    /** Removes a group; with it go the members that only it had. Routes that still use it are removed by the kernel. */
    void delete(int id) {
        deleteObject(id);
        deleteUnused(release(id));
    }

    /** Removes all groups but these, and all members that are then in none. @return how many groups */
    int retain(Set<Integer> used) {
        List<Integer> unused =
                table.groupIds().stream().filter(id -> !used.contains(id)).toList();
        unused.forEach(this::delete);
        // and members that a run which was killed had made, but not yet put into a group
        deleteUnused(memberIds.values().stream().map(id -> new Share(id, 1)).toList());
        return unused.size();
    }

    private void hold(int id, Group group) {
        table.putGroup(id, group);
        count(group.shares());
    }

    private void count(List<Share> shares) {
        shares.forEach(share -> users.merge(share.member(), 1, Integer::sum));
    }

    private List<Share> release(int id) {
        Group group = table.group(id);
        if (group == null) {
            return List.of();
        }
        List<Share> shares = group.shares();
        table.remove(id);
        shares.forEach(
                share -> users.computeIfPresent(share.member(), (member, count) -> count == 1 ? null : count - 1));
        return shares;
    }

    private interface GroupChange {
        int make(Group group);
    }

    /** Makes the members that are not there yet; when that or the change fails, takes back those in no group. */
    private int withMembers(AddressFamily family, Fib.Members contents, boolean guarded, GroupChange change) {
        Map<Integer, Integer> weights = new LinkedHashMap<>();
        Set<Integer> made = new LinkedHashSet<>();
        try {
            for (NextHop.Hop hop : contents.used()) {
                // The kernel takes a member once per group: equal hops become one with the sum of their weights.
                int id = member(family, hop);
                made.add(id);
                weights.merge(id, hop.weight(), (a, b) -> Math.min(a + b, MAX_WEIGHT));
            }
            return change.make(
                    guarded
                            ? guarded(weights, standby(family, contents.standby(), weights, made))
                            : new Group(shares(weights), false));
        } catch (NetlinkException refused) {
            deleteUnused(made.stream().map(id -> new Share(id, 1)).toList());
            throw refused;
        }
    }

    private static List<Share> shares(Map<Integer, Integer> weights) {
        return weights.entrySet().stream()
                .map(entry -> new Share(entry.getKey(), entry.getValue()))
                .toList();
    }

    private List<Integer> standby(
            AddressFamily family, List<NextHop.Hop> hops, Map<Integer, Integer> inUse, Set<Integer> made) {
        Set<Integer> standby = new LinkedHashSet<>();
        for (NextHop.Hop hop : hops) {
            addIfPossible(family, hop, standby);
        }
        made.addAll(standby);
        standby.removeAll(inUse.keySet());
        return List.copyOf(standby);
    }

    /** That a link on standby has just gone down, as we are about to hear, is no reason to refuse the ways in use. */
    private void addIfPossible(AddressFamily family, NextHop.Hop hop, Set<Integer> members) {
        try {
            members.add(member(family, hop));
        } catch (NetlinkException refused) {
            if (refused.errno() == Errno.ENOMEM) {
                throw refused;
            }
        }
    }

    /** A group with members on standby, as many as there is room for: the rest are not needed before the group is replaced. */
    private static Group guarded(Map<Integer, Integer> inUse, List<Integer> standby) {
        int[] weights = GuardedShares.inUse(
                inUse.values().stream().mapToInt(Integer::intValue).toArray());
        List<Share> shares = new ArrayList<>(weights.length + standby.size());
        for (int id : inUse.keySet()) {
            shares.add(new Share(id, weights[shares.size()]));
        }
        standby.stream().limit(GuardedShares.room(weights)).forEach(id -> shares.add(new Share(id, 1)));
        return new Group(List.copyOf(shares), true);
    }

    private int member(AddressFamily family, NextHop.Hop hop) {
        IpAddress gateway = hop.gateway();
        Member member = new Member(gateway == null ? family : gateway.family(), gateway, hop.link(), hop.onLink());
        Integer known = memberIds.get(member);
        if (known != null) {
            return known;
        }
        ends.needed(member);
        int id = createWithFreeId("making next hop " + describe(hop), free -> writeMember(free, member));
        table.putMember(id, member);
        memberIds.put(member, id);
        return id;
    }

    private static String describe(NextHop.Hop hop) {
        return hop.isDiscard()
                ? "blackhole"
                : (hop.gateway() == null ? "" : hop.gateway() + " ") + "on link " + hop.link();
    }

    private static final int CREATE = Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL;

    private interface ObjectWriter {
        void write(int id);
    }

    private int createWithFreeId(String what, ObjectWriter object) {
        String[] text = {""};
        for (int attempt = 0; attempt < ID_ATTEMPTS; attempt++) {
            object.write(++lastId);
            int errno = kernel.execute(text);
            if (errno == 0) {
                return lastId;
            }
            if (errno != Errno.EEXIST) {
                throw new NetlinkException(what, errno, text[0]);
            }
        }
        throw new NetlinkException(what, Errno.EEXIST, "the ids up to " + lastId + " belong to another program");
    }

    private void writeMember(int id, Member member) {
        MessageWriter out = kernel.request(Rtnetlink.RTM_NEWNEXTHOP, CREATE, Rtnetlink.NHMSG)
                .octet(
                        Rtnetlink.NH_FAMILY,
                        member.family() == AddressFamily.IPV4 ? Rtnetlink.AF_INET : Rtnetlink.AF_INET6)
                .octet(Rtnetlink.NH_PROTOCOL, protocol)
                .word(Rtnetlink.NH_FLAGS, member.onLink() ? Rtnetlink.RTNH_F_ONLINK : 0)
                .attribute(Rtnetlink.NHA_ID, id);
        IpAddress gateway = member.gateway();
        if (member.link() == 0) {
            out.flag(Rtnetlink.NHA_BLACKHOLE);
        } else {
            out.attribute(Rtnetlink.NHA_OIF, member.link());
            if (gateway != null) {
                out.address(Rtnetlink.NHA_GATEWAY, gateway.family().octets(), gateway.high(), gateway.low());
            }
        }
        out.end();
    }

    private void writeGroup(int id, int flags, Group group) {
        List<Share> shares = group.shares();
        MessageWriter out = kernel.request(Rtnetlink.RTM_NEWNEXTHOP, flags, Rtnetlink.NHMSG)
                .octet(Rtnetlink.NH_PROTOCOL, protocol)
                .attribute(Rtnetlink.NHA_ID, id)
                .begin(Rtnetlink.NHA_GROUP, 8 * shares.size());
        for (Share share : shares) {
            out.raw(share.member()).rawOctet(share.weight() - 1);
        }
        if (group.guarded()) {
            out.shortAttribute(Rtnetlink.NHA_GROUP_TYPE, Rtnetlink.NEXTHOP_GRP_TYPE_RES);
        }
        if (group.guarded() && (flags & Rtnetlink.NLM_F_CREATE) != 0) {
            // without an idle time, buckets go to whom they belong as soon as the group changes
            out.nest(Rtnetlink.NHA_RES_GROUP, 16)
                    .shortAttribute(Rtnetlink.NHA_RES_GROUP_BUCKETS, GuardedShares.BUCKETS)
                    .attribute(Rtnetlink.NHA_RES_GROUP_IDLE_TIMER, 0);
        }
        out.end();
    }

    private void deleteUnused(List<Share> candidates) {
        for (Share candidate : candidates) {
            int id = candidate.member();
            Member member = table.member(id);
            if (member != null && !users.containsKey(id)) {
                table.remove(id);
                memberIds.remove(member, id);
                deleteObject(id);
                ends.notNeeded(member, memberIds.keySet());
            }
        }
    }

    private void deleteObject(int id) {
        kernel.request(Rtnetlink.RTM_DELNEXTHOP, 0, Rtnetlink.NHMSG)
                .attribute(Rtnetlink.NHA_ID, id)
                .end();
        String[] text = {""};
        int errno = kernel.execute(text);
        if (errno != 0 && errno != Errno.ENOENT) {
            throw new NetlinkException("removing a nexthop object", errno, text[0]);
        }
    }
}
