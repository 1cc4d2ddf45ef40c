package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.Links.HostAddress;
import dev.espalier.route.Links.Link;
import dev.espalier.route.NextHop;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes values of the kernel's messages about links, addresses and routes. */
final class LinkMessages {

    private static final HexFormat MAC = HexFormat.ofDelimiter(":");
    private static final int MAC_OCTETS = 6;

    private LinkMessages() {}

    /** Whether it is about the link itself, not about its part in a bridge, which comes with the same type. */
    static boolean isLink(MessageReader message) {
        return message.octet(Rtnetlink.IFI_FAMILY) == Rtnetlink.AF_UNSPEC;
    }

    static boolean isAdministrativelyUp(MessageReader message) {
        return (message.word(Rtnetlink.IFI_FLAGS) & Rtnetlink.IFF_UP) != 0;
    }

    static Link link(MessageReader message) {
        int flags = message.word(Rtnetlink.IFI_FLAGS);
        int needed = Rtnetlink.IFF_UP | Rtnetlink.IFF_RUNNING | Rtnetlink.IFF_LOWER_UP;
        message.attributes(Rtnetlink.IFINFOMSG);
        byte[] mac = message.copy(Rtnetlink.IFLA_ADDRESS);
        boolean loopback = (flags & Rtnetlink.IFF_LOOPBACK) != 0;
        return new Link(
                message.word(Rtnetlink.IFI_INDEX),
                message.text(Rtnetlink.IFLA_IFNAME),
                (flags & needed) == needed,
                loopback,
                message.word(Rtnetlink.IFLA_MTU, 0),
                mac.length == MAC_OCTETS && !loopback ? MAC.formatHex(mac) : "");
    }

    /** The address, or null when it cannot be used: not yet checked for duplicates, or found to be one. */
    static @Nullable HostAddress address(MessageReader message) {
        message.attributes(Rtnetlink.IFADDRMSG);
        int flags = message.word(Rtnetlink.IFA_FLAGS, 0);
        boolean tentative =
                (flags & (Rtnetlink.IFA_F_TENTATIVE | Rtnetlink.IFA_F_OPTIMISTIC)) == Rtnetlink.IFA_F_TENTATIVE;
        return tentative || (flags & Rtnetlink.IFA_F_DADFAILED) != 0 ? null : addressAnyState(message);
    }

    /** The address, whether it can be used or not; null when the message has none. */
    static @Nullable HostAddress addressAnyState(MessageReader message) {
        message.attributes(Rtnetlink.IFADDRMSG);
        if (!message.has(Rtnetlink.IFA_ADDRESS) && !message.has(Rtnetlink.IFA_LOCAL)) {
            return null;
        }
        // IFA_ADDRESS is the far end where there is one; then IFA_LOCAL is ours.
        IpAddress address =
                message.address(message.has(Rtnetlink.IFA_ADDRESS) ? Rtnetlink.IFA_ADDRESS : Rtnetlink.IFA_LOCAL);
        IpAddress local = message.has(Rtnetlink.IFA_LOCAL) ? message.address(Rtnetlink.IFA_LOCAL) : address;
        return new HostAddress(
                message.word(Rtnetlink.IFA_INDEX),
                local,
                message.octet(Rtnetlink.IFA_PREFIXLEN),
                local.equals(address) ? null : address);
    }

    /**
     * The route, or null when it is of no interest: of another kind than unicast and its refusals, of the local table, for one
     * type of service only, a copy for one destination, or of the protocol that is ours.
     */
    static @Nullable ForeignRoute route(MessageReader message, int ourProtocol, NexthopTable nexthops) {
        if (message.octet(Rtnetlink.RTM_PROTOCOL) == ourProtocol) {
            return null;
        }
        AddressFamily family =
                switch (message.octet(Rtnetlink.RTM_FAMILY)) {
                    case Rtnetlink.AF_INET -> AddressFamily.IPV4;
                    case Rtnetlink.AF_INET6 -> AddressFamily.IPV6;
                    default -> null;
                };
        int type = message.octet(Rtnetlink.RTM_TYPE);
        boolean refusal =
                type == Rtnetlink.RTN_BLACKHOLE || type == Rtnetlink.RTN_UNREACHABLE || type == Rtnetlink.RTN_PROHIBIT;
        boolean special = message.octet(Rtnetlink.RTM_TOS) != 0
                || (message.word(Rtnetlink.RTM_FLAGS) & Rtnetlink.RTM_F_CLONED) != 0
                || type != Rtnetlink.RTN_UNICAST && !refusal;
        if (family == null || special) {
            return null;
        }
        message.attributes(Rtnetlink.RTMSG);
        int table = message.word(Rtnetlink.RTA_TABLE, message.octet(Rtnetlink.RTM_TABLE));
        if (table == Rtnetlink.RT_TABLE_LOCAL) {
            return null;
        }
        IpPrefix prefix = IpPrefix.of(
                family,
                message.high(family, Rtnetlink.RTA_DST),
                message.low(family, Rtnetlink.RTA_DST),
                message.octet(Rtnetlink.RTM_DST_LEN));
        if (prefix.address().isMulticast()) {
            return null;
        }
        int protocol = message.octet(Rtnetlink.RTM_PROTOCOL);
        long metric = Integer.toUnsignedLong(message.word(Rtnetlink.RTA_PRIORITY, 0));
        List<NextHop.Hop> hops = refusal ? List.of(NextHop.Hop.DISCARD) : hops(message, family, nexthops);
        return new ForeignRoute(table, prefix, hops, protocol, metric);
    }

    /** Ascending; empty when all are dead or a nexthop object is not known. What a removal names may well be dead. */
    private static List<NextHop.Hop> hops(MessageReader message, AddressFamily family, NexthopTable nexthops) {
        if (message.has(Rtnetlink.RTA_MULTIPATH)) {
            return multipath(message, family);
        }
        int link = message.word(Rtnetlink.RTA_OIF, 0);
        if (link == 0 && message.has(Rtnetlink.RTA_NH_ID)) {
            // net.ipv4.nexthop_compat_mode is 0: the kernel tells the object only
            return nexthops.hops(message.word(Rtnetlink.RTA_NH_ID, 0));
        }
        int flags = message.word(Rtnetlink.RTM_FLAGS);
        boolean onLink = (flags & Rtnetlink.RTNH_F_ONLINK) != 0;
        return isDead(message, flags) || link == 0
                ? List.of()
                : List.of(new NextHop.Hop(gateway(message, family), link, 1, onLink));
    }

    private static List<NextHop.Hop> multipath(MessageReader message, AddressFamily family) {
        List<NextHop.Hop> hops = new ArrayList<>();
        int end = message.end(Rtnetlink.RTA_MULTIPATH);
        int at = message.start(Rtnetlink.RTA_MULTIPATH);
        // struct rtnexthop: length (2), flags (1), weight less one (1), interface (4), attributes
        while (end - at >= Rtnetlink.RTNEXTHOP && message.shortAt(at) >= Rtnetlink.RTNEXTHOP) {
            int flags = message.octetAt(at + 2);
            message.attributes(at + Rtnetlink.RTNEXTHOP, at + message.shortAt(at));
            if (!isDead(message, flags)) {
                boolean onLink = (flags & Rtnetlink.RTNH_F_ONLINK) != 0;
                int weight = message.octetAt(at + 3) + 1;
                hops.add(new NextHop.Hop(gateway(message, family), message.wordAt(at + 4), weight, onLink));
            }
            at += message.shortAt(at) + 3 & ~3;
        }
        hops.sort(null);
        return hops;
    }

    private static boolean isDead(MessageReader message, int flags) {
        return (flags & Rtnetlink.RTNH_F_DEAD) != 0 && message.type() != Rtnetlink.RTM_DELROUTE;
    }

    private static @Nullable IpAddress gateway(MessageReader message, AddressFamily family) {
        if (message.has(Rtnetlink.RTA_GATEWAY)) {
            return message.address(Rtnetlink.RTA_GATEWAY);
        }
        if (!message.has(Rtnetlink.RTA_VIA)) {
            return null;
        }
        // struct rtvia: family (2), address; used where the gateway is of the other family
        AddressFamily other = family == AddressFamily.IPV4 ? AddressFamily.IPV6 : AddressFamily.IPV4;
        return message.addressAt(message.start(Rtnetlink.RTA_VIA) + 2, other);
    }
}
