package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links;
import dev.espalier.route.NextHop;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A speaker whose internal peers' next hops are found through routes of the kernel, as an IGP would put them there. */
class RecursiveNextHopTest {

    /** More than one turn decides. */
    private static final int MANY = 20_000;

    private final Network net = new Network(9);
    private final Network.Router left = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.3"));
    private final Network.Router right = net.router("10.0.0.2", 65001).with(Network.peer("10.0.0.3"));
    private final Network.Router here =
            net.router("10.0.0.3", 65001).with(Network.peer("10.0.0.1"), Network.peer("10.0.0.2"));

    @BeforeEach
    void bothAnnounceOnePrefix() {
        left.announcing("192.0.2.0/24", 0);
        right.announcing("192.0.2.0/24", 0);
    }

    private void start() {
        left.start();
        right.start();
        here.start();
        assertThat(net.until(Duration.ofSeconds(30), () -> here.established() == 2))
                .isTrue();
        igp("10.0.0.1", 10);
        igp("10.0.0.2", 20);
        net.time.run(Duration.ofSeconds(2));
    }

    private void hear(Links.Event event) {
        here.loop.execute(() -> {
            here.table.changed(event);
            here.speaker.changed(event);
        });
    }

    /** The IGP's route to a router, through 10.0.0.9. */
    private void igp(String router, long metric) {
        hear(new Links.Event.RouteChanged(route(router, metric)));
    }

    private static Links.ForeignRoute route(String router, long metric) {
        return new Links.ForeignRoute(
                254,
                IpPrefix.parse(router + "/32"),
                List.of(new NextHop.Hop(IpAddress.parse("10.0.0.9"), Network.LINK, 1, false)),
                188,
                metric);
    }

    private String bestFrom(String prefix) {
        return here.routes().get(IpPrefix.parse(prefix)).paths().getFirst().peer();
    }

    private void change(String router, long before, long after) {
        hear(new Links.Event.RouteChanged(route(router, after)));
        hear(new Links.Event.RouteRemoved(route(router, before)));
    }

    @Test
    void aNextHopThatBecomesFartherThanAnotherChangesTheBestPath() {
        start();
        assertThat(bestFrom("192.0.2.0/24")).isEqualTo("10.0.0.1");
        change("10.0.0.1", 10, 30);
        net.time.settle();
        assertThat(bestFrom("192.0.2.0/24")).isEqualTo("10.0.0.2");
    }

    @Test
    void anInterfaceThatGoesDownWithdrawsAtOnce() {
        start();
        assertThat(here.kernel.forwarding()).containsKey(IpPrefix.parse("192.0.2.0/24"));
        hear(new Links.Event.LinkChanged(new Links.Link(Network.LINK, "e0", false, false, 1500, "02:00:00:00:00:01")));
        net.time.settle();
        assertThat(here.kernel.forwarding()).isEmpty();
    }

    @Test
    void aResolutionThatChangesWhileATableIsBeingDecidedIsNotLost() {
        Consumer<Network.Router> full = router -> {
            for (int i = 0; i < MANY; i++) {
                router.announcing("172." + (16 + i / 65536) + "." + (i / 256 % 256) + "." + i % 256 + "/32", 0);
            }
        };
        full.accept(left);
        full.accept(right);
        start();
        assertThat(net.until(
                        Duration.ofSeconds(60), () -> here.kernel.forwarding().size() == MANY + 1))
                .isTrue();
        // All are to be decided again, which takes several turns; between two of them the metric changes once more.
        change("10.0.0.1", 10, 30);
        here.loop.execute(() -> change("10.0.0.1", 30, 5));
        here.loop.execute(() -> change("10.0.0.1", 5, 40));
        net.time.run(Duration.ofSeconds(1));
        assertThat(here.routes().values())
                .hasSize(MANY + 1)
                .allSatisfy(route -> assertThat(route.paths().getFirst().peer()).isEqualTo("10.0.0.2"));
    }
}
