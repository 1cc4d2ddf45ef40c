package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Event;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    // ---- the listener restarts

    @Test
    void aListenerThatRestartsWaitsForTheNeighborsOfItsRangeThatItKnewAndNoLonger() {
        int before = changes();
        restart();
        assertThat(awaited()).containsExactlyInAnyOrder("clients (10.0.0.2)", "clients (10.0.0.3)");
        net.time.run(SOON);
        assertThat(awaited()).isEmpty();
        assertThat(endOfTheWait()).endsWith("every neighbour has sent its routes");
        assertThat(peers()).hasSize(2);
        assertThat(changes()).isEqualTo(before);
        assertThat(right.kernel.forwarding()).hasSize(1);
    }

    @Test
    void withoutAMemoryItWaitsItsWholeTimeForWhoeverMayCome() {
        int before = changes();
        memory().noted = null;
        restart();
        net.time.run(SOON);
        assertThat(peers()).as("back before the wait is over").hasSize(2);
        assertThat(awaited()).containsExactly("clients");
        net.time.run(Duration.ofMinutes(3));
        assertThat(endOfTheWait()).endsWith("the restart time is over");
        assertThat(changes()).isEqualTo(before);
    }

    /** FRR, while it waits for a neighbour that restarts, does not connect. */
    @Test
    void aNeighborOfTheRangeThatWaitsForItIsConnectedTo() {
        passive(left);
        int before = changes();
        restart();
        net.time.run(SOON);
        assertThat(reflector.established()).isEqualTo(2);
        assertThat(endOfTheWait()).endsWith("every neighbour has sent its routes");
        assertThat(changes()).isEqualTo(before);
    }

    @Test
    void afterItsReturnItIsTheNeighborsToConnectAgain() {
        passive(left);
        restart();
        net.time.run(SOON);
        left.kill();
        left.start();
        net.time.run(SOON);
        assertThat(left.established()).isZero();
    }

    @Test
    void aRangeThatIsPassiveInSoManyWordsConnectsToNobody() {
        passive(left);
        PeerConfig clients = clients();
        reflector.with(clients.toBuilder()
                .session(clients.session().toBuilder().passive(true).build())
                .build());
        restart();
        net.time.run(SOON);
        assertThat(reflector.established()).isEqualTo(1);
    }

    @Test
    void whoDoesNotComeBackIsGivenUpWhenItsRoutesAreNotKeptAnyMore() {
        reflector.restartSeconds = 2 * RESTART_SECONDS;
        left.kill();
        restart();
        net.time.run(Duration.ofSeconds(RESTART_SECONDS - 10));
        assertThat(awaited()).containsExactly("clients (10.0.0.2)");
        assertThat(memory().noted).hasSize(2);
        net.time.run(SOON);
        assertThat(awaited()).isEmpty();
        assertThat(told("bgp.neighbor.forgotten")).singleElement().satisfies(event -> {
            assertThat(event.subject()).isEqualTo("clients (10.0.0.2)");
            assertThat(event.message()).endsWith("it has not come back within 120 s");
        });
        assertThat(memory().noted).extracting(RememberedNeighbor::address).containsExactly(right.address);
        assertThat(reflector.kernel.forwarding()).hasSize(1);
        net.time.run(Duration.ofMinutes(2));
        assertThat(peers()).as("its place is free").hasSize(1);
    }

    @Test
    void aSecondRestartBeforeAnybodyCameForgetsNobody() {
        int before = changes();
        restart();
        restart();
        net.time.run(SOON);
        assertThat(endOfTheWait()).endsWith("every neighbour has sent its routes");
        assertThat(changes()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Unwanted.class)
    void whoIsNotWantedAnyMoreIsNotWaitedForAndItIsSaidWhy(Unwanted why) {
        reconfigureFor(why);
        restart();
        assertThat(awaited()).doesNotContain("clients (10.0.0.3)");
        assertThat(told("bgp.neighbor.forgotten"))
                .anySatisfy(event ->
                        assertThat(event.message()).contains("10.0.0.3").endsWith(": " + why));
    }

    private void reconfigureFor(Unwanted why) {
        PeerConfig clients = clients();
        PeerConfig.Builder changed = clients.toBuilder();
        switch (why) {
            case RANGE_GONE -> changed.remote(range("10.9.0.0/24", 2));
            case OTHER_RANGE -> reflector.with(Network.peer("other", range("10.0.0.3/32", 2), RESTART_SECONDS, true));
            case ADDRESS_CONFIGURED -> reflector.with(Network.peer("10.0.0.3"));
            case OTHER_AS -> changed.asn(new PeerConfig.RemoteAs.External());
            case NO_FAMILY -> changed.families(Set.of(Family.IPV6_UNICAST));
            case NO_ROOM -> changed.remote(range("10.0.0.0/24", 1));
        }
        reflector.with(changed.build());
    }

    @Test
    void aRangeThatIsTakenAwayDuringTheWaitIsNotWaitedFor() {
        left.kill();
        restart();
        net.time.run(SOON);
        reflector.with(clients().toBuilder().remote(range("10.0.0.3/32", 2)).build());
        reflector.reconfigure();
        net.time.run(SOON);
        assertThat(awaited()).isEmpty();
        assertThat(told("bgp.neighbor.forgotten")).singleElement().satisfies(event -> assertThat(event.message())
                .endsWith(Unwanted.RANGE_GONE.toString()));
    }

    // ---- steps

    private static PeerConfig.Remote.Range range(String prefix, int limit) {
        return new PeerConfig.Remote.Range(IpPrefix.parse(prefix), limit);
    }

    private PeerConfig clients() {
        return Objects.requireNonNull(reflector.peers.get("clients"));
    }

    private Network.Notebook memory() {
        return (Network.Notebook) reflector.memory;
    }

    private void restart() {
        reflector.kill();
        net.time.run(Duration.ofSeconds(1));
        reflector.events.clear();
        reflector.start();
    }

    /** From now on it waits to be connected to. */
    private void passive(Network.Router client) {
        PeerConfig peer = Objects.requireNonNull(client.peers.get("10.0.0.1"));
        client.with(peer.toBuilder()
                .session(peer.session().toBuilder().passive(true).build())
                .build());
        client.kill();
        client.memory = NeighborMemory.NONE;
        client.start();
        net.time.run(SOON);
    }

    private Set<String> awaited() {
        return reflector.onLoop(speaker -> speaker.view().awaited());
    }

    private List<Event> told(String kind) {
        return reflector.events.stream()
                .filter(event -> event.kind().equals(kind))
                .toList();
    }

    private String endOfTheWait() {
        return told("bgp.restart.end").getLast().message();
    }
}
