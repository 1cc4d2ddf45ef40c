package dev.espalier.agent.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A daemon in memory with one neighbour, to which nothing happens unless a test says so. */
final class QuietDaemon implements Daemon {

    final List<EventView> past = new CopyOnWriteArrayList<>();
    final List<Consumer<EventView>> followers = new CopyOnWriteArrayList<>();
    final List<RouteQuery> asked = new CopyOnWriteArrayList<>();
    final List<Document> planned = new ArrayList<>();
    volatile int routes = 3;
    volatile @Nullable String notReady;

    volatile @Nullable String unhealthy;
    volatile boolean valid = true;
    /** Runs when somebody looks back, to have something happen at just that moment. */
    volatile Runnable whileLookingBack = () -> {};

    @Override
    public StatusView status() {
        StatusView.Instance instance = new StatusView.Instance(
                "default",
                254,
                65001,
                "10.0.0.1",
                List.of(179),
                1,
                1,
                7,
                2,
                Map.of("installed", 5, "failed", 1),
                false,
                List.of());
        return new StatusView(
                "1.2.3",
                "node-1",
                1,
                60,
                notReady == null,
                notReady,
                List.of("node.yaml"),
                List.of(),
                List.of(instance),
                new FlannelView(
                        "pods",
                        "eth0",
                        "192.0.2.1",
                        "10.5.1.0/24",
                        "2026-01-02T03:04:05Z",
                        null,
                        null,
                        null,
                        3,
                        List.of()));
    }

    @Override
    public List<PeerView> peers() {
        return List.of(peer("tor-1", "192.0.2.1"), peer("racks", null));
    }

    @Override
    public List<RefreshView> refresh(String peer, boolean in, boolean out) {
        return peer.equals("racks") ? List.of() : List.of(new RefreshView("default", peer, "192.0.2.1", in, out));
    }

    private PeerView peer(String name, @Nullable String address) {
        return new PeerView(
                "default",
                name,
                address,
                address == null ? "10.0.0.0/8" : null,
                false,
                address == null ? "Waiting" : "Established",
                65010L,
                null,
                null,
                null,
                null,
                12,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                null,
                List.of(),
                Map.of("ipv4", new PeerView.Routes(5, 4, 3, 2, 0, true)),
                null,
                null,
                3,
                10,
                11,
                8,
                9,
                1,
                address == null ? null : bfd().sessions().getFirst());
    }

    @Override
    public BfdReport bfd() {
        return new BfdReport(
                List.of(new BfdView(
                        "192.0.2.1",
                        null,
                        "eth0",
                        false,
                        List.of(new BfdView.User("default", "tor-1")),
                        "Up",
                        7,
                        null,
                        null,
                        "no diagnostic",
                        50,
                        150.0,
                        3,
                        50,
                        50,
                        new BfdView.Peer("Up", "no diagnostic", 3, 50, 50, 9, false),
                        17,
                        50000,
                        1,
                        140,
                        141)),
                Map.of("its version is not 1", 2L));
    }

    @Override
    public void routes(RouteQuery query, Consumer<RouteView> each) {
        asked.add(query);
        IntStream.range(0, routes)
                .mapToObj(i -> new RouteView(
                        query.instance(),
                        "10." + (i >> 8 & 255) + "." + (i & 255) + ".0/24",
                        List.of(),
                        new RouteView.KernelView("none", "nobody wants it", List.of(), List.of())))
                .forEach(each);
    }

    @Override
    public Optional<ExplainView> explain(String instance, String prefix) {
        if (!instance.equals("default")) {
            throw new RequestException("there is no routing instance '" + instance + "'");
        }
        return prefix.equals("10.0.0.0/8")
                ? Optional.of(new ExplainView(
                        instance,
                        prefix,
                        false,
                        List.of(),
                        List.of(),
                        new RouteView.KernelView("none", "", List.of(), List.of()),
                        List.of(),
                        null,
                        null,
                        List.of()))
                : Optional.empty();
    }

    @Override
    public PlanView plan(List<Document> documents) {
        planned.addAll(documents);
        return outcome();
    }

    @Override
    public PlanView reload() {
        return outcome();
    }

    private PlanView outcome() {
        PlanView.Problem problem =
                new PlanView.Problem("a.yaml", 3, 5, "Router/main", "spec.asn", "must be a number", "a.yaml:3:5: ...");
        return new PlanView(valid, valid ? List.of() : List.of(problem), List.of(), List.of());
    }

    static EventView event(String message) {
        return new EventView("2026-01-01T00:00:00Z", "info", "test", "default", "tor-1", message);
    }

    @Override
    public List<EventView> recentEvents() {
        whileLookingBack.run();
        return List.copyOf(past);
    }

    @Override
    public Subscription follow(Consumer<EventView> follower) {
        followers.add(follower);
        return () -> followers.remove(follower);
    }

    /** As a journal does: keeps it, then tells. */
    void happens(EventView event) {
        past.add(event);
        followers.forEach(follower -> follower.accept(event));
    }

    @Override
    public Optional<String> unhealthy() {
        return Optional.ofNullable(unhealthy);
    }

    @Override
    public Optional<String> notReady() {
        return Optional.ofNullable(notReady);
    }

    @Override
    public PodService pods() {
        return new QuietPods();
    }
}
