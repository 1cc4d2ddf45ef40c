package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.wire.Message;
import dev.espalier.net.Community;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.PathAttributes;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is kept of a neighbour that is away, for how long, and what others are told of it (RFC 4724, RFC 8538, RFC 9494). */
class StaleRoutesTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String PREFIX = "192.0.2.0/24";
    private static final int RESTART_TIME = 120;
    private static final int STALE_TIME = 3600;

    private final Network net = new Network(11);

    private static PeerConfig peer(String address, int longLived) {
        PeerConfig peer = Network.peer(address, RESTART_TIME, false);
        return peer.toBuilder()
                .session(
                        peer.session().toBuilder().longLivedStaleTime(longLived).build())
                .build();
    }

    private record Preferring(int localPref) implements Policy {
        @Override
        public String name() {
            return "preferring";
        }

        @Override
        public Verdict judge(PolicyRoute route) {
            return new Verdict(route.attributes.toBuilder().localPref(localPref).build(), name(), null);
        }
    }

    private final Network.Router us = net.router("10.0.0.1", 65001);
    private @Nullable ScriptedPeer neighbour;

    /** A neighbour at 10.0.0.2 with which both sides keep routes for long, or not (0). */
    private ScriptedPeer neighbour(int longLived) {
        us.with(peer("10.0.0.2", longLived));
        ScriptedPeer made = new ScriptedPeer(net, "10.0.0.2", 65002, peer("10.0.0.1", longLived));
        neighbour = made;
        us.start();
        made.start();
        assertThat(net.until(SOON, made::up)).isTrue();
        return made;
    }

    private void tell(List<Community> communities, String... prefixes) {
        ScriptedPeer who = java.util.Objects.requireNonNull(neighbour);
        who.announce(65002, communities, prefixes);
        who.endOfRib();
        net.time.run(Duration.ofSeconds(1));
        assertThat(us.kernel.forwarding()).hasSize(prefixes.length);
    }

    /** The neighbour dies without a word. */
    private void kill(ScriptedPeer who) {
        who.stop();
        net.time.run(Duration.ofSeconds(1));
    }

    private PathAttributes accepted(Network.Router router) {
        return router.routes().get(IpPrefix.parse(PREFIX)).paths().getFirst().accepted();
    }

    // ---- NOTIFICATIONs

    @Test
    void aNotificationLeavesTheRoutesInPlaceForTheRestartTime() {
        neighbour(0);
        tell(List.of(), PREFIX);
        neighbour.notification(3, 1);
        neighbour.stop();
        net.time.run(Duration.ofSeconds(RESTART_TIME - 20));
        assertThat(us.kernel.forwarding()).hasSize(1);
        net.time.run(Duration.ofSeconds(30));
        assertThat(us.kernel.forwarding()).isEmpty();
    }

    @Test
    void aHoldTimerThatExpiresLeavesTheRoutesInPlace() {
        neighbour(0);
        tell(List.of(), PREFIX);
        net.network.cut(us.transport, neighbour.transport());
        net.time.run(Duration.ofSeconds(30));
        assertThat(neighbour.closed).hasSize(1);
        assertThat(us.kernel.forwarding()).hasSize(1);
    }

    @Test
    void aHardResetTakesTheRoutesAlong() {
        neighbour(0);
        tell(List.of(), PREFIX);
        neighbour.notification(6, 4);
        net.time.run(Duration.ofMillis(200));
        assertThat(us.kernel.forwarding()).isEmpty();
        assertThat(us.events)
                .anyMatch(event -> event.kind().equals("bgp.session.down")
                        && event.message().contains("Hard Reset"));
    }

    @Test
    void aPeerThatIsRemovedIsSentAHardReset() {
        neighbour(0);
        tell(List.of(), PREFIX);
        us.peers.clear();
        us.reconfigure();
        net.time.run(Duration.ofSeconds(1));
        assertThat(neighbour.closed).singleElement().satisfies(closed -> {
            assertThat(closed.received()).isEqualTo(new Message.Notification(6, 9, new byte[] {6, 3}));
            assertThat(closed.restartMayFollow()).isFalse();
        });
        assertThat(us.kernel.forwarding()).isEmpty();
    }

    // ---- long-lived

    @Test
    void withoutTheCapabilityOnOneSideTheRoutesGoAfterTheRestartTime() {
        us.with(peer("10.0.0.2", STALE_TIME));
        neighbour = new ScriptedPeer(net, "10.0.0.2", 65002, peer("10.0.0.1", 0));
        us.start();
        neighbour.start();
        net.until(SOON, neighbour::up);
        tell(List.of(), PREFIX);
        kill(neighbour);
        net.time.run(Duration.ofSeconds(RESTART_TIME + 1));
        assertThat(us.kernel.forwarding()).isEmpty();
    }

    @Test
    void afterTheRestartTimeRoutesAreMarkedAndGoWhenTheirOwnTimeIsOver() {
        neighbour(STALE_TIME);
        tell(List.of(new Community(65002 << 16 | 1)), PREFIX);
        kill(neighbour);
        assertThat(accepted(us).hasCommunity(Community.LLGR_STALE)).isFalse();
        net.time.run(Duration.ofSeconds(RESTART_TIME));
        assertThat(us.kernel.forwarding()).hasSize(1);
        assertThat(accepted(us).communities())
                .containsExactlyInAnyOrder(new Community(65002 << 16 | 1), Community.LLGR_STALE);
        assertThat(us.events).anyMatch(event -> event.kind().equals("bgp.restart.longlived"));
        net.time.run(Duration.ofSeconds(STALE_TIME - 10));
        assertThat(us.kernel.forwarding()).hasSize(1);
        net.time.run(Duration.ofSeconds(20));
        assertThat(us.kernel.forwarding()).isEmpty();
        assertThat(us.routes()).isEmpty();
    }

    @Test
    void routesWithNoLlgrGoWithTheRestartTime() {
        neighbour(STALE_TIME);
        tell(List.of(Community.NO_LLGR), PREFIX);
        kill(neighbour);
        net.time.run(Duration.ofSeconds(RESTART_TIME + 1));
        assertThat(us.kernel.forwarding()).isEmpty();
    }

    @Test
    void longLivedStaleRoutesAreToldOnlyToThoseWhoUnderstandThem() {
        Network.Router knowing = net.router("10.0.0.3", 65003).with(peer("10.0.0.1", STALE_TIME));
        Network.Router plain = net.router("10.0.0.4", 65004).with(peer("10.0.0.1", 0));
        us.with(peer("10.0.0.3", STALE_TIME), peer("10.0.0.4", STALE_TIME));
        knowing.start();
        plain.start();
        neighbour(STALE_TIME);
        tell(List.of(), PREFIX);
        assertThat(plain.kernel.forwarding()).hasSize(1);
        kill(neighbour);
        net.time.run(Duration.ofSeconds(RESTART_TIME + 1));
        assertThat(accepted(knowing).hasCommunity(Community.LLGR_STALE)).isTrue();
        assertThat(plain.kernel.forwarding()).isEmpty();
        PrefixSnapshot.Told told = us.routes().get(IpPrefix.parse(PREFIX)).told().stream()
                .filter(one -> one.peer().equals("10.0.0.4"))
                .findFirst()
                .orElseThrow();
        assertThat(told.because()).contains("long-lived stale");
    }

    @Test
    void aFreshPathBeatsALongLivedStaleOneHoweverUnattractiveAndIsNotMixedWithIt() {
        us.maximumPaths = 4;
        us.with(peer("10.0.0.3", 0).toBuilder().importPolicy(new Preferring(1)).build());
        net.router("10.0.0.3", 65003)
                .with(peer("10.0.0.1", 0))
                .announcing(PREFIX, 9)
                .start();
        neighbour(STALE_TIME);
        tell(List.of(), PREFIX);
        assertThat(nextHops(us)).containsExactly("10.0.0.2");
        kill(neighbour);
        assertThat(nextHops(us)).as("within the restart time").containsExactly("10.0.0.2");
        net.time.run(Duration.ofSeconds(RESTART_TIME + 1));
        assertThat(nextHops(us)).containsExactly("10.0.0.3");
        assertThat(us.routes().get(IpPrefix.parse(PREFIX)).paths())
                .anyMatch(path -> path.because().contains("long-lived stale"));
    }

    @Test
    void whatCarriesLlgrStaleOnArrivalIsALastResortToo() {
        us.with(peer("10.0.0.3", 0).toBuilder().importPolicy(new Preferring(1)).build());
        net.router("10.0.0.3", 65003)
                .with(peer("10.0.0.1", 0))
                .announcing(PREFIX, 9)
                .start();
        neighbour(0);
        tell(List.of(Community.LLGR_STALE), PREFIX);
        net.time.run(SOON);
        assertThat(nextHops(us)).containsExactly("10.0.0.3");
    }

    @Test
    void whatIsToldAgainUnchangedIsFreshAgainAndTheRestGoesWithEndOfRib() {
        Network.Router knowing = net.router("10.0.0.3", 65003).with(peer("10.0.0.1", STALE_TIME));
        us.with(peer("10.0.0.3", STALE_TIME));
        knowing.start();
        neighbour(STALE_TIME);
        tell(List.of(), PREFIX, "198.51.100.0/24");
        int changes = us.kernel.routeChanges();
        comeBackAfter(Duration.ofSeconds(RESTART_TIME + 100));
        neighbour.announce(65002, List.of(), PREFIX);
        net.time.run(Duration.ofSeconds(1));
        assertThat(us.kernel.forwarding()).hasSize(2);
        neighbour.endOfRib();
        net.time.run(Duration.ofSeconds(1));
        assertThat(us.kernel.forwarding()).containsOnlyKeys(IpPrefix.parse(PREFIX));
        assertThat(us.kernel.routeChanges() - changes)
                .as("only the one withdrawn")
                .isEqualTo(1);
        assertThat(accepted(knowing).hasCommunity(Community.LLGR_STALE)).isFalse();
    }

    @Test
    void whoComesBackWithoutItsForwardingStateLosesItsLongLivedRoutesAtOnce() {
        neighbour(STALE_TIME);
        tell(List.of(), PREFIX);
        neighbour.forwarding = false;
        comeBackAfter(Duration.ofSeconds(RESTART_TIME + 100));
        assertThat(us.kernel.forwarding()).isEmpty();
    }

    @Test
    void aSecondLossDoesNotLetTheLongLivedTimeBeginAnew() {
        neighbour(STALE_TIME);
        tell(List.of(), PREFIX);
        comeBackAfter(Duration.ofSeconds(RESTART_TIME + 1800));
        kill(neighbour);
        net.time.run(Duration.ofSeconds(1700));
        assertThat(us.kernel.forwarding()).hasSize(1);
        net.time.run(Duration.ofSeconds(200));
        assertThat(us.kernel.forwarding()).isEmpty();
    }

    @Test
    void aSecondLossWithinTheRestartTimeEndsWhatWasStaleBefore() {
        neighbour(0);
        tell(List.of(), PREFIX);
        comeBackAfter(Duration.ofSeconds(10));
        assertThat(us.kernel.forwarding()).hasSize(1);
        kill(neighbour);
        assertThat(us.kernel.forwarding()).isEmpty();
    }

    @Test
    void whoComesBackAndNeverSendsEndOfRibLosesWhatItDidNotTellAgain() {
        neighbour(0);
        tell(List.of(), PREFIX, "198.51.100.0/24");
        comeBackAfter(Duration.ofSeconds(10));
        neighbour.announce(65002, List.of(), PREFIX);
        net.time.run(Duration.ofSeconds(50));
        assertThat(us.kernel.forwarding()).hasSize(2);
        net.time.run(Duration.ofSeconds(20));
        assertThat(us.kernel.forwarding()).containsOnlyKeys(IpPrefix.parse(PREFIX));
    }

    private void comeBackAfter(Duration away) {
        boolean forwarding = neighbour.forwarding;
        int longLived = us.peers.get("10.0.0.2").session().longLivedStaleTime();
        kill(neighbour);
        net.time.run(away);
        neighbour = new ScriptedPeer(net, "10.0.0.2", 65002, peer("10.0.0.1", longLived));
        neighbour.forwarding = forwarding;
        neighbour.start();
        assertThat(net.until(SOON, neighbour::up)).isTrue();
        net.time.run(Duration.ofMillis(500));
    }

    private static List<String> nextHops(Network.Router router) {
        return router.kernel.forwarding().get(IpPrefix.parse(PREFIX)).stream()
                .map(hop -> String.valueOf(hop.gateway()))
                .sorted()
                .toList();
    }
}
