package dev.espalier.linux;

/**
 * Numbers and offsets of the kernel's traffic control, by the kernel's own names (linux/rtnetlink.h, pkt_sched.h, pkt_cls.h,
 * tc_act/tc_mirred.h). They are part of the kernel's stable interface.
 */
final class TrafficControl {

    static final int RTM_NEWQDISC = 36;
    static final int RTM_DELQDISC = 37;
    static final int RTM_GETQDISC = 38;
    static final int RTM_NEWTFILTER = 44;
    static final int RTM_DELTFILTER = 45;
    static final int RTM_GETTFILTER = 46;

    // ---- struct tcmsg
    static final int TCMSG = 20;
    static final int TCM_IFINDEX = 4;
    static final int TCM_HANDLE = 8;
    static final int TCM_PARENT = 12;
    /** Of a filter: its priority, and the protocol in network order. */
    static final int TCM_INFO = 16;

    /** What an interface sends goes through it. */
    static final int TC_H_ROOT = 0xFFFFFFFF;
    /** Where the queueing discipline clsact sits, which holds filters and no packets. */
    static final int TC_H_CLSACT = 0xFFFFFFF1;

    static final int CLSACT_HANDLE = 0xFFFF0000;
    /** Its filters for what an interface receives. */
    static final int CLSACT_INGRESS = 0xFFFFFFF2;

    static final int TCA_KIND = 1;
    static final int TCA_OPTIONS = 2;

    // ---- the token bucket filter
    static final int TCA_TBF_PARMS = 1;
    /** Octets a second, where four octets cannot say it. */
    static final int TCA_TBF_RATE64 = 4;
    /** Octets. */
    static final int TCA_TBF_BURST = 6;

    /** struct tc_tbf_qopt: two struct tc_ratespec of 12 octets (rate and peak rate), limit, bucket, MTU. */
    static final int TBF_QOPT = 36;

    static final int TBF_QOPT_RATE = 8;
    static final int TBF_QOPT_LIMIT = 24;
    /** In the second octet of a tc_ratespec: packets count as they are, so that no table of times need come along. */
    static final int TC_LINKLAYER_ETHERNET = 1;

    // ---- the u32 classifier, and its action that sends a packet elsewhere
    static final int TCA_U32_SEL = 5;
    static final int TCA_U32_ACT = 7;
    /** In struct tc_u32_sel: a packet that fits is looked at no further. */
    static final int TC_U32_TERMINAL = 1;

    static final int TCA_ACT_KIND = 1;
    static final int TCA_ACT_OPTIONS = 2;
    static final int TCA_MIRRED_PARMS = 2;
    static final int TCA_EGRESS_REDIR = 1;
    /** The packet is no longer here. */
    static final int TC_ACT_STOLEN = 4;

    /** struct tc_mirred: index, capabilities, action, two counters, direction, interface. */
    static final int TC_MIRRED = 28;

    static final int TC_MIRRED_IFINDEX = 24;

    static final int ETH_P_ALL = 3;

    private TrafficControl() {}
}
