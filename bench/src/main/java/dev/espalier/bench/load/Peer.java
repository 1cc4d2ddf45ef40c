package dev.espalier.bench.load;

/**
 * A neighbour that we play. Immutable.
 *
 * @param number from 0, feeders first
 * @param feeder whether it announces
 * @param ipv6 whether it talks over IPv6, and of IPv6 prefixes
 * @param host its address: an IPv4 one is in 127.0.0.0/8, those of feeders below 127.0.64.0; not the host's own for a daemon
 * @param asn its AS number
 * @param identifier its BGP identifier
 * @param nextHop the next hop of what it announces, in 10.254.0.0/16
 */
record Peer(int number, boolean feeder, boolean ipv6, String host, int asn, int identifier, int nextHop) {

    /** The AS of the daemon under test. */
    static final int DAEMON_ASN = 65000;

    /** Where the daemon under test listens over IPv6, and the next hop of all IPv6 routes; {@code bench/run} makes them. */
    static final String DAEMON_6 = "fd00:10:255::1";

    static final String NEXT_HOP_6 = "fd00:10:254::1";

    private static final String FEEDER_6 = "fd00:10:253::f";
    private static final String MONITOR_6 = "fd00:10:253::a";
    /** 10.253.0.0: a daemon that has to do with the kernel looks for a route to its neighbour, and there is none to 127.0.0.0/8. */
    private static final int KERNEL_FEEDERS = 0x0AFD0000;

    private static final int PER_BLOCK = 250;
    private static final int FIRST_EXTERNAL_ASN = 65001;
    private static final int FIRST_MONITOR_ASN = 64900;

    /** The feeder of this index. */
    static Peer feeder(Scenario scenario, int index) {
        int host = ((index / PER_BLOCK) << 8) + 1 + index % PER_BLOCK;
        int asn =
                switch (scenario.kind()) {
                    case EXTERNAL, IDLE, KERNEL, START -> FIRST_EXTERNAL_ASN + index;
                    case REFLECTOR -> DAEMON_ASN;
                    case DYNAMIC -> FIRST_EXTERNAL_ASN;
                };
        String from = dotted((scenario.kind() == Scenario.Kind.KERNEL ? KERNEL_FEEDERS : 0x7F000100) + host);
        return new Peer(index, true, false, from, asn, 0x0AFD0100 + host, 0x0AFE0100 + host);
    }

    /** The monitor of this index. */
    static Peer monitor(Scenario scenario, int index) {
        int host = 1 + index;
        return new Peer(
                scenario.feeders() + index,
                false,
                false,
                dotted(0x7F006400 + host),
                FIRST_MONITOR_ASN + index,
                0x0AFDE000 + host,
                0x0AFEE000 + host);
    }

    /** The feeder of the IPv6 prefixes. */
    static Peer feeder6(Scenario scenario) {
        int asn = FIRST_EXTERNAL_ASN + scenario.feeders();
        return new Peer(scenario.feeders(), true, true, FEEDER_6, asn, 0x0AFD6001, 0);
    }

    /** Who watches the IPv6 prefixes. */
    static Peer monitor6(Scenario scenario) {
        int number = scenario.feeders() + scenario.monitors();
        return new Peer(number, false, true, MONITOR_6, FIRST_MONITOR_ASN + scenario.monitors(), 0x0AFDE601, 0);
    }

    /** {@code ROLE ADDRESS ASN}: a line for a configuration writer. */
    String line() {
        return (feeder ? "feeder " : "monitor ") + host + " " + asn;
    }

    /** An IPv4 address as people write it. */
    static String dotted(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }
}
