package dev.espalier.linux;

/**
 * Numbers and offsets of netfilter's netlink, by the kernel's own names (linux/netfilter.h, netfilter/nfnetlink.h, nf_tables.h,
 * nfnetlink_conntrack.h). They are part of the kernel's stable interface.
 */
final class Netfilter {

    /** nf_tables: tables of both families. */
    static final int NFPROTO_INET = 1;

    // ---- struct nfgenmsg, the fixed part of every message: family (1), version (1), resource (2)
    static final int NFGENMSG = 4;
    static final int NFGEN_FAMILY = 0;

    private static final int NFNL_SUBSYS_CTNETLINK = 1;
    private static final int NFNL_SUBSYS_NFTABLES = 10;

    // ---- message types
    static final int CT_GET = NFNL_SUBSYS_CTNETLINK << 8 | 1;
    static final int CT_DELETE = NFNL_SUBSYS_CTNETLINK << 8 | 2;
    static final int CT_GET_STATS = NFNL_SUBSYS_CTNETLINK << 8 | 5;
    static final int CTA_STATS_GLOBAL_ENTRIES = 1;
    static final int NFT_GETTABLE = NFNL_SUBSYS_NFTABLES << 8 | 1;
    static final int NFT_GETSETELEM = NFNL_SUBSYS_NFTABLES << 8 | 13;

    // ---- nf_tables
    static final int NFTA_TABLE_NAME = 1;
    /** Of the program that made the table, since Linux 5.10; see {@link #UDATA_COMMENT}. */
    static final int NFTA_TABLE_USERDATA = 6;

    static final int NFTA_SET_ELEM_LIST_TABLE = 1;
    static final int NFTA_SET_ELEM_LIST_SET = 2;
    static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;

    static final int NFTA_SET_ELEM_KEY = 1;
    static final int NFTA_SET_ELEM_DATA = 2;
    static final int NFTA_SET_ELEM_USERDATA = 6;

    static final int NFTA_DATA_VALUE = 1;
    /** The parts of a value made of several start at multiples of so many octets. */
    static final int NFT_REG32 = 4;

    /** What nft keeps as user data is a row of type (1), length (1) and value; the comment of a table or element has this type. */
    static final int UDATA_COMMENT = 0;

    // ---- connection tracking
    static final int CTA_TUPLE_ORIG = 1;
    static final int CTA_TUPLE_REPLY = 2;
    static final int CTA_ID = 12;
    static final int CTA_ZONE = 18;
    static final int CTA_FILTER = 25;

    static final int CTA_TUPLE_IP = 1;
    static final int CTA_TUPLE_PROTO = 2;
    static final int CTA_IP_V4_SRC = 1;
    static final int CTA_IP_V4_DST = 2;
    static final int CTA_IP_V6_SRC = 3;
    static final int CTA_IP_V6_DST = 4;

    static final int CTA_PROTO_NUM = 1;
    static final int CTA_PROTO_DST_PORT = 3;

    /** Which fields of the tuples that come with a dump's request an entry must agree with, a bit for each; since Linux 5.8. */
    static final int CTA_FILTER_ORIG_FLAGS = 1;

    static final int CTA_FILTER_REPLY_FLAGS = 2;
    static final int CTA_FILTER_F_IP_SRC = 1;
    static final int CTA_FILTER_F_IP_DST = 2;
    static final int CTA_FILTER_F_PROTO_NUM = 8;
    static final int CTA_FILTER_F_PROTO_DST_PORT = 32;

    private Netfilter() {}
}
