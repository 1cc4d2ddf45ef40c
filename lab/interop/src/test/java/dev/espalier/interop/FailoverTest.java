package dev.espalier.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A link or a neighbour dies under half a million routes that have a second way, of equal cost or not. A ping over the way that
 * dies shows for how long packets are lost; the figure is printed, and the bound is generous because other work shares the
 * machine.
 */
@Tag("netns")
@Tag("long")
@Timeout(value = 400, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailoverTest {

    private static final int ROUTES = 500_000;
    private static final int ALLOWED_MILLIS = 500;
    private static final int EQUAL = 0;
    private static final int WORSE = 1;

    /** The collector that the daemon has in service: a pause of the serial one would be what is measured. */
    private static final List<String> FLAGS =
            List.of("-XX:-UseSerialGC", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=10", "-Xmx1g");

    @Test
    void ofTwoEqualWaysTheOtherTakesAllWhenALinkDies() throws IOException {
        measure("equal path, the link loses its carrier", EQUAL, 0, TwoWays::firstLosesTheCarrier);
    }

    @Test
    void theSecondBestPathTakesAllWhenTheLinkLosesItsCarrier() throws IOException {
        measure("second-best path, the link loses its carrier", WORSE, 0, TwoWays::firstLosesTheCarrier);
    }

    @Test
    void theSecondBestPathTakesAllWhenOurLinkIsSetDown() throws IOException {
        measure("second-best path, our link is set down", WORSE, 0, TwoWays::ourLinkIsSetDown);
    }

    @Test
    void theSecondBestPathTakesAllWhenBfdFindsTheFirstNeighborSilent() throws IOException {
        measure("second-best path, the neighbour falls silent", WORSE, 50, TwoWays::firstFallsSilent);
    }

    private static void measure(String what, int longer, int bfdMillis, Consumer<TwoWays> event) throws IOException {
        try (TwoWays ways = new TwoWays("failover", ROUTES, FLAGS)) {
            ways.announce(longer);
            int detection = bfdMillis > 0 ? ways.watchFirst(bfdMillis) : 0;
            int lost = ways.millisWithoutAnswer(() -> event.accept(ways));
            System.out.printf(
                    "Failover of %d routes (%s): packets lost for %d ms%s%n",
                    ROUTES, what, lost, detection > 0 ? ", of which BFD takes up to " + detection + " to notice" : "");
            assertThat(lost)
                    .as("a machine that is too busy for BFD takes the way for dead before anything has happened")
                    .isGreaterThanOrEqualTo(detection / 2);
            assertThat(lost).as("milliseconds in which packets were lost").isLessThan(ALLOWED_MILLIS + detection);
        }
    }
}
