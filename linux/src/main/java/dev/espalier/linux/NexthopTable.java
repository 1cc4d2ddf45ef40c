package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Fib;
import dev.espalier.route.NextHop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Nexthop objects by id, as the kernel tells them. For one thread at a time. */
final class NexthopTable {

    private final Map<Integer, Member> members = new HashMap<>();
    private final Map<Integer, Group> groups = new HashMap<>();

    /** One way out; a blackhole without a link. The family is that of the gateway, or without one that of the routes. */
    record Member(AddressFamily family, @Nullable IpAddress gateway, int link, boolean onLink) {}

    /** A member's share in a group. */
    record Share(int member, int weight) {}

    /** A group: guarded ones are resilient groups, whose weights {@link GuardedShares} reads. */
    record Group(List<Share> shares, boolean guarded) {}

    void clear() {
        members.clear();
        groups.clear();
    }

    /** Takes an object from an RTM_NEWNEXTHOP message. @return its id */
    int put(MessageReader row) {
        AddressFamily family =
                row.octet(Rtnetlink.NH_FAMILY) == Rtnetlink.AF_INET ? AddressFamily.IPV4 : AddressFamily.IPV6;
        boolean onLink = (row.word(Rtnetlink.NH_FLAGS) & Rtnetlink.RTNH_F_ONLINK) != 0;
        row.attributes(Rtnetlink.NHMSG);
        int id = row.word(Rtnetlink.NHA_ID, 0);
        remove(id);
        if (row.has(Rtnetlink.NHA_GROUP)) {
            groups.put(id, new Group(shares(row), isResilient(row)));
        } else if (row.has(Rtnetlink.NHA_BLACKHOLE)) {
            members.put(id, new Member(family, null, 0, false));
        } else {
            IpAddress gateway = row.has(Rtnetlink.NHA_GATEWAY) ? row.address(Rtnetlink.NHA_GATEWAY) : null;
            members.put(id, new Member(family, gateway, row.word(Rtnetlink.NHA_OIF, 0), onLink));
        }
        return id;
    }

    private static boolean isResilient(MessageReader row) {
        return row.has(Rtnetlink.NHA_GROUP_TYPE)
                && row.shortAt(row.start(Rtnetlink.NHA_GROUP_TYPE)) == Rtnetlink.NEXTHOP_GRP_TYPE_RES;
    }

    private static List<Share> shares(MessageReader row) {
        List<Share> shares = new ArrayList<>();
        // struct nexthop_grp: id (4), weight less one (1), its high octet (1), reserved (2)
        for (int at = row.start(Rtnetlink.NHA_GROUP); at < row.end(Rtnetlink.NHA_GROUP); at += 8) {
            shares.add(new Share(row.wordAt(at), (row.octetAt(at + 4) | row.octetAt(at + 5) << 8) + 1));
        }
        return shares;
    }

    void putMember(int id, Member member) {
        members.put(id, member);
    }

    void putGroup(int id, Group group) {
        groups.put(id, group);
    }

    void remove(int id) {
        members.remove(id);
        groups.remove(id);
    }

    @Nullable
    Member member(int id) {
        return members.get(id);
    }

    @Nullable
    Group group(int id) {
        return groups.get(id);
    }

    /** The ids of all groups, copied. */
    List<Integer> groupIds() {
        return List.copyOf(groups.keySet());
    }

    /** All ways out of a group, or of a single object; none when nothing is known of it. */
    List<NextHop.Hop> hops(int id) {
        return hops(groupOrSingle(id).shares());
    }

    private Group groupOrSingle(int id) {
        return groups.getOrDefault(id, new Group(List.of(new Share(id, 1)), false));
    }

    /** What a group of ours holds, or a single object as the only one of a group; nothing in use when nothing is known of it. */
    Fib.Members contents(int id) {
        Group group = groupOrSingle(id);
        if (!group.guarded()) {
            return Fib.Members.of(hops(group.shares()));
        }
        List<Share> used = GuardedShares.inUse(group.shares());
        Set<Integer> inUse = used.stream().map(Share::member).collect(Collectors.toSet());
        List<Share> spare = group.shares().stream()
                .filter(share -> !inUse.contains(share.member()))
                .toList();
        return new Fib.Members(hops(used), hops(spare), true);
    }

    /** The ways out of these, ascending. */
    private List<NextHop.Hop> hops(List<Share> shares) {
        List<NextHop.Hop> hops = new ArrayList<>();
        for (Share share : shares) {
            Member member = members.get(share.member());
            if (member != null) {
                hops.add(new NextHop.Hop(member.gateway(), member.link(), share.weight(), member.onLink()));
            }
        }
        hops.sort(null);
        return hops;
    }
}
