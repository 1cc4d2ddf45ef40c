package dev.espalier.bench.load;

import java.nio.ByteBuffer;

/** The updates of a churn, encoded before a clock starts: each of another prefix and with a set of attributes of its own. */
final class ChurnFeed {

    /** A prime stride walks all over the table and meets no prefix twice. */
    private static final int STRIDE = 309_019;

    private final int[] offsets;
    private final int[] prefixes;
    private final int[] fingerprints;
    private final ByteBuffer messages;

    /** Encodes what this feeder sends at the scenario's rate. */
    ChurnFeed(Scenario scenario, Peer feeder, Prefixes all, Attributes attributes) {
        int size = scenario.churnRate() * Scenario.CHURN_SECONDS;
        offsets = new int[size + 1];
        prefixes = new int[size];
        fingerprints = new int[size];
        Packer packer = new Packer(all);
        for (int i = 0; i < size; i++) {
            prefixes[i] = (int) ((long) i * STRIDE % all.size());
            attributes.ofChurn(feeder, i);
            fingerprints[i] = attributes.fingerprint(feeder);
            packer.announce(prefixes[i], prefixes[i] + 1, attributes);
            offsets[i + 1] = packer.size();
        }
        messages = packer.buffer();
    }

    /** How many updates there are. */
    int size() {
        return prefixes.length;
    }

    /** The number of the prefix that this update announces. */
    int prefix(int update) {
        return prefixes[update];
    }

    /** What a receiver must make of it. */
    int fingerprint(int update) {
        return fingerprints[update];
    }

    /** The messages from one update to before another. */
    ByteBuffer messages(int first, int end) {
        return messages.slice(offsets[first], offsets[end] - offsets[first]);
    }
}
