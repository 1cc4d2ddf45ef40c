package dev.espalier.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.Fib;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import dev.espalier.route.RoutingInstance;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Measures, and prints, what a million routes cost in the table itself: the kernel here takes everything for nothing. */
@Tag("long")
class PutSpeedTest {

    private static final int ROUTES = 1_000_000;

    private static final class WillingKernel implements Fib {
        private int changes;

        @Override
        public void read(RoutingInstance instance, Contents contents) {
            // it holds nothing
        }

        @Override
        public void submit(Batch batch, Loop loop, Outcome outcome) {
            changes += batch.size();
            loop.execute(() -> outcome.done(List.of()));
        }

        @Override
        public void watch(Loop loop, LossObserver observer) {
            // it loses nothing
        }
    }

    @Test
    void aMillionRoutes() {
        for (int round = 0; round < 4; round++) {
            measure(round);
        }
    }

    private static void measure(int round) {
        ModelLoop loop = new ModelLoop();
        PrefixIndex index = new PrefixIndex();
        WillingKernel kernel = new WillingKernel();
        RoutingTable table = new RoutingTable(
                RoutingInstance.DEFAULT, index, loop, kernel, _ -> {}, new TableOptions(Runnable::run));
        table.adopt();
        table.changed(new Links.Event.Snapshot(
                List.of(new Links.Link(1, "eth1", true, false, 1500, "")), List.of(), List.of()));
        PrefixTable prefixes = index.table(AddressFamily.IPV4);
        int[] ids = new int[ROUTES];
        for (int i = 0; i < ROUTES; i++) {
            ids[i] = prefixes.retain((20L << 24) + ((long) i << 8) << 32, 0, 24);
        }
        int[] groups = new int[500];
        for (int i = 0; i < groups.length; i++) {
            IpAddress nextHop = IpAddress.parse("10.0." + i / 250 + "." + (1 + i % 250));
            groups[i] = table.group(AddressFamily.IPV4, List.of(new NextHop.Via(nextHop, 1, 1)));
        }
        long start = System.nanoTime();
        for (int i = 0; i < ROUTES; i++) {
            table.put(AddressFamily.IPV4, ids[i], RouteSource.EBGP, groups[i % 500], 20, 0);
        }
        long put = System.nanoTime();
        loop.run();
        long installed = System.nanoTime();
        for (int i = 0; i < ROUTES; i++) {
            table.put(AddressFamily.IPV4, ids[i], RouteSource.EBGP, groups[i % 500], 20, 0);
        }
        long again = System.nanoTime();
        System.out.printf(
                "round %d: put %d ns, to the kernel's door %d ns, identical put %d ns per route%n",
                round, (put - start) / ROUTES, (installed - put) / ROUTES, (again - installed) / ROUTES);
        assertThat(kernel.changes).isEqualTo(ROUTES + groups.length);
        assertThat(table.counters().installed()).isEqualTo(ROUTES);
    }
}
