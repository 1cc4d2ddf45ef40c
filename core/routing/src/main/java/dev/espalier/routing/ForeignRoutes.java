package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.Fib;
import dev.espalier.route.Links.ForeignRoute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's routes of one family that are not ours, in the table of our instance, by prefix number.
 *
 * <p>They are candidates like others: they resolve next hops, and where the kernel would prefer one of them to ours for the
 * same prefix, or where we must not hide it, ours is not installed.
 */
final class ForeignRoutes {

    /** The kernel's number for the routes it makes itself, such as those of connected networks. */
    private static final int PROTOCOL_KERNEL = 2;

    private static final Comparator<ForeignRoute> KERNEL_ORDER =
            Comparator.comparingLong(ForeignRoute::metric).thenComparingInt(ForeignRoute::protocol);

    private final PrefixTable prefixes;
    private final Map<Integer, List<ForeignRoute>> byPrefix = new HashMap<>();
    private int size;

    ForeignRoutes(PrefixTable prefixes) {
        this.prefixes = prefixes;
    }

    int size() {
        return size;
    }

    /** Takes a route in place of one with the same protocol and metric. Returns the number of its prefix. */
    int put(ForeignRoute route) {
        int id = prefixes.find(route.prefix());
        List<ForeignRoute> routes = id == PrefixTable.NONE ? null : byPrefix.get(id);
        if (routes == null) {
            id = prefixes.retain(route.prefix());
            routes = new ArrayList<>(1);
            byPrefix.put(id, routes);
        }
        if (!routes.removeIf(known -> isSame(known, route))) {
            size++;
        }
        routes.add(route);
        routes.sort(KERNEL_ORDER);
        return id;
    }

    /**
     * Forgets a route. The prefix number is told before it may be given to another prefix; nothing is told when the route was
     * not known.
     */
    void remove(ForeignRoute route, IntConsumer changed) {
        int id = prefixes.find(route.prefix());
        List<ForeignRoute> routes = id == PrefixTable.NONE ? null : byPrefix.get(id);
        if (routes != null && routes.removeIf(known -> isSame(known, route))) {
            size--;
            left(id, routes, changed);
        }
    }

    /** Forgets the routes that leave over no other link than this. */
    void removeLink(int link, IntConsumer changed) {
        removeIf(route -> route.hops().stream().allMatch(hop -> hop.link() == link), changed);
    }

    /** Forgets all. */
    void clear(IntConsumer changed) {
        removeIf(_ -> true, changed);
    }

    private void removeIf(java.util.function.Predicate<ForeignRoute> doomed, IntConsumer changed) {
        for (Integer id : List.copyOf(byPrefix.keySet())) {
            List<ForeignRoute> routes = byPrefix.getOrDefault(id, List.of());
            int before = routes.size();
            if (routes.removeIf(doomed)) {
                size -= before - routes.size();
                left(id, routes, changed);
            }
        }
    }

    private void left(int id, List<ForeignRoute> routes, IntConsumer changed) {
        if (!routes.isEmpty()) {
            changed.accept(id);
            return;
        }
        byPrefix.remove(id);
        changed.accept(id);
        prefixes.release(id);
    }

    private static boolean isSame(ForeignRoute a, ForeignRoute b) {
        return a.protocol() == b.protocol() && a.metric() == b.metric();
    }

    /** Visits the prefix numbers that have any, with their routes, in no particular order. The action must not change them. */
    void forEach(BiConsumer<Integer, List<ForeignRoute>> action) {
        byPrefix.forEach(action);
    }

    /** The routes for a prefix, the one the kernel prefers first. */
    List<ForeignRoute> routes(int id) {
        return byPrefix.getOrDefault(id, List.of());
    }

    /** The route that the kernel prefers among these for a prefix. */
    @Nullable
    ForeignRoute first(int id) {
        List<ForeignRoute> routes = byPrefix.get(id);
        return routes == null ? null : routes.getFirst();
    }

    /** The route that goes before ours, or null when there is none or ours goes first. */
    @Nullable
    ForeignRoute winner(int id) {
        List<ForeignRoute> routes = byPrefix.get(id);
        if (routes == null) {
            return null;
        }
        for (ForeignRoute route : routes) {
            if (goesBeforeOurs(route)) {
                return route;
            }
        }
        return null;
    }

    /**
     * Whether a foreign route goes before one of ours. A smaller metric does, and so does a connected network. For IPv6 the
     * kernel gives routes that were made without a metric 1024 rather than 0; ours, with {@link Fib#METRIC}, would hide
     * them, so that these count as 0 here and ours stays out.
     */
    static boolean goesBeforeOurs(ForeignRoute route) {
        boolean unspecified = route.prefix().family() == AddressFamily.IPV6 && route.metric() == 1024;
        return route.metric() < Fib.METRIC || route.protocol() == PROTOCOL_KERNEL || unspecified;
    }

    /** How people call a foreign route. */
    static String describe(ForeignRoute route) {
        String protocol =
                switch (route.protocol()) {
                    case 1 -> "redirect";
                    case PROTOCOL_KERNEL -> "kernel";
                    case 3 -> "boot";
                    case 4 -> "static";
                    case 9 -> "ra";
                    case 11 -> "zebra";
                    case 12 -> "bird";
                    case 16 -> "dhcp";
                    case 186 -> "bgp";
                    default -> Integer.toString(route.protocol());
                };
        return "proto " + protocol + ", metric " + route.metric();
    }
}
