package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Liveness;
import dev.espalier.bgp.sim.ForwardingModel;
import dev.espalier.bgp.sim.SimulatedLinks;
import dev.espalier.bgp.sim.SimulatedLoop;
import dev.espalier.bgp.sim.SimulatedNetwork;
import dev.espalier.bgp.sim.SimulatedTime;
import dev.espalier.bgp.sim.SimulatedTransport;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.policy.Policies;
import dev.espalier.route.Event;
import dev.espalier.route.Links;
import dev.espalier.route.NextHop;
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
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Whole speakers on links that have nothing but link-local addresses. A link has the same name and number at both ends, and a box
 * the same address on all its links, as many switches do.
 */
final class LinkLocalNetwork {

    static final Set<Family> BOTH = Set.of(Family.IPV4_UNICAST, Family.IPV6_UNICAST);

    final SimulatedTime time = new SimulatedTime();
    final SimulatedNetwork network;
    final SimulatedLinks links = new SimulatedLinks(time);
    private final SplittableRandom random;

    LinkLocalNetwork(long seed) {
        network = new SimulatedNetwork(time, seed);
        random = new SplittableRandom(seed);
    }

    Box box(int number, long asn, String... links) {
        return new Box(number, asn, links);
    }

    boolean until(Duration limit, java.util.function.BooleanSupplier condition) {
        return time.runUntil(limit, condition);
    }

    /** A peer by interface that accepts and tells everything. */
    static PeerConfig.Builder on(String link) {
        return peer(link, new PeerConfig.Remote.Interface(link));
    }

    static PeerConfig.Builder peer(String name, PeerConfig.Remote remote) {
        PeerConfig.Session session = PeerConfig.Session.USUAL.toBuilder()
                .ttl(255)
                .holdSeconds(9)
                .keepaliveSeconds(3)
                .connectRetrySeconds(1)
                .gracefulRestart(0)
                .extendedNextHop(true)
                .build();
        return PeerConfig.builder(name, remote)
                .session(session)
                .families(BOTH)
                .importPolicy(Policies.acceptAll())
                .exportPolicy(Policies.acceptAll());
    }

    /** Box n has the address fe80::n, the router id 10.255.0.n, and the links named. */
    final class Box {
        final long asn;
        final Ipv4Address routerId;
        final ForwardingModel kernel = new ForwardingModel();
        final List<Event> events = new ArrayList<>();
        final Map<String, PeerConfig> peers = new LinkedHashMap<>();
        final Map<IpPrefix, SpeakerConfig.Origination> originated = new HashMap<>();
        final List<Links.HostAddress> addresses = new ArrayList<>();
        final SimulatedLinks.Host discovery;
        final SimulatedTransport transport;
        private final Ipv6Address address;
        private final Map<String, Links.Link> ports = new LinkedHashMap<>();
        private final SimulatedLoop loop;
        private final RoutingTable table;
        private final PrefixIndex index = new PrefixIndex();
        private Speaker speaker;

        private Box(int number, long asn, String... links) {
            this.asn = asn;
            this.routerId = Ipv4Address.parse("10.255.0." + number);
            this.address = Ipv6Address.parse("fe80::" + number);
            this.discovery = LinkLocalNetwork.this.links.host(address);
            // a second one, to change to
            this.transport = network.host("box " + number, address, Ipv6Address.parse("fe80::ff" + number));
            this.loop = time.loop("table " + number);
            for (String link : links) {
                ports.put(link, link(link, number, true));
                addresses.add(new Links.HostAddress(SimulatedTransport.linkIndex(link), address, 64, null));
            }
            this.table = new RoutingTable(
                    RoutingInstance.DEFAULT, index, loop, kernel, events::add, new TableOptions(Runnable::run));
        }

        private Links.Link link(String name, int number, boolean up) {
            return new Links.Link(
                    SimulatedTransport.linkIndex(name), name, up, false, 1500, "02:00:00:00:00:0" + number);
        }

        Box with(PeerConfig.Builder... configured) {
            for (PeerConfig.Builder builder : configured) {
                PeerConfig peer = builder.build();
                peers.put(peer.name(), peer);
            }
            return this;
        }

        Box announcing(String... prefixes) {
            for (String prefix : prefixes) {
                originated.put(
                        IpPrefix.parse(prefix),
                        new SpeakerConfig.Origination(PathAttributes.builder().build(), null, false, "test"));
            }
            return this;
        }

        Box addressed(String link, String ipv4, int length) {
            addresses.add(
                    new Links.HostAddress(SimulatedTransport.linkIndex(link), IpAddress.parse(ipv4), length, null));
            return this;
        }

        private SpeakerConfig config() {
            return SpeakerConfig.builder(new Asn(asn), routerId)
                    .listen(List.of(Ipv6Address.UNSPECIFIED))
                    .peers(List.copyOf(peers.values()))
                    .originated(originated)
                    .build();
        }

        Box start() {
            loop.execute(() -> {
                Links.Event world = new Links.Event.Snapshot(List.copyOf(ports.values()), addresses, List.of());
                table.adopt();
                table.changed(world);
                speaker = new Speaker(
                        config(),
                        table,
                        index,
                        loop,
                        transport,
                        discovery,
                        Liveness.NONE,
                        events::add,
                        EarlierRun.NONE,
                        SimulatedTransport::linkIndex,
                        random.split());
                speaker.changed(world);
                speaker.start();
            });
            time.settle();
            return this;
        }

        void reconfigure() {
            loop.execute(() -> speaker.reconfigure(config()));
            time.settle();
        }

        void up(String link, boolean up) {
            Links.Link before = ports.get(link);
            Links.Link now = new Links.Link(before.index(), link, up, false, before.mtu(), before.macAddress());
            ports.put(link, now);
            loop.execute(() -> {
                table.changed(new Links.Event.LinkChanged(now));
                speaker.changed(new Links.Event.LinkChanged(now));
            });
            time.settle();
        }

        /** An address that appears while it runs. */
        void add(String link, String ipv4, int length) {
            Links.Event added = new Links.Event.AddressAdded(
                    new Links.HostAddress(SimulatedTransport.linkIndex(link), IpAddress.parse(ipv4), length, null));
            loop.execute(() -> {
                table.changed(added);
                speaker.changed(added);
            });
            time.settle();
        }

        <T> T ask(java.util.function.Function<Speaker, T> question) {
            List<T> answer = new ArrayList<>();
            loop.execute(() -> answer.add(question.apply(speaker)));
            time.settle();
            return answer.getFirst();
        }

        PeerSnapshot peer(String name) {
            return ask(s -> s.view().peers().stream()
                    .filter(p -> p.config().name().equals(name))
                    .findFirst()
                    .orElseThrow());
        }

        long established() {
            return ask(s -> s.view().peers().stream()
                    .filter(p -> p.session() != null && p.session().negotiated() != null)
                    .count());
        }

        /** The ways that the kernel has for a prefix; empty for none. */
        List<NextHop.Hop> forwards(String prefix) {
            return kernel.forwarding().getOrDefault(IpPrefix.parse(prefix), List.of());
        }

        PrefixSnapshot route(String prefix) {
            return ask(s -> s.view().explain(IpPrefix.parse(prefix)).orElseThrow());
        }

        List<String> eventsOf(String kind) {
            return events.stream()
                    .filter(event -> event.kind().equals(kind))
                    .map(Event::message)
                    .toList();
        }

        int trackedNextHops() {
            return ask(s -> table.nextHops().size());
        }
    }
}
