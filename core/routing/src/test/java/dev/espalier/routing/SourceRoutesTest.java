package dev.espalier.routing;

import static dev.espalier.routing.Node.hop;
import static dev.espalier.routing.Node.via;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpPrefix;
import dev.espalier.route.Fib.Batch.Change;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SourceRoutesTest {

    private final Node node = Node.withTwoLinks();

    private SourceRoutes routes() {
        return new SourceRoutes(node.table, node.index, RouteSource.FLANNEL);
    }

    private static SortedMap<IpPrefix, List<NextHop>> wanted(String... prefixThenGateway) {
        SortedMap<IpPrefix, List<NextHop>> wanted = new TreeMap<>();
        for (int i = 0; i < prefixThenGateway.length; i += 2) {
            wanted.put(IpPrefix.parse(prefixThenGateway[i]), List.of(via(prefixThenGateway[i + 1])));
        }
        return wanted;
    }

    @Test
    void onlyWhatDiffersReachesTheKernel() {
        SourceRoutes routes = routes();
        routes.replaceBy(wanted("10.5.2.0/24", "10.0.1.2", "10.5.3.0/24", "10.0.1.3", "10.5.4.0/24", "10.0.1.4"));
        node.settle();
        assertThat(node.installed("10.5.3.0/24")).containsExactly(hop("10.0.1.3", 1));
        node.kernel.asked.clear();

        routes.replaceBy(wanted("10.5.2.0/24", "10.0.1.2", "10.5.3.0/24", "10.0.2.3"));
        node.settle();
        assertThat(node.kernel.content())
                .containsOnlyKeys(IpPrefix.parse("10.5.2.0/24"), IpPrefix.parse("10.5.3.0/24"));
        assertThat(node.installed("10.5.3.0/24")).containsExactly(hop("10.0.2.3", 2));
        assertThat(node.kernel.asked(Change.ADD_ROUTE)).isZero();
        assertThat(node.kernel.asked(Change.REPLACE_ROUTE)).isEqualTo(1);
        assertThat(node.kernel.asked(Change.REMOVE_ROUTE)).isEqualTo(1);

        routes.replaceBy(wanted());
        node.settle();
        assertThat(node.kernel.content()).isEmpty();
        assertThat(node.index.table(dev.espalier.net.AddressFamily.IPV4).find(IpPrefix.parse("10.5.2.0/24")))
                .as("nobody holds the prefix any more")
                .isEqualTo(dev.espalier.net.PrefixTable.NONE);
    }

    @Test
    void aSweepWaitsForASourceThatHasNotToldItsRoutesYetAndThenLeavesThoseAlone() {
        routes().replaceBy(wanted("10.5.2.0/24", "10.0.1.2", "10.5.3.0/24", "10.0.1.3"));
        node.settle();
        node.restart();
        node.table.awaitRoutesOf(RouteSource.FLANNEL);
        node.table.sweep("end-of-RIB");
        node.settle();
        assertThat(node.kernel.content()).hasSize(2);

        node.kernel.asked.clear();
        routes().replaceBy(wanted("10.5.3.0/24", "10.0.1.3"));
        node.table.routesTold(RouteSource.FLANNEL);
        node.settle();
        assertThat(node.kernel.content()).containsOnlyKeys(IpPrefix.parse("10.5.3.0/24"));
        assertThat(node.kernel.asked(Change.ADD_ROUTE))
                .as("what stays is not touched")
                .isZero();
    }

    @Test
    void aSourceThatIsAwaitedSweepsNothingByItself() {
        routes().replaceBy(wanted("10.5.2.0/24", "10.0.1.2"));
        node.settle();
        node.restart();
        node.table.awaitRoutesOf(RouteSource.FLANNEL);
        node.table.routesTold(RouteSource.FLANNEL);
        node.settle();
        assertThat(node.kernel.content()).as("others have not told theirs").hasSize(1);
    }
}
