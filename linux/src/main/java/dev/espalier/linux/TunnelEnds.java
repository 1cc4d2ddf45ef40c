package dev.espalier.linux;

import dev.espalier.linux.NexthopTable.Member;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the VXLAN devices told where the other ends are: for each node that a next hop of ours names on such a device, a permanent
 * neighbour (the node's address has that hardware address) and a forwarding entry (that hardware address is behind that node). The
 * devices learn nothing by themselves, and ask nobody.
 *
 * <p>An entry comes before the nexthop object that needs it, and goes after it, so the objects, which outlive the daemon, say which
 * entries are wanted; nothing else need be remembered. An entry is ours when the hardware address in it is the one that
 * {@link Tunnel#macOf} makes of the node's address. All others are left alone.
 *
 * <p>Calico gives the tunnel device's address as the gateway, and tells address and hardware address of each in a store. Here the
 * gateway is the node's own address, and the hardware address follows from it: so BGP is all that is needed, and a route to a block
 * says on its face to which node it leads.
 *
 * <p>Guarded by the lock of the {@link NetlinkFib} that owns it.
 */
final class TunnelEnds {

    private static final HexFormat MAC = HexFormat.ofDelimiter(":");

    private final NetlinkClient kernel;
    private Set<Integer> links = Set.of();
    private Set<Integer> vxlans = Set.of();
    private Runnable changed = () -> {};

    /** What the members name. */
    private final Set<End> ends = new LinkedHashSet<>();

    /** An entry of either table: the link, and the node. */
    private record End(int link, IpAddress node) {}

    TunnelEnds(NetlinkClient kernel) {
        this.kernel = kernel;
    }

    /**
     * From now on these links are the tunnels of ours.
     *
     * @param now what kind each is, by its number
     * @param observer told when {@link #nodes} may give another answer; must not wait
     */
    void links(Map<Integer, Tunnel.Kind> now, Runnable observer, Collection<Member> members) {
        links = Set.copyOf(now.keySet());
        vxlans = now.entrySet().stream()
                .filter(link -> link.getValue() != Tunnel.Kind.IPIP)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
        changed = observer;
        follow(members);
        changed.run();
    }

    /** The nodes at other ends, of tunnels of any kind. */
    Set<IpAddress> nodes() {
        return ends.stream().map(End::node).collect(Collectors.toUnmodifiableSet());
    }

    /** A member is about to be made. @throws NetlinkException when the kernel refuses */
    void needed(Member member) {
        End end = end(member);
        if (end == null) {
            return;
        }
        if (vxlans.contains(end.link())) {
            add(end);
        }
        if (ends.add(end)) {
            changed.run();
        }
    }

    /** A member is gone, and these are left. */
    void notNeeded(Member gone, Set<Member> left) {
        End end = end(gone);
        Member twin = new Member(gone.family(), gone.gateway(), gone.link(), !gone.onLink());
        if (end == null || left.contains(twin)) {
            return;
        }
        if (vxlans.contains(end.link())) {
            removeNeighbour(end);
            removeForwarding(end);
        }
        ends.remove(end);
        changed.run();
    }

    /** What a member needs; null when it is not through a tunnel. */
    private @Nullable End end(Member member) {
        IpAddress node = member.gateway();
        return node != null && links.contains(member.link()) ? new End(member.link(), node) : null;
    }

    /** Brings both tables in step with the members there are: adds what is missing, removes what is ours and nobody needs. */
    void follow(Collection<Member> members) {
        Set<End> before = Set.copyOf(ends);
        ends.clear();
        for (Member member : members) {
            End end = end(member);
            if (end != null) {
                ends.add(end);
            }
        }
        if (!ends.equals(before)) {
            changed.run();
        }
        if (!vxlans.isEmpty()) {
            mend(ends.stream().filter(end -> vxlans.contains(end.link())).collect(Collectors.toSet()));
        }
    }

    private void mend(Set<End> wanted) {
        Set<End> neighbours = neighbours();
        Set<End> forwarding = forwarding();
        for (End end : neighbours) {
            if (!wanted.contains(end)) {
                removeNeighbour(end);
            }
        }
        for (End end : forwarding) {
            if (!wanted.contains(end)) {
                removeForwarding(end);
            }
        }
        for (End end : wanted) {
            if (!neighbours.contains(end) || !forwarding.contains(end)) {
                add(end);
            }
        }
    }

    // ---- the two tables

    private void add(End end) {
        request(Rtnetlink.RTM_NEWNEIGH, number(end.node.family()), 0, end);
        kernel.execute("naming the neighbour " + end.node + " of a tunnel");
        request(Rtnetlink.RTM_NEWNEIGH, Rtnetlink.AF_BRIDGE, Rtnetlink.NTF_SELF, end);
        kernel.execute("naming the tunnel's end " + end.node);
    }

    private void removeNeighbour(End end) {
        request(Rtnetlink.RTM_DELNEIGH, number(end.node.family()), 0, end);
        removed("removing the neighbour " + end.node + " of a tunnel");
    }

    private void removeForwarding(End end) {
        request(Rtnetlink.RTM_DELNEIGH, Rtnetlink.AF_BRIDGE, Rtnetlink.NTF_SELF, end);
        removed("removing the tunnel's end " + end.node);
    }

    private void request(int type, int family, int flags, End end) {
        int create = type == Rtnetlink.RTM_NEWNEIGH ? Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_REPLACE : 0;
        kernel.request(type, create, Rtnetlink.NDMSG)
                .octet(Rtnetlink.NDM_FAMILY, family)
                .word(Rtnetlink.NDM_IFINDEX, end.link)
                .octet(Rtnetlink.NDM_STATE, Rtnetlink.NUD_PERMANENT)
                .octet(Rtnetlink.NDM_FLAGS, flags)
                .address(Rtnetlink.NDA_DST, end.node.family().octets(), end.node.high(), end.node.low())
                .octets(Rtnetlink.NDA_LLADDR, MAC.parseHex(Tunnel.macOf(end.node)))
                .end();
    }

    /** An entry that is gone already went with its link. */
    private void removed(String what) {
        String[] text = {""};
        int errno = kernel.execute(text);
        if (errno != 0 && errno != Errno.ENOENT && errno != Errno.ENODEV) {
            throw new NetlinkException(what, errno, text[0]);
        }
    }

    private Set<End> neighbours() {
        Set<End> found = new HashSet<>();
        for (AddressFamily family : AddressFamily.values()) {
            found.addAll(entries(number(family), "reading the neighbours of tunnels"));
        }
        return found;
    }

    private Set<End> forwarding() {
        return entries(Rtnetlink.AF_BRIDGE, "reading the ends of tunnels");
    }

    /** The entries of one table that are ours. */
    private Set<End> entries(int family, String what) {
        Set<End> found = new HashSet<>();
        kernel.dumpRequest(Rtnetlink.RTM_GETNEIGH, Rtnetlink.NDMSG)
                .octet(Rtnetlink.NDM_FAMILY, family)
                .end();
        kernel.dump(what, row -> {
            int link = row.word(Rtnetlink.NDM_IFINDEX);
            if (row.octet(Rtnetlink.NDM_FAMILY) != family || !vxlans.contains(link)) {
                return;
            }
            row.attributes(Rtnetlink.NDMSG);
            if (row.has(Rtnetlink.NDA_DST) && row.has(Rtnetlink.NDA_LLADDR)) {
                IpAddress node = row.address(Rtnetlink.NDA_DST);
                if (MAC.formatHex(row.copy(Rtnetlink.NDA_LLADDR)).equals(Tunnel.macOf(node))) {
                    found.add(new End(link, node));
                }
            }
        });
        return found;
    }

    private static int number(AddressFamily family) {
        return switch (family) {
            case IPV4 -> Rtnetlink.AF_INET;
            case IPV6 -> Rtnetlink.AF_INET6;
        };
    }
}
