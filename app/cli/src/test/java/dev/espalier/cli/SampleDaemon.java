package dev.espalier.cli;

import dev.espalier.agent.api.BfdReport;
import dev.espalier.agent.api.BfdView;
import dev.espalier.agent.api.Daemon;
import dev.espalier.agent.api.EventView;
import dev.espalier.agent.api.ExplainView;
import dev.espalier.agent.api.FlannelView;
import dev.espalier.agent.api.PathView;
import dev.espalier.agent.api.PeerView;
import dev.espalier.agent.api.PlanView;
import dev.espalier.agent.api.PodService;
import dev.espalier.agent.api.RefreshView;
import dev.espalier.agent.api.RouteQuery;
import dev.espalier.agent.api.RouteView;
import dev.espalier.agent.api.StatusView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A daemon that always says the same, with one of everything that looks different on a screen. */
final class SampleDaemon implements Daemon {

    private static final String LONG_PATH =
            "4200000001 65010 3356 1299 2914 174 6939 37271 30844 37100 36874 327687 328471 64999";

    final List<RouteQuery> asked = new CopyOnWriteArrayList<>();
    final List<Document> planned = new CopyOnWriteArrayList<>();
    private final List<Consumer<EventView>> followers = new CopyOnWriteArrayList<>();
    volatile boolean ready = true;
    volatile boolean validOnReload = true;
    volatile FlannelView flannel;
    volatile int copiesOfRoutes = 1;

    // ---- status

    @Override
    public StatusView status() {
        return new StatusView(
                "1.2.3",
                "node-1",
                4711,
                7505,
                ready,
                ready ? null : "routing instance 'default' is learning routes again after a restart",
                List.of("/etc/espalier/node.yaml"),
                ready ? List.of() : List.of("CAP_NET_ADMIN"),
                List.of(new StatusView.Instance(
                        "default",
                        254,
                        65001,
                        "10.0.0.1",
                        List.of(179),
                        5,
                        3,
                        1042,
                        17,
                        new TreeMap<>(Map.of("installed", 1000, "failed", 2, "stale", 0, "pending", 0)),
                        !ready,
                        ready ? List.of() : List.of("tor-1"))),
                flannel);
    }

    @Override
    public Optional<String> unhealthy() {
        return Optional.empty();
    }

    @Override
    public Optional<String> notReady() {
        return Optional.ofNullable(status().notReadyBecause());
    }

    // ---- peers

    @Override
    public List<PeerView> peers() {
        return List.of(
                peer("tor-1", "192.0.2.1", null, "Established", 65010L, 7384, null, null, routes(500, 498, 3)),
                peer(
                        "tor-2",
                        "2001:db8:0:1::2",
                        null,
                        "Established",
                        65010L,
                        59,
                        "hold timer expired: the neighbour sent nothing for 90 s",
                        "no import policy: nothing is accepted from this external peer (RFC 8212); set spec.importPolicy, "
                                + "for instance [accept-all]",
                        routes(500, 0, 3)),
                peer(
                        "spine",
                        "192.0.2.9",
                        null,
                        "Active",
                        65020L,
                        273_600,
                        "cannot connect to 192.0.2.9 port 179: connection refused",
                        null,
                        Map.of()),
                peer("racks", "10.0.7.2", "10.0.7.0/24", "Established", 65001L, 61, null, null, routes(1, 1, 999)),
                peer("racks", "10.0.7.3", "10.0.7.0/24", "OpenSent", null, 1, null, null, Map.of()),
                peer("racks", null, "10.0.7.0/24", "Waiting", null, 0, null, null, Map.of()));
    }

    private static Map<String, PeerView.Routes> routes(int received, int accepted, int sent) {
        Map<String, PeerView.Routes> routes = new TreeMap<>();
        routes.put("ipv4", new PeerView.Routes(received, accepted, accepted, sent, 0, true));
        routes.put("ipv6", new PeerView.Routes(2, accepted == 0 ? 0 : 2, 0, 1, 0, false));
        return routes;
    }

    private static PeerView peer(
            String name,
            @Nullable String address,
            @Nullable String range,
            String state,
            @Nullable Long asn,
            long since,
            @Nullable String lastError,
            @Nullable String hint,
            Map<String, PeerView.Routes> families) {
        boolean up = state.equals("Established");
        return new PeerView(
                "default",
                name,
                address,
                range,
                range != null && address != null,
                state,
                asn,
                up ? 65001L : null,
                null,
                up ? "10.255.0.1" : null,
                up ? asn != null && asn == 65001L : null,
                since,
                null,
                lastError,
                hint,
                up ? "192.0.2.7" : null,
                up ? 90 : null,
                up ? 30 : null,
                up
                        ? List.of("multiprotocol ipv4", "multiprotocol ipv6", "route-refresh", "four-octet-as 65010")
                        : List.of(),
                up ? 120 : null,
                List.of(),
                families,
                name.equals("tor-2") ? null : "from-tor",
                "to-tor",
                up ? 1 : 0,
                1200,
                250,
                900,
                3,
                0,
                name.equals("tor-1") ? BFD_UP : null);
    }

    // ---- bfd

    private static final BfdView BFD_UP = bfd("192.0.2.1", "tor-1", true, null);

    @Override
    public BfdReport bfd() {
        return new BfdReport(
                List.of(
                        BFD_UP,
                        bfd("192.0.2.9", "spine", false, "no control packet came for the detection time of 150 ms")),
                Map.of("its version is not 1", 2L));
    }

    private static BfdView bfd(String address, String peer, boolean up, @Nullable String lastDown) {
        return new BfdView(
                address,
                null,
                up ? "eth0" : null,
                !up,
                List.of(new BfdView.User("default", peer)),
                up ? "Up" : "Down",
                up ? 65 : 3,
                lastDown,
                null,
                up ? "no diagnostic" : "control detection time expired",
                up ? 50 : 1000,
                up ? 150.0 : null,
                3,
                50,
                50,
                up ? new BfdView.Peer("Up", "no diagnostic", 3, 50, 50, 9, false) : null,
                17,
                50000,
                1,
                140,
                141);
    }

    // ---- routes

    @Override
    public void routes(RouteQuery query, Consumer<RouteView> each) {
        asked.add(query);
        int shown = 0;
        for (int copy = 0; copy < copiesOfRoutes; copy++) {
            for (RouteView route : ROUTES) {
                if (query.limit() > 0 && shown++ == query.limit()) {
                    return;
                }
                if (query.prefix() == null || query.prefix().equals(route.prefix())) {
                    each.accept(narrowed(route, query));
                }
            }
        }
    }

    private static RouteView narrowed(RouteView route, RouteQuery query) {
        List<PathView> paths = route.paths().stream()
                .filter(path -> query.view() == RouteQuery.View.ALL
                        || path.role().equals("best")
                        || path.role().equals("multipath"))
                .toList();
        return new RouteView(route.instance(), route.prefix(), paths, route.kernel());
    }

    private static final List<RouteView> ROUTES = List.of(
            route(
                    "0.0.0.0/0",
                    new RouteView.KernelView(
                            "installed",
                            "the kernel confirmed it",
                            List.of("via 192.0.2.1 dev eth0"),
                            List.of("via 10.0.7.2 dev eth2")),
                    path("best", "tor-1", "192.0.2.1", "65010 65100", "igp", null),
                    path("multipath", "tor-2", "2001:db8:0:1::2", "65010 65100", "igp", null),
                    path("backup", "racks", "10.0.7.2", LONG_PATH, "incomplete", 50L)),
            route(
                    "10.1.0.0/16",
                    kernel("failed", "the kernel refused it: no such device"),
                    path("best", "racks", "10.0.7.2", LONG_PATH, "incomplete", 50L)),
            route(
                    "10.2.0.0/24",
                    kernel("none", "it is our own announcement"),
                    path("best", null, null, "", "igp", null)),
            route("10.3.0.0/24", kernel("installed", "the kernel confirmed it"), leaked()),
            route(
                    "2001:db8:100::/40",
                    kernel("pending", "it is on its way"),
                    path("best", "tor-1", "192.0.2.1", "65010 {65100,65200}", "egp", 4_294_967_295L)));

    private static RouteView route(String prefix, RouteView.KernelView kernel, PathView... paths) {
        return new RouteView("default", prefix, List.of(paths), kernel);
    }

    private static RouteView.KernelView kernel(String state, String because, String... hops) {
        return new RouteView.KernelView(state, because, List.of(hops), List.of());
    }

    private static PathView leaked() {
        PathView own = path("best", null, null, "65020", "igp", null);
        return new PathView(own.role(), own.because(), null, null, "red", own.stale(), own.pathId(), own.attributes());
    }

    private static PathView path(
            String role,
            @Nullable String peer,
            @Nullable String from,
            String asPath,
            String origin,
            @Nullable Long med) {
        String because =
                switch (role) {
                    case "best" -> "the others were put aside, the last one because its AS path is longer";
                    case "multipath" ->
                        "its neighbour's address is higher, but it is equal for forwarding and used too";
                    case "backup" ->
                        "its AS path is longer, but it has another next hop than those in use, and stands in when none"
                                + " of these is left";
                    default -> "its AS path is longer";
                };
        return new PathView(
                role,
                because,
                peer,
                from,
                null,
                role.equals("multipath"),
                0,
                new PathView.Attributes(
                        from,
                        asPath,
                        origin,
                        med,
                        peer == null ? null : 100L,
                        peer == null ? List.of() : List.of("65010:100", "no-export"),
                        List.of(),
                        List.of(),
                        false,
                        null,
                        null,
                        List.of(),
                        null,
                        List.of()));
    }

    @Override
    public Optional<ExplainView> explain(String instance, String prefix) {
        if (!prefix.equals("0.0.0.0/0")) {
            return Optional.empty();
        }
        RouteView route = ROUTES.getFirst();
        return Optional.of(new ExplainView(
                instance,
                prefix,
                false,
                route.paths(),
                List.of(
                        new ExplainView.Candidate(
                                "ebgp",
                                20,
                                0,
                                List.of("192.0.2.1", "2001:db8:0:1::2"),
                                List.of("via 192.0.2.1 dev eth0", "via fe80::1 dev eth1"),
                                List.of("10.0.7.2"),
                                true,
                                "its preference 20 is the smallest"),
                        new ExplainView.Candidate(
                                "kernel",
                                254,
                                1024,
                                List.of("192.0.2.254"),
                                List.of("via 192.0.2.254 dev eth0"),
                                List.of(),
                                false,
                                "its preference 254 is larger than 20")),
                route.kernel(),
                List.of(
                        new ExplainView.Told(
                                "tor-1",
                                "192.0.2.1",
                                null,
                                null,
                                false,
                                "not announced: the best path came from this neighbour",
                                null),
                        new ExplainView.Told(
                                "racks",
                                "10.0.7.2",
                                null,
                                null,
                                true,
                                "announced (by statement 2 of the policy to-tor)",
                                route.paths().getFirst().attributes()),
                        new ExplainView.Told(
                                "reflector",
                                "10.0.8.1",
                                "tor-1",
                                3L,
                                true,
                                "announced",
                                route.paths().getFirst().attributes()),
                        new ExplainView.Told(
                                "reflector",
                                "10.0.8.1",
                                "racks",
                                null,
                                false,
                                "not announced: it is not among the best 2 that may be told",
                                null)),
                "not redistributed: it is a default route, which is redistributed only with defaultRoute: true",
                null,
                List.of(new ExplainView.Leak(
                        "red", "not leaked: the policy rejected it (policy 'services' default action)"))));
    }

    // ---- configuration

    static final PlanView CHANGES = new PlanView(
            true,
            List.of(),
            List.of(
                    new PlanView.Problem(
                            "node.yaml",
                            9,
                            1,
                            "BgpPeer/tor-1",
                            "",
                            "nothing is announced to this external peer (RFC 8212); set spec.exportPolicy",
                            "node.yaml:9:1: BgpPeer/tor-1: nothing is announced to this external peer (RFC 8212); set spec.exportPolicy")),
            List.of(
                    new PlanView.Change(
                            "peer tor-1",
                            "holdTime",
                            "90",
                            "30",
                            "session-reset",
                            "peer tor-1: holdTime 90 -> 30 (resets the session)"),
                    new PlanView.Change(
                            "prefix 10.2.0.0/24",
                            "",
                            "",
                            "10.2.0.0/24",
                            "none",
                            "prefix 10.2.0.0/24: added (no session is touched)")));

    static final PlanView ERRORS = new PlanView(
            false,
            List.of(new PlanView.Problem(
                    "node.yaml",
                    7,
                    3,
                    "BgpPeer/tor-1",
                    "spec.adress",
                    "there is no field 'adress'; did you mean 'address'?",
                    "node.yaml:7:3: BgpPeer/tor-1: spec.adress: there is no field 'adress'; did you mean 'address'?")),
            List.of(),
            List.of());

    @Override
    public PlanView plan(List<Document> documents) {
        planned.addAll(documents);
        return documents.getFirst().text().contains("adress") ? ERRORS : CHANGES;
    }

    @Override
    public List<RefreshView> refresh(String peer, boolean in, boolean out) {
        return List.of(new RefreshView("default", peer, "192.0.2.1", in && !peer.equals("tor-2"), out));
    }

    @Override
    public PlanView reload() {
        return validOnReload ? CHANGES : ERRORS;
    }

    // ---- events

    private static final List<EventView> EVENTS = List.of(
            new EventView(
                    "2026-11-20T19:00:00.123Z",
                    "info",
                    "bgp.session.up",
                    "default",
                    "tor-1",
                    "the session with tor-1 is up"),
            new EventView(
                    "2026-11-20T19:00:01Z", "warning", "bgp.session.down", "default", "spine", "connection refused"));

    @Override
    public List<EventView> recentEvents() {
        return new ArrayList<>(EVENTS);
    }

    @Override
    public Subscription follow(Consumer<EventView> follower) {
        followers.add(follower);
        return () -> followers.remove(follower);
    }

    int followers() {
        return followers.size();
    }

    void happens(EventView event) {
        followers.forEach(follower -> follower.accept(event));
    }

    // ---- pods

    @Override
    public PodService pods() {
        return new SamplePods();
    }
}
