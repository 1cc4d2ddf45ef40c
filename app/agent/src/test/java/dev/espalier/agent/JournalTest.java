package dev.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.route.Event;
import dev.espalier.route.RoutingInstance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered: events, and the boot in which the daemon last ran. */
class JournalTest {

    private final Journal journal =
            new Journal(Clock.fixed(Instant.parse("2026-11-20T10:00:00.123456Z"), ZoneOffset.UTC));

    private void tell(String message) {
        journal.info("test.kind", RoutingInstance.DEFAULT, "subject", message);
    }

    @Test
    void theLatestEventsAreKeptAndOlderOnesForgotten() {
        for (int i = 0; i < Journal.CAPACITY + 5; i++) {
            tell("number " + i);
        }
        List<Journal.Entry> recent = journal.recent();
        assertThat(recent).hasSize(Journal.CAPACITY);
        assertThat(recent.getFirst().event().message()).isEqualTo("number 5");
    }

    @Test
    void aFollowerHearsWhatComesUntilItLeaves() throws Exception {
        List<String> heard = new ArrayList<>();
        tell("before");
        AutoCloseable following =
                journal.follow(entry -> heard.add(entry.event().message()));
        tell("while");
        following.close();
        tell("after");
        assertThat(heard).containsExactly("while");
    }

    @Test
    void aLogLineSaysWhenHowBadWhatAndWhy() {
        journal.accept(new Event(Event.Severity.WARNING, "bgp.session.down", "default", "tor-1", "the cable is out"));
        assertThat(LogLine.of(journal.recent().getFirst()))
                .isEqualTo("2026-11-20T10:00:00.123Z WARNING bgp.session.down tor-1: the cable is out");
    }

    @Test
    void aSecondRunInTheSameBootIsRecognisedAndAnotherBootIsNot(@TempDir Path folder) throws Exception {
        BootMark mark = BootMark.beside(folder.resolve("espalier.sock"));
        assertThat(mark.isOfThisBoot()).as("first run").isFalse();
        mark.note();
        assertThat(mark.isOfThisBoot()).as("second run").isTrue();
        Files.writeString(folder.resolve("espalier.sock.boot"), "another boot\n");
        assertThat(mark.isOfThisBoot()).as("after a reboot").isFalse();
    }
}
