package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Liveness;
import dev.espalier.bgp.sim.ForwardingModel;
import dev.espalier.bgp.sim.SimulatedLoop;
import dev.espalier.bgp.sim.SimulatedNetwork;
import dev.espalier.bgp.sim.SimulatedTime;
import dev.espalier.bgp.sim.SimulatedTransport;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Policies;
import dev.espalier.route.Event;
import dev.espalier.route.Links;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.route.RoutingInstance;
import dev.espalier.routing.PrefixIndex;
import dev.espalier.routing.RoutingTable;
import dev.espalier.routing.TableOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Whole speakers in one simulated network, all on the link 10.0.0.0/8, for the tests of this package. */
final class Network {

    static final int LINK = 2;

    private static final Duration FOREVER = Duration.ofDays(1000);

    final SimulatedTime time = new SimulatedTime();
    final SimulatedNetwork network;
    private final SplittableRandom random;
    private final List<Router> routers = new ArrayList<>();

    Network(long seed) {
        network = new SimulatedNetwork(time, seed);
        random = new SplittableRandom(seed);
    }

    /** A router that can be started, killed and started again; the kernel outlives it. */
    Router router(String address, long asn) {
        Router router = new Router(address, asn);
        routers.add(router);
        return router;
    }

    boolean until(Duration limit, java.util.function.BooleanSupplier condition) {
        return time.runUntil(limit, condition);
    }

    static SpeakerConfig.Origination announcement(int med) {
        return new SpeakerConfig.Origination(PathAttributes.builder().med(med).build(), null, false, "test");
    }

    /** A configured neighbour that accepts and tells everything. */
    static PeerConfig peer(String address) {
        return peer(address, 120, false);
    }

    static PeerConfig peer(String address, int gracefulRestart, boolean client) {
        return peer(address, new PeerConfig.Remote.Address(IpAddress.parse(address), null), gracefulRestart, client);
    }

    static PeerConfig peer(String name, PeerConfig.Remote remote, int gracefulRestart, boolean client) {
        PeerConfig.Session session = PeerConfig.Session.USUAL.toBuilder()
                .ttl(64)
                .holdSeconds(9)
                .keepaliveSeconds(3)
                .connectRetrySeconds(1)
                .gracefulRestart(gracefulRestart)
                .build();
        return PeerConfig.builder(name, remote)
                .session(session)
                .importPolicy(Policies.acceptAll())
                .exportPolicy(Policies.acceptAll())
                .routeReflectorClient(client)
                .build();
    }

    /** Remembers in place of a file. */
    static final class Notebook implements NeighborMemory {
        @Nullable
        List<RememberedNeighbor> noted;

        @Override
        public @Nullable List<RememberedNeighbor> ofEarlierRun() {
            return noted;
        }

        @Override
        public void note(List<RememberedNeighbor> known) {
            noted = known;
        }
    }

    final class Router {
        final Ipv4Address address;
        final long asn;
        final ForwardingModel kernel = new ForwardingModel();
        final List<Event> events = new ArrayList<>();
        final Map<String, PeerConfig> peers = new LinkedHashMap<>();
        final Map<IpPrefix, SpeakerConfig.Origination> originated = new LinkedHashMap<>();
        SimulatedTransport transport;
        int maximumPaths = 1;
        int restartSeconds = 60;
        /** What else its configuration says. */
        UnaryOperator<SpeakerConfig.Builder> options = UnaryOperator.identity();
        /** Metrics of the routes to other hosts, where they differ from that of the link. */
        final Map<IpAddress, Integer> metrics = new LinkedHashMap<>();

        boolean linkUp = true;
        PrefixIndex index = new PrefixIndex();
        boolean multipathRelax;
        boolean weighLinkBandwidth = true;
        boolean honorGracefulShutdown = true;
        boolean installBackupPath = true;
        /** What outlives the daemon, beside its kernel. */
        NeighborMemory memory = new Notebook();

        private int runs;

        @Nullable
        Speaker speaker;

        @Nullable
        RoutingTable table;

        @Nullable
        SimulatedLoop loop;

        Router(String text, long asn) {
            this.address = Ipv4Address.parse(text);
            this.asn = asn;
            this.transport = network.host(text, address);
        }

        Router with(PeerConfig... configured) {
            for (PeerConfig peer : configured) {
                peers.put(peer.name(), peer);
            }
            return this;
        }

        Router announcing(String prefix, int med) {
            originated.put(IpPrefix.parse(prefix), announcement(med));
            return this;
        }

        SpeakerConfig config() {
            return options.apply(SpeakerConfig.builder(new Asn(asn), address)
                            .listen(List.of(address))
                            .maximumPaths(maximumPaths)
                            .restartSeconds(restartSeconds)
                            .multipathRelax(multipathRelax)
                            .weighLinkBandwidth(weighLinkBandwidth)
                            .installBackupPath(installBackupPath)
                            .stalePathSeconds(60)
                            .honorGracefulShutdown(honorGracefulShutdown))
                    .peers(List.copyOf(peers.values()))
                    .originated(originated)
                    .build();
        }

        Router start() {
            SimulatedLoop owner = time.loop("table " + address);
            PrefixIndex shared = new PrefixIndex();
            RoutingTable created = new RoutingTable(
                    RoutingInstance.DEFAULT, shared, owner, kernel, events::add, new TableOptions(Runnable::run));
            loop = owner;
            index = shared;
            table = created;
            owner.execute(() -> {
                created.adopt();
                created.changed(world());
                Speaker made = new Speaker(
                        config(),
                        created,
                        shared,
                        owner,
                        transport,
                        RouterDiscovery.NONE,
                        Liveness.NONE,
                        events::add,
                        new EarlierRun(created.counters().stale() > 0, runs++ > 0, memory),
                        SimulatedTransport::linkIndex,
                        random.split());
                made.changed(world());
                made.start();
                speaker = made;
            });
            time.settle();
            return this;
        }

        private Links.Event.Snapshot world() {
            Links.HostAddress own = new Links.HostAddress(LINK, address, 8, null);
            List<Links.ForeignRoute> routes = new ArrayList<>();
            routes.add(route(IpPrefix.parse("10.0.0.0/8"), null, 0));
            metrics.forEach((to, metric) -> routes.add(route(IpPrefix.of(to, 32), to, metric)));
            return new Links.Event.Snapshot(
                    List.of(new Links.Link(LINK, "e0", linkUp, false, 1500, "02:00:00:00:00:01")),
                    List.of(own),
                    routes);
        }

        private static Links.ForeignRoute route(IpPrefix prefix, @Nullable IpAddress gateway, int metric) {
            return new Links.ForeignRoute(
                    254, prefix, List.of(new dev.espalier.route.NextHop.Hop(gateway, LINK, 1, false)), 2, metric);
        }

        /** The link or the metrics have changed: the daemon hears of it when its loop comes to it. */
        void worldChanged() {
            Speaker running = speaker;
            RoutingTable held = table;
            if (running != null && held != null) {
                java.util.Objects.requireNonNull(loop).execute(() -> {
                    held.changed(world());
                    running.changed(world());
                });
            }
        }

        /** The kernel tells something: first the routing table hears it, then the speaker, as in the daemon. */
        void hears(Links.Event event) {
            RoutingTable held = java.util.Objects.requireNonNull(table);
            onLoop(running -> {
                held.changed(event);
                running.changed(event);
                return running;
            });
        }

        /** The host loses power: nobody is told, and its kernel's table is gone too. */
        void losePower() {
            kernel.clear();
            runs = 0;
            end();
        }

        /** The process dies: its connections are reset and it never does anything again; its kernel forwards on. */
        void kill() {
            routers.stream()
                    .filter(other -> !network.isCut(transport, other.transport))
                    .forEach(other -> network.reset(transport, other.transport));
            end();
        }

        private void end() {
            transport.vanish();
            transport.stall(FOREVER);
            java.util.Objects.requireNonNull(loop).stall(FOREVER);
            transport = network.host(address.toString(), address);
            speaker = null;
        }

        void reconfigure() {
            onLoop(s -> {
                s.reconfigure(config());
                return s;
            });
        }

        <T> T onLoop(java.util.function.Function<Speaker, T> question) {
            List<T> answer = new ArrayList<>();
            java.util.Objects.requireNonNull(loop)
                    .execute(() -> answer.add(question.apply(java.util.Objects.requireNonNull(speaker))));
            time.settle();
            return answer.getFirst();
        }

        long established() {
            return onLoop(s -> s.view().peers().stream()
                    .filter(p -> p.session() != null && p.session().negotiated() != null)
                    .count());
        }

        /** What it knows, by prefix. */
        Map<IpPrefix, PrefixSnapshot> routes() {
            return onLoop(s -> {
                Map<IpPrefix, PrefixSnapshot> routes = new LinkedHashMap<>();
                for (IpPrefix prefix : s.view().prefixesWithin(IpPrefix.DEFAULT_IPV4)) {
                    s.view().explain(prefix).ifPresent(found -> routes.put(prefix, found));
                }
                return routes;
            });
        }

        @Override
        public String toString() {
            return address + " (AS " + asn + ")";
        }
    }
}
