package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
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
import dev.espalier.route.RoutingInstance;
import dev.espalier.routing.PrefixIndex;
import dev.espalier.routing.RoutingTable;
import dev.espalier.routing.TableOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
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
        PeerConfig.Session session = PeerConfig.Session.USUAL.toBuilder()
                .ttl(64)
                .holdSeconds(9)
                .keepaliveSeconds(3)
                .connectRetrySeconds(1)
                .gracefulRestart(gracefulRestart)
                .build();
        return PeerConfig.builder(address, new PeerConfig.Remote.Address(IpAddress.parse(address), null))
                .session(session)
                .importPolicy(Policies.acceptAll())
                .exportPolicy(Policies.acceptAll())
                .routeReflectorClient(client)
                .build();
    }

    final class Router {
        final Ipv4Address address;
        final long asn;
        final ForwardingModel kernel = new ForwardingModel();
        final List<Event> events = new ArrayList<>();
        final Map<String, PeerConfig> peers = new LinkedHashMap<>();
        final Map<IpPrefix, SpeakerConfig.Origination> originated = new HashMap<>();
        SimulatedTransport transport;
        int maximumPaths = 1;
        int restartSeconds = 60;
        boolean honorGracefulShutdown = true;
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
            return SpeakerConfig.builder(new Asn(asn), address)
                    .listen(List.of(address))
                    .maximumPaths(maximumPaths)
                    .restartSeconds(restartSeconds)
                    .stalePathSeconds(60)
                    .honorGracefulShutdown(honorGracefulShutdown)
                    .peers(List.copyOf(peers.values()))
                    .originated(originated)
                    .build();
        }

        Router start() {
            SimulatedLoop owner = time.loop("table " + address);
            PrefixIndex index = new PrefixIndex();
            RoutingTable created = new RoutingTable(
                    RoutingInstance.DEFAULT, index, owner, kernel, events::add, new TableOptions(Runnable::run));
            loop = owner;
            table = created;
            owner.execute(() -> {
                created.adopt();
                created.changed(world());
                Speaker made = new Speaker(
                        config(),
                        created,
                        index,
                        owner,
                        transport,
                        events::add,
                        new EarlierRun(created.counters().stale() > 0, runs++ > 0),
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
            return new Links.Event.Snapshot(
                    List.of(new Links.Link(LINK, "e0", true, false, 1500, "02:00:00:00:00:01")),
                    List.of(own),
                    List.of(new Links.ForeignRoute(
                            254,
                            IpPrefix.parse("10.0.0.0/8"),
                            List.of(new dev.espalier.route.NextHop.Hop(null, LINK, 1, false)),
                            2,
                            0)));
        }

        /** The process dies: its connections are reset and it never does anything again; its kernel forwards on. */
        void kill() {
            routers.forEach(other -> network.reset(transport, other.transport));
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
    }
}
