package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.net.IpPrefix;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Neighbours from a range and graceful restart, of theirs and of the listener: whoever forgets a neighbour with its session has
 * nobody left whose routes could be kept, and takes the same one for another when it returns.
 */
class DynamicRestartTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int RESTART_SECONDS = 120;

    private final Network net = new Network(11);
    private Network.Router reflector;
    private Network.Router left;
    private Network.Router right;

    /** A reflector with room for exactly two clients, and both of them up. */
    @BeforeEach
    void start() {
        PeerConfig clients = Network.peer(
                "clients", new PeerConfig.Remote.Range(IpPrefix.parse("10.0.0.0/24"), 2), RESTART_SECONDS, true);
        reflector = net.router("10.0.0.1", 65001).with(clients);
        left = client("10.0.0.2", "192.0.2.0/24");
        right = client("10.0.0.3", "198.51.100.0/24");
        reflector.start();
        left.start();
        right.start();
        net.time.run(SOON);
        assertThat(reflector.kernel.forwarding()).hasSize(2);
        assertThat(right.kernel.forwarding()).hasSize(1);
    }

    private Network.Router client(String address, String prefix) {
        return net.router(address, 65001)
                .with(Network.peer("10.0.0.1", RESTART_SECONDS, false))
                .announcing(prefix, 5);
    }

    private List<PeerSnapshot> peers() {
        return reflector.onLoop(speaker -> speaker.view().peers()).stream()
                .filter(PeerSnapshot::dynamic)
                .toList();
    }

    private int changes() {
        return reflector.kernel.routeChanges() + right.kernel.routeChanges();
    }

    @Test
    void aNeighborOfARangeThatRestartsKeepsItsRoutesAndItsPlaceAndIsKnownAgain() {
        int before = changes();
        for (int restart = 1; restart <= 3; restart++) {
            left.kill();
            net.time.run(SOON);
            assertThat(peers()).as("while it is away").hasSize(2);
            left.start();
            net.time.run(SOON);
        }
        assertThat(peers()).hasSize(2);
        assertThat(reflector.established()).isEqualTo(2);
        assertThat(reflector.events).noneMatch(event -> event.kind().equals("bgp.range.full"));
        assertThat(changes()).isEqualTo(before);
    }

    @Test
    void aNeighborOfARangeThatDoesNotReturnIsForgottenAfterItsRoutes() {
        left.kill();
        net.time.run(Duration.ofSeconds(RESTART_SECONDS - 10));
        assertThat(reflector.kernel.forwarding()).hasSize(2);
        net.time.run(Duration.ofMinutes(3));
        assertThat(reflector.kernel.forwarding()).hasSize(1);
        assertThat(peers()).hasSize(1);
    }

    @Test
    void aListenerThatRestartsKnowsTheNeighborsOfItsRangeAgainAndNobodyLosesARoute() {
        int before = changes();
        reflector.kill();
        net.time.run(Duration.ofSeconds(5));
        reflector.start();
        net.time.run(Duration.ofSeconds(10));
        assertThat(peers()).as("back before the wait is over").hasSize(2);
        assertThat(reflector.<Set<String>>onLoop(speaker -> speaker.view().awaited()))
                .containsExactly("clients");
        net.time.run(Duration.ofMinutes(3));
        assertThat(peers()).hasSize(2);
        assertThat(changes()).isEqualTo(before);
        assertThat(right.kernel.forwarding()).hasSize(1);
    }
}
