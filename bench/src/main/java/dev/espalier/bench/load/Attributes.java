package dev.espalier.bench.load;

import java.util.Arrays;

/**
 * Writes the path attributes of one announcement (RFC 4271, section 4.3), drawn at random as the public table has them. Reused
 * for one set after the other. One thread.
 */
final class Attributes {

    /** The AS number of a churned route is this one plus the number of the update: what tells when it was sent. */
    static final int FIRST_CHURN_ASN = (int) 4_200_000_000L;

    private static final int WELL_KNOWN = 0x40;
    private static final int OPTIONAL = 0x80;
    private static final int OPTIONAL_TRANSITIVE = 0xC0;

    /** How long AS paths are when only one feeder announces a prefix; each is equally likely. */
    private static final int[] PATH_LENGTHS = {2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7};

    /** Numbers from here on stay clear of the reserved ones (RFC 7607, 5398, 6996, 7300). */
    private static final int FIRST_4_OCTET_ASN = 131_072;

    private static final int LAST_2_OCTET_ASN = 45_000;

    private final Scenario scenario;
    private final boolean prepends;
    private final int[] path = new int[64];
    private final int[] communities = new int[8];
    private final byte[] octets = new byte[1024];
    private final Dice dice = new Dice(0);
    private int pathLength;
    private int length;

    /** @param prepends whether the daemon under test puts its AS before the path of an external peer; a relay does not */
    Attributes(Scenario scenario, boolean prepends) {
        this.scenario = scenario;
        this.prepends = prepends && scenario.kind() != Scenario.Kind.REFLECTOR;
    }

    /** Those of a group as this feeder announces it. Feeder 0 has the shortest path of all, and no two have the same length. */
    void ofGroup(Peer feeder, int group) {
        dice.seed(Mix.bits(group));
        int origin = asn();
        int wanted = PATH_LENGTHS[dice.below(PATH_LENGTHS.length)];
        if (!scenario.ownPrefixes() && scenario.feeders() > 1) {
            int others = scenario.feeders() - 1;
            int turn = dice.below(others);
            wanted = 2 + dice.below(3) + (feeder.number() == 0 ? 0 : 1 + (feeder.number() - 1 + turn) % others);
        }
        dice.seed(Mix.bits(group + ((long) feeder.number() + 1 << 32)));
        beginPath(feeder);
        while (pathLength < wanted - 1) {
            boolean prepended = pathLength > 2 && dice.percent(15);
            path[pathLength] = prepended ? path[pathLength - 1] : asn();
            pathLength++;
        }
        path[pathLength++] = origin;
        write(feeder);
    }

    /** Those of one update of a churn: a set that nobody has seen. */
    void ofChurn(Peer feeder, int update) {
        dice.seed(Mix.bits(~update));
        beginPath(feeder);
        path[pathLength++] = FIRST_CHURN_ASN + update;
        write(feeder);
    }

    /** What a receiver must make of them once the daemon has passed them on: AS path and, behind a reflector, next hop. */
    int fingerprint(Peer feeder) {
        int fingerprint = Mix.PATH_START;
        if (prepends) {
            fingerprint = Mix.path(fingerprint, Peer.DAEMON_ASN);
        }
        for (int i = 0; i < pathLength; i++) {
            fingerprint = Mix.path(fingerprint, path[i]);
        }
        if (scenario.kind() == Scenario.Kind.REFLECTOR) {
            fingerprint = Mix.path(fingerprint, feeder.nextHop());
        }
        return Mix.finish(fingerprint);
    }

    int pathLength() {
        return pathLength;
    }

    int length() {
        return length;
    }

    void copyTo(byte[] to, int at) {
        System.arraycopy(octets, 0, to, at, length);
    }

    private void beginPath(Peer feeder) {
        pathLength = 0;
        if (scenario.kind() != Scenario.Kind.REFLECTOR) {
            path[pathLength++] = feeder.asn();
        }
    }

    private int asn() {
        int drawn = dice.below(75_000);
        return drawn < LAST_2_OCTET_ASN ? 1 + drawn : FIRST_4_OCTET_ASN + (drawn - LAST_2_OCTET_ASN) * 5;
    }

    private void write(Peer feeder) {
        length = 0;
        int drawn = dice.below(100);
        head(WELL_KNOWN, 1, 1);
        octets[length++] = (byte) (drawn < 80 ? 0 : drawn < 98 ? 2 : 1);
        asPath();
        if (!feeder.ipv6()) {
            head(WELL_KNOWN, 3, 4);
            number(feeder.nextHop());
        }
        if (dice.percent(30)) {
            head(OPTIONAL, 4, 4);
            number(dice.below(200));
        }
        if (scenario.kind() == Scenario.Kind.REFLECTOR) {
            head(WELL_KNOWN, 5, 4);
            number(100);
        }
        if (dice.percent(5)) {
            head(WELL_KNOWN, 6, 0);
            head(OPTIONAL_TRANSITIVE, 7, 8);
            number(path[pathLength - 1]);
            number(feeder.identifier());
        }
        communities();
        if (dice.percent(15)) {
            largeCommunities();
        }
    }

    private void asPath() {
        head(WELL_KNOWN, 2, 2 + 4 * pathLength);
        octets[length++] = 2;
        octets[length++] = (byte) pathLength;
        for (int i = 0; i < pathLength; i++) {
            number(path[i]);
        }
    }

    /** None to eight, sorted, as routers send them. */
    private void communities() {
        int count = dice.below(9);
        if (count == 0) {
            return;
        }
        for (int i = 0; i < count; i++) {
            communities[i] = 1 + dice.below(32_000) << 16 | dice.below(3000);
        }
        Arrays.sort(communities, 0, count);
        head(OPTIONAL_TRANSITIVE, 8, 4 * count);
        for (int i = 0; i < count; i++) {
            number(communities[i]);
        }
    }

    private void largeCommunities() {
        int count = 1 + dice.below(3);
        head(OPTIONAL_TRANSITIVE, 32, 12 * count);
        for (int i = 0; i < count; i++) {
            number(path[pathLength - 1]);
            number(i + 1);
            number(dice.below(5000));
        }
    }

    private void head(int flags, int type, int size) {
        octets[length++] = (byte) flags;
        octets[length++] = (byte) type;
        octets[length++] = (byte) size;
    }

    private void number(int value) {
        Octets.put32(octets, length, value);
        length += 4;
    }
}
