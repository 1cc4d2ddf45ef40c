package dev.espalier.agent.pods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.ipam.Ipam;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.plan.PodPlan;
import dev.espalier.objects.plan.PodPlan.Encapsulation;
import dev.espalier.objects.plan.PodPlan.Pool;
import dev.espalier.objects.plan.PodPlan.Tunnel;
import dev.espalier.stores.state.FileStateStore;
import dev.espalier.stores.state.StateStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The addresses of a node's tunnels, and the next hop that is told for what lies behind them. */
class TunnelAddressesTest {

    private static final Tunnel VXLAN = new Tunnel(Tunnel.VXLAN_DEVICE, IpAddress.parse("192.0.2.7"));
    private static final Tunnel VXLAN6 = new Tunnel(Tunnel.VXLAN6_DEVICE, IpAddress.parse("2001:db8::7"));

    @TempDir
    private Path folder;

    private StateStore store;
    private Ipam ipam;

    @BeforeEach
    void open() {
        store = FileStateStore.open(folder.resolve("state"));
        ipam = new Ipam(store, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Pool pool(String name, String prefix, Encapsulation.Kind kind, boolean here, boolean disabled) {
        IpPrefix addresses = IpPrefix.parse(prefix);
        int blocks = addresses.family().bits() - 6;
        return new Pool(
                name,
                here,
                Map.of(),
                addresses,
                blocks,
                new Encapsulation(kind, false),
                false,
                List.of(),
                disabled,
                false,
                0,
                true);
    }

    private static Pool vxlan(String name, String prefix) {
        return pool(name, prefix, Encapsulation.Kind.VXLAN, true, false);
    }

    private static PodPlan plan(List<Tunnel> tunnels, Pool... pools) {
        return new PodPlan(List.of(pools), tunnels, List.of(), PodPlan.NONE.state());
    }

    private List<String> addresses(PodPlan plan) {
        return TunnelAddresses.of("n1", plan, ipam).stream()
                .map(IpAddress::toString)
                .toList();
    }

    @Test
    void aNodeHasOneOfEachFamilyAndKeepsIt() {
        PodPlan plan = plan(List.of(VXLAN, VXLAN6), vxlan("a", "10.244.0.0/16"), vxlan("b", "fd00:1::/64"));
        List<String> given = addresses(plan);
        assertThat(given).hasSize(2).first().isEqualTo("10.244.0.0");
        assertThat(given.getLast()).startsWith("fd00:1::");
        assertThat(addresses(plan)).isEqualTo(given);
        assertThat(TunnelAddresses.of("n2", plan, ipam)).doesNotContain(IpAddress.parse("10.244.0.0"));
    }

    @Test
    void onlyPoolsThatServeTheNodeAndEncapsulateGiveOne() {
        PodPlan plan = plan(
                List.of(VXLAN),
                pool("a", "10.244.0.0/16", Encapsulation.Kind.VXLAN, false, false),
                pool("b", "10.245.0.0/16", Encapsulation.Kind.NONE, true, false),
                vxlan("c", "10.246.0.0/16"));
        assertThat(addresses(plan)).containsExactly("10.246.0.0");
    }

    @Test
    void aPoolOnItsWayOutHasItsAddressBack() {
        Pool going = pool("a", "10.244.0.0/16", Encapsulation.Kind.VXLAN, true, true);
        assertThat(addresses(plan(List.of(VXLAN), vxlan("a", "10.244.0.0/16")))).containsExactly("10.244.0.0");
        assertThat(addresses(plan(List.of(VXLAN), going, vxlan("b", "10.245.0.0/16"))))
                .containsExactly("10.245.0.0");
        assertThat(addresses(plan(List.of(), going))).isEmpty();
        assertThat(ipam.blocks()).allSatisfy(block -> assertThat(block.used()).isEmpty());
    }

    @Test
    void othersAreToldWhereTheTunnelEndsAndOnlyForWhatTravelsThroughIt() {
        PodPlan plan = plan(
                List.of(VXLAN),
                vxlan("a", "10.244.0.0/16"),
                pool("b", "10.245.0.0/16", Encapsulation.Kind.NONE, true, false));
        assertThat(BlockRoutes.nextHop(plan, IpPrefix.parse("10.244.7.0/26"))).isEqualTo(VXLAN.local());
        assertThat(BlockRoutes.nextHop(plan, IpPrefix.parse("10.245.7.0/26"))).isNull();
        PodPlan sixes = plan(List.of(VXLAN6), vxlan("a", "10.244.0.0/16"));
        assertThat(BlockRoutes.nextHop(sixes, IpPrefix.parse("10.244.7.0/26"))).isEqualTo(VXLAN6.local());
    }
}
