package dev.espalier.bench.load;

/**
 * The tables of all receivers against the table they should have: counts what is right as messages come in, so that the moment
 * of convergence is known at once. No allocation while it counts. One thread.
 */
final class Watch {

    /** The table that every receiver should have, by prefix: a fingerprint, or 0 for nothing. */
    final int[] expected;

    private int receivers;
    private int settled;
    private long convergedAt;
    private long transientWithdrawals;

    Watch(int prefixes) {
        this.expected = new int[prefixes];
    }

    /** A receiver's table. */
    final class Table {

        private final int[] held = new int[expected.length];
        private final int ownFirst;
        private final int ownEnd;
        private int right;
        private int echoes;
        private boolean watched = true;

        /** @param ownFirst the first of the prefixes that the receiver announces itself; they may not come back to it */
        Table(int ownFirst, int ownEnd) {
            this.ownFirst = ownFirst;
            this.ownEnd = ownEnd;
        }

        /** The daemon told this path, or with 0 withdrew the prefix, at this time. */
        void told(int prefix, int fingerprint, long now) {
            if (prefix >= ownFirst && prefix < ownEnd) {
                echoes++;
                return;
            }
            int before = held[prefix];
            if (before == fingerprint) {
                return;
            }
            held[prefix] = fingerprint;
            int should = expected[prefix];
            if (fingerprint == 0 && should != 0) {
                transientWithdrawals++;
            }
            if (before == should) {
                lost();
            } else if (fingerprint == should) {
                won(now);
            }
        }

        /** What should be held changes for one prefix. */
        void expectation(int prefix, int was, int is) {
            if (held[prefix] == was && was != is) {
                lost();
            }
        }

        /** How many prefixes are not as they should be. */
        int wrong() {
            return target() - right;
        }

        /** Own routes that the daemon sent back. */
        int echoes() {
            return echoes;
        }

        /** Makes what this receiver holds what should be held. */
        void expectWhatIsHeld() {
            System.arraycopy(held, 0, expected, 0, held.length);
            recount();
        }

        /** This receiver is gone; what it holds counts no more. */
        void forget() {
            watched = false;
        }

        int held(int prefix) {
            return held[prefix];
        }

        private int target() {
            return expected.length - (ownEnd - ownFirst);
        }

        private void lost() {
            if (right-- == target()) {
                settled--;
            }
        }

        private void won(long now) {
            if (++right == target() && ++settled == receivers) {
                convergedAt = now;
            }
        }

        /** Counts anew what is right, prefix by prefix. */
        private void recount() {
            right = 0;
            for (int prefix = 0; prefix < expected.length; prefix++) {
                if ((prefix < ownFirst || prefix >= ownEnd) && held[prefix] == expected[prefix]) {
                    right++;
                }
            }
        }
    }

    /** Begins to watch: compares every table, and forgets when they last were right. */
    void begin(Iterable<Table> tables) {
        receivers = 0;
        settled = 0;
        convergedAt = 0;
        transientWithdrawals = 0;
        for (Table table : tables) {
            if (table.watched) {
                table.recount();
                receivers++;
                settled += table.wrong() == 0 ? 1 : 0;
            }
        }
    }

    /** Whether every receiver holds exactly the expected table at this moment. */
    boolean converged() {
        return settled == receivers;
    }

    /** {@link System#nanoTime} of when the last receiver became right; 0 before. */
    long convergedAt() {
        return convergedAt;
    }

    /** How often a prefix was withdrawn from a receiver that should have had a path. */
    long transientWithdrawals() {
        return transientWithdrawals;
    }

    /** Compares every table anew; how many entries are wrong in all, independently of what was counted on the way. */
    int wrong(Iterable<Table> tables) {
        int wrong = 0;
        for (Table table : tables) {
            if (table.watched) {
                table.recount();
                wrong += table.wrong();
            }
        }
        return wrong;
    }
}
