package dev.espalier.bench.load;

/**
 * A neighbour that we play. Immutable.
 *
 * @param number from 0, feeders first
 * @param feeder whether it announces
 * @param address its IPv4 address in 127.0.0.0/8; feeders are below 127.0.64.0
 * @param asn its AS number
 * @param identifier its BGP identifier
 * @param nextHop the next hop of what it announces, in 10.254.0.0/16
 */
record Peer(int number, boolean feeder, int address, int asn, int identifier, int nextHop) {

    /** The AS of the daemon under test. */
    static final int DAEMON_ASN = 65000;

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
        return new Peer(index, true, 0x7F000100 + host, asn, 0x0AFD0100 + host, 0x0AFE0100 + host);
    }

    /** The monitor of this index. */
    static Peer monitor(Scenario scenario, int index) {
        int host = 1 + index;
        return new Peer(
                scenario.feeders() + index,
                false,
                0x7F006400 + host,
                FIRST_MONITOR_ASN + index,
                0x0AFDE000 + host,
                0x0AFEE000 + host);
    }

    /** {@code ROLE ADDRESS ASN}: a line for a configuration writer. */
    String line() {
        return (feeder ? "feeder " : "monitor ") + dotted(address) + " " + asn;
    }

    /** An IPv4 address as people write it. */
    static String dotted(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }
}
