package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Policies;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.PathAttributes;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Restarts, ends and changed policies with more routes than one turn decides, and with somebody who watches: each of these was
 * wrong once.
 */
class SpeakerRestartTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int MANY = 20_000;

    private final Network net = new Network(7);

    /** Accepts and changes the attributes. */
    private record Changing(String name, UnaryOperator<PathAttributes> change) implements Policy {
        @Override
        public Verdict judge(PolicyRoute route) {
            return new Verdict(change.apply(route.attributes), name, null);
        }
    }

    private static PeerConfig with(String peer, Policy in, Policy out) {
        return Network.peer(peer).toBuilder().importPolicy(in).exportPolicy(out).build();
    }

    private Network.Router announcer(String address, long asn, String peer) {
        Network.Router router = net.router(address, asn).with(Network.peer(peer));
        for (int i = 0; i < MANY; i++) {
            router.announcing("20.0." + (i >> 8) + "." + (i & 255) + "/32", 5);
        }
        return router;
    }

    private Network.Router[] pair(int gracefulRestart) {
        Network.Router a = net.router("10.0.0.1", 65001)
                .with(Network.peer("10.0.0.2", gracefulRestart, false))
                .announcing("192.0.2.0/24", 5);
        Network.Router b = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1", gracefulRestart, false));
        a.start();
        b.start();
        net.time.run(SOON);
        assertThat(b.kernel.forwarding()).hasSize(1);
        return new Network.Router[] {a, b};
    }

    @Test
    void endOfRibIsSentOnlyWhenAllIsDecidedSoThatHelpersSweepNothing() {
        announcer("10.0.0.1", 65001, "10.0.0.2").start();
        Network.Router middle = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"), Network.peer("10.0.0.3"));
        Network.Router watcher = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.2"));
        middle.start();
        watcher.start();
        net.time.run(SOON);
        assertThat(watcher.kernel.forwarding()).hasSize(MANY);
        int before = watcher.kernel.routeChanges();
        middle.kill();
        net.time.run(Duration.ofSeconds(1));
        middle.start();
        net.time.run(SOON);
        assertThat(watcher.kernel.forwarding()).hasSize(MANY);
        assertThat(watcher.kernel.routeChanges() - before).isZero();
    }

    @Test
    void aChangedPolicyWithdrawsNothingThatIsOnlyToBeDecidedAgain() {
        Network.Router first = announcer("10.0.0.1", 65001, "10.0.0.2");
        Network.Router second = announcer("10.0.0.9", 65009, "10.0.0.2");
        Network.Router middle = net.router("10.0.0.2", 65002)
                .with(Network.peer("10.0.0.1"), Network.peer("10.0.0.9"), Network.peer("10.0.0.3"));
        Network.Router watcher = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.2"));
        first.start();
        second.start();
        middle.start();
        watcher.start();
        net.time.run(SOON);
        assertThat(watcher.kernel.forwarding()).hasSize(MANY);
        int before = watcher.kernel.routeChanges();
        middle.with(
                with("10.0.0.1", new Changing("in", a -> a.toBuilder().med(7).build()), Policies.acceptAll()),
                with("10.0.0.3", Policies.acceptAll(), new Changing("out", a -> a.toBuilder()
                        .med(9)
                        .build())));
        middle.reconfigure();
        net.time.run(SOON);
        assertThat(watcher.kernel.forwarding()).hasSize(MANY);
        assertThat(watcher.kernel.routeChanges() - before).isZero();
    }

    @Test
    void aPolicyChangedWhileTheNeighbourIsAwayIsInForceWhenItReturns() {
        Network.Router[] routers = pair(120);
        routers[0].kill();
        net.time.run(Duration.ofSeconds(2));
        routers[1]
                .with(with("10.0.0.1", Policies.rejectAll(), Policies.acceptAll()))
                .reconfigure();
        routers[0].start();
        net.time.run(SOON);
        assertThat(routers[1].kernel.forwarding()).isEmpty();
    }

    @Test
    void aPeerRemovedWhileItsRoutesAreKeptTakesThemAlong() {
        Network.Router[] routers = pair(120);
        routers[0].kill();
        net.time.run(Duration.ofSeconds(2));
        routers[1].peers.clear();
        routers[1].reconfigure();
        net.time.run(Duration.ofSeconds(2));
        assertThat(routers[1].kernel.forwarding()).isEmpty();
    }

    @Test
    void twoThatRestartTogetherDoNotWaitForEachOther() {
        Network.Router[] routers = pair(120);
        routers[1].announcing("198.51.100.0/24", 1).reconfigure();
        net.time.run(SOON);
        routers[0].kill();
        routers[1].kill();
        net.time.run(Duration.ofSeconds(1));
        routers[0].start();
        routers[1].start();
        boolean ended = net.until(SOON, () -> routers[1].events.stream()
                .anyMatch(event -> event.kind().equals("bgp.restart.end")));
        assertThat(ended).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0,", "0,bye", "120,", "120,bye"})
    void theEndOfTheDaemonLeavesTheKernelAsItIs(int gracefulRestart, String text) {
        Network.Router[] routers = pair(gracefulRestart);
        routers[1].onLoop(speaker -> speaker.stop(text, true));
        net.time.run(SOON);
        assertThat(routers[1].kernel.forwarding()).hasSize(1);
    }

    @Test
    void theEndOfARouterThatIsNotWantedAnyMoreTakesItsRoutesAlong() {
        Network.Router[] routers = pair(120);
        routers[1].onLoop(speaker -> speaker.stop("removed", false));
        net.time.run(SOON);
        assertThat(routers[1].kernel.forwarding()).isEmpty();
    }

    @Test
    void afterALossOfTheConnectionTheForwardingBitIsSet() {
        Network.Router[] routers = pair(120);
        net.network.reset(routers[0].transport, routers[1].transport);
        net.time.run(SOON);
        boolean forwarding = routers[1].onLoop(speaker -> speaker.view()
                .peers()
                .getFirst()
                .session()
                .negotiated()
                .restart()
                .families()
                .getFirst()
                .forwarding());
        assertThat(forwarding).isTrue();
    }

    @Test
    void aLateEndOfAnEarlierSessionDoesNotHitTheOneThatFollowedIt() {
        Network.Router[] routers = pair(0);
        Network.Router first = routers[0];
        first.transport.stall(1, Duration.ofMinutes(1)); // the loop of its session
        PeerConfig peer = first.peers.remove("10.0.0.2");
        first.reconfigure();
        if (first.transport.loop().toString().endsWith("0")) {
            first.transport.loop(); // they are given in turn, and the next session shall have the other one
        }
        first.with(peer).reconfigure();
        assertThat(net.until(
                        Duration.ofSeconds(50),
                        () -> first.events.stream()
                                        .filter(event -> event.kind().equals("bgp.session.up"))
                                        .count()
                                == 2))
                .as("the new session is up before the old one could end")
                .isTrue();
        net.time.run(Duration.ofMinutes(1));
        first.announcing("198.51.100.0/24", 1).reconfigure();
        net.time.run(SOON);
        assertThat(routers[1].kernel.forwarding()).hasSize(2);
    }

    @Test
    void localPrefNeverReachesAnExternalPeerWhateverThePolicySays() {
        Network.Router a = net.router("10.0.0.1", 65001)
                .with(with("10.0.0.2", Policies.acceptAll(), new Changing("x", attributes -> attributes.toBuilder()
                        .localPref(200)
                        .build())))
                .announcing("192.0.2.0/24", 5);
        Network.Router b = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"));
        a.start();
        b.start();
        net.time.run(SOON);
        assertThat(b.kernel.forwarding()).containsKey(IpPrefix.parse("192.0.2.0/24"));
        long findings = b.onLoop(s -> s.view().peers().getFirst().session().findings());
        assertThat(findings).isZero();
    }
}
