package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.lab.Command;
import dev.espalier.lab.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What happens in which order when routes fail over to a second-best path: all have moved with their group before the first of them
 * is written. No time is measured here.
 */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailoverOrderTest {

    private static final int ROUTES = 20_000;
    private static final List<String> FLAGS = List.of("-XX:TieredStopAtLevel=1", "-Xmx512m");
    private static final Pattern GROUP_OF_ROUTE = Pattern.compile("nhid (\\d+)");

    @Test
    void aSilentNeighborIsLeftByOneGroupBeforeAnyRouteIsWritten() throws IOException {
        try (TwoWays ways = new TwoWays("failover-bfd", ROUTES, FLAGS)) {
            ways.announce(1);
            ways.watchFirst(50);
            String group = group(ways, 0);

            List<String> told = monitored(ways, TwoWays::firstFallsSilent);

            int replaced = indexOf(told, "id " + group + " group ");
            assertThat(replaced)
                    .as("the group is replaced: %s", told.subList(0, Math.min(9, told.size())))
                    .isNotNegative();
            // The kernel tells of every route of the group after the group; a route that was written has another group.
            assertThat(told.subList(0, replaced))
                    .as("no route is written before the group is replaced")
                    .noneMatch(line ->
                            line.startsWith(TwoWays.FIRST_OCTET + ".") && !line.contains("nhid " + group + " "));
            assertMoved(ways);
        }
    }

    @Test
    void aDeadLinkIsLeftByTheKernelItselfWhileTheDaemonStandsStill() throws IOException {
        try (TwoWays ways = new TwoWays("failover-link", ROUTES, FLAGS)) {
            ways.announce(1);
            String group = group(ways, 0);
            signal("STOP", ways.us());
            ways.firstLosesTheCarrier();

            assertMoved(ways);
            assertThat(group(ways, 0)).as("no route was written").isEqualTo(group);

            signal("CONT", ways.us());
            within(20, () -> assertThat(group(ways, ROUTES - 1)).isNotEqualTo(group));
            assertMoved(ways);
        }
    }

    private static void signal(String name, Espalier daemon) {
        Command.of("kill", "-" + name, Long.toString(daemon.pid())).output();
    }

    /** The kernel's group of a route. */
    private static String group(TwoWays ways, int prefix) {
        Matcher group = GROUP_OF_ROUTE.matcher(ways.rig().ours().ip("route show " + TwoWays.prefix(prefix)));
        assertThat(group.find()).isTrue();
        return group.group(1);
    }

    /** What the kernel tells of routes and groups from the event until all routes have been decided and written anew. */
    private static List<String> monitored(TwoWays ways, Consumer<TwoWays> event) throws IOException {
        Path told = ways.rig().directory().resolve("monitor");
        Process monitor = ways.rig()
                .ours()
                .start(new ProcessBuilder("ip", "-4", "-rcvbuf", "67108864", "monitor", "route", "nexthop")
                        .redirectOutput(told.toFile()));
        Pause.millis(300); // until it listens: what it misses would make the test fail, not pass
        List<String> groups = List.of(group(ways, 0), group(ways, ROUTES - 1));
        event.accept(ways);
        boolean decided = Pause.until(
                Duration.ofSeconds(20),
                () -> !groups.equals(List.of(group(ways, 0), group(ways, ROUTES - 1))) && ways.pending() == 0);
        Pause.millis(300);
        monitor.destroy();
        assertThat(decided).as(ways.us().log()).isTrue();
        return Files.readAllLines(told);
    }

    /** The number of the first line with this beginning, or -1. */
    private static int indexOf(List<String> lines, String start) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(start)) {
                return i;
            }
        }
        return -1;
    }

    private static void assertMoved(TwoWays ways) throws IOException {
        assertThat(KernelTable.count(ways.rig().ours())).isGreaterThanOrEqualTo(ROUTES);
        assertThat(ways.rig().ours().ip("route show " + TwoWays.prefix(ROUTES - 1)))
                .contains("dev eth1")
                .doesNotContain("eth0");
    }
}
