package dev.espalier.bgp.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Message;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 4271 section 6.8, and RFC 6286 for equal identifiers. The neighbour is in AS 65002. */
class CollisionDetectionTest {

    private static final Message.Notification LOST = new Message.Notification(6, 7);

    @ParameterizedTest(name = "we are {0} in AS {1}, the neighbour is {2}: {3} survives")
    @CsvSource({
        "10.0.0.1, 65001, 10.0.0.2, incoming",
        "10.0.0.3, 65001, 10.0.0.2, outgoing",
        // As signed numbers these would compare the other way round.
        "200.0.0.1, 65001, 10.0.0.2, outgoing",
        "10.0.0.1, 65001, 200.0.0.2, incoming",
        "128.0.0.0, 65001, 127.255.255.255, outgoing",
        "10.0.0.2, 65001, 10.0.0.2, incoming",
        "10.0.0.2, 65003, 10.0.0.2, outgoing",
        "10.0.0.2, 4200000000, 10.0.0.2, outgoing",
    })
    void theConnectionOfTheHigherIdentifierSurvives(String own, long asn, String neighbor, String survivor) {
        for (ConnectionId first : List.of(FsmBench.OUT, FsmBench.IN)) {
            ConnectionId second = first.equals(FsmBench.OUT) ? FsmBench.IN : FsmBench.OUT;
            ConnectionId winner = survivor.equals("outgoing") ? FsmBench.OUT : FsmBench.IN;
            ConnectionId loser = survivor.equals("outgoing") ? FsmBench.IN : FsmBench.OUT;
            FsmBench bench = new FsmBench(new LocalSpeaker(new Asn(asn), Ipv4Address.parse(own)));
            bench.start();
            bench.opened(FsmBench.OUT);
            bench.opened(FsmBench.IN);

            bench.receive(first, bench.openWithIdentifier(65002, neighbor));
            bench.receive(second, bench.openWithIdentifier(65002, neighbor));

            assertThat(bench.seen()).contains(new Effect.Send(loser, LOST), new Effect.Close(loser));
            assertThat(bench.seen()).doesNotContain(new Effect.Close(winner));
            assertThat(bench.receive(winner, new Message.Keepalive())).anyMatch(Effect.Established.class::isInstance);
        }
    }

    @Test
    void theLosersEndDisturbsNeitherTheWinnerNorItsTimers() {
        FsmBench bench = new FsmBench();
        bench.start();
        bench.opened(FsmBench.OUT);
        bench.opened(FsmBench.IN);
        bench.receive(FsmBench.OUT, bench.open(90));
        bench.receive(FsmBench.IN, bench.open(90));
        PeerState winner = bench.peerState();

        assertThat(bench.lose(FsmBench.OUT)).isEmpty();
        assertThat(bench.receive(FsmBench.OUT, LOST)).isEmpty();
        assertThat(bench.receive(FsmBench.OUT, new Message.Keepalive())).isEmpty();
        assertThat(bench.expire(new FsmTimer.Hold(FsmBench.OUT))).isEmpty();

        assertThat(bench.peerState()).isEqualTo(winner);
    }

    @Test
    void theNeighborsVerdictOnOneConnectionLeavesTheOther() {
        FsmBench bench = new FsmBench();
        bench.start();
        bench.opened(FsmBench.OUT);
        bench.opened(FsmBench.IN);
        assertThat(bench.receive(FsmBench.OUT, LOST)).noneMatch(Effect.Failed.class::isInstance);

        bench.receive(FsmBench.IN, bench.open(90));
        bench.receive(FsmBench.IN, new Message.Keepalive());

        assertThat(bench.state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    void anAttemptIsGivenUpWhenTheNeighborsOpenArrivesOnItsOwnConnection() {
        FsmBench bench = new FsmBench();
        bench.start();
        bench.opened(FsmBench.IN);
        assertThat(bench.receive(FsmBench.IN, bench.open(90))).contains(new Effect.Abort(FsmBench.OUT));
    }

    @Test
    void whenBothConnectionsAreLostWeTryAgain() {
        FsmBench bench = new FsmBench();
        bench.start();
        bench.opened(FsmBench.OUT);
        bench.opened(FsmBench.IN);
        bench.receive(FsmBench.OUT, LOST);
        bench.lose(FsmBench.IN);

        assertThat(bench.expire(new FsmTimer.ConnectRetry()))
                .contains(new Effect.Connect(new ConnectionId(ConnectionId.Side.OUTGOING, 2)));
    }

    /** Otherwise one end could establish it while the other, which sees the OPENs in another order, gives it up. */
    @Test
    void aConnectionThatWouldLoseIsNotConfirmedWhileTheOtherWaitsForAnOpen() {
        FsmBench bench = colliding();
        assertThat(bench.receive(FsmBench.OUT, bench.open(90)))
                .noneMatch(Effect.Send.class::isInstance)
                .noneMatch(Effect.Agreed.class::isInstance);
        assertThat(bench.armed(new FsmTimer.Collision())).isEqualTo(3);
        assertThat(bench.receive(FsmBench.OUT, new Message.Keepalive())).isEmpty();

        assertThat(bench.receive(FsmBench.IN, bench.open(90)))
                .contains(new Effect.Send(FsmBench.OUT, LOST), new Effect.Close(FsmBench.OUT))
                .contains(new Effect.Send(FsmBench.IN, new Message.Keepalive()));
    }

    @Test
    void itIsConfirmedWhenTheOtherIsLost() {
        FsmBench bench = colliding();
        bench.receive(FsmBench.OUT, bench.open(90));

        assertThat(bench.lose(FsmBench.IN))
                .contains(new Effect.Cancel(new FsmTimer.Collision()))
                .contains(new Effect.Send(FsmBench.OUT, new Message.Keepalive()))
                .noneMatch(Effect.Established.class::isInstance);
        assertThat(bench.receive(FsmBench.OUT, new Message.Keepalive())).anyMatch(Effect.Established.class::isInstance);
    }

    @Test
    void itIsTheSessionAtOnceWhenTheNeighborHasConfirmedItAndTheOtherIsGivenUp() {
        FsmBench bench = colliding();
        bench.receive(FsmBench.OUT, bench.open(90));
        bench.receive(FsmBench.OUT, new Message.Keepalive());

        assertThat(bench.receive(FsmBench.IN, LOST))
                .contains(new Effect.Send(FsmBench.OUT, new Message.Keepalive()))
                .anyMatch(Effect.Established.class::isInstance);
        assertThat(bench.state()).isEqualTo(SessionState.ESTABLISHED);
    }

    @Test
    void itIsKeptWhenTheOtherDoesNotComeUpInTime() {
        FsmBench bench = colliding();
        bench.receive(FsmBench.OUT, bench.open(90));

        assertThat(bench.expire(new FsmTimer.Collision()))
                .containsSubsequence(
                        new Effect.Send(FsmBench.IN, LOST),
                        new Effect.Close(FsmBench.IN),
                        new Effect.Send(FsmBench.OUT, new Message.Keepalive()));
        assertThat(bench.expire(new FsmTimer.Collision())).isEmpty();
        assertThat(bench.receive(FsmBench.OUT, new Message.Keepalive())).anyMatch(Effect.Established.class::isInstance);
    }

    /** Both connections have sent their OPEN; the neighbour's would win. */
    private static FsmBench colliding() {
        FsmBench bench = new FsmBench();
        bench.start();
        bench.opened(FsmBench.OUT);
        bench.opened(FsmBench.IN);
        return bench;
    }
}
