package dev.espalier.bgp.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Both ends connect at once (RFC 4271 section 6.8). */
class CollisionTest {

    private static final int SEEDS = 1000;

    private int collisions;
    private int flaps;

    @Test
    void ofTwoConnectionsExactlyOneSurvivesAndBothEndsAgreeWhich() {
        collideOften(0);
    }

    @Test
    void gracefulRestartDoesNotTakeACollisionForARestart() {
        collideOften(120);
    }

    private void collideOften(int gracefulRestart) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            collide(seed, gracefulRestart);
        }
        assertThat(collisions).as("runs in which there were two connections").isGreaterThan(SEEDS / 2);
        assertThat(flaps).as("sessions lost to a collision").isZero();
    }

    private void collide(long seed, int gracefulRestart) {
        Lab lab = new Lab(seed);
        lab.network.delay(Duration.ofMillis(1), Duration.ofMillis(1 + seed % 100));
        Lab.Box one = lab.speaker(
                "10.0.0.1",
                65001,
                Lab.peer("200.0.0.2", 65002).gracefulRestart(gracefulRestart).build());
        Lab.Box two = lab.speaker(
                "200.0.0.2",
                65002,
                Lab.peer("10.0.0.1", 65001).gracefulRestart(gracefulRestart).build());
        one.sessions.start();
        lab.time.run(Duration.ofMillis(seed % 7 * 10));
        two.sessions.start();
        boolean collided = lab.time.runUntil(
                Duration.ofSeconds(1), () -> lab.network.connections(one.transport, two.transport) > 1);
        collisions += collided ? 1 : 0;
        lab.time.run(Duration.ofSeconds(30));

        String run = "seed " + seed + ": " + one.events + two.events;
        assertThat(one.allUp()).as(run).isTrue();
        assertThat(two.allUp()).as(run).isTrue();
        assertThat(lab.network.connections(one.transport, two.transport))
                .as(run)
                .isEqualTo(1);
        Negotiated mine = one.only().channel.negotiated();
        Negotiated theirs = two.only().channel.negotiated();
        assertThat(mine.local()).as(run).isEqualTo(theirs.remote());
        assertThat(mine.remote()).as(run).isEqualTo(theirs.local());
        int lost = one.only().closed.size() + two.only().closed.size();
        flaps += lost;

        // The winner is undisturbed: it lives on its own timers for as long as one likes.
        lab.time.run(Duration.ofMinutes(10));
        assertThat(one.only().closed.size() + two.only().closed.size()).as(run).isEqualTo(lost);
    }
}
