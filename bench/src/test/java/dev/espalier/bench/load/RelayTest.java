package dev.espalier.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The generator against its own relay, over TCP on the loopback. */
class RelayTest {

    private InetSocketAddress address;
    private Thread relay;

    @BeforeEach
    void listen() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
        Relay listening = new Relay(address);
        relay = Thread.ofPlatform().start(() -> {
            try {
                listening.serve();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
    }

    @AfterEach
    void end() throws InterruptedException {
        relay.interrupt();
        relay.join();
    }

    private List<PhaseResult> results(Scenario scenario, boolean prepends, Duration limit) {
        List<PhaseResult> results = new ArrayList<>();
        try (Run run = new Run(scenario, address, prepends, 0, limit, results::add)) {
            assertThat(run.playRelayed()).isEqualTo(results.getLast().ok());
        }
        return results;
    }

    @Test
    void aTableAndItsWithdrawalReachTheMonitor() {
        List<PhaseResult> results = results(Scenario.named("S1").withPrefixes(20_000), false, Duration.ofSeconds(60));

        assertThat(results).extracting(PhaseResult::phase).containsExactly("announce", "withdraw");
        assertThat(results).allMatch(PhaseResult::ok);
        assertThat(results).extracting(PhaseResult::prefixesRead).containsExactly(20_000L, 20_000L);
    }

    @Test
    void everyClientLearnsWhatTheOthersAnnounce() {
        Scenario scenario = Scenario.named("S4").withFeeders(12).withPrefixes(50);

        List<PhaseResult> results = results(scenario, false, Duration.ofSeconds(60));

        assertThat(results).allMatch(PhaseResult::ok);
        assertThat(results.getFirst().prefixesRead()).isEqualTo(12 * 11 * 50L);
        assertThat(results.getFirst().echoed()).isZero();
    }

    @Test
    void aDaemonThatPassesOnOtherPathsIsWrongHoweverFastItIs() {
        // A relay does not put its AS before the path, and a daemon would have to.
        List<PhaseResult> results = results(Scenario.named("S1").withPrefixes(100), true, Duration.ofSeconds(2));

        assertThat(results).hasSize(1);
        assertThat(results.getFirst().ok()).isFalse();
        assertThat(results.getFirst().wrong()).isEqualTo(100);
    }
}
