package dev.espalier.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links;
import dev.espalier.route.NextHop;
import dev.espalier.route.RoutingInstance;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The host's routes as others are told of them: of the table of the instance, and nothing that belongs to another one. */
class HostRoutesTest {

    private static final int RED_TABLE = 100;
    private static final NextHop.Hop OUT = new NextHop.Hop(null, 2, 1, false);
    private static final IpPrefix LOOPBACK = IpPrefix.parse("198.18.0.1/32");
    private static final IpPrefix MAIN = IpPrefix.parse("198.18.1.0/24");
    private static final IpPrefix RED = IpPrefix.parse("198.18.2.0/24");

    private final Set<IpPrefix> told = new TreeSet<>();

    private HostRoutes of(RoutingInstance instance) {
        ModelLoop loop = new ModelLoop();
        RoutingTable table = new RoutingTable(
                instance, new PrefixIndex(), loop, new ModelKernel(), event -> {}, new TableOptions(loop));
        table.hostRoutes().observe(told::add);
        table.changed(new Links.Event.Snapshot(
                List.of(
                        new Links.Link(1, "lo", true, true, 65536, ""),
                        new Links.Link(2, "eth0", true, false, 1500, "02:00:00:00:00:02")),
                List.of(
                        new Links.HostAddress(1, IpAddress.parse("127.0.0.1"), 8, null),
                        new Links.HostAddress(1, LOOPBACK.address(), 32, null),
                        new Links.HostAddress(2, IpAddress.parse("198.18.0.2"), 32, null)),
                List.of(
                        new Links.ForeignRoute(RoutingInstance.DEFAULT.kernelTable(), MAIN, List.of(OUT), 4, 0),
                        new Links.ForeignRoute(RED_TABLE, RED, List.of(OUT), 4, 0))));
        return table.hostRoutes();
    }

    @Test
    void theDefaultInstanceHasTheMainTableAndTheSingleAddressesOnLoopbackDevices() {
        HostRoutes routes = of(RoutingInstance.DEFAULT);

        assertThat(told).containsExactly(LOOPBACK, MAIN);
        assertThat(routes.prefixes()).containsExactlyInAnyOrder(LOOPBACK, MAIN);
        assertThat(routes.inForce(LOOPBACK))
                .hasValueSatisfying(route -> assertThat(route.protocol()).isEqualTo(2));
        assertThat(routes.isKnown(RED)).isFalse();
    }

    @Test
    void anotherInstanceHasItsTableAndNoneOfTheHostsAddresses() {
        HostRoutes routes = of(new RoutingInstance("red", RED_TABLE));

        assertThat(told).containsExactly(RED);
        assertThat(routes.prefixes()).containsExactly(RED);
        assertThat(routes.inForce(LOOPBACK)).isEmpty();
    }
}
