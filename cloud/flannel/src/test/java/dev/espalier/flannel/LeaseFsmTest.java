package dev.espalier.flannel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.flannel.LeaseEffect.Look;
import dev.espalier.flannel.LeaseEffect.Remove;
import dev.espalier.flannel.LeaseEffect.Tell;
import dev.espalier.flannel.LeaseEffect.Write;
import dev.espalier.net.Ipv4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Event by event. */
class LeaseFsmTest {

    private static final String CONFIG = "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"}}";
    private static final LeaseAttributes US = attributes("192.0.2.1");
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final long NOW = 1_000 * HOUR;

    private final Map<String, Network.Entry> etcd = new TreeMap<>();
    private LeaseFsm machine = new LeaseFsm(US, new Random(7));
    private LeaseState state = LeaseFsm.start(null);
    private long revision = 10;

    private static LeaseAttributes attributes(String address) {
        return new LeaseAttributes(Ipv4Address.parse(address), null, "host-gw");
    }

    private static SubnetKey subnet(String text) {
        return SubnetKey.parse(text);
    }

    private void config(String document) {
        etcd.put("config", new Network.Entry("config", document, ++revision, false));
    }

    private long lease(String subnet, String address, boolean leased) {
        etcd.put(
                subnet,
                new Network.Entry("subnets/" + subnet, attributes(address).json(), ++revision, leased));
        return revision;
    }

    private List<LeaseEffect> on(LeaseEvent event, long now) {
        LeaseFsm.Step step = machine.next(state, event, now);
        state = step.state();
        return step.effects();
    }

    private List<LeaseEffect> seen() {
        return on(new LeaseEvent.Seen(Network.of(etcd.values(), revision)), NOW);
    }

    private static Write write(List<LeaseEffect> effects) {
        assertThat(effects).isNotEmpty();
        assertThat(effects.getLast()).isInstanceOf(Write.class);
        return (Write) effects.getLast();
    }

    private static @Nullable String kind(List<LeaseEffect> effects) {
        return effects.stream()
                .filter(Tell.class::isInstance)
                .map(tell -> ((Tell) tell).kind())
                .findFirst()
                .orElse(null);
    }

    private List<LeaseEffect> written(Write write) {
        lease(write.subnet().text(), "192.0.2.1", write.leased());
        return on(new LeaseEvent.Written(revision, write.leased() ? NOW + 24 * HOUR : LeaseState.NEVER), NOW);
    }

    private Write acquire() {
        config(CONFIG);
        Write write = write(seen());
        written(write);
        return write;
    }

    private LeaseState.Held held() {
        assertThat(state).isInstanceOf(LeaseState.Held.class);
        return (LeaseState.Held) state;
    }

    @Test
    void aNewNodeTakesOneOfTheFirstHundredThatAreFreeByChance() {
        config(CONFIG);
        for (int i = 1; i <= 50; i++) {
            lease("10.5." + i + ".0-24", "192.0.2." + (100 + i), true);
        }
        Set<SubnetKey> chosen = new HashSet<>();
        for (int seed = 0; seed < 2_000; seed++) {
            machine = new LeaseFsm(US, new Random(seed));
            state = LeaseFsm.start(null);
            Write write = write(seen());
            assertThat(write.expected()).isZero();
            assertThat(write.leased()).isTrue();
            assertThat(write.value()).isEqualTo(US.json());
            chosen.add(write.subnet());
        }
        assertThat(chosen).hasSize(100).contains(subnet("10.5.51.0-24"), subnet("10.5.150.0-24"));
    }

    @Test
    void onlyWhatIsWrittenIsHeldAndItIsRenewedAnHourBeforeItsEnd() {
        config(CONFIG);
        Write write = write(seen());
        assertThat(state).isInstanceOf(LeaseState.Claiming.class);
        List<LeaseEffect> effects = written(write);
        assertThat(held().subnet()).isEqualTo(write.subnet());
        assertThat(kind(effects)).isEqualTo("flannel.lease.held");
        assertThat(state.due()).isEqualTo(NOW + 23 * HOUR);

        assertThat(on(new LeaseEvent.Due(), NOW + 23 * HOUR))
                .containsExactly(new Write(write.subnet(), US.json(), revision, true));
        assertThat(kind(on(new LeaseEvent.Written(++revision, NOW + 47 * HOUR), NOW + 23 * HOUR)))
                .isEqualTo("flannel.lease.renewed");
        assertThat(state.due()).isEqualTo(NOW + 46 * HOUR);
        assertThat(held().revision()).isEqualTo(revision);
    }

    @Test
    void whatIsKeptUnderTheNodesAddressGoesBeforeWhatTheOldFileSays() {
        config(CONFIG);
        long at = lease("10.5.9.0-24", "192.0.2.1", true);
        state = LeaseFsm.start(subnet("10.5.3.0-24"));
        assertThat(seen()).containsExactly(new Write(subnet("10.5.9.0-24"), US.json(), at, true));
    }

    @Test
    void theSubnetOfTheOldFileIsTakenWhileItIsFreeAndTheNetworkGivesIt() {
        config(CONFIG);
        state = LeaseFsm.start(subnet("10.5.3.0-24"));
        assertThat(write(seen()).subnet()).isEqualTo(subnet("10.5.3.0-24"));

        lease("10.5.3.0-24", "192.0.2.2", true);
        state = LeaseFsm.start(subnet("10.5.3.0-24"));
        assertThat(write(seen()).subnet()).isNotEqualTo(subnet("10.5.3.0-24"));

        state = LeaseFsm.start(subnet("10.6.3.0-24"));
        assertThat(write(seen()).subnet()).isNotEqualTo(subnet("10.6.3.0-24"));
    }

    @Test
    void aLeaseThatTheNetworkDoesNotGiveAnyMoreIsGivenBack() {
        config(CONFIG);
        long at = lease("10.6.9.0-24", "192.0.2.1", true);
        List<LeaseEffect> effects = seen();
        assertThat(effects).contains(new Remove(subnet("10.6.9.0-24"), at));
        assertThat(write(effects).expected()).isZero();
    }

    @Test
    void aReservationForTheNodeIsUsedAndStaysWithoutALease() {
        config(CONFIG);
        etcd.put("r", new Network.Entry("subnets/10.5.9.0-24", "{\"PublicIP\":\"192.0.2.1\"}", ++revision, false));
        Write write = write(seen());
        assertThat(write).isEqualTo(new Write(subnet("10.5.9.0-24"), US.json(), revision, false));
        written(write);
        assertThat(held().reserved()).isTrue();
        assertThat(state.due()).isEqualTo(LeaseState.NEVER);

        state = LeaseFsm.start(null); // the next run finds it written already
        etcd.remove("r");
        assertThat(seen()).hasOnlyElementsOfType(Tell.class);
        assertThat(held().reserved()).isTrue();
    }

    @Test
    void aReservationForAnotherNodeIsLeftAlone() {
        config("{\"Network\":\"10.5.0.0/16\",\"SubnetMin\":\"10.5.1.0\",\"SubnetMax\":\"10.5.2.0\","
                + "\"Backend\":{\"Type\":\"host-gw\"}}");
        lease("10.5.1.0-24", "192.0.2.2", false);
        state = LeaseFsm.start(subnet("10.5.1.0-24"));
        assertThat(seen()).containsExactly(new Write(subnet("10.5.2.0-24"), US.json(), 0, true));
    }

    @Test
    void whatAnOperatorReservesWhileItIsHeldIsNotRenewedUntilHeTakesThatBack() {
        Write write = acquire();
        lease(write.subnet().text(), "192.0.2.1", false);
        assertThat(seen()).isEmpty();
        assertThat(state.due()).isEqualTo(LeaseState.NEVER);
        lease(write.subnet().text(), "192.0.2.1", true);
        seen();
        assertThat(state.due()).isEqualTo(NOW);
    }

    @Test
    void whoIsOutrunLooksAgainTenTimesAndThenWaits() {
        config(CONFIG);
        for (int i = 1; i < 10; i++) {
            write(seen());
            assertThat(on(new LeaseEvent.Outrun(), NOW)).containsExactly(new Look());
        }
        write(seen());
        assertThat(on(new LeaseEvent.Outrun(), NOW)).isEmpty();
        assertThat(state.due()).isGreaterThan(NOW).isLessThan(NOW + HOUR);
        assertThat(on(new LeaseEvent.Due(), state.due())).containsExactly(new Look());
    }

    @Test
    void aLostLeaseIsTakenAgainWithTheSameSubnetAndEndsNothing() {
        Write write = acquire();
        etcd.remove(write.subnet().text());
        revision++;
        List<LeaseEffect> effects = seen();
        assertThat(kind(effects)).isEqualTo("flannel.lease.lost");
        assertThat(write(effects)).isEqualTo(new Write(write.subnet(), US.json(), 0, true));
        assertThat(kind(written(write(effects)))).isEqualTo("flannel.lease.held");
        assertThat(held().subnet()).isEqualTo(write.subnet());
    }

    @Test
    void aSubnetThatAnotherNodeHasNowIsLeftToItAndThatIsSaid() {
        Write write = acquire();
        lease(write.subnet().text(), "192.0.2.9", true);
        List<LeaseEffect> effects = seen();
        assertThat(kind(effects)).isEqualTo("flannel.lease.conflict");
        Write other = write(effects);
        assertThat(other.subnet()).isNotEqualTo(write.subnet());
        assertThat(written(other).toString())
                .contains("it was " + write.subnet())
                .contains("WARNING");
    }

    @Test
    void whatWasSeenBeforeTheLastWriteSaysNothing() {
        config(CONFIG);
        Network before = Network.of(etcd.values(), revision);
        written(write(seen()));
        assertThat(on(new LeaseEvent.Seen(before), NOW)).isEmpty();
        held();
    }

    @Test
    void whileEtcdIsAwayTheSubnetIsKeptAlsoBeyondItsEndWhichIsSaidOnce() {
        Write write = acquire();
        List<String> told = new ArrayList<>();
        long now = NOW + 23 * HOUR;
        for (int i = 0; i < 200; i++) {
            assertThat(on(new LeaseEvent.Due(), now)).hasOnlyElementsOfType(Write.class);
            String kind = kind(on(new LeaseEvent.Failed("no member of etcd answers"), now));
            if (kind != null) {
                told.add(kind);
            }
            assertThat(state.due()).as("tries again").isGreaterThan(now);
            now = state.due();
        }
        assertThat(now).isGreaterThan(NOW + 24 * HOUR);
        assertThat(held().subnet()).isEqualTo(write.subnet());
        assertThat(told).containsExactly("flannel.lease.overdue");
    }

    @Test
    void aWriteOfWhichNothingIsKnownIsLookedAfter() {
        config(CONFIG);
        Write write = write(seen());
        assertThat(kind(on(new LeaseEvent.Failed("silence"), NOW))).isEqualTo("flannel.lease.none");
        assertThat(on(new LeaseEvent.Due(), state.due())).containsExactly(new Look());
        long at = lease(write.subnet().text(), "192.0.2.1", true); // it was carried out
        assertThat(seen()).containsExactly(new Write(write.subnet(), US.json(), at, true));
    }

    @Test
    void anEtcdThatRefusesIsAskedAgainAndThatIsSaidOnce() {
        config(CONFIG);
        write(seen());
        assertThat(kind(on(new LeaseEvent.Failed("permission denied"), NOW))).isEqualTo("flannel.lease.none");
        for (int i = 0; i < 5; i++) {
            assertThat(on(new LeaseEvent.Due(), state.due())).containsExactly(new Look());
            write(seen());
            assertThat(on(new LeaseEvent.Failed("permission denied"), NOW)).isEmpty();
        }
    }

    @Test
    void whyThereIsNoSubnetIsSaidOnceForEachReason() {
        assertThat(kind(seen())).isEqualTo("flannel.lease.none");
        assertThat(seen()).isEmpty();
        config("{}");
        assertThat(seen().toString()).contains("Network is missing");
        config("{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        assertThat(seen().toString()).contains("not host-gw").contains("vxlan");
        config("{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"host-gw\"},\"EnableIPv6\":true,"
                + "\"IPv6Network\":\"fc00::/48\"}");
        assertThat(seen().toString()).contains("no IPv6 address");
        config("{\"Network\":\"10.5.0.0/16\",\"SubnetMin\":\"10.5.1.0\",\"SubnetMax\":\"10.5.1.0\","
                + "\"Backend\":{\"Type\":\"host-gw\"}}");
        lease("10.5.0.0-22", "192.0.2.2", true);
        assertThat(seen().toString()).contains("are taken");
        etcd.remove("10.5.0.0-22");
        assertThat(write(seen()).subnet()).isEqualTo(subnet("10.5.1.0-24"));
    }

    @Test
    void aChangeOfTheDocumentIsToldAndWhatIsHeldStays() {
        Write write = acquire();
        config("{\"Network\":\"10.99.0.0/16\",\"Backend\":{\"Type\":\"vxlan\"}}");
        assertThat(kind(seen())).isEqualTo("flannel.config.changed");
        assertThat(seen()).isEmpty();
        assertThat(held().subnet()).isEqualTo(write.subnet());
    }

    @Test
    void aSecondFamilyIsTakenTogetherWithTheFirst() {
        machine = new LeaseFsm(
                new LeaseAttributes(
                        US.publicIp(), dev.espalier.net.Ipv6Address.parse("2001:db8::1"), NetworkConfig.HOST_GW),
                new Random(3));
        config("{\"Network\":\"10.5.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fc00::/48\","
                + "\"Backend\":{\"Type\":\"host-gw\"}}");
        lease("10.5.1.0-24&fc00:0:0:1::-64", "192.0.2.2", true);
        Write write = write(seen());
        assertThat(write.subnet().text()).matches("10\\.5\\.\\d+\\.0-24&fc00:0:0:[0-9a-f]+::-64");
        assertThat(write.subnet().ipv6()).isNotEqualTo(dev.espalier.net.IpPrefix.parse("fc00:0:0:1::/64"));
        assertThat(write.value()).contains("\"PublicIPv6\":\"2001:db8::1\"");
    }
}
