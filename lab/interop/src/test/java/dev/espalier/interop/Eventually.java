package dev.espalier.interop;

import dev.espalier.lab.Pause;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Assertions about what other processes will have done soon. */
final class Eventually {

    private Eventually() {}

    /** Repeats the assertions until they hold; when they do not in time, fails as they failed last. */
    static void within(int seconds, ThrowingCallable assertions) {
        AtomicReference<Throwable> last = new AtomicReference<>();
        boolean held = Pause.until(Duration.ofSeconds(seconds), () -> holds(assertions, last));
        if (!held) {
            throw new AssertionError(
                    "not within " + seconds + " s: " + last.get().getMessage(), last.get());
        }
    }

    private static boolean holds(ThrowingCallable assertions, AtomicReference<Throwable> last) {
        try {
            assertions.call();
            return true;
        } catch (Throwable notYet) { // AssertJ's own contract: anything may come out of a ThrowingCallable
            last.set(notYet);
            return false;
        }
    }
}
