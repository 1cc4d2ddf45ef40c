package dev.espalier.bgp.engine;

import static dev.espalier.bgp.engine.PrefixSnapshot.Role.BACKUP;
import static dev.espalier.bgp.engine.PrefixSnapshot.Role.BEST;
import static dev.espalier.bgp.engine.PrefixSnapshot.Role.CANDIDATE;
import static dev.espalier.bgp.engine.PrefixSnapshot.Role.MULTIPATH;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.sim.ForwardingModel;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.Fib.Batch.Change;
import dev.espalier.route.NextHop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which path is the backup of a route, and what the end of a session does to the kernel: a router between several others. */
class BackupPathTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String MIDDLE = "10.0.0.9";
    private static final int PREFIXES = 50;
    private static final int NO_RESTART = 0;

    private final Network net = new Network(11);
    private final Network.Router middle = net.router(MIDDLE, 65009);

    /** Accepts all with a LOCAL_PREF. */
    private record PreferringPolicy(int localPref) implements Policy {
        @Override
        public String name() {
            return "prefers";
        }

        @Override
        public boolean dependsOnNeighbor() {
            return false;
        }

        @Override
        public Verdict judge(PolicyRoute route) {
            return new Verdict(route.attributes.toBuilder().localPref(localPref).build(), name(), null);
        }
    }

    private static IpPrefix prefix(int number) {
        return IpPrefix.parse("192.0." + number + ".0/24");
    }

    /** A neighbour in another AS that announces all prefixes; the one with the lowest MED is the best of those of one AS. */
    private Network.Router source(int number, long asn, int med) {
        return source(number, asn, med, NO_RESTART);
    }

    private Network.Router source(int number, long asn, int med, int gracefulRestart) {
        String address = "10.0.0." + number;
        middle.with(Network.peer(address, gracefulRestart, false));
        Network.Router source = net.router(address, asn).with(Network.peer(MIDDLE, gracefulRestart, false));
        for (int i = 0; i < PREFIXES; i++) {
            source.originated.put(prefix(i), Network.announcement(med));
        }
        return source;
    }

    private void start(Network.Router... others) {
        middle.start();
        for (Network.Router other : others) {
            other.start();
        }
        net.time.run(SOON);
        middle.kernel.takeSteps();
    }

    private List<String> kernel() {
        return gateways(middle.kernel.forwarding());
    }

    private List<String> standby() {
        return gateways(middle.kernel.standby());
    }

    /** The last octets of the gateways of all prefixes, each combination once. */
    private static List<String> gateways(Map<IpPrefix, List<NextHop.Hop>> table) {
        return table.values().stream()
                .map(hops -> String.join(
                        "+",
                        hops.stream()
                                .map(hop -> String.valueOf(hop.gateway()).replace("10.0.0.", ""))
                                .toList()))
                .distinct()
                .toList();
    }

    private List<String> roles() {
        return middle.routes().get(prefix(0)).paths().stream()
                .map(path -> path.peer() + " " + path.role())
                .toList();
    }

    private static String role(int number, PrefixSnapshot.Role role) {
        return "10.0.0." + number + " " + role;
    }

    @Test
    void theSecondBestPathIsTheBackupAndSaysSo() {
        start(source(1, 65001, 5), source(2, 65001, 6), source(3, 65001, 7));

        assertThat(kernel()).containsExactly("1");
        assertThat(standby()).containsExactly("2");
        assertThat(roles()).containsExactly(role(1, BEST), role(2, BACKUP), role(3, CANDIDATE));
        assertThat(middle.routes().get(prefix(0)).paths().get(1).because())
                .isEqualTo(
                        "its MED is higher, but it has another next hop than those in use, and stands in when none of"
                                + " these is left");
    }

    @Test
    void aSingleAndAnEqualPathHaveNoBackup() {
        middle.maximumPaths = 4;
        start(source(1, 65001, 5), source(2, 65001, 5));

        assertThat(kernel()).containsExactly("1+2");
        assertThat(standby()).isEmpty();
        assertThat(roles()).containsExactly(role(1, BEST), role(2, MULTIPATH));
    }

    @Test
    void theBackupIsWhatTheDecisionWouldGiveEqualPathsIncluded() {
        middle.maximumPaths = 4;
        start(source(1, 65001, 5), source(2, 65001, 6), source(3, 65001, 6));

        assertThat(standby()).containsExactly("2+3");
        assertThat(roles()).containsExactly(role(1, BEST), role(2, BACKUP), role(3, BACKUP));
    }

    @Test
    void whenASessionEndsOneGroupIsReplacedAloneAndMovesAllRoutesBeforeAnyIsTouched() {
        Network.Router first = source(1, 65001, 5);
        start(first, source(2, 65001, 6), source(3, 65001, 7));

        first.kill();
        net.time.run(SOON);

        assertMovedAtOnceTo("2");
        assertThat(kernel()).containsExactly("2");
        assertThat(standby()).containsExactly("3");
    }

    /** The first thing the kernel heard was a group, and then all routes went that way, whatever came afterwards. */
    private void assertMovedAtOnceTo(String gateway) {
        List<ForwardingModel.Step> steps = middle.kernel.takeSteps();
        assertThat(steps.getFirst().changes()).containsExactly(Change.PUT_GROUP);
        assertThat(steps).allSatisfy(step -> assertThat(gateways(step.after())).containsExactly(gateway));
    }

    @Test
    void aNeighborThatComesBackIsUsedAgain() {
        Network.Router first = source(1, 65001, 5);
        start(first, source(2, 65001, 6));
        for (int round = 0; round < 3; round++) {
            net.network.cut(first.transport, middle.transport);
            net.time.run(SOON);
            assertThat(kernel()).containsExactly("2");

            net.network.heal(first.transport, middle.transport);
            net.time.run(SOON);

            assertThat(kernel()).containsExactly("1");
            assertThat(standby()).containsExactly("2");
        }
    }

    @Test
    void whileANeighborRestartsGracefullyPacketsStayOnTheirWay() {
        Network.Router first = source(1, 65001, 5, 120);
        start(first, source(2, 65001, 6, 120));

        first.kill();
        net.time.run(Duration.ofSeconds(5));

        assertThat(kernel()).containsExactly("1");
        assertThat(middle.kernel.takeSteps()).isEmpty();
    }

    @Test
    void aBackupThatDiesIsReplacedByTheNextBest() {
        Network.Router second = source(2, 65001, 6);
        start(source(1, 65001, 5), second, source(3, 65001, 7));

        second.kill();
        net.time.run(SOON);

        assertThat(kernel()).containsExactly("1");
        assertThat(standby()).containsExactly("3");
    }

    @Test
    void whenBestAndBackupDieTogetherTheThirdTakesOver() {
        Network.Router first = source(1, 65001, 5);
        Network.Router second = source(2, 65001, 6);
        start(first, second, source(3, 65001, 7));

        first.kill();
        second.kill();
        net.time.run(SOON);

        assertThat(kernel()).containsExactly("3");
        assertThat(standby()).isEmpty();
    }

    @Test
    void anAnnouncementOfOurOwnIsNoBackupAndNeitherIsWhatComesAfterIt() {
        middle.originated.put(prefix(0), Network.announcement(0));
        Network.Router first = source(1, 65001, 5);
        Network.Router second = source(2, 65001, 6);
        middle.with(preferred(first));
        start(first, second);

        assertThat(middle.kernel.forwarding()).containsKey(prefix(0));
        assertThat(middle.kernel.standby()).doesNotContainKey(prefix(0)).containsKey(prefix(1));
    }

    /** Its paths are better than our own announcements. */
    private static PeerConfig preferred(Network.Router router) {
        return Network.peer(router.address.toString(), NO_RESTART, false).toBuilder()
                .importPolicy(new PreferringPolicy(200))
                .build();
    }

    @Test
    void twoReflectorsWithTheSameNextHopAreNoBackupForEachOtherAndTheLossOfOneChangesNoWay() {
        Network.Router client = net.router("10.0.0.5", 65009).with(client(6), client(7));
        for (int i = 0; i < PREFIXES; i++) {
            client.originated.put(prefix(i), Network.announcement(1));
        }
        Network.Router reflector = reflector(6);
        Network.Router other = reflector(7);
        middle.with(client(6), client(7));
        Network.Router worse = source(3, 65003, 1);
        middle.with(Network.peer("10.0.0.3", NO_RESTART, false).toBuilder()
                .importPolicy(new PreferringPolicy(50))
                .build());
        start(client, reflector, other, worse);
        assertThat(kernel()).containsExactly("5");
        assertThat(standby()).containsExactly("3");
        assertThat(roles())
                .contains(role(3, BACKUP))
                .filteredOn(role -> role.endsWith("BACKUP"))
                .hasSize(1);

        reflector.kill();
        net.time.run(SOON);
        assertThat(kernel()).containsExactly("5");
        assertThat(middle.kernel.takeSteps()).isEmpty();

        other.kill();
        net.time.run(SOON);
        assertMovedAtOnceTo("3");
        assertThat(kernel()).containsExactly("3");
    }

    private static PeerConfig client(int reflector) {
        return Network.peer("10.0.0." + reflector, NO_RESTART, false);
    }

    private Network.Router reflector(int number) {
        return net.router("10.0.0." + number, 65009)
                .with(Network.peer("10.0.0.5", NO_RESTART, true), Network.peer(MIDDLE, NO_RESTART, true));
    }

    @Test
    void withoutTheOptionThereIsNoBackupAndItsChangeDecidesAgain() {
        middle.installBackupPath = false;
        start(source(1, 65001, 5), source(2, 65001, 6));
        assertThat(standby()).isEmpty();
        assertThat(roles()).containsExactly(role(1, BEST), role(2, CANDIDATE));

        middle.installBackupPath = true;
        middle.reconfigure();
        net.time.run(SOON);

        assertThat(standby()).containsExactly("2");
        assertThat(roles()).containsExactly(role(1, BEST), role(2, BACKUP));
    }

    @Test
    void networksForwardAlikeWithAndWithoutBackupsWhateverHappenedToThem() {
        for (long seed = 1; seed <= 60; seed++) {
            assertThat(outcome(seed, true)).as("seed %d", seed).isEqualTo(outcome(seed, false));
        }
    }

    private static List<Map<IpPrefix, List<NextHop.Hop>>> outcome(long seed, boolean withBackups) {
        Scenario scenario = new Scenario(seed);
        scenario.routers.forEach(router -> router.installBackupPath = withBackups);
        new Disturbances(scenario).run();
        scenario.settle();
        return scenario.routers.stream()
                .map(router -> router.kernel.forwarding())
                .toList();
    }
}
