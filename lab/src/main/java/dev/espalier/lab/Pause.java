package dev.espalier.lab;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Waiting for the outside world, which does not call back. */
public final class Pause {

    private static final int POLL_MILLIS = 50;

    private Pause() {}

    /**
     * Sleeps.
     *
     * @throws LabException when interrupted; the thread stays marked as interrupted
     */
    public static void millis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", interrupted);
        }
    }

    /** Asks every 50 ms until the answer is yes or the time is over; whether it was yes. */
    public static boolean until(Duration patience, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(patience);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(deadline)) {
                return false;
            }
            millis(POLL_MILLIS);
        }
        return true;
    }
}
