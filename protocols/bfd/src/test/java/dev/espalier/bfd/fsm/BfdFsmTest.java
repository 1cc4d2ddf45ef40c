package dev.espalier.bfd.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bfd.wire.ControlPacket;
import dev.espalier.bfd.wire.Diagnostic;
import dev.espalier.bfd.wire.State;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One session, event by event. */
class BfdFsmTest {

    private static final BfdProfile FAST = new BfdProfile(3, 50, 50, 1, false);
    private static final int OURS = 17;
    private static final int ITS = 42;

    private SessionVariables session = SessionVariables.created(FAST, OURS);
    private List<BfdEffect> effects = List.of();

    @ParameterizedTest
    @CsvSource({
        // RFC 5880 section 6.2: our state, what the peer says, our next state
        "DOWN, DOWN, INIT", "DOWN, INIT, UP", "DOWN, UP, DOWN", "DOWN, ADMIN_DOWN, DOWN",
        "INIT, DOWN, INIT", "INIT, INIT, UP", "INIT, UP, UP", "INIT, ADMIN_DOWN, DOWN",
        "UP, DOWN, DOWN", "UP, INIT, UP", "UP, UP, UP", "UP, ADMIN_DOWN, DOWN",
        "ADMIN_DOWN, DOWN, ADMIN_DOWN", "ADMIN_DOWN, INIT, ADMIN_DOWN", "ADMIN_DOWN, UP, ADMIN_DOWN",
    })
    void aPacketMovesTheSessionAsTheRfcDrawsIt(State from, State peer, State to) {
        in(from);
        hear(peer);
        assertThat(session.sessionState()).isEqualTo(to);
    }

    @Test
    void aChangeOfStateIsToldAtOnce() {
        hear(State.DOWN);
        assertThat(sent()).hasSize(1).allSatisfy(packet -> {
            assertThat(packet.state()).isEqualTo(State.INIT);
            assertThat(packet.yourDiscriminator()).isEqualTo(ITS);
        });
    }

    @Test
    void whileNotUpPacketsAreASecondApartHoweverFastTheProfile() {
        step(new BfdEvent.Enable());
        assertThat(effects).contains(new BfdEffect.Pace(750_000_000, 1_000_000_000));
        step(new BfdEvent.TransmitDue());
        assertThat(sent().getFirst().desiredMinTransmit()).isEqualTo(1_000_000);
    }

    @Test
    void onceUpThePaceIsTheSlowerOfWhatWeWishAndThePeerTakesAndAPollTellsIt() {
        in(State.UP);
        assertThat(session.transmitInterval()).isEqualTo(50_000);
        assertThat(session.polling()).isTrue();
        hear(packet(State.UP, 200_000, 10_000, false, false));
        assertThat(session.transmitInterval()).isEqualTo(200_000);
        assertThat(effects).contains(new BfdEffect.Pace(150_000_000, 200_000_000));
    }

    @Test
    void theDetectionTimeIsThePeersMultiplierTimesTheSlowerOfItsWishAndWhatWeTake() {
        in(State.UP);
        hear(packet(State.UP, 50_000, 10_000, false, false));
        assertThat(effects).contains(new BfdEffect.Detect(5 * 50_000_000L));
        hear(packet(State.UP, 50_000, 80_000, false, false));
        assertThat(effects).contains(new BfdEffect.Detect(5 * 80_000_000L));
    }

    @Test
    void silenceInUpIsAFailureAndForgetsThePeersDiscriminator() {
        in(State.UP);
        step(new BfdEvent.DetectionExpired());
        assertThat(changed().isFailure()).isTrue();
        assertThat(changed().reason()).contains("no control packet came for the detection time of 250 ms");
        assertThat(sent()).singleElement().satisfies(packet -> {
            assertThat(packet.state()).isEqualTo(State.DOWN);
            assertThat(packet.diagnostic()).isEqualTo(Diagnostic.DETECTION_TIME_EXPIRED);
            assertThat(packet.yourDiscriminator()).isZero();
        });
        assertThat(session.transmitInterval()).isEqualTo(SessionVariables.SLOW_MICROS);
    }

    @Test
    void onlyTheWayFromUpIsAFailureAndOnlyWhenNobodyOrderedIt() {
        in(State.INIT);
        step(new BfdEvent.DetectionExpired());
        assertThat(changed().isFailure()).as("never up").isFalse();
        in(State.UP);
        hear(State.ADMIN_DOWN);
        assertThat(changed().isFailure())
                .as("taken down by the peer's operator")
                .isFalse();
        in(State.UP);
        step(new BfdEvent.Disable());
        assertThat(changed().isFailure()).as("taken down here").isFalse();
        in(State.UP);
        hear(State.DOWN);
        assertThat(changed().isFailure()).as("the peer does not hear us").isTrue();
    }

    @Test
    void aPollIsAnsweredAtOnceWithFinalAndNotWithAPoll() {
        in(State.UP);
        hear(packet(State.UP, 50_000, 50_000, true, false));
        assertThat(sent()).singleElement().satisfies(packet -> {
            assertThat(packet.isFinal()).isTrue();
            assertThat(packet.poll()).isFalse();
        });
    }

    @Test
    void slowerSendingWaitsForTheEndOfThePollSequence() {
        settled();
        step(new BfdEvent.Reconfigure(new BfdProfile(3, 50, 400, 1, false)));
        step(new BfdEvent.TransmitDue());
        assertThat(sent()).singleElement().satisfies(packet -> {
            assertThat(packet.poll()).isTrue();
            assertThat(packet.desiredMinTransmit()).isEqualTo(400_000);
        });
        assertThat(session.transmitInterval()).as("the peer does not know yet").isEqualTo(50_000);
        hear(packet(State.UP, 50_000, 50_000, false, true));
        assertThat(session.transmitInterval()).isEqualTo(400_000);
        assertThat(session.polling()).isFalse();
    }

    @Test
    void fasterDetectionWaitsForTheEndOfThePollSequence() {
        settled();
        step(new BfdEvent.Reconfigure(new BfdProfile(3, 10, 50, 1, false)));
        hear(packet(State.UP, 50_000, 20_000, false, false));
        assertThat(session.detectionTime()).isEqualTo(5 * 50_000);
        hear(packet(State.UP, 50_000, 20_000, false, true));
        assertThat(session.detectionTime()).isEqualTo(5 * 20_000);
    }

    @Test
    void aSecondChangeWaitsForTheEndOfTheFirstPollSequence() {
        settled();
        step(new BfdEvent.Reconfigure(new BfdProfile(3, 50, 400, 1, false)));
        step(new BfdEvent.Reconfigure(new BfdProfile(3, 50, 600, 1, false)));
        assertThat(session.desiredMinTransmit()).isEqualTo(400_000);
        hear(packet(State.UP, 50_000, 50_000, false, true));
        assertThat(session.desiredMinTransmit()).isEqualTo(600_000);
        assertThat(session.polling()).isTrue();
    }

    @Test
    void aPeerThatTakesNoPacketsIsSentNone() {
        settled();
        hear(packet(State.UP, 0, 50_000, false, false));
        assertThat(effects).contains(new BfdEffect.Pace(0, 0));
    }

    @Test
    void aPeerInDemandModeIsSentPeriodicPacketsOnlyWhileWePoll() {
        settled();
        hear(new ControlPacket(Diagnostic.NONE, State.UP, false, false, false, true, 5, ITS, OURS, 50_000, 50_000, 0));
        assertThat(session.transmitInterval()).isZero();
        step(new BfdEvent.Reconfigure(new BfdProfile(3, 50, 60, 1, false)));
        assertThat(session.transmitInterval()).isPositive();
    }

    @Test
    void aPassiveSessionSaysNothingBeforeThePeerHas() {
        session = SessionVariables.created(new BfdProfile(3, 50, 50, 1, true), OURS);
        step(new BfdEvent.Enable());
        assertThat(effects).containsExactly(new BfdEffect.Pace(0, 0));
        hear(State.DOWN);
        assertThat(sent()).hasSize(1);
        assertThat(session.transmitInterval()).isPositive();
        step(new BfdEvent.DetectionExpired());
        assertThat(session.transmitInterval()).isZero();
    }

    @Test
    void withAMultiplierOfOneNoPacketIsLaterThanNineTenthsOfTheInterval() {
        session = SessionVariables.created(new BfdProfile(1, 50, 1000, 1, false), OURS);
        step(new BfdEvent.Enable());
        assertThat(effects).contains(new BfdEffect.Pace(750_000_000, 900_000_000));
    }

    @Test
    void aPeerThatWasRestartedIsFollowedByItsNewDiscriminator() {
        settled();
        hear(new ControlPacket(
                Diagnostic.NONE, State.DOWN, false, false, false, false, 3, 77, 0, 1_000_000, 50_000, 0));
        assertThat(session.sessionState()).isEqualTo(State.DOWN);
        assertThat(changed().reason()).contains("it may have been restarted");
        step(new BfdEvent.TransmitDue());
        assertThat(sent().getFirst().yourDiscriminator()).isEqualTo(77);
    }

    @Test
    void anEnabledSessionBeginsAnewAfterAdminDown() {
        in(State.ADMIN_DOWN);
        step(new BfdEvent.Enable());
        assertThat(session.sessionState()).isEqualTo(State.DOWN);
        assertThat(session.remote().discriminator()).isZero();
    }

    // ---- words

    private void in(State state) {
        session = SessionVariables.created(FAST, OURS);
        switch (state) {
            case DOWN -> {}
            case INIT -> hear(State.DOWN);
            case UP -> hear(State.INIT);
            case ADMIN_DOWN -> step(new BfdEvent.Disable());
        }
        assertThat(session.sessionState()).isEqualTo(state);
    }

    /** Up, and the poll sequence of coming up has ended. */
    private void settled() {
        in(State.UP);
        hear(packet(State.UP, 50_000, 50_000, false, true));
        assertThat(session.polling()).isFalse();
    }

    private void hear(State state) {
        hear(packet(state, 50_000, 50_000, false, false));
    }

    private void hear(ControlPacket packet) {
        step(new BfdEvent.Received(packet));
    }

    private static ControlPacket packet(State state, long takes, long sends, boolean poll, boolean isFinal) {
        return new ControlPacket(Diagnostic.NONE, state, poll, isFinal, false, false, 5, ITS, OURS, sends, takes, 0);
    }

    private void step(BfdEvent event) {
        BfdFsm.Step step = BfdFsm.step(session, event);
        session = step.state();
        effects = step.effects();
    }

    private List<ControlPacket> sent() {
        return effects.stream()
                .filter(BfdEffect.Send.class::isInstance)
                .map(effect -> ((BfdEffect.Send) effect).packet())
                .toList();
    }

    private BfdEffect.Changed changed() {
        return effects.stream()
                .filter(BfdEffect.Changed.class::isInstance)
                .map(BfdEffect.Changed.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
