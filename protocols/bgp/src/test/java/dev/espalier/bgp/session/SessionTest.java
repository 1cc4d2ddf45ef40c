package dev.espalier.bgp.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.fsm.SessionState;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.net.Asn;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two speakers in one simulated network: sessions that come up, live and end. */
class SessionTest {

    private static final String A = "10.0.0.1";
    private static final String B = "10.0.0.2";

    private final Lab lab = new Lab(42);
    private Lab.Box a;
    private Lab.Box b;

    @Test
    void twoSpeakersEstablishASessionAndSaySo() {
        connect(Lab.peer(B, 65002).hold(30), Lab.peer(A, 65001).hold(90).passive());

        assertThat(a.eventsOf("bgp.session.up"))
                .containsExactly("Established with 10.0.0.2 AS 65002, hold 30 s, ipv4-unicast");
        Negotiated negotiated = b.only().channel.negotiated();
        assertThat(negotiated.peerAs()).isEqualTo(new Asn(65001));
        assertThat(negotiated.holdSeconds()).isEqualTo(30);
        assertThat(negotiated.keepaliveSeconds()).isEqualTo(10);
        assertThat(negotiated.routeRefresh()).isTrue();
        assertThat(negotiated.internal()).isFalse();
        SessionStatus status = a.status();
        assertThat(status.state()).isEqualTo(SessionState.ESTABLISHED);
        assertThat(status.establishedCount()).isEqualTo(1);
        assertThat(status.negotiated()).isEqualTo(a.only().channel.negotiated());
        assertThat(status.lastDown()).isNull();
    }

    @Test
    void onlyWhatBothOfferIsAgreedOn() {
        connect(
                Lab.peer(B, 65001)
                        .families(Family.IPV4_UNICAST, Family.IPV6_UNICAST)
                        .gracefulRestart(120),
                Lab.peer(A, 65001).families(Family.IPV6_UNICAST).withoutExtendedMessages());

        Negotiated mine = a.only().channel.negotiated();
        assertThat(mine.options().families()).containsExactly(Family.IPV6_UNICAST);
        assertThat(mine.options().extendedMessages()).isFalse();
        assertThat(mine.restart()).isNull();
        assertThat(mine.internal()).isTrue();
    }

    @Test
    void keepalivesKeepASessionUp() {
        connect(Lab.peer(B, 65002).hold(9), Lab.peer(A, 65001).hold(9));
        lab.time.run(Duration.ofHours(1));
        assertThat(a.only().closed).isEmpty();
        assertThat(b.only().closed).isEmpty();
        // Every 3 s at the latest, every 2.25 s at the earliest.
        assertThat(a.status().messagesSent()).isBetween(1200L, 1604L);
    }

    @Test
    void withAHoldTimeOfZeroSilenceIsNoFailure() {
        connect(Lab.peer(B, 65002).hold(0).passive(), Lab.peer(A, 65001).hold(90));
        lab.network.cut(a.transport, b.transport);
        lab.time.run(Duration.ofHours(10));
        assertThat(a.allUp()).isTrue();
        assertThat(a.status().messagesSent()).isEqualTo(2);
    }

    @Test
    void silenceForTheHoldTimeEndsTheSessionOnBothSides() {
        connect(
                Lab.peer(B, 65002).hold(9).gracefulRestart(120),
                Lab.peer(A, 65001).hold(9).gracefulRestart(120));
        lab.network.cut(a.transport, b.transport);

        lab.time.run(Duration.ofSeconds(5));
        assertThat(a.allUp()).isTrue();
        lab.time.run(Duration.ofSeconds(5));
        for (Lab.Box box : List.of(a, b)) {
            assertThat(box.only().closed).singleElement().satisfies(closed -> {
                assertThat(closed.sent()).isEqualTo(new Message.Notification(4, 0));
                assertThat(closed.restartMayFollow()).as("RFC 8538 section 4").isTrue();
                assertThat(closed.reason()).contains("hold timer expired", "9 s");
            });
            assertThat(box.eventsOf("bgp.session.down")).hasSize(1);
        }
        lab.network.heal(a.transport, b.transport);
        assertThat(lab.converges(Duration.ofMinutes(1), a, b)).isTrue();
    }

    @Test
    void afterAPauseOfOurOwnTheSocketIsReadBeforeANeighborIsDeclaredDead() {
        connect(Lab.peer(B, 65002).hold(9), Lab.peer(A, 65001).hold(9));
        a.transport.stall(Duration.ofSeconds(20));
        lab.time.run(Duration.ofSeconds(21));

        // It is we who were silent, and the neighbour that says so.
        assertThat(a.only().closed).singleElement().satisfies(closed -> {
            assertThat(closed.received()).isEqualTo(new Message.Notification(4, 0));
            assertThat(closed.sent()).isNull();
        });
    }

    @Test
    void aPauseShorterThanTheHoldTimeHarmsNobody() {
        connect(Lab.peer(B, 65002).hold(9), Lab.peer(A, 65001).hold(9));
        for (int i = 0; i < 50; i++) {
            a.transport.stall(Duration.ofSeconds(5));
            lab.time.run(Duration.ofSeconds(10));
        }
        assertThat(a.only().closed).isEmpty();
        assertThat(b.only().closed).isEmpty();
    }

    @Test
    void aLostConnectionMayBeARestartOnlyWhenThatWasAgreed() {
        connect(Lab.peer(B, 65002).gracefulRestart(120), Lab.peer(A, 65001).gracefulRestart(60));
        lab.network.reset(a.transport, b.transport);
        lab.time.settle();
        assertThat(a.only().closed.getFirst().restartMayFollow()).isTrue();
        assertThat(lab.converges(Duration.ofSeconds(10), a, b)).isTrue();

        Lab.Box c = lab.speaker("10.0.0.3", 65003, Lab.peer("10.0.0.4", 65004).build());
        Lab.Box d = lab.speaker("10.0.0.4", 65004, Lab.peer("10.0.0.3", 65003).build());
        c.sessions.start();
        d.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(10), c, d)).isTrue();
        lab.network.reset(c.transport, d.transport);
        lab.time.settle();
        assertThat(c.only().closed.getFirst().restartMayFollow()).isFalse();
    }

    @Test
    void aNeighborThatRestartedIsTakenBackBeforeTheOldSessionHasExpired() {
        connect(
                Lab.peer(B, 65002).gracefulRestart(120).passive(),
                Lab.peer(A, 65001).gracefulRestart(120));
        b.transport.vanish();
        Lab.Box again =
                lab.speaker(B, 65002, Lab.peer(A, 65001).gracefulRestart(120).build());
        again.sessions.start();

        assertThat(lab.converges(Duration.ofSeconds(2), again)).isTrue();
        lab.time.run(Duration.ofSeconds(1));
        assertThat(a.only().closed).singleElement().satisfies(closed -> {
            assertThat(closed.restartMayFollow()).isTrue();
            assertThat(closed.sent()).isNull();
        });
        assertThat(a.allUp()).isTrue();
    }

    @Test
    void aResetOfOursNamesItsReasonAndPausesBeforeTheNext() {
        connect(Lab.peer(B, 65002), Lab.peer(A, 65001));
        a.only().channel.reset(new Message.Notification(6, 1), "too many prefixes");
        lab.time.run(Duration.ofMillis(100));

        assertThat(a.only().closed.getFirst().reason()).isEqualTo("too many prefixes");
        assertThat(b.only().closed.getFirst().received()).isEqualTo(new Message.Notification(6, 1));
        assertThat(a.status().state()).isEqualTo(SessionState.IDLE);
        assertThat(lab.converges(Duration.ofSeconds(10), a, b)).isTrue();
    }

    @Test
    void aShutdownCarriesItsText() {
        connect(Lab.peer(B, 65002), Lab.peer(A, 65001));
        boolean[] done = {false};
        a.sessions.stop("réparation").thenRun(() -> done[0] = true);
        lab.time.run(Duration.ofSeconds(2));

        assertThat(done[0]).isTrue();
        Message.Notification received = b.only().closed.getFirst().received();
        assertThat(received.code()).isEqualTo(6);
        assertThat(received.subcode()).isEqualTo(2);
        assertThat(received.toString()).contains("réparation");
        assertThat(lab.network.connections(a.transport, b.transport)).isZero();
        lab.time.run(Duration.ofMinutes(5));
        assertThat(a.allUp()).isFalse();
    }

    @Test
    void aStopForARestartIsSilent() {
        connect(Lab.peer(B, 65002).gracefulRestart(120), Lab.peer(A, 65001).gracefulRestart(120));
        a.sessions.stop(null);
        lab.time.run(Duration.ofSeconds(2));
        assertThat(b.only().closed.getFirst().restartMayFollow()).isTrue();
    }

    @Test
    void theWrongAsIsRefusedWithASentenceThatSaysWhatToChange() {
        start(Lab.peer(B, 65003).passive(), Lab.peer(A, 65001));
        lab.time.run(Duration.ofSeconds(1));
        assertThat(a.eventsOf("bgp.session.refused"))
                .singleElement()
                .asString()
                .contains("peer says AS 65002, configured is 65003: change spec.asn or the peer");
        assertThat(b.eventsOf("bgp.session.rejected"))
                .singleElement()
                .asString()
                .contains("2/2");
    }

    @Test
    void whyTheLastSessionEndedIsNotLostByAttemptsThatFailAfterIt() {
        a = lab.speaker(A, 65001, Lab.peer(B, 65002).retry(1).build());
        b = lab.speaker(B, 65002, Lab.peer(A, 65001).passive().build());
        a.sessions.start();
        lab.time.run(Duration.ofSeconds(10));
        assertThat(a.status().lastDown()).isNull();
        assertThat(a.status().lastError()).contains("cannot connect");
        assertThat(a.status().whyDown()).isEqualTo(a.status().lastError());
        b.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(10), a, b)).isTrue();
        assertThat(a.status().whyDown()).isNull();
        b.sessions.stop("maintenance");
        lab.time.run(Duration.ofSeconds(30));
        assertThat(a.status().lastDown()).contains("maintenance");
        assertThat(a.status().lastError()).contains("cannot connect");
    }

    @Test
    void refusalsBackOffAndAreReportedOnce() {
        start(Lab.peer(B, 65003).passive(), Lab.peer(A, 65001).retry(1));
        lab.time.run(Duration.ofMinutes(10));
        // 1 + 2 + 4 + ... + 60 + 60 ...: about 16 attempts, each with one OPEN and one NOTIFICATION.
        assertThat(a.status().messagesSent()).isBetween(20L, 60L);
        assertThat(a.eventsOf("bgp.session.refused")).hasSize(1);
        assertThat(a.status().lastError()).contains("65003");
    }

    @Test
    void ourOwnIdentifierInOurAsIsRefused() {
        // The router id is the address here; so the neighbour is configured by another one of the same host.
        Lab.Box twin = lab.twin("10.0.0.9", A, 65001, Lab.peer(A, 65001).build());
        a = lab.speaker(A, 65001, Lab.peer("10.0.0.9", 65001).passive().build());
        a.sessions.start();
        twin.sessions.start();
        lab.time.run(Duration.ofSeconds(1));
        assertThat(a.eventsOf("bgp.session.refused")).singleElement().asString().contains("our own BGP identifier");
    }

    @Test
    void theRightPasswordIsNeededOnBothSides() {
        connect(Lab.peer(B, 65002).password("plum"), Lab.peer(A, 65001).password("plum"));
    }

    @Test
    void aWrongPasswordIsNamedAsAPossibleCause() {
        start(Lab.peer(B, 65002).password("plum"), Lab.peer(A, 65001).password("pear"));
        lab.time.run(Duration.ofMinutes(5));
        assertThat(a.allUp()).isFalse();
        assertThat(a.eventsOf("bgp.session.unreachable"))
                .singleElement()
                .asString()
                .contains("a wrong or missing password looks like this")
                .doesNotContain("plum");
    }

    @Test
    void tooLowATtlKeepsTheSessionDown() {
        start(Lab.peer(B, 65002).ttl(255, 255), Lab.peer(A, 65001).ttl(64, 0));
        lab.time.run(Duration.ofMinutes(5));
        assertThat(a.allUp()).isFalse();

        Lab.Box c = lab.speaker(
                "10.0.0.3", 65003, Lab.peer("10.0.0.4", 65004).ttl(255, 255).build());
        Lab.Box d = lab.speaker(
                "10.0.0.4", 65004, Lab.peer("10.0.0.3", 65003).ttl(255, 255).build());
        c.sessions.start();
        d.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(10), c, d)).isTrue();
    }

    @Test
    void aRefreshIsPassedOnUnlessItsFamilyWasNotAgreedOn() {
        connect(Lab.peer(B, 65002), Lab.peer(A, 65001));
        byte[] wanted = MessageEncoder.encode(new Message.RouteRefresh(1, 1, 0));
        byte[] other = MessageEncoder.encode(new Message.RouteRefresh(2, 1, 0));
        a.only().channel.send(List.of(other, wanted));
        lab.time.run(Duration.ofSeconds(1));
        assertThat(b.only().refreshes).containsExactly(new Message.RouteRefresh(1, 1, 0));
    }

    @Test
    void messagesBeyond4096OctetsPassOnlyWhereBothOfferThem() {
        connect(Lab.peer(B, 65002), Lab.peer(A, 65001));
        byte[] extended = Octets.withdrawal(1, 1000);
        a.only().channel.send(List.of(extended));
        lab.time.run(Duration.ofSeconds(1));
        assertThat(b.only().updates).hasSize(1);

        a.sessions.reconfigure(Lab.config(
                A, 65001, Lab.peer(B, 65002).withoutExtendedMessages().build()));
        lab.time.run(Duration.ofSeconds(30));
        a.only().channel.send(List.of(extended));
        lab.time.run(Duration.ofSeconds(1));
        assertThat(b.only().closed.getLast().sent().subcode()).isEqualTo(2);
    }

    @Test
    void updatesOfOneReadArriveTogetherAndInOrder() {
        connect(Lab.peer(B, 65002), Lab.peer(A, 65001));
        List<byte[]> messages =
                IntStream.range(0, 100).mapToObj(Octets::withdrawalOf).toList();
        a.only().channel.send(messages);
        lab.time.run(Duration.ofSeconds(1));

        Lab.Recorder recorder = b.only();
        assertThat(recorder.updates).hasSize(100);
        assertThat(IntStream.range(0, 100).allMatch(i -> Octets.firstPrefix(recorder.updates.get(i)) == i))
                .isTrue();
        assertThat(recorder.batches.size()).isLessThan(100);
        assertThat(recorder.octets)
                .isEqualTo(messages.stream().mapToInt(m -> m.length).sum());
        assertThat(b.status().updatesReceived()).isEqualTo(100);
        assertThat(a.status().updatesSent()).isEqualTo(100);
    }

    private void connect(Lab.Peer seenByA, Lab.Peer seenByB) {
        start(seenByA, seenByB);
        assertThat(lab.converges(Duration.ofSeconds(30), a, b))
                .as("session of " + a.events + b.events)
                .isTrue();
    }

    private void start(Lab.Peer seenByA, Lab.Peer seenByB) {
        a = lab.speaker(A, 65001, seenByA.build());
        b = lab.speaker(B, seenByA.asn() == 65001 ? 65001 : 65002, seenByB.build());
        a.sessions.start();
        b.sessions.start();
    }
}
