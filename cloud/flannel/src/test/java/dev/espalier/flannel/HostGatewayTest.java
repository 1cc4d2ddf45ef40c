package dev.espalier.flannel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HostGatewayTest {

    private static final Ipv4Address US = Ipv4Address.parse("192.0.2.1");
    private static final IpPrefix LINK = IpPrefix.parse("192.0.2.0/24");
    private static final IpPrefix LINK6 = IpPrefix.parse("2001:db8::/64");

    private final List<Network.Entry> entries = new ArrayList<>();

    private void lease(String key, String value) {
        entries.add(new Network.Entry("subnets/" + key, value, 5, true));
    }

    private HostGateway routes() {
        return HostGateway.of(
                Network.of(entries, 9),
                SubnetKey.parse("10.5.1.0-24"),
                US,
                address -> LINK.contains(address) || LINK6.contains(address));
    }

    private static String hostGateway(String address) {
        return new LeaseAttributes(Ipv4Address.parse(address), null, "host-gw").json();
    }

    @Test
    void eachOtherNodesSubnetHasARouteByWayOfTheNode() {
        lease("10.5.1.0-24", hostGateway("192.0.2.1"));
        lease("10.5.2.0-24", hostGateway("192.0.2.2"));
        lease(
                "10.5.3.0-24&fc00:0:0:3::-64",
                "{\"PublicIP\":\"192.0.2.3\",\"PublicIPv6\":\"2001:db8::3\",\"BackendType\":\"host-gw\"}");
        assertThat(routes().routes())
                .isEqualTo(Map.of(
                        IpPrefix.parse("10.5.2.0/24"), IpAddress.parse("192.0.2.2"),
                        IpPrefix.parse("10.5.3.0/24"), IpAddress.parse("192.0.2.3"),
                        IpPrefix.parse("fc00:0:0:3::/64"), IpAddress.parse("2001:db8::3")));
        assertThat(routes().skipped()).isEmpty();
    }

    @Test
    void whateverNamesOurAddressIsOursAndHasNoRoute() {
        lease("10.5.9.0-24", hostGateway("192.0.2.1"));
        assertThat(routes()).isEqualTo(HostGateway.NONE);
    }

    @Test
    void whatGetsNoRouteIsSaidWithItsReason() {
        lease("10.5.2.0-24", "{\"PublicIP\":\"192.0.2.2\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\"}");
        lease("10.5.3.0-24", hostGateway("198.51.100.3"));
        lease("10.5.4.0-24", "{\"PublicIP\":\"192.0.2.4\"}");
        lease("10.5.5.0-24&fc00:0:0:5::-64", hostGateway("192.0.2.5"));
        lease("10.5.5.0-24", hostGateway("192.0.2.55"));
        lease("nonsense", hostGateway("192.0.2.6"));
        lease("10.5.7.0-24", "nonsense");

        HostGateway routes = routes();

        assertThat(routes.routes()).containsOnlyKeys(IpPrefix.parse("10.5.5.0/24"));
        assertThat(routes.skipped())
                .extracting(HostGateway.Skipped::reason)
                .containsExactlyInAnyOrder(
                        HostGateway.Reason.UNREADABLE,
                        HostGateway.Reason.UNREADABLE,
                        HostGateway.Reason.OTHER_BACKEND,
                        HostGateway.Reason.NOT_ON_LINK,
                        HostGateway.Reason.OTHER_BACKEND,
                        HostGateway.Reason.NO_ADDRESS,
                        HostGateway.Reason.TAKEN);
        assertThat(routes.skipped().stream().map(HostGateway.Skipped::toString))
                .contains(
                        "10.5.2.0/24 has no route: its node uses another backend (vxlan)",
                        "10.5.3.0/24 has no route: its node is not in a network of the interface; host-gw needs all nodes on"
                                + " one link (198.51.100.3)");
    }
}
