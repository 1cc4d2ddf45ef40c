package dev.espalier.routing;

import dev.espalier.route.Fib;

/**
 * The kernel's no to a change.
 *
 * @param errno its error number
 * @param reason a sentence for people
 */
record Refusal(int errno, String reason) {

    private static final int ENOENT = 2;
    private static final int ESRCH = 3;

    static Refusal of(Fib.Failure failure) {
        return new Refusal(failure.errno(), failure.reason());
    }

    /** Whether what was to be changed was not there. */
    boolean saysMissing() {
        return errno == ENOENT || errno == ESRCH;
    }
}
