package dev.espalier.bfd.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bfd.wire.ControlPacket;
import dev.espalier.bfd.wire.Diagnostic;
import dev.espalier.bfd.wire.Discard;
import dev.espalier.bfd.wire.State;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Event;
import dev.espalier.route.RoutingInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of two hosts with a wire between them that loses and delays. */
class BfdSessionsTest {

    private static final BfdProfile FAST = new BfdProfile(3, 50, 50, 1, false);
    private static final User TOR = new User(RoutingInstance.DEFAULT, "tor");

    private final Simulation wire = new Simulation(1);
    private final Simulation.Host a = wire.host("10.0.0.1");
    private final Simulation.Host b = wire.host("10.0.0.2");
    private final List<SessionObserver.Update> seenByA = new ArrayList<>();

    @Test
    void twoHostsComeUpAndNegotiateTheSlowerOfEachDirection() {
        watch(a, b, FAST);
        watch(b, a, new BfdProfile(5, 20, 200, 1, false));
        wire.run(Duration.ofSeconds(5));
        SessionSnapshot session = only(a);
        assertThat(session.variables().sessionState()).isEqualTo(State.UP);
        assertThat(session.variables().transmitInterval()).isEqualTo(50_000);
        assertThat(session.variables().detectionTime()).isEqualTo(5 * 200_000);
        assertThat(only(b).variables().transmitInterval()).isEqualTo(200_000);
        assertThat(only(b).variables().detectionTime()).isEqualTo(3 * 50_000);
        assertThat(session.variables().polling()).isFalse();
        assertThat(a.kinds()).containsExactly("bfd.session.up");
        assertThat(session.sourcePort()).isBetween(49152, 65535);
    }

    @Test
    void aWireThatIsCutIsNoticedWithinTheDetectionTimeAndOnePacket() {
        up(FAST);
        long cut = wire.now();
        b.mute = true;
        while (only(a).variables().sessionState() == State.UP) {
            wire.run(Duration.ofMillis(1));
        }
        assertThat(wire.now() - cut).isBetween(100_000_000L, 153_000_000L);
        assertThat(seenByA.getLast().failed()).isTrue();
        assertThat(seenByA.getLast().reason()).contains("150 ms");
        assertThat(a.events.getLast().severity()).isEqualTo(Event.Severity.WARNING);
        wire.run(Duration.ofMillis(200));
        assertThat(only(b).lastDown()).as("the other side hears of it").contains("control detection time expired");
        b.mute = false;
        wire.run(Duration.ofSeconds(4));
        assertThat(seenByA.getLast().state()).isEqualTo(State.UP);
    }

    @Test
    void aSessionThatIsRemovedIsNoFailureForThePeer() {
        BfdSessions.Watch ours = watch(a, b, FAST);
        List<SessionObserver.Update> seenByB = new ArrayList<>();
        b.sessions.watch(key(a), TOR, FAST, seenByB::add);
        wire.run(Duration.ofSeconds(4));
        ours.close();
        wire.run(Duration.ofSeconds(10));
        assertThat(seenByB).noneMatch(SessionObserver.Update::failed);
        assertThat(seenByB.getLast().reason()).contains("AdminDown");
        assertThat(a.sessions.snapshots()).as("after its farewell it is gone").satisfies(snapshots -> {
            wire.run(Duration.ZERO);
            assertThat(snapshots.join()).isEmpty();
        });
    }

    @Test
    void anEndOfTheDaemonIsNoFailureForThePeer() {
        up(FAST);
        List<SessionObserver.Update> seenByB = new ArrayList<>();
        b.sessions.watch(key(a), TOR, FAST, seenByB::add);
        wire.lossPercent = 30;
        var closed = a.sessions.close();
        wire.run(Duration.ofSeconds(10));
        assertThat(closed).isDone();
        assertThat(seenByB).noneMatch(SessionObserver.Update::failed);
    }

    @Test
    void severalUsersShareASessionThatIsHeldForTheOneInTheGreatestHurry() {
        watch(a, b, FAST);
        BfdSessions.Watch hasty = a.sessions.watch(key(b), TOR, new BfdProfile(3, 20, 20, 1, false), update -> {});
        watch(b, a, new BfdProfile(3, 10, 10, 1, false));
        wire.run(Duration.ofSeconds(4));
        assertThat(only(a).users()).hasSize(2);
        assertThat(only(a).variables().transmitInterval()).isEqualTo(20_000);
        hasty.close();
        wire.run(Duration.ofSeconds(1));
        assertThat(only(a).variables().transmitInterval()).isEqualTo(50_000);
        assertThat(only(a).timesUp()).as("without a flap").isEqualTo(1);
    }

    @Test
    void aChangedProfileIsNegotiatedWhileTheSessionStaysUp() {
        BfdSessions.Watch ours = watch(a, b, FAST);
        watch(b, a, FAST);
        wire.run(Duration.ofSeconds(4));
        wire.lossPercent = 10;
        for (int millis : new int[] {400, 20, 1000, 10, 50}) {
            ours.profile(new BfdProfile(5, millis, millis, 1, false));
            wire.run(Duration.ofSeconds(8));
            assertThat(only(a).variables().transmitInterval()).isEqualTo(1000L * Math.max(millis, 50));
        }
        assertThat(only(a).timesUp()).isEqualTo(1);
        assertThat(only(b).timesUp()).isEqualTo(1);
    }

    @Test
    void aPortThatAnotherProgramHasIsSaidOnceAndTriedAgain() {
        a.portsTaken = true;
        watch(a, b, FAST);
        watch(b, a, FAST);
        wire.run(Duration.ofSeconds(22));
        assertThat(seenByA.getLast().reason()).contains("3784").contains("another program has it");
        assertThat(only(a).problem()).contains("another program has it");
        assertThat(a.kinds()).containsExactly("bfd.listen");
        a.portsTaken = false;
        wire.run(Duration.ofSeconds(8));
        assertThat(seenByA.getLast().state()).isEqualTo(State.UP);
        assertThat(only(a).problem()).isNull();
    }

    @Test
    void aPacketThatHasPassedARouterIsDiscardedOverASingleHop() {
        wire.ttl = 254;
        watch(a, b, FAST);
        watch(b, a, FAST);
        wire.run(Duration.ofSeconds(5));
        assertThat(only(a).variables().sessionState()).isEqualTo(State.DOWN);
        assertThat(discards(a)).containsOnlyKeys(Discard.TTL);
        assertThat(a.kinds()).as("said once a minute").containsExactly("bfd.packet.discarded");
    }

    @Test
    void overSeveralHopsTheTtlMayBeLowerButNotThanTheProfileSays() {
        wire.ttl = 253;
        SessionKey toB = new SessionKey(b.address, null, null, true);
        SessionKey toA = new SessionKey(a.address, null, null, true);
        BfdSessions.Watch ours = a.sessions.watch(toB, TOR, new BfdProfile(3, 50, 50, 254, false), seenByA::add);
        b.sessions.watch(toA, TOR, FAST, update -> {});
        wire.run(Duration.ofSeconds(5));
        assertThat(only(a).variables().sessionState()).isEqualTo(State.DOWN);
        ours.profile(new BfdProfile(3, 50, 50, 253, false));
        wire.run(Duration.ofSeconds(5));
        assertThat(only(a).variables().sessionState()).isEqualTo(State.UP);
    }

    @Test
    void aPacketForTheSessionOfAnotherPeerChangesNothing() {
        up(FAST);
        int ours = only(a).variables().localDiscriminator();
        byte[] down = packet(State.DOWN, ours).octets();
        a.arrive(IpAddress.parse("10.0.0.99"), 3784, 255, down);
        a.arrive(b.address, 4784, 255, down);
        a.arrive(b.address, 3784, 255, packet(State.DOWN, ours + 1).octets());
        a.arrive(IpAddress.parse("10.0.0.99"), 3784, 255, packet(State.DOWN, 0).octets());
        assertThat(only(a).variables().sessionState()).isEqualTo(State.UP);
        assertThat(discards(a))
                .containsOnlyKeys(Discard.WRONG_PEER, Discard.UNKNOWN_DISCRIMINATOR, Discard.UNKNOWN_PEER);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 50, 300})
    void lossThatTheMultiplierCoversDoesNotTakeAnySessionDown(int millis) {
        // One packet in fifty lost, five in a row needed: 3e-9 per interval.
        for (int seed = 0; seed < 60; seed++) {
            Simulation lossy = new Simulation(seed);
            Simulation.Host one = lossy.host("10.0.0.1");
            Simulation.Host two = lossy.host("10.0.0.2");
            lossy.lossPercent = 2;
            BfdProfile profile = new BfdProfile(5, millis, millis, 1, false);
            one.sessions.watch(key(two), TOR, profile, update -> {});
            two.sessions.watch(key(one), TOR, profile, update -> {});
            lossy.run(Duration.ofSeconds(30));
            assertThat(one.kinds()).as("seed " + seed).containsExactly("bfd.session.up");
            assertThat(two.kinds()).as("seed " + seed).containsExactly("bfd.session.up");
        }
    }

    @Test
    void howeverBadTheWireBothSidesAgreeOnceItIsGood() {
        for (int seed = 0; seed < 400; seed++) {
            Simulation bad = new Simulation(seed);
            Simulation.Host one = bad.host("10.0.0.1");
            Simulation.Host two = bad.host("10.0.0.2");
            bad.longestDelay = Duration.ofMillis(40);
            bad.lossPercent = 20 + seed % 60;
            BfdSessions.Watch ours = one.sessions.watch(key(two), TOR, FAST, update -> {});
            two.sessions.watch(key(one), TOR, new BfdProfile(2, 10 + seed % 90, 30, 1, seed % 3 == 0), update -> {});
            bad.run(Duration.ofSeconds(8));
            ours.profile(new BfdProfile(3, 20 + seed, 20 + seed, 1, false));
            bad.run(Duration.ofSeconds(3));
            one.mute = true;
            bad.run(Duration.ofSeconds(3));
            one.mute = false;
            bad.lossPercent = 0;
            bad.longestDelay = Duration.ofMillis(1);
            bad.run(Duration.ofSeconds(12));
            String which = "seed " + seed;
            SessionSnapshot ofOne = only(bad, one);
            SessionSnapshot ofTwo = only(bad, two);
            assertThat(ofOne.variables().sessionState()).as(which).isEqualTo(State.UP);
            assertThat(ofTwo.variables().sessionState()).as(which).isEqualTo(State.UP);
            assertThat(ofOne.variables().polling()).as(which).isFalse();
            assertThat(ofTwo.variables().remote().discriminator())
                    .as(which)
                    .isEqualTo(ofOne.variables().localDiscriminator());
            assertThat(ofOne.variables().transmitInterval())
                    .as(which)
                    .isEqualTo(1000L * Math.max(20 + seed, 10 + seed % 90));
            // What one takes for silence is longer than what the other lets pass between packets.
            assertThat(ofTwo.variables().detectionTime())
                    .as(which)
                    .isEqualTo(3 * ofOne.variables().transmitInterval());
        }
    }

    // ---- words

    private void up(BfdProfile profile) {
        watch(a, b, profile);
        watch(b, a, profile);
        wire.run(Duration.ofSeconds(4));
        assertThat(only(a).variables().sessionState()).isEqualTo(State.UP);
    }

    private BfdSessions.Watch watch(Simulation.Host from, Simulation.Host to, BfdProfile profile) {
        return from.sessions.watch(key(to), TOR, profile, from == a ? seenByA::add : update -> {});
    }

    private static SessionKey key(Simulation.Host peer) {
        return new SessionKey(peer.address, null, null, false);
    }

    private static ControlPacket packet(State state, int yours) {
        return new ControlPacket(Diagnostic.NONE, state, false, false, false, false, 3, 5, yours, 50_000, 50_000, 0);
    }

    private SessionSnapshot only(Simulation.Host host) {
        return only(wire, host);
    }

    private static SessionSnapshot only(Simulation simulation, Simulation.Host host) {
        var answer = host.sessions.snapshots();
        simulation.run(Duration.ZERO);
        assertThat(answer.join()).hasSize(1);
        return answer.join().getFirst();
    }

    private java.util.Map<Discard, Long> discards(Simulation.Host host) {
        var answer = host.sessions.discards();
        wire.run(Duration.ZERO);
        return answer.join();
    }
}
