package dev.espalier.linux;

/**
 * Numbers and offsets of rtnetlink, by the kernel's own names (linux/netlink.h, rtnetlink.h, nexthop.h, if_link.h, if_addr.h,
 * if.h). They are part of the kernel's stable interface.
 */
final class Rtnetlink {

    // ---- struct nlmsghdr: every message
    static final int NLMSG_HEADER = 16;
    static final int NLMSG_TYPE = 4;
    static final int NLMSG_FLAGS = 6;
    static final int NLMSG_SEQ = 8;
    static final int NLMSG_PID = 12;

    static final int NLMSG_ERROR = 2;
    static final int NLMSG_DONE = 3;

    static final int NLM_F_REQUEST = 0x01;
    static final int NLM_F_ACK = 0x04;
    /** Tell the asker as well: traffic control answers to those only who listen to its notifications, otherwise. */
    static final int NLM_F_ECHO = 0x08;
    /** A dump may be inconsistent: something changed while it went on. */
    static final int NLM_F_DUMP_INTR = 0x10;

    static final int NLM_F_DUMP = 0x300;
    /** In a request: replace what is there. In a notification: something was replaced. */
    static final int NLM_F_REPLACE = 0x100;

    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;
    /** In an error: attributes follow, such as the text. */
    static final int NLM_F_ACK_TLVS = 0x200;

    static final int NLMSGERR_ATTR_MSG = 1;

    // ---- message types
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_GETADDR = 22;
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    static final int RTM_GETNEIGH = 30;
    static final int RTM_NEWNEXTHOP = 104;
    static final int RTM_DELNEXTHOP = 105;
    static final int RTM_GETNEXTHOP = 106;

    // ---- groups of notifications
    static final int RTNLGRP_LINK = 1;
    static final int RTNLGRP_IPV4_IFADDR = 5;
    static final int RTNLGRP_IPV4_ROUTE = 7;
    static final int RTNLGRP_IPV6_IFADDR = 9;
    static final int RTNLGRP_IPV6_ROUTE = 11;
    static final int RTNLGRP_NEXTHOP = 32;

    static final int AF_UNSPEC = 0;
    static final int AF_INET = 2;
    /** In messages about neighbours: the forwarding entries of bridges and tunnels. */
    static final int AF_BRIDGE = 7;

    static final int AF_INET6 = 10;

    // ---- struct rtmsg
    static final int RTMSG = 12;
    static final int RTM_FAMILY = 0;
    static final int RTM_DST_LEN = 1;
    static final int RTM_TOS = 3;
    static final int RTM_TABLE = 4;
    static final int RTM_PROTOCOL = 5;
    static final int RTM_SCOPE = 6;
    static final int RTM_TYPE = 7;
    static final int RTM_FLAGS = 8;

    /** A copy made for one destination, not a route somebody configured. */
    static final int RTM_F_CLONED = 0x200;

    static final int RTN_UNICAST = 1;
    static final int RTN_BLACKHOLE = 6;
    static final int RTN_UNREACHABLE = 7;
    static final int RTN_PROHIBIT = 8;
    static final int RT_SCOPE_UNIVERSE = 0;
    static final int RT_SCOPE_LINK = 253;
    /** In a request to delete: any scope. */
    static final int RT_SCOPE_NOWHERE = 255;

    static final int RT_TABLE_MAIN = 254;
    static final int RT_TABLE_LOCAL = 255;

    static final int RTA_DST = 1;
    static final int RTA_OIF = 4;
    static final int RTA_GATEWAY = 5;
    static final int RTA_PRIORITY = 6;
    static final int RTA_MULTIPATH = 9;
    static final int RTA_TABLE = 15;
    static final int RTA_VIA = 18;
    static final int RTA_NH_ID = 30;

    // ---- struct rtnexthop, inside RTA_MULTIPATH: length (2), flags (1), weight less one (1), interface (4)
    static final int RTNEXTHOP = 8;
    static final int RTNH_F_DEAD = 1;
    /** The gateway is on the link although no address says so. */
    static final int RTNH_F_ONLINK = 4;

    // ---- struct nhmsg
    static final int NHMSG = 8;
    static final int NH_FAMILY = 0;
    static final int NH_PROTOCOL = 2;
    static final int NH_FLAGS = 4;

    static final int NHA_ID = 1;
    static final int NHA_GROUP = 2;
    static final int NHA_GROUP_TYPE = 3;
    static final int NHA_BLACKHOLE = 4;
    static final int NHA_OIF = 5;
    static final int NHA_GATEWAY = 6;
    static final int NLA_F_NESTED = 0x8000;
    static final int NHA_RES_GROUP = 12;
    static final int NHA_RES_GROUP_BUCKETS = 1;
    static final int NHA_RES_GROUP_IDLE_TIMER = 2;

    /** A group that spreads flows over a fixed number of buckets, since Linux 5.13. */
    static final int NEXTHOP_GRP_TYPE_RES = 1;

    // ---- struct ifinfomsg
    static final int IFINFOMSG = 16;
    static final int IFI_FAMILY = 0;
    static final int IFI_INDEX = 4;
    static final int IFI_FLAGS = 8;

    static final int IFF_UP = 0x1;
    static final int IFF_LOOPBACK = 0x8;
    /** The operational state is up or unknown. */
    static final int IFF_RUNNING = 0x40;
    /** There is a carrier. */
    static final int IFF_LOWER_UP = 0x10000;

    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_IFALIAS = 20;
    static final int IFLA_NET_NS_FD = 28;
    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;
    static final int VETH_INFO_PEER = 1;
    static final int IFI_CHANGE = 12;

    // ---- inside IFLA_INFO_DATA of a VXLAN device (if_link.h)
    static final int IFLA_VXLAN_ID = 1;
    static final int IFLA_VXLAN_LINK = 3;
    static final int IFLA_VXLAN_LOCAL = 4;
    static final int IFLA_VXLAN_LEARNING = 7;
    static final int IFLA_VXLAN_PORT = 15;
    static final int IFLA_VXLAN_LOCAL6 = 17;

    // ---- inside IFLA_INFO_DATA of an IPIP device (if_tunnel.h)
    static final int IFLA_IPTUN_LINK = 1;
    static final int IFLA_IPTUN_LOCAL = 2;
    static final int IFLA_IPTUN_REMOTE = 3;

    // ---- struct ifaddrmsg
    static final int IFADDRMSG = 8;
    static final int IFA_PREFIXLEN = 1;
    static final int IFA_INDEX = 4;

    static final int IFA_ADDRESS = 1;
    static final int IFA_LOCAL = 2;
    static final int IFA_FLAGS = 8;

    static final int IFA_F_NODAD = 0x02;
    static final int IFA_F_OPTIMISTIC = 0x04;
    static final int IFA_F_DADFAILED = 0x08;
    /** Duplicate address detection is still going on: the address cannot be used yet. */
    static final int IFA_F_TENTATIVE = 0x40;

    // ---- struct ndmsg
    static final int NDMSG = 12;
    static final int NDM_FAMILY = 0;
    static final int NDM_IFINDEX = 4;
    static final int NDM_STATE = 8;
    static final int NDM_FLAGS = 10;

    static final int NUD_PERMANENT = 0x80;
    /** The entry is the device's own, not that of the bridge it is in. */
    static final int NTF_SELF = 0x02;

    static final int NDA_DST = 1;
    static final int NDA_LLADDR = 2;

    private Rtnetlink() {}
}
