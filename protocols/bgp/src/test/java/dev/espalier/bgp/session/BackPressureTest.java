package dev.espalier.bgp.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Message;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A slow side makes the other wait, rather than fill its memory or lose its session. */
class BackPressureTest {

    private static final int HOSTS = 800;

    private final Lab lab = new Lab(7);
    private Lab.Box sender;
    private Lab.Box receiver;

    @BeforeEach
    void connect() {
        sender = lab.speaker(
                "10.0.0.1", 65001, Lab.peer("10.0.0.2", 65002).hold(9).build());
        receiver = lab.speaker(
                "10.0.0.2", 65002, Lab.peer("10.0.0.1", 65001).hold(9).build());
        sender.sessions.start();
        receiver.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(30), sender, receiver)).isTrue();
    }

    @Test
    void whoDoesNotConsumeIsNotReadFromBeyondItsCredit() {
        receiver.only().consumes = false;
        send(2000);
        lab.time.run(Duration.ofSeconds(30));

        // The credit, and at most one read more.
        assertThat(receiver.only().octets).isBetween(SessionChannel.READ_HIGH, SessionChannel.READ_HIGH + 64 * 1024);
        assertThat(sender.only().channel.writable()).isFalse();
    }

    @Test
    void aTableThatTakesItsTimeDoesNotCostTheSession() {
        receiver.only().consumes = false;
        send(2000);
        lab.time.run(Duration.ofMinutes(5));
        assertThat(receiver.only().closed).isEmpty();
        assertThat(sender.only().closed).isEmpty();

        receiver.only().consumes = true;
        receiver.only().channel.consumed(receiver.only().octets);
        lab.time.run(Duration.ofMinutes(1));
        assertThat(receiver.only().updates).hasSize(2000);
        assertThat(IntStream.range(0, 2000)
                        .allMatch(
                                i -> Octets.firstPrefix(receiver.only().updates.get(i)) == i * HOSTS))
                .isTrue();
        assertThat(sender.only().channel.writable()).isTrue();
        assertThat(sender.only().writable).isEqualTo(1);
    }

    @Test
    void whoTakesNothingForTheSendHoldTimeLosesItsSessionAndNobodyElse() {
        Lab three = new Lab(8);
        Lab.Box sender = three.speaker(
                "10.0.0.1",
                65001,
                Lab.peer("10.0.0.2", 65002).hold(9).build(),
                Lab.peer("10.0.0.3", 65003).hold(9).build());
        Lab.Box receiver = three.speaker(
                "10.0.0.2", 65002, Lab.peer("10.0.0.1", 65001).hold(9).build());
        Lab.Box other = three.speaker(
                "10.0.0.3", 65003, Lab.peer("10.0.0.1", 65001).hold(9).build());
        for (Lab.Box box : List.of(sender, receiver, other)) {
            box.sessions.start();
        }
        assertThat(three.converges(Duration.ofSeconds(30), sender, receiver, other))
                .isTrue();
        receiver.only().consumes = false;
        Channel stuck = sender.recorderOf("10.0.0.2").channel;
        stuck.send(IntStream.range(0, 2000)
                .mapToObj(i -> Octets.withdrawal(i * HOSTS, HOSTS))
                .toList());

        three.time.run(Duration.ofMinutes(7));
        assertThat(sender.recorderOf("10.0.0.2").closed).isEmpty();
        three.time.run(Duration.ofMinutes(3));
        assertThat(sender.recorderOf("10.0.0.2").closed).singleElement().satisfies(closed -> {
            assertThat(closed.sent()).isEqualTo(new Message.Notification(8, 0));
            assertThat(closed.reason()).contains("send hold timer", "480 s");
        });
        assertThat(sender.recorderOf("10.0.0.3").closed).isEmpty();
        assertThat(other.only().closed).isEmpty();
    }

    @Test
    void whoTakesALittleNowAndThenKeepsItsSession() {
        receiver.only().consumes = false;
        send(4000);
        for (int i = 0; i < 6; i++) {
            lab.time.run(Duration.ofMinutes(5));
            receiver.only().channel.consumed(SessionChannel.READ_HIGH);
        }
        assertThat(sender.only().closed).isEmpty();
    }

    @Test
    void writableTurnsFalseAtTheHighMarkAndTrueOnceAgain() {
        Channel channel = sender.only().channel;
        int messages = SessionChannel.SEND_HIGH / Octets.withdrawal(0, HOSTS).length;
        send(messages);
        assertThat(channel.writable()).isTrue();
        send(1);
        assertThat(channel.writable()).isFalse();

        lab.time.run(Duration.ofSeconds(2));
        assertThat(channel.writable()).isTrue();
        assertThat(sender.only().writable).isEqualTo(1);
    }

    @Test
    void aChannelOfAnEndedSessionDoesNothing() {
        Channel channel = sender.only().channel;
        lab.network.reset(sender.transport, receiver.transport);
        lab.time.settle();
        long sent = sender.status().messagesSent();
        channel.send(List.of(Octets.withdrawalOf(1)));
        channel.consumed(1);
        channel.reset(new Message.Notification(6, 4), "late");
        lab.time.settle();
        assertThat(sender.status().messagesSent()).isEqualTo(sent);
    }

    private void send(int messages) {
        sender.only()
                .channel
                .send(IntStream.range(0, messages)
                        .mapToObj(i -> Octets.withdrawal(i * HOSTS, HOSTS))
                        .toList());
    }
}
