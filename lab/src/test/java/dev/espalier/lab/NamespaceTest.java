package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("netns")
class NamespaceTest {

    private final Namespace left =
            new Namespace("esp-ns-" + ProcessHandle.current().pid() + "-l");
    private final Namespace right =
            new Namespace("esp-ns-" + ProcessHandle.current().pid() + "-r");

    @AfterEach
    void removeNamespaces() {
        left.delete();
        right.delete();
    }

    @Test
    void aCableCarriesPacketsUntilItIsPulled() {
        left.create();
        right.create();
        Cable cable = Cable.between(left, "a", right, "b").create();
        left.ip(List.of("addr add 10.9.0.1/30 dev a"));
        right.ip(List.of("addr add 10.9.0.2/30 dev b"));

        assertThat(left.command("ping", "-c", "1", "-W", "1", "10.9.0.2").run().succeeded())
                .isTrue();
        cable.setUp(false);
        assertThat(left.command("ping", "-c", "1", "-W", "1", "10.9.0.2").run().succeeded())
                .isFalse();
    }

    @Test
    void deletingEndsTheProcessesInsideAndNoOthers() throws IOException {
        left.create();
        Process inside = left.start(new ProcessBuilder("sleep", "1000"));
        Process outside = new ProcessBuilder("sleep", "1000").start();
        try {
            assertThat(Pause.until(Duration.ofSeconds(2), () -> !Processes.inside(List.of(left))
                            .isEmpty()))
                    .isTrue();

            left.delete();

            assertThat(inside.isAlive()).isFalse();
            assertThat(outside.isAlive()).isTrue();
            assertThat(left.exists()).isFalse();
        } finally {
            outside.destroyForcibly();
        }
    }

    @Test
    void theHostsOwnNamespaceIsNobodysToClear() {
        Command.of(
                        "ip",
                        "netns",
                        "attach",
                        left.name(),
                        Long.toString(ProcessHandle.current().pid()))
                .output();

        assertThat(Processes.inside(List.of(left))).isEmpty();
    }

    @Test
    void aProgramThatFailsIsToldWithWhatItSaid() {
        left.create();

        assertThatThrownBy(() -> left.exec("ip", "link", "show", "nowhere"))
                .isInstanceOf(LabException.class)
                .hasMessageContaining("ended with status 1")
                .hasMessageContaining("Device \"nowhere\" does not exist");
    }

    @Test
    void aBatchStopsAtItsFirstFailure() {
        left.create();

        assertThatThrownBy(() -> left.ip(List.of("link set nowhere up", "addr add 10.9.0.1/32 dev lo")))
                .hasMessageContaining("nowhere");
        assertThat(left.ip("-4 addr show dev lo")).doesNotContain("10.9.0.1");
    }
}
