package dev.espalier.objects.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.TunnelRule;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.Examples;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.plan.PodPlan.Tunnel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What pools that encapsulate make of a plan: rules for routes, and tunnels with this node's end. */
class TunnelCompilerTest {

    private static final String ROUTER = object("Router", "main", "{asn: 65000}");

    private static String object(String kind, String name, String spec) {
        return "---\napiVersion: espalier.dev/v1alpha1\nkind: " + kind + "\nmetadata: {name: " + name + "}\nspec: "
                + spec + "\n";
    }

    private static String pool(String name, String spec) {
        return object("IpPool", name, spec);
    }

    private static Plan plan(NodeFacts node, String text) {
        return switch (Examples.compile(text, node)) {
            case Compilation.Compiled compiled -> compiled.plan();
            case Compilation.Refused refused -> throw new AssertionError(Examples.lines(refused.errors()));
        };
    }

    private static List<TunnelRule> rules(Plan plan) {
        return plan.routers().getFirst().speaker().tunnels();
    }

    @Test
    void aPoolWithoutEncapsulationHasNoTunnelAndNoRule() {
        Plan plan = Examples.plan(ROUTER + pool("a", "{prefix: 10.244.0.0/16}"));
        assertThat(rules(plan)).isEmpty();
        assertThat(plan.pods().tunnels()).isEmpty();
        assertThat(plan.pods().tunnelEnd(AddressFamily.IPV4)).isEmpty();
    }

    @Test
    void everyPoolThatEncapsulatesHasARuleAndEveryDeviceIsThereOnce() {
        Plan plan = Examples.plan(ROUTER
                + pool("a", "{prefix: 10.244.0.0/16, encapsulation: vxlan}")
                + pool("b", "{prefix: 10.245.0.0/16, encapsulation: vxlan, encapsulationMode: crossSubnet}")
                + pool("c", "{prefix: 10.246.0.0/16, encapsulation: ipip}")
                + pool("d", "{prefix: \"fd00:1::/64\", encapsulation: vxlan}"));
        assertThat(rules(plan))
                .containsExactly(
                        new TunnelRule(IpPrefix.parse("10.244.0.0/16"), "vxlan.esp", "vxlan6.esp", false),
                        new TunnelRule(IpPrefix.parse("10.245.0.0/16"), "vxlan.esp", "vxlan6.esp", true),
                        new TunnelRule(IpPrefix.parse("10.246.0.0/16"), "ipip.esp", "", false),
                        new TunnelRule(IpPrefix.parse("fd00:1::/64"), "vxlan.esp", "vxlan6.esp", false));
        assertThat(plan.pods().tunnels())
                .containsExactly(
                        new Tunnel("ipip.esp", IpAddress.parse("10.1.0.2")),
                        new Tunnel("vxlan.esp", IpAddress.parse("10.1.0.2")),
                        new Tunnel("vxlan6.esp", IpAddress.parse("2001:db8:1::2")));
        assertThat(plan.pods().tunnelEnd(AddressFamily.IPV4)).contains(IpAddress.parse("10.1.0.2"));
        assertThat(plan.pods().tunnelEnd(AddressFamily.IPV6)).contains(IpAddress.parse("2001:db8:1::2"));
    }

    @Test
    void aPoolOfOtherNodesIsReachedThroughItsTunnelAsWell() {
        Plan plan = Examples.plan(
                ROUTER + pool("a", "{prefix: 10.244.0.0/16, encapsulation: vxlan, nodeSelector: {rack: \"9\"}}"));
        assertThat(rules(plan)).hasSize(1);
        assertThat(plan.pods().tunnels()).hasSize(1);
    }

    @Test
    void onlyTheRouterOfTheHostsOwnRoutesHasTheRules() {
        Plan plan = Examples.plan(object(
                        "Router",
                        "red",
                        "{asn: 65000, routerId: 10.1.0.2, instance: red, kernelTable: 100, device: vrf-red}")
                + pool("a", "{prefix: 10.244.0.0/16, encapsulation: vxlan}"));
        assertThat(rules(plan)).isEmpty();
    }

    private static NodeFacts node(List<NodeFacts.Gateway> gateways, NodeFacts.Interface... interfaces) {
        return new NodeFacts("n", "n", Map.of(), Map.of(), List.of(interfaces), gateways);
    }

    private static NodeFacts.Interface link(String name, String... addresses) {
        return new NodeFacts.Interface(name, name.equals("lo"), Examples.addresses(addresses));
    }

    private static IpAddress end(NodeFacts node, String router) {
        String text = router + pool("a", "{prefix: 10.244.0.0/16, encapsulation: vxlan}");
        return plan(node, text).pods().tunnelEnd(AddressFamily.IPV4).orElseThrow();
    }

    @Test
    void theTunnelEndsAtTheAddressTowardsTheDefaultGateway() {
        NodeFacts node = node(
                List.of(new NodeFacts.Gateway(IpAddress.parse("192.0.2.1"), "eth0")),
                link("lo", "127.0.0.1", "203.0.113.80"),
                link("docker0", "172.17.0.1"),
                link("vxlan.esp", "10.244.0.0"),
                link("eth0", "192.0.2.7"));
        assertThat(end(node, ROUTER)).isEqualTo(IpAddress.parse("192.0.2.7"));
    }

    @Test
    void aRouterIdThatAPersonChoseAndTheNodeHasGoesFirst() {
        NodeFacts node = node(
                List.of(new NodeFacts.Gateway(IpAddress.parse("192.0.2.1"), "eth0")),
                link("lo", "127.0.0.1", "203.0.113.80"),
                link("eth0", "192.0.2.7"));
        String chosen = object("Router", "main", "{asn: 65000, routerId: 203.0.113.80}");
        assertThat(end(node, chosen)).isEqualTo(IpAddress.parse("203.0.113.80"));
        String notAnAddress = object("Router", "main", "{asn: 65000, routerId: 9.9.9.9}");
        assertThat(end(node, notAnAddress)).isEqualTo(IpAddress.parse("192.0.2.7"));
    }

    @Test
    void withoutALinkThatHasAnAddressTheLoopbackDevicesServes() {
        NodeFacts node = node(List.of(), link("lo", "127.0.0.1", "203.0.113.80"), link("eth0", "fe80::1"));
        assertThat(end(node, ROUTER)).isEqualTo(IpAddress.parse("203.0.113.80"));
    }

    @Test
    void aNodeWithIpv6OnlyCarriesIpv4InIt() {
        NodeFacts node = node(List.of(), link("lo", "127.0.0.1"), link("eth0", "2001:db8::7"));
        String router = object("Router", "main", "{asn: 65000, routerId: 9.9.9.9}");
        Plan plan = plan(node, router + pool("a", "{prefix: 10.244.0.0/16, encapsulation: vxlan}"));
        assertThat(plan.pods().tunnels()).containsExactly(new Tunnel("vxlan6.esp", IpAddress.parse("2001:db8::7")));
    }
}
