package dev.espalier.agent.flannel;

import dev.espalier.library.instance.Instance;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import dev.espalier.routing.SourceRoutes;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The network's routes in the routing table of the default instance, whichever that is at the time. Its routes of an earlier run stay
 * in the kernel until it is known which are wanted. Any thread that may block.
 */
final class FlannelRoutes {

    private @Nullable Instance instance;
    private @Nullable SourceRoutes routes;

    /** Goes over to another instance, which has to be listening but not yet talking; null for none. */
    synchronized void follow(@Nullable Instance other) {
        if (other == instance) {
            return;
        }
        routes = other == null
                ? null
                : other.ask(view -> {
                    view.table().awaitRoutesOf(RouteSource.FLANNEL);
                    return new SourceRoutes(view.table(), view.index(), RouteSource.FLANNEL);
                });
        instance = other;
    }

    /** Has these routes, and no others. */
    synchronized void replaceBy(Map<IpPrefix, IpAddress> wanted) {
        Instance present = instance;
        SourceRoutes of = routes;
        if (present == null || of == null) {
            return;
        }
        SortedMap<IpPrefix, List<NextHop>> nextHops = new TreeMap<>();
        wanted.forEach((prefix, gateway) -> nextHops.put(prefix, List.of(new NextHop.Via(gateway))));
        present.ask(view -> {
            of.replaceBy(nextHops);
            view.table().routesTold(RouteSource.FLANNEL);
            return true;
        });
    }
}
