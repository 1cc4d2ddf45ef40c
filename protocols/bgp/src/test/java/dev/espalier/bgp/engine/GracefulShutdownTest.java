package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.Community;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.PathAttributes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Traffic is led elsewhere before a session ends (RFC 8326). */
class GracefulShutdownTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final IpPrefix PREFIX = IpPrefix.parse("192.0.2.0/24");

    private final Network net = new Network(17);
    private final Network.Router us = net.router("10.0.0.1", 65001);

    private record Preferring(int localPref) implements Policy {
        @Override
        public String name() {
            return "preferring";
        }

        @Override
        public Verdict judge(PolicyRoute route) {
            PathAttributes changed = route.attributes.toBuilder()
                    .localPref(localPref)
                    .communities(List.of())
                    .build();
            return new Verdict(changed, name(), null);
        }
    }

    private static PathAttributes accepted(Network.Router router) {
        return router.routes().get(PREFIX).paths().getFirst().accepted();
    }

    @Test
    void aRouteOfAnExternalPeerThatCarriesTheCommunityIsALastResortWhateverThePolicySays() {
        us.with(Network.peer("10.0.0.2").toBuilder()
                .importPolicy(new Preferring(300))
                .build());
        ScriptedPeer peer = new ScriptedPeer(net, "10.0.0.2", 65002, Network.peer("10.0.0.1"));
        us.start();
        peer.start();
        net.until(SOON, peer::up);
        peer.announce(65002, List.of(), PREFIX.toString());
        net.time.run(Duration.ofSeconds(1));
        assertThat(accepted(us).localPref()).isEqualTo(300);
        peer.announce(65002, List.of(Community.GRACEFUL_SHUTDOWN), PREFIX.toString());
        net.time.run(Duration.ofSeconds(1));
        assertThat(accepted(us).localPref()).isZero();

        us.honorGracefulShutdown = false;
        us.reconfigure();
        assertThat(accepted(us).localPref()).isEqualTo(300);
    }

    @Test
    void amongInternalPeersTheCommunityMeansNothingBecauseTheLocalPrefHasSaidIt() {
        us.with(Network.peer("10.0.0.2"));
        ScriptedPeer peer = new ScriptedPeer(net, "10.0.0.2", 65001, Network.peer("10.0.0.1"));
        us.start();
        peer.start();
        net.until(SOON, peer::up);
        peer.announce(65005, List.of(Community.GRACEFUL_SHUTDOWN), PREFIX.toString());
        net.time.run(Duration.ofSeconds(1));
        assertThat(accepted(us).hasLocalPref()).isFalse();
    }

    @Test
    void aPeerInMaintenanceIsToldAndHeardAsALastResortWhileItsSessionStaysUp() {
        Network.Router outside =
                net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1")).announcing("198.51.100.0/24", 1);
        Network.Router other = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.1"));
        us.with(Network.peer("10.0.0.2"), Network.peer("10.0.0.3")).announcing(PREFIX.toString(), 1);
        us.start();
        outside.start();
        other.start();
        net.time.run(SOON);
        us.with(Network.peer("10.0.0.2").toBuilder().gracefulShutdown(true).build());
        us.reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(accepted(outside).hasCommunity(Community.GRACEFUL_SHUTDOWN)).isTrue();
        assertThat(accepted(outside).localPref()).isZero();
        assertThat(accepted(other).communities()).isEmpty();
        PathAttributes heard = us.routes()
                .get(IpPrefix.parse("198.51.100.0/24"))
                .paths()
                .getFirst()
                .accepted();
        assertThat(heard.localPref()).isZero();

        us.with(Network.peer("10.0.0.2")).reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(accepted(outside).communities()).isEmpty();
        assertThat(us.established()).isEqualTo(2);
        assertThat(outside.events).noneMatch(event -> event.kind().equals("bgp.session.down"));
    }

    @Test
    void beforeTheEndEveryNeighbourIsAskedToFindOtherWays() {
        Network.Router outside = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"));
        Network.Router inside = net.router("10.0.0.3", 65001).with(Network.peer("10.0.0.1"));
        us.with(Network.peer("10.0.0.2"), Network.peer("10.0.0.3")).announcing(PREFIX.toString(), 1);
        us.start();
        outside.start();
        inside.start();
        net.time.run(SOON);
        assertThat(accepted(inside).localPref()).isEqualTo(100);
        us.onLoop(speaker -> {
            speaker.drain();
            return speaker;
        });
        net.time.run(Duration.ofSeconds(1));
        assertThat(accepted(outside).hasCommunity(Community.GRACEFUL_SHUTDOWN)).isTrue();
        assertThat(accepted(inside).localPref()).isZero();
        assertThat(accepted(inside).communities()).isEmpty();
    }
}
