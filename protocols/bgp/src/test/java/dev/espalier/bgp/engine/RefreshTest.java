package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.net.IpPrefix;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Route refresh in both directions (RFC 2918, RFC 7313). */
class RefreshTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int REQUEST = 0;
    private static final int BEGINNING = 1;
    private static final int END = 2;

    private final Network net = new Network(13);
    private final Network.Router us = net.router("10.0.0.1", 65001);
    private ScriptedPeer neighbour;

    private void connect(int gracefulRestart) {
        PeerConfig them = Network.peer("10.0.0.2", gracefulRestart, false);
        us.with(them).announcing("203.0.113.0/24", 1);
        neighbour = new ScriptedPeer(net, "10.0.0.2", 65002, Network.peer("10.0.0.1", gracefulRestart, false));
        us.start();
        neighbour.start();
        assertThat(net.until(SOON, neighbour::up)).isTrue();
        net.time.run(Duration.ofSeconds(1));
    }

    private void told(String... prefixes) {
        neighbour.announce(65002, List.of(), prefixes);
        net.time.run(Duration.ofMillis(500));
    }

    private void mark(int subtype) {
        neighbour.refresh(subtype);
        net.time.run(Duration.ofMillis(500));
    }

    private void assertForwarding(String... prefixes) {
        assertThat(us.kernel.forwarding().keySet())
                .containsExactlyInAnyOrderElementsOf(java.util.stream.Stream.of(prefixes)
                        .map(IpPrefix::parse)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 120})
    void whatIsNotToldAgainBetweenTheMarksIsSwept(int gracefulRestart) {
        connect(gracefulRestart);
        told("192.0.2.0/24", "198.51.100.0/24");
        neighbour.endOfRib();
        mark(BEGINNING);
        told("192.0.2.0/24");
        assertForwarding("192.0.2.0/24", "198.51.100.0/24");
        int changes = us.kernel.routeChanges();
        mark(END);
        assertForwarding("192.0.2.0/24");
        assertThat(us.kernel.routeChanges() - changes)
                .as("what was told again unchanged is not touched")
                .isEqualTo(1);
    }

    @Test
    void aRefreshThatBeginsAnewForgetsWhatTheFirstOneTold() {
        connect(0);
        told("192.0.2.0/24", "198.51.100.0/24");
        mark(BEGINNING);
        told("192.0.2.0/24");
        mark(BEGINNING);
        told("198.51.100.0/24");
        mark(END);
        assertForwarding("198.51.100.0/24");
    }

    @Test
    void anEndWithoutABeginningMeansNothing() {
        connect(0);
        told("192.0.2.0/24");
        mark(END);
        assertForwarding("192.0.2.0/24");
        mark(BEGINNING);
        told("192.0.2.0/24");
        mark(END);
        mark(END);
        assertForwarding("192.0.2.0/24");
    }

    @Test
    void aBeginningBeforeEndOfRibIsIgnoredWithGracefulRestart() {
        connect(120);
        told("192.0.2.0/24");
        mark(BEGINNING);
        mark(END);
        assertForwarding("192.0.2.0/24");
    }

    @Test
    void aRefreshThatNeverEndsIsEndedByATimer() {
        connect(0);
        told("192.0.2.0/24", "198.51.100.0/24");
        mark(BEGINNING);
        told("192.0.2.0/24");
        net.time.run(Duration.ofSeconds(50));
        assertForwarding("192.0.2.0/24", "198.51.100.0/24");
        net.time.run(Duration.ofSeconds(20));
        assertForwarding("192.0.2.0/24");
        assertThat(us.events).anyMatch(event -> event.kind().equals("bgp.refresh.expired"));
    }

    @Test
    void aRequestIsAnsweredBetweenMarks() {
        connect(120);
        assertThat(neighbour.heard).containsExactly("announce 1", "end-of-rib");
        neighbour.heard.clear();
        mark(REQUEST);
        assertThat(neighbour.heard).containsExactly("refresh 1", "announce 1", "refresh 2");
    }

    @Test
    void aSubtypeThatNobodyKnowsIsIgnored() {
        connect(120);
        neighbour.heard.clear();
        mark(77);
        assertThat(neighbour.heard).isEmpty();
        assertThat(neighbour.up()).isTrue();
    }

    @Test
    void aFloodOfRequestsIsAnsweredTogetherAndMakesTheSenderWait() {
        for (int i = 0; i < 5000; i++) {
            us.announcing("20.0." + (i >> 8) + "." + (i & 255) + "/32", i);
        }
        connect(120);
        neighbour.heard.clear();
        for (int i = 0; i < 1000; i++) {
            neighbour.refresh(REQUEST);
        }
        net.time.run(Duration.ofMinutes(5));
        long answers = neighbour.heard.stream().filter("refresh 2"::equals).count();
        assertThat(answers).isBetween(1L, 100L);
        assertThat(neighbour.heard.getFirst()).isEqualTo("refresh 1");
        assertThat(neighbour.heard.getLast()).isEqualTo("refresh 2");
        assertThat(neighbour.up()).isTrue();
        told("192.0.2.0/24");
        assertForwarding("192.0.2.0/24");
    }

    @Test
    void anOperatorsRefreshAsksTheNeighbourAndTellsItEverything() {
        connect(120);
        neighbour.heard.clear();
        List<RefreshOutcome> done = us.onLoop(speaker -> speaker.refresh("10.0.0.2", true, true));
        net.time.run(Duration.ofSeconds(1));
        assertThat(done).singleElement().satisfies(one -> {
            assertThat(one.asked()).isTrue();
            assertThat(one.told()).isTrue();
        });
        assertThat(neighbour.heard).containsExactlyInAnyOrder("refresh 0", "refresh 1", "announce 1", "refresh 2");
        assertThat(us.<List<RefreshOutcome>>onLoop(speaker -> speaker.refresh("nobody", true, true)))
                .isEmpty();
    }

    @Test
    void othersOfTheSameGroupAreNotToldAgain() {
        ScriptedPeer other = new ScriptedPeer(net, "10.0.0.3", 65003, Network.peer("10.0.0.1"));
        us.with(Network.peer("10.0.0.3"));
        connect(120);
        other.start();
        assertThat(net.until(SOON, other::up)).isTrue();
        net.time.run(Duration.ofSeconds(1));
        other.heard.clear();
        neighbour.heard.clear();
        mark(REQUEST);
        assertThat(neighbour.heard).containsExactly("refresh 1", "announce 1", "refresh 2");
        assertThat(other.heard).isEmpty();
        us.announcing("203.0.113.128/25", 1).reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(other.heard).containsExactly("announce 1");
        assertThat(neighbour.heard).hasSize(4);
    }
}
