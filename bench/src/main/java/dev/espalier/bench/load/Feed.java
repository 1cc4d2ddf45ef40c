package dev.espalier.bench.load;

import java.nio.ByteBuffer;

/** The messages of one feeder, encoded before a clock starts, in buffers that the kernel reads without a copy. One thread. */
final class Feed {

    private static final int END_OF_RIB = 23;
    private static final byte[] END_OF_RIB_6 = {(byte) 0x80, 15, 3, 0, 2, 1};

    private final ByteBuffer announcements;
    private final ByteBuffer withdrawals;
    private final int prefixes;

    private Feed(ByteBuffer announcements, ByteBuffer withdrawals, int prefixes) {
        this.announcements = announcements;
        this.withdrawals = withdrawals;
        this.prefixes = prefixes;
    }

    /** How many prefixes are announced. */
    int prefixes() {
        return prefixes;
    }

    /** Everything, and End-of-RIB. */
    ByteBuffer announcements() {
        return announcements.duplicate();
    }

    /** The withdrawal of everything, in messages as full as they may be. */
    ByteBuffer withdrawals() {
        return withdrawals.duplicate();
    }

    /**
     * Encodes the feed of one feeder, and notes in {@code best} what it offers.
     *
     * @param first the first group it announces
     * @param end the group after the last one
     */
    static Feed of(Peer feeder, Prefixes prefixes, int first, int end, Attributes attributes, BestPaths best) {
        int[] order = shuffled(first, end, feeder.number());
        Packer announced = new Packer(prefixes);
        Packer withdrawn = new Packer(prefixes);
        for (int group : order) {
            attributes.ofGroup(feeder, group);
            best.offer(feeder, group, attributes.pathLength(), attributes.fingerprint(feeder));
            announced.announce(prefixes.groupStart(group), prefixes.groupStart(group + 1), attributes);
            withdrawn.withdraw(prefixes.groupStart(group), prefixes.groupStart(group + 1));
        }
        announced.append(endOfRib(feeder.ipv6()));
        return new Feed(announced.buffer(), withdrawn.buffer(), prefixes.groupStart(end) - prefixes.groupStart(first));
    }

    /** RFC 4724, section 2: an empty message, or for IPv6 an empty MP_UNREACH_NLRI. */
    private static byte[] endOfRib(boolean ipv6) {
        byte[] message = new byte[END_OF_RIB + (ipv6 ? END_OF_RIB_6.length : 0)];
        if (ipv6) {
            Octets.put16(message, Octets.HEADER + 2, END_OF_RIB_6.length);
            System.arraycopy(END_OF_RIB_6, 0, message, END_OF_RIB, END_OF_RIB_6.length);
        }
        Octets.header(message, 0, message.length, Octets.UPDATE);
        return message;
    }

    /** Each feeder has an order of its own, as routers have. */
    private static int[] shuffled(int first, int end, int seed) {
        int[] order = new int[end - first];
        for (int i = 0; i < order.length; i++) {
            order[i] = first + i;
        }
        Dice dice = new Dice(Mix.bits(seed));
        for (int i = order.length - 1; i > 0; i--) {
            int other = dice.below(i + 1);
            int group = order[i];
            order[i] = order[other];
            order[other] = group;
        }
        return order;
    }
}
