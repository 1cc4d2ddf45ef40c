package dev.espalier.bgp.session;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.sim.SimulatedNetwork;
import dev.espalier.bgp.sim.SimulatedTime;
import dev.espalier.bgp.sim.SimulatedTransport;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.Event;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.route.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Speakers in a simulated network, for the tests of this package. */
final class Lab {

    static final RestartFlags NOT_RESTARTING = new RestartFlags() {
        @Override
        public boolean restarting() {
            return false;
        }

        @Override
        public boolean forwardingPreserved(Family family) {
            return true;
        }
    };

    final SimulatedTime time = new SimulatedTime();
    final SimulatedNetwork network;
    private final SplittableRandom random;

    Lab(long seed) {
        network = new SimulatedNetwork(time, seed);
        random = new SplittableRandom(seed);
    }

    /** A speaker that is not yet started. */
    Box speaker(String address, long asn, PeerConfig... peers) {
        return new Box(address, network.host(address, IpAddress.parse(address)), config(address, asn, peers));
    }

    /** A speaker with a router id other than its address. */
    Box twin(String address, String routerId, long asn, PeerConfig... peers) {
        return new Box(
                address,
                network.host(address, IpAddress.parse(address)),
                listeningOn(address, config(routerId, asn, peers)));
    }

    /** The same, at another address. */
    static SpeakerConfig listeningOn(String address, SpeakerConfig config) {
        return config.toBuilder().listen(List.of(IpAddress.parse(address))).build();
    }

    /** A speaker at the address, whose router id it also is. */
    static SpeakerConfig config(String address, long asn, PeerConfig... peers) {
        Ipv4Address routerId = Ipv4Address.parse(address);
        return SpeakerConfig.builder(new Asn(asn), routerId)
                .listen(List.of(routerId))
                .maximumPaths(1)
                .restartSeconds(60)
                .stalePathSeconds(60)
                .peers(List.of(peers))
                .build();
    }

    /** A neighbour in an AS, with everything else as is usual. */
    static Peer peer(String address, long asn) {
        return new Peer(
                new PeerConfig.Remote.Address(IpAddress.parse(address), null),
                new PeerConfig.RemoteAs.Exactly(new Asn(asn)));
    }

    /** A range of neighbours in any AS. */
    static Peer range(String prefix, int limit) {
        return new Peer(new PeerConfig.Remote.Range(IpPrefix.parse(prefix), limit), new PeerConfig.RemoteAs.Any());
    }

    /** Lets time pass until both see the other. */
    boolean converges(Duration limit, Box... boxes) {
        return time.runUntil(limit, () -> {
            for (Box box : boxes) {
                if (!box.allUp()) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Builds a {@link PeerConfig}. */
    static final class Peer {
        private final PeerConfig.Remote remote;
        private final PeerConfig.RemoteAs asn;
        private boolean passive;
        private @Nullable Secret password;
        private int ttl = 64;
        private int minimumTtl;
        private int hold = 90;
        private int retry = 5;
        private int gracefulRestart;
        private boolean extended = true;
        private Set<Family> families = Set.of(Family.IPV4_UNICAST);
        private PeerConfig.@Nullable Bfd bfd;

        Peer(PeerConfig.Remote remote, PeerConfig.RemoteAs asn) {
            this.remote = remote;
            this.asn = asn;
        }

        Peer passive() {
            passive = true;
            return this;
        }

        Peer password(String text) {
            password = Secret.of(text);
            return this;
        }

        Peer ttl(int sent, int minimum) {
            ttl = sent;
            minimumTtl = minimum;
            return this;
        }

        Peer hold(int seconds) {
            hold = seconds;
            return this;
        }

        Peer retry(int seconds) {
            retry = seconds;
            return this;
        }

        Peer gracefulRestart(int seconds) {
            gracefulRestart = seconds;
            return this;
        }

        Peer bfd(boolean strict) {
            bfd = new PeerConfig.Bfd("fast", strict);
            return this;
        }

        Peer families(Family... which) {
            families = Set.of(which);
            return this;
        }

        Peer withoutExtendedMessages() {
            extended = false;
            return this;
        }

        long asn() {
            return asn instanceof PeerConfig.RemoteAs.Exactly(Asn number) ? number.value() : 0;
        }

        PeerConfig build() {
            return build(false);
        }

        PeerConfig build(boolean nextHopSelf) {
            PeerConfig.Session session = PeerConfig.Session.USUAL.toBuilder()
                    .passive(passive)
                    .password(password)
                    .ttl(ttl)
                    .minimumTtl(minimumTtl)
                    .holdSeconds(hold)
                    .keepaliveSeconds(hold / 3)
                    .connectRetrySeconds(retry)
                    .gracefulRestart(gracefulRestart)
                    .extendedMessages(extended)
                    .build();
            String name = remote instanceof PeerConfig.Remote.Address(IpAddress address, String link)
                    ? address.toString()
                    : ((PeerConfig.Remote.Range) remote).range().toString();
            return PeerConfig.builder(name, remote)
                    .asn(asn)
                    .session(session)
                    .families(families)
                    .nextHopSelf(nextHopSelf)
                    .bfd(bfd)
                    .build();
        }
    }

    /** Paths that are up or fail when the test says so. */
    static final class Paths implements Liveness {
        final Map<Target, Observer> watched = new LinkedHashMap<>();
        final List<String> profiles = new ArrayList<>();

        @Override
        public Watch watch(Target target, Observer observer) {
            watched.put(target, observer);
            observer.changed(new Report(Condition.NOT_UP, "the peer has not been heard", false));
            return new Watch() {
                @Override
                public void profile(String name) {
                    profiles.add(name);
                }

                @Override
                public void close() {
                    watched.remove(target);
                }
            };
        }

        void all(Condition condition, String reason, boolean independent) {
            List.copyOf(watched.values())
                    .forEach(observer -> observer.changed(new Report(condition, reason, independent)));
        }
    }

    /** One host with a speaker on it. */
    final class Box {
        final String address;
        final SimulatedTransport transport;
        final List<Event> events = new ArrayList<>();
        final List<Recorder> recorders = new ArrayList<>();
        final Paths paths = new Paths();
        final Sessions sessions;

        Box(String address, SimulatedTransport transport, SpeakerConfig config) {
            this.address = address;
            this.transport = transport;
            this.sessions = new Sessions(
                    config,
                    transport,
                    RouterDiscovery.NONE,
                    NOT_RESTARTING,
                    paths,
                    events::add,
                    this::observerFor,
                    SimulatedTransport::linkIndex,
                    random.split());
        }

        private SessionObserver observerFor(PeerConfig peer, boolean dynamic) {
            Recorder recorder = new Recorder(peer.name());
            recorders.add(recorder);
            return recorder;
        }

        boolean allUp() {
            return !recorders.isEmpty() && recorders.stream().allMatch(Recorder::up);
        }

        /** The one observer. */
        Recorder only() {
            return recorders.getLast();
        }

        Recorder recorderOf(String neighbour) {
            return recorders.stream()
                    .filter(recorder -> IpAddress.parse(neighbour).equals(recorder.remote))
                    .findFirst()
                    .orElseThrow();
        }

        SessionStatus status() {
            return sessions.entries().getFirst().status();
        }

        List<String> eventsOf(String kind) {
            return events.stream()
                    .filter(event -> event.kind().equals(kind))
                    .map(Event::message)
                    .toList();
        }
    }

    /** Writes down what it hears, and checks that the order is the one promised. */
    static final class Recorder implements SessionObserver {
        private final String peer;
        final List<Closed> closed = new ArrayList<>();
        final List<UpdateMessage> updates = new ArrayList<>();
        final List<Integer> batches = new ArrayList<>();
        final List<Message.RouteRefresh> refreshes = new ArrayList<>();

        @Nullable
        Channel channel;

        /** Whom it talks to, or has talked to last. */
        @Nullable
        IpAddress remote;

        int established;
        int writable;
        int octets;
        boolean consumes = true;

        Recorder(String peer) {
            this.peer = peer;
        }

        boolean up() {
            return channel != null;
        }

        @Override
        public void established(Channel opened) {
            if (channel != null) {
                throw new IllegalStateException("established twice with " + peer);
            }
            channel = opened;
            remote = opened.negotiated().remote().address();
            established++;
        }

        @Override
        public void updates(Channel from, List<UpdateMessage> received, int size) {
            check(from);
            updates.addAll(received);
            batches.add(received.size());
            octets += size;
            if (consumes) {
                from.consumed(size);
            }
        }

        @Override
        public void refresh(Channel from, Message.RouteRefresh refresh, int size) {
            check(from);
            refreshes.add(refresh);
            from.consumed(size);
        }

        @Override
        public void writable(Channel which) {
            check(which);
            writable++;
        }

        @Override
        public void closed(Channel which, Closed how) {
            check(which);
            channel = null;
            closed.add(how);
        }

        private void check(Channel which) {
            if (which != channel) {
                throw new IllegalStateException(
                        "something was heard of a session with " + peer + " that is not the present one");
            }
        }
    }
}
