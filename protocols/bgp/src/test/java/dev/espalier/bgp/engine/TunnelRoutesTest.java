package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.TunnelRule;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.PathAttributes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Blocks of addresses that nodes announce to each other: which of them are installed through a tunnel. */
class TunnelRoutesTest {

    private static final IpPrefix POOL = IpPrefix.parse("172.16.0.0/16");
    private static final IpPrefix BLOCK = IpPrefix.parse("172.16.1.0/26");
    private static final IpPrefix OTHER = IpPrefix.parse("192.0.2.0/24");
    private static final int TUNNEL = 7;

    private final Network net = new Network(3);
    private final Network.Router there = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2"));
    private final Network.Router here = net.router("10.0.0.2", 65001).with(Network.peer("10.0.0.1"));

    private void start() {
        there.announcing(BLOCK.toString(), 0).announcing(OTHER.toString(), 0);
        there.start();
        here.start();
        here.hears(new Links.Event.LinkChanged(new Links.Link(TUNNEL, "vxlan.esp", true, false, 1450, "")));
        assertThat(net.until(
                        Duration.ofSeconds(30), () -> here.kernel.forwarding().size() == 2))
                .as("both routes are in the kernel")
                .isTrue();
    }

    private void rules(TunnelRule... rules) {
        here.options = config -> config.tunnels(List.of(rules));
    }

    private static TunnelRule rule(boolean crossSubnet) {
        return new TunnelRule(POOL, "vxlan.esp", "vxlan6.esp", crossSubnet);
    }

    private List<Hop> hops(IpPrefix prefix) {
        return here.kernel.forwarding().getOrDefault(prefix, List.of());
    }

    private static Hop plainly() {
        return new Hop(IpAddress.parse("10.0.0.1"), Network.LINK, 1, false);
    }

    private static Hop tunnelled() {
        return new Hop(IpAddress.parse("10.0.0.1"), TUNNEL, 1, true);
    }

    @Test
    void onlyWhatLiesWithinThePoolGoesThroughTheTunnel() {
        rules(rule(false));
        start();
        assertThat(hops(BLOCK)).containsExactly(tunnelled());
        assertThat(hops(OTHER)).containsExactly(plainly());
    }

    @Test
    void acrossSubnetsOnlyANodeInAnotherSubnetIsReachedThroughTheTunnel() {
        rules(rule(true));
        start();
        assertThat(hops(BLOCK)).containsExactly(plainly());
        here.metrics.put(IpAddress.parse("10.0.0.9"), 5); // any other route: the link's own is what counts
        here.hears(new Links.Event.RouteChanged(new Links.ForeignRoute(
                254,
                IpPrefix.parse("10.0.0.1/32"),
                List.of(new Hop(IpAddress.parse("10.0.0.9"), Network.LINK, 1, false)),
                4,
                0)));
        net.time.run(Duration.ofSeconds(2));
        assertThat(hops(BLOCK)).containsExactly(tunnelled());
    }

    @Test
    void aChangeOfTheRulesReachesRoutesThatAreThere() {
        start();
        assertThat(hops(BLOCK)).containsExactly(plainly());
        rules(rule(false));
        here.reconfigure();
        net.time.run(Duration.ofSeconds(2));
        assertThat(hops(BLOCK)).containsExactly(tunnelled());
        rules();
        here.reconfigure();
        net.time.run(Duration.ofSeconds(2));
        assertThat(hops(BLOCK)).containsExactly(plainly());
    }

    @Test
    void theLongestRuleCounts() {
        rules(rule(false), new TunnelRule(IpPrefix.parse("172.16.1.0/24"), "vxlan.esp", "", true));
        start();
        assertThat(hops(BLOCK)).containsExactly(plainly());
    }

    @Test
    void theReasonSaysWhichTunnel() {
        rules(rule(false));
        start();
        assertThat(here.onLoop(_ -> here.table.explain(BLOCK)).toString()).contains("10.0.0.1 through vxlan.esp");
    }

    @Test
    void aNodeMayTellWhereItsTunnelEnds() {
        rules(rule(false));
        there.originated.put(
                BLOCK,
                new SpeakerConfig.Origination(
                        PathAttributes.builder()
                                .nextHop(IpAddress.parse("10.77.0.1"))
                                .build(),
                        null,
                        true,
                        "test"));
        there.announcing(OTHER.toString(), 0);
        there.start();
        here.start();
        here.hears(new Links.Event.LinkChanged(new Links.Link(TUNNEL, "vxlan.esp", true, false, 1450, "")));
        assertThat(net.until(
                        Duration.ofSeconds(30), () -> here.kernel.forwarding().size() == 2))
                .isTrue();
        assertThat(hops(BLOCK)).containsExactly(new Hop(IpAddress.parse("10.77.0.1"), TUNNEL, 1, true));
        assertThat(hops(OTHER)).containsExactly(plainly());
    }
}
