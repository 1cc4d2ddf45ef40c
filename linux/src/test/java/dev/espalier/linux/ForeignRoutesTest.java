package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links.Event;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.NextHop.Hop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForeignRoutesTest {

    private static final Hop A = FibUnderTest.via("10.1.0.2", 1, 3);
    private static final Hop B = FibUnderTest.via("10.2.0.2", 2);

    private final ForeignRoutes routes = new ForeignRoutes();
    private final List<Event> told = new ArrayList<>();

    private static ForeignRoute route(int protocol, Hop... hops) {
        return new ForeignRoute(254, IpPrefix.parse("10.9.0.0/16"), List.of(hops), protocol, 0);
    }

    @Test
    void hearingTheSameAgainTellsNothing() {
        routes.changed(route(4, A), false, told::add);
        routes.changed(route(4, A), true, told::add);
        assertThat(told).containsExactly(new Event.RouteChanged(route(4, A)));
    }

    @Test
    void aReplacementByAnotherProtocolRemovesWhatWasThere() {
        routes.changed(route(4, A), false, told::add);
        routes.changed(route(12, B), true, told::add);
        assertThat(told)
                .containsExactly(
                        new Event.RouteChanged(route(4, A)),
                        new Event.RouteRemoved(route(4, A)),
                        new Event.RouteChanged(route(12, B)));
    }

    @Test
    void removalOfOneHopLeavesTheOthersWhateverWeightItNames() {
        routes.reset(List.of(route(4, A, B)));
        routes.removed(route(4, FibUnderTest.via("10.1.0.2", 1)), told::add);
        routes.removed(route(4, FibUnderTest.via("10.7.7.7", 1)), told::add);
        routes.removed(route(4, B), told::add);
        routes.removed(route(4, B), told::add);
        assertThat(told).containsExactly(new Event.RouteChanged(route(4, B)), new Event.RouteRemoved(route(4, B)));
    }

    @Test
    void aLinkThatIsGoneTakesItsHops() {
        routes.reset(List.of(route(4, A, B), route(12, A)));
        routes.linkGone(1, told::add);
        assertThat(told)
                .containsExactlyInAnyOrder(new Event.RouteChanged(route(4, B)), new Event.RouteRemoved(route(12, A)));
        assertThat(routes.all()).containsExactly(route(4, B));
    }

    @Test
    void routesThatDifferInTheirHopsOnlyAreTheHopsOfOne() {
        routes.changed(route(2, A), false, told::add);
        routes.changed(route(2, B), false, told::add);
        routes.changed(route(2, B), true, told::add);
        assertThat(told)
                .containsExactly(
                        new Event.RouteChanged(route(2, A)),
                        new Event.RouteChanged(route(2, A, B)),
                        new Event.RouteChanged(route(2, B)));
    }

    @Test
    void whatTheKernelDoesNotShowOverALinkIsGone() {
        routes.reset(List.of(route(4, A, B), route(12, A)));
        routes.only(1, List.of(route(4, A, B)), told::add);
        assertThat(told).containsExactly(new Event.RouteRemoved(route(12, A)));
    }
}
