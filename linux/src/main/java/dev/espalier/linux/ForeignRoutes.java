package dev.espalier.linux;

import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links.Event;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.NextHop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The foreign routes that the observer has been told of. They must be remembered because the kernel does not tell the whole
 * story: IPv4 routes vanish without a word when their link is shut or loses its last address, multipath routes keep a dead hop
 * and have it back without a word (IPv6 only once there is a carrier again), IPv6 tells the removal of a single hop as if it
 * were the route's, and a replacement names only who came, not who went.
 *
 * <p>The kernel may hold several routes that agree in table, prefix, protocol and metric, for instance fe80::/64 on every link.
 * They are told as one route with the hops of all.
 *
 * <p>Pure: events go to the consumer that is given. For one thread.
 */
final class ForeignRoutes {

    private final Map<Place, List<ForeignRoute>> routes = new HashMap<>();

    /** Where a route stands; usually one does, seldom several of different protocols. */
    private record Place(int table, IpPrefix prefix, long metric) {
        static Place of(ForeignRoute route) {
            return new Place(route.kernelTable(), route.prefix(), route.metric());
        }
    }

    /** Forgets all, and takes these without telling. */
    void reset(Collection<ForeignRoute> all) {
        routes.clear();
        all.forEach(route -> changed(route, false, told -> {}));
    }

    /** All routes, copied. */
    List<ForeignRoute> all() {
        return routes.values().stream().flatMap(List::stream).toList();
    }

    /**
     * A route appeared or changed.
     *
     * @param replacing whether it took the place of what was there, also of another protocol's; otherwise its hops are added
     */
    void changed(ForeignRoute route, boolean replacing, Consumer<Event> tell) {
        if (replacing) {
            for (ForeignRoute other : at(route)) {
                if (other.protocol() != route.protocol()) {
                    put(other, List.of(), tell);
                }
            }
        }
        List<NextHop.Hop> hops = new ArrayList<>(replacing ? List.of() : without(known(route), route.hops()));
        hops.addAll(route.hops());
        put(route, hops, tell);
    }

    /** A route, or some of its hops, are gone. Hops that were not known are ignored; without any hop, all are meant. */
    void removed(ForeignRoute route, Consumer<Event> tell) {
        put(route, route.hops().isEmpty() ? List.of() : without(known(route), route.hops()), tell);
    }

    /** A link does not exist any more, and no way out of it. */
    void linkGone(int link, Consumer<Event> tell) {
        only(link, List.of(), tell);
    }

    /** The kernel was asked which routes go out of a link: these, and no others. */
    void only(int link, List<ForeignRoute> current, Consumer<Event> tell) {
        ForeignRoutes there = new ForeignRoutes();
        there.reset(current);
        List<ForeignRoute> concerned = new ArrayList<>(over(link));
        concerned.addAll(there.all()); // also those that have the link anew; the second time nothing differs any more
        for (ForeignRoute route : concerned) {
            List<NextHop.Hop> hops = new ArrayList<>(known(route));
            hops.removeIf(hop -> hop.link() == link);
            there.known(route).stream().filter(hop -> hop.link() == link).forEach(hops::add);
            put(route, hops, tell);
        }
    }

    private List<ForeignRoute> over(int link) {
        return all().stream()
                .filter(route -> route.hops().stream().anyMatch(hop -> hop.link() == link))
                .toList();
    }

    private List<ForeignRoute> at(ForeignRoute route) {
        return List.copyOf(routes.getOrDefault(Place.of(route), List.of()));
    }

    /** The hops that are known of this route; empty when it is not there. */
    private List<NextHop.Hop> known(ForeignRoute route) {
        for (ForeignRoute known : routes.getOrDefault(Place.of(route), List.of())) {
            if (known.protocol() == route.protocol()) {
                return known.hops();
            }
        }
        return List.of();
    }

    /** Gives a route these hops and tells it when they differ; without any, the route is gone. */
    private void put(ForeignRoute route, List<NextHop.Hop> hops, Consumer<Event> tell) {
        List<NextHop.Hop> before = known(route);
        List<NextHop.Hop> sorted = hops.stream().sorted().toList();
        if (sorted.equals(before)) {
            return;
        }
        List<ForeignRoute> here = routes.computeIfAbsent(Place.of(route), place -> new ArrayList<>(1));
        here.removeIf(other -> other.protocol() == route.protocol());
        if (sorted.isEmpty()) {
            if (here.isEmpty()) {
                routes.remove(Place.of(route));
            }
            tell.accept(new Event.RouteRemoved(with(route, before)));
        } else {
            here.add(with(route, sorted));
            tell.accept(new Event.RouteChanged(with(route, sorted)));
        }
    }

    private static ForeignRoute with(ForeignRoute route, List<NextHop.Hop> hops) {
        return new ForeignRoute(route.kernelTable(), route.prefix(), hops, route.protocol(), route.metric());
    }

    /** The hops that are not among others, whatever weight those have: a removal does not always tell it. */
    private static List<NextHop.Hop> without(List<NextHop.Hop> hops, List<NextHop.Hop> others) {
        return hops.stream()
                .filter(hop -> others.stream()
                        .noneMatch(
                                other -> hop.link() == other.link() && Objects.equals(hop.gateway(), other.gateway())))
                .toList();
    }
}
