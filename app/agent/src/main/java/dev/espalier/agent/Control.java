package dev.espalier.agent;

import dev.espalier.agent.api.AgentOptions;
import dev.espalier.agent.api.BfdReport;
import dev.espalier.agent.api.BfdView;
import dev.espalier.agent.api.Daemon;
import dev.espalier.agent.api.EventView;
import dev.espalier.agent.api.ExplainView;
import dev.espalier.agent.api.PeerView;
import dev.espalier.agent.api.PlanView;
import dev.espalier.agent.api.PodService;
import dev.espalier.agent.api.RefreshView;
import dev.espalier.agent.api.RouteQuery;
import dev.espalier.agent.api.RouteView;
import dev.espalier.agent.api.StatusView;
import dev.espalier.agent.flannel.Flannel;
import dev.espalier.agent.pods.PodNetwork;
import dev.espalier.bfd.engine.BfdSessions;
import dev.espalier.bfd.engine.SessionSnapshot;
import dev.espalier.bfd.wire.Discard;
import dev.espalier.bgp.ImportFrom;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.engine.SpeakerView;
import dev.espalier.library.instance.Imports;
import dev.espalier.library.instance.Instance;
import dev.espalier.library.instance.LinkNames;
import dev.espalier.library.instance.RoutingLoop;
import dev.espalier.linux.NetworkNamespace;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.document.ConfigError;
import dev.espalier.objects.plan.Compilation;
import dev.espalier.objects.plan.Plan;
import dev.espalier.route.Datagrams;
import dev.espalier.route.Event;
import dev.espalier.route.Fib;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Transport;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * What runs, and why: keeps the plan, starts, changes and stops the routing instances that it names, and answers the API.
 *
 * <p>One change at a time: {@code this} guards the plan and the instances while they change. Questions take no lock: they read a
 * snapshot of the instances and ask each on its own loop.
 */
final class Control implements Daemon, AutoCloseable {

    /** A link that comes up brings several notifications; they are looked at together. */
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    /** Neighbours that do not take their leave, and a kernel that does not answer, are not waited for longer. */
    private static final long STOP_SECONDS = 5;

    /** The loop of BFD answers at once, or never. */
    private static final long ANSWER_SECONDS = 5;

    /** A loop that takes longer than this to get to a question is stuck, or so busy that people should know. */
    private static final Duration HEALTHY = Duration.ofSeconds(5);

    /**
     * UDP, and the loop its sockets belong to: one of its own, since a detection time may be as short as some milliseconds.
     *
     * @param sockets where sockets come from
     * @param loop their loop
     */
    record DatagramPort(Datagrams sockets, Loop loop) {}

    private final AgentOptions options;
    private final Journal journal;
    private final Instance.Ports ports;
    private final Tunnels tunnels;
    private final RoutingLoop loop;
    private final long startedNanos = System.nanoTime();
    private final SplittableGenerator jitter =
            (SplittableGenerator) RandomGeneratorFactory.of("SplittableRandom").create();
    private final LinkNames linkNames = new LinkNames();
    private final BfdLiveness liveness;
    private final NodeObserver node;
    private final CompletableFuture<Void> observed = new CompletableFuture<>();
    private final Imports imports = new Imports();
    private final PodNetwork pods;
    private final Flannel flannel;
    private boolean factsMayDiffer;
    private volatile Map<String, Instance> instances = Map.of();
    private volatile Plan plan;
    private volatile boolean started;

    Control(AgentOptions options, Journal journal, Instance.Ports ports, DatagramPort datagrams, Tunnels tunnels) {
        this.options = options;
        this.journal = journal;
        this.ports = ports;
        this.tunnels = tunnels;
        this.plan = Plan.empty(options.node());
        this.loop = new RoutingLoop("control", journal);
        this.liveness = new BfdLiveness(
                new BfdSessions(datagrams.sockets(), datagrams.loop(), journal, linkNames::index, jitter.split()),
                linkNames::name);
        this.pods = new PodNetwork(
                options.node(),
                options.socket(),
                NetworkNamespace.current(),
                journal,
                Clock.systemUTC(),
                tunnels::addresses);
        this.flannel = new Flannel(journal, Clock.systemUTC(), jitter.split());
        this.node = new NodeObserver(options.node(), Agent.hostname(), options.labels(), this::factsChanged);
    }

    /** What this host knows of itself, once. */
    @SuppressWarnings("try") // the watch is used by being open
    static NodeFacts observeOnce(Links links, RoutingLoop loop, String name, Map<String, String> labels) {
        NodeObserver observer = new NodeObserver(name, Agent.hostname(), labels, () -> {});
        CompletableFuture<NodeFacts> facts = new CompletableFuture<>();
        try (AutoCloseable watch = links.watch(loop, event -> {
            observer.changed(event);
            facts.complete(observer.facts());
        })) {
            return facts.orTimeout(10, TimeUnit.SECONDS).join();
        } catch (Exception failed) {
            throw new Agent.StartException("the kernel did not list its links and routes: " + failed.getMessage());
        }
    }

    /**
     * Reads the configuration and starts what it says.
     *
     * @throws Agent.StartException with all that is wrong; nothing runs then
     */
    void start() {
        ports.links().watch(loop, event -> {
            linkNames.changed(event);
            node.changed(event);
            flannel.changed(event);
            observed.complete(null);
        });
        observed.orTimeout(10, TimeUnit.SECONDS).join();
        switch (Configuration.compile(options.configuration(), facts())) {
            case Compilation.Compiled compiled -> {
                warn(compiled.warnings());
                apply(compiled.plan());
            }
            case Compilation.Refused refused -> throw new Agent.StartException(sentences(refused.errors()));
        }
        started = true;
        pods.start();
        loop.execute(this::factsChanged); // what changed while we started was not looked at
    }

    static String sentences(List<ConfigError> errors) {
        StringBuilder text = new StringBuilder(
                errors.size() == 1
                        ? "the configuration has an error:"
                        : "the configuration has " + errors.size() + " errors:");
        errors.forEach(error -> text.append("\n  ").append(error));
        return text.toString();
    }

    private void warn(List<ConfigError> warnings) {
        for (ConfigError warning : warnings) {
            journal.warning("config.warning", RoutingInstance.DEFAULT, warning.object(), warning.toString());
        }
    }

    private NodeFacts facts() {
        CompletableFuture<NodeFacts> facts = new CompletableFuture<>();
        loop.execute(() -> facts.complete(node.facts()));
        return facts.join();
    }

    /** On the control loop: an address or gateway changed, and the plan may depend on it. */
    private void factsChanged() {
        if (started && !factsMayDiffer) {
            factsMayDiffer = true;
            loop.schedule(SETTLE_NANOS, () -> {
                factsMayDiffer = false;
                Thread.ofVirtual().start(() -> adopt("the node's addresses or gateways changed"));
            });
        }
    }

    // ---- changes

    /** Reads the files again because the world around them changed; an error leaves all as it is. */
    private void adopt(String why) {
        PlanView outcome = change(() -> Configuration.compile(options.configuration(), facts()));
        if (!outcome.valid() || !outcome.changes().isEmpty()) {
            tell("config.adapted", why, outcome);
        }
    }

    @Override
    public PlanView reload() {
        PlanView outcome = change(() -> Configuration.compile(options.configuration(), facts()));
        tell("config.reloaded", "the configuration was read again", outcome);
        return outcome;
    }

    private synchronized PlanView change(java.util.function.Supplier<Compilation> source) {
        Compilation compilation = source.get();
        PlanView outcome = PlanViews.of(compilation, plan);
        if (compilation instanceof Compilation.Compiled compiled) {
            warn(compiled.warnings());
            try {
                apply(compiled.plan());
            } catch (Transport.TransportException
                    | Fib.FibException
                    | Agent.StartException
                    | IllegalStateException refused) {
                return new PlanView(
                        false,
                        List.of(new PlanView.Problem(
                                options.configuration().toString(),
                                0,
                                0,
                                "",
                                "",
                                String.valueOf(refused.getMessage()),
                                String.valueOf(refused.getMessage()))),
                        List.of(),
                        List.of());
            }
        }
        return outcome;
    }

    private void tell(String kind, String why, PlanView outcome) {
        if (!outcome.valid()) {
            outcome.errors()
                    .forEach(error -> journal.error(
                            kind, RoutingInstance.DEFAULT, error.object(), error.text() + " (nothing was changed)"));
            return;
        }
        journal.info(
                kind,
                RoutingInstance.DEFAULT,
                options.configuration(),
                why + ": "
                        + (outcome.changes().isEmpty()
                                ? "nothing changed"
                                : outcome.changes().size() == 1
                                        ? "one change"
                                        : outcome.changes().size() + " changes"));
        outcome.changes()
                .forEach(change -> journal.info(kind, RoutingInstance.DEFAULT, change.subject(), change.text()));
    }

    /**
     * Goes over to a plan: starts what is new, changes what differs, stops what is gone. In this order, so that whatever is
     * refused can be taken back, and nothing is half-applied; what is new talks to its neighbours only when nothing was refused.
     */
    private synchronized void apply(Plan wanted) {
        Map<String, SpeakerConfig> speakers = speakersOf(wanted);
        Map<String, Instance> begun = new LinkedHashMap<>();
        List<String> changed = new ArrayList<>();
        List<String> stopped = new ArrayList<>();
        liveness.profiles(wanted.bfdProfiles());
        tunnels.follow(wanted.pods()); // before the routes that go through them
        try {
            for (Map.Entry<String, SpeakerConfig> speaker : speakers.entrySet()) {
                if (!instances.containsKey(speaker.getKey())) {
                    begun.put(speaker.getKey(), listening(speaker.getValue()));
                }
            }
            for (Map.Entry<String, Instance> running : instances.entrySet()) {
                SpeakerConfig speaker = speakers.get(running.getKey());
                if (speaker != null && running.getValue().serves(speaker)) {
                    running.getValue().reconfigure(speaker);
                    changed.add(running.getKey());
                } else if (speaker != null) {
                    // In another kernel table or on another device it is another one; both cannot listen on the same
                    // port.
                    stopped.add(running.getKey());
                    remove(running.getValue(), "its kernel table or device was changed");
                    begun.put(running.getKey(), listening(speaker));
                }
            }
        } catch (RuntimeException refused) {
            liveness.profiles(plan.bfdProfiles());
            tunnels.follow(plan.pods());
            Map<String, SpeakerConfig> before = speakersOf(plan);
            changed.forEach(name ->
                    Objects.requireNonNull(instances.get(name)).reconfigure(Objects.requireNonNull(before.get(name))));
            // They have said nothing to anybody, and what the kernel holds of theirs is of an earlier run: it stays.
            begun.values().forEach(instance -> stop(instance, null, true));
            restore(stopped, before);
            throw refused;
        }
        if (wanted.flannel() == null) {
            flannel.follow(null, null); // while there is a table to take its routes out of
        }
        Map<String, Instance> next = new LinkedHashMap<>();
        instances.forEach((name, running) -> {
            if (speakers.containsKey(name)) {
                next.put(name, running); // or the one begun in its place
            } else {
                remove(running, "the router was removed from the configuration");
            }
        });
        next.putAll(begun);
        instances = next;
        plan = wanted;
        imports.follow(next, speakers);
        pods.follow(wanted.pods(), next.get(RoutingInstance.DEFAULT.name())); // before anybody is told that this is all
        tunnels.drop();
        flannel.follow(wanted.flannel(), next.get(RoutingInstance.DEFAULT.name()));
        begun.values().forEach(instance -> instance.talk(ready -> {}));
    }

    /**
     * Starts instances again, as they were before, whose successors were refused. What does not even start as it was is said, and
     * starts with the next configuration that is taken.
     */
    private void restore(List<String> stopped, Map<String, SpeakerConfig> before) {
        Map<String, Instance> restored = new LinkedHashMap<>(instances);
        List<Instance> again = new ArrayList<>();
        for (String name : stopped) {
            SpeakerConfig speaker = Objects.requireNonNull(before.get(name));
            restored.remove(name);
            try {
                Instance restarted = listening(speaker);
                restored.put(name, restarted);
                again.add(restarted);
            } catch (Transport.TransportException
                    | Fib.FibException
                    | Agent.StartException
                    | IllegalStateException lost) {
                journal.error(
                        "instance.lost",
                        speaker.instance(),
                        name,
                        "it was stopped for a configuration that was refused, and does not start again as it was: "
                                + lost.getMessage() + "; it starts with the next reload that succeeds");
            }
        }
        instances = restored;
        Map<String, SpeakerConfig> served = new LinkedHashMap<>(before);
        served.keySet().retainAll(restored.keySet());
        imports.follow(restored, served);
        pods.follow(plan.pods(), restored.get(RoutingInstance.DEFAULT.name()));
        flannel.follow(plan.flannel(), restored.get(RoutingInstance.DEFAULT.name()));
        again.forEach(instance -> instance.talk(ready -> {}));
    }

    private static Map<String, SpeakerConfig> speakersOf(Plan of) {
        Map<String, SpeakerConfig> speakers = new LinkedHashMap<>();
        of.routers().forEach(router -> speakers.put(router.speaker().instance().name(), router.speaker()));
        if (of.flannel() != null) {
            speakers.putIfAbsent(WithoutBgp.SPEAKER.instance().name(), WithoutBgp.SPEAKER);
        }
        return speakers;
    }

    private Instance listening(SpeakerConfig speaker) {
        try {
            return Instance.listening(speaker, ports, liveness, linkNames::index, jitter.split());
        } catch (Transport.TransportException | Fib.FibException refused) {
            throw new Agent.StartException(String.valueOf(refused.getMessage()));
        }
    }

    /**
     * Asks the neighbours of every router that is configured so to find other ways (RFC 8326).
     *
     * @return how many seconds to wait before {@link #stop}; 0 when nobody was asked
     */
    synchronized int drain() {
        return instances.values().stream().mapToInt(Instance::drain).max().orElse(0);
    }

    /**
     * Ends all sessions.
     *
     * @param text as for the speaker: null to close without a word, as for a restart
     */
    synchronized void stop(@Nullable String text) {
        pods.follow(plan.pods(), null); // nobody is left to announce blocks
        flannel.close();
        // First, or our silence would be a failure to the neighbours, and end their patience with a restart of ours.
        liveness.sessions()
                .close()
                .orTimeout(STOP_SECONDS, TimeUnit.SECONDS)
                .exceptionally(late -> null)
                .join();
        instances.values().forEach(instance -> stop(instance, text, true));
        instances = Map.of();
    }

    /** Stops an instance that is not wanted any more: its routes go, here and where they have been leaked to. */
    private void remove(Instance instance, String why) {
        imports.end(instance);
        stop(instance, why, false);
    }

    private static void stop(Instance instance, @Nullable String text, boolean keepRoutes) {
        instance.stop(text, keepRoutes)
                .orTimeout(STOP_SECONDS, TimeUnit.SECONDS)
                .exceptionally(late -> null)
                .join();
    }

    @Override
    public void close() {
        flannel.close();
        pods.close();
        loop.close();
    }

    // ---- questions

    @Override
    public PodService pods() {
        return pods;
    }

    @Override
    public StatusView status() {
        Optional<String> notReady = notReady();
        List<StatusView.Instance> views = new ArrayList<>();
        instances.forEach((name, instance) -> views.add(instance.ask(view -> StatusViews.of(view))));
        return new StatusView(
                StatusViews.version(),
                options.node(),
                ProcessHandle.current().pid(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos),
                notReady.isEmpty(),
                notReady.orElse(null),
                List.of(options.configuration().toString()),
                Agent.missingRights(),
                views,
                flannel.view());
    }

    @Override
    public List<PeerView> peers() {
        List<BfdView> paths = bfd().sessions();
        List<PeerView> peers = new ArrayList<>();
        instances.forEach((name, instance) -> peers.addAll(instance.ask(view -> view.speaker().view().peers().stream()
                .map(peer -> Views.peer(
                        name, peer, BfdViews.of(paths, name, peer.config().name(), peer.address()), System.nanoTime()))
                .toList())));
        return peers;
    }

    @Override
    public BfdReport bfd() {
        List<SessionSnapshot> sessions = answer(liveness.sessions().snapshots());
        Map<Discard, Long> discards = answer(liveness.sessions().discards());
        Map<String, Long> discarded = new TreeMap<>();
        discards.forEach((why, count) -> discarded.put(why.sentence(), count));
        return new BfdReport(
                sessions.stream()
                        .map(session -> BfdViews.session(session, System.nanoTime()))
                        .toList(),
                discarded);
    }

    private static <T> T answer(CompletableFuture<T> question) {
        return question.orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public List<RefreshView> refresh(String peer, boolean in, boolean out) {
        List<RefreshView> done = new ArrayList<>();
        instances.forEach(
                (name, instance) -> done.addAll(instance.ask(view -> view.speaker().refresh(peer, in, out).stream()
                        .map(one ->
                                new RefreshView(name, one.peer(), one.address().toString(), one.asked(), one.told()))
                        .toList())));
        return done;
    }

    @Override
    public void routes(RouteQuery query, Consumer<RouteView> each) {
        new RouteListing(query, instance(query.instance()), linkNames::name).run(each);
    }

    @Override
    public Optional<ExplainView> explain(String instance, String prefix) {
        return new RouteListing(
                        new RouteQuery(
                                instance,
                                prefix,
                                prefix.indexOf('/') < 0 ? RouteQuery.Match.LONGEST : RouteQuery.Match.EXACT,
                                null,
                                null,
                                RouteQuery.View.ALL,
                                1),
                        instance(instance),
                        linkNames::name)
                .explain(wanted -> leaks(instance, wanted));
    }

    /** What the instances that one imports from make of a prefix: each says so itself. */
    private List<ExplainView.Leak> leaks(String into, IpPrefix prefix) {
        Map<String, Instance> running = instances;
        List<ExplainView.Leak> leaks = new ArrayList<>();
        for (ImportFrom source :
                instance(into).ask(view -> view.speaker().view().config().importFrom())) {
            Instance from = running.get(source.instance());
            Optional<String> because = from == null
                    ? Optional.empty()
                    : from.ask(
                            view -> Optional.ofNullable(view.speaker().leaks().explain(into, prefix)));
            because.ifPresent(sentence -> leaks.add(new ExplainView.Leak(source.instance(), sentence)));
        }
        return leaks;
    }

    private Instance instance(String name) {
        Instance instance = instances.get(name);
        if (instance == null) {
            throw new RequestException("there is no routing instance '" + name + "'; known: "
                    + (instances.isEmpty() ? "none" : String.join(", ", instances.keySet())));
        }
        return instance;
    }

    @Override
    public PlanView plan(List<Document> documents) {
        return PlanViews.of(Configuration.compile(documents, options.configuration(), facts()), plan);
    }

    @Override
    public List<EventView> recentEvents() {
        return journal.recent().stream().map(Control::view).toList();
    }

    @Override
    public Subscription follow(Consumer<EventView> follower) {
        AutoCloseable subscription = journal.follow(entry -> follower.accept(view(entry)));
        return () -> {
            try {
                subscription.close();
            } catch (Exception neverThrown) {
                throw new IllegalStateException(neverThrown);
            }
        };
    }

    private static EventView view(Journal.Entry entry) {
        Event event = entry.event();
        return new EventView(
                entry.time().toString(),
                event.severity().name().toLowerCase(java.util.Locale.ROOT),
                event.kind(),
                event.instance(),
                event.subject(),
                event.message());
    }

    @Override
    public Optional<String> unhealthy() {
        for (Map.Entry<String, Instance> entry : instances.entrySet()) {
            if (!entry.getValue().answersWithin(HEALTHY)) {
                return Optional.of("the loop of routing instance '%s' has not answered for %d s"
                        .formatted(entry.getKey(), HEALTHY.toSeconds()));
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<String> notReady() {
        if (!started) {
            return Optional.of("starting");
        }
        for (Map.Entry<String, Instance> entry : instances.entrySet()) {
            Optional<String> restart =
                    entry.getValue().ask(view -> restartOf(view.speaker().view()));
            if (restart.isPresent()) {
                return Optional.of("routing instance '" + entry.getKey() + "' " + restart.get());
            }
        }
        return Optional.empty();
    }

    private static Optional<String> restartOf(SpeakerView speaker) {
        return speaker.restarting()
                ? Optional.of("is learning routes again after a restart; it waits for " + speaker.awaited())
                : Optional.empty();
    }
}
