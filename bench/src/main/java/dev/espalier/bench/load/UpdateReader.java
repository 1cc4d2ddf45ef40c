package dev.espalier.bench.load;

/**
 * Reads the UPDATE messages that a daemon sends and enters them into a receiver's table. Reads IPv4 unicast in the classic fields
 * and in MP_REACH_NLRI (RFC 4760), and IPv6 unicast. No allocation. One thread.
 */
final class UpdateReader {

    private static final int EXTENDED_LENGTH = 0x10;
    private static final int AS_PATH = 2;
    private static final int NEXT_HOP = 3;
    private static final int ORIGINATOR_ID = 9;
    private static final int MP_REACH_NLRI = 14;
    private static final int MP_UNREACH_NLRI = 15;
    private static final int IPV4 = 1;
    private static final int IPV6 = 2;

    private final Prefixes prefixes;
    private final boolean reflector;
    private final Latencies latencies;

    private long prefixesRead;
    private long unknown;
    private long updates;

    private int fingerprint;
    private int lastAsn;
    private int nextHop;
    private boolean ownRoute;
    private int reachStart;
    private int reachEnd;
    private boolean reachIpv6;
    private int near;

    UpdateReader(Prefixes prefixes, boolean reflector, Latencies latencies) {
        this.prefixes = prefixes;
        this.reflector = reflector;
        this.latencies = latencies;
    }

    /**
     * Reads one message.
     *
     * @param in has {@link Octets#SLACK} octets more behind the message
     * @param identifier of the receiver: a route with it as originator is its own
     * @throws UsageException when it is malformed
     */
    void read(byte[] in, int start, int end, int identifier, Watch.Table table, long now) {
        updates++;
        int withdrawn = start + Octets.HEADER + 2;
        int attributes = withdrawn + Octets.u16(in, withdrawn - 2) + 2;
        if (attributes > end || attributes + Octets.u16(in, attributes - 2) > end) {
            throw new UsageException("the daemon sent an UPDATE whose lengths do not fit into it");
        }
        int nlri = attributes + Octets.u16(in, attributes - 2);
        enter(in, withdrawn, attributes - 2, 0, false, table, now);
        attributes(in, attributes, nlri, identifier, table, now);
        if (ownRoute || (nlri == end && reachStart == reachEnd)) {
            return;
        }
        int told = Mix.finish(reflector ? Mix.path(fingerprint, nextHop) : fingerprint);
        enter(in, nlri, end, told, false, table, now);
        enter(in, reachStart, reachEnd, told, reachIpv6, table, now);
    }

    private void attributes(byte[] in, int start, int end, int identifier, Watch.Table table, long now) {
        fingerprint = Mix.PATH_START;
        lastAsn = 0;
        ownRoute = false;
        reachStart = reachEnd = 0;
        int at = start;
        while (at < end) {
            boolean extended = (in[at] & EXTENDED_LENGTH) != 0;
            int length = extended ? Octets.u16(in, at + 2) : in[at + 2] & 0xFF;
            int value = at + (extended ? 4 : 3);
            switch (in[at + 1]) {
                case AS_PATH -> path(in, value, value + length);
                case NEXT_HOP -> nextHop = Octets.i32(in, value);
                case ORIGINATOR_ID -> ownRoute = Octets.i32(in, value) == identifier;
                case MP_REACH_NLRI -> reach(in, value, value + length);
                case MP_UNREACH_NLRI -> unreach(in, value, value + length, table, now);
                default -> {}
            }
            at = value + length;
        }
    }

    private void path(byte[] in, int start, int end) {
        int at = start;
        while (at < end) {
            int segmentEnd = at + 2 + 4 * (in[at + 1] & 0xFF);
            for (at += 2; at < segmentEnd; at += 4) {
                lastAsn = Octets.i32(in, at);
                fingerprint = Mix.path(fingerprint, lastAsn);
            }
        }
    }

    private void reach(byte[] in, int value, int end) {
        int family = Octets.u16(in, value);
        if (family == IPV4 || family == IPV6) {
            nextHop = Octets.i32(in, value + 4);
            reachIpv6 = family == IPV6;
            reachStart = value + 4 + (in[value + 3] & 0xFF) + 1;
            reachEnd = end;
        }
    }

    private void unreach(byte[] in, int value, int end, Watch.Table table, long now) {
        int family = Octets.u16(in, value);
        if (family == IPV4 || family == IPV6) {
            enter(in, value + 3, end, 0, family == IPV6, table, now);
        }
    }

    private void enter(byte[] in, int start, int end, int told, boolean ipv6, Watch.Table table, long now) {
        int at = start;
        int count = 0;
        int found = near;
        while (at < end) {
            int length = in[at] & 0xFF;
            int octets = (length + 7) >>> 3;
            if (length > (ipv6 ? 64 : 32) || at + 1 + octets > end) {
                throw new UsageException("the daemon sent a prefix that does not fit into its message");
            }
            // All octets at once; those of the next prefix are masked out.
            long bits = octets == 0 ? 0 : Octets.i64(in, at + 1) & (-1L << (64 - 8 * octets));
            at += 1 + octets;
            count++;
            int prefix = prefixes.find(bits, length, ipv6, found);
            if (prefix < 0) {
                unknown++;
                continue;
            }
            found = prefix;
            table.told(prefix, told, now);
        }
        near = found;
        prefixesRead += count;
        if (told != 0 && count > 0) {
            latencies.received(lastAsn, now);
        }
    }

    long updates() {
        return updates;
    }

    /** Announced and withdrawn prefixes in all messages so far. */
    long prefixesRead() {
        return prefixesRead;
    }

    /** Prefixes that no feeder ever announced. */
    long unknown() {
        return unknown;
    }
}
