package dev.espalier.bgp.session;

import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.discovery.NeighborDiscovery;
import dev.espalier.bgp.fsm.LocalSpeaker;
import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Message;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv6Address;
import dev.espalier.route.EventSink;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.route.Transport;
import dev.espalier.route.Transport.Acceptance;
import dev.espalier.route.Transport.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one speaker: with its configured neighbours, and with those that appear from a configured range. Opens the
 * listeners, gives every connection that comes in to the neighbour it belongs to, and follows changes of the configuration.
 *
 * <p>All methods may be called by any thread. A lock guards who there is; no message passes it.
 */
public final class Sessions {

    /** How long a dynamic neighbour that nobody needs is remembered: as long as the longest pause after a failure. */
    private static final long REMEMBER_NANOS = TimeUnit.SECONDS.toNanos(60);

    /**
     * Where many neighbours are begun with at once, the first attempts to connect follow each other so closely: thousands to
     * silent addresses would otherwise keep the loop from those that answer. A thousand neighbours have begun after two seconds.
     */
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Transport transport;
    private final RestartFlags restart;
    private final Liveness liveness;
    private final EventSink events;
    private final ObserverFactory observers;
    private final ToIntFunction<String> linkIndex;
    private final SplittableGenerator jitter;
    private final Loop home;
    private final Object lock = new Object();
    private final Listeners listeners;
    private final NeighborDiscovery discovery;
    private final Map<String, Configured> configured = new LinkedHashMap<>();
    private final DynamicNeighbors dynamic = new DynamicNeighbors();
    private final EventLimiter limiter = new EventLimiter();
    private SpeakerConfig config;
    private boolean running;
    private long startedAt;
    /** How many sessions the change at hand, of the configuration or of what is discovered, has begun. */
    private int begun;

    /** Makes those who hear of a neighbour's sessions. */
    @FunctionalInterface
    public interface ObserverFactory {
        /**
         * The observer of one neighbour. Asked for when the neighbour is configured or appears, and again when a change of its
         * configuration resets it: the former observer then still hears that its session is closed. Must not call
         * {@link Sessions}.
         *
         * @param config what is configured for it
         * @param dynamic whether it came from a range
         */
        SessionObserver observerFor(PeerConfig config, boolean dynamic);
    }

    /**
     * One neighbour and how its session stands.
     *
     * @param config what is configured for it; that of the range where it came from one
     * @param address its address; null for one that is known by its interface and has not been found there
     * @param link the kernel's index of its link where it has a link-local address, otherwise 0
     * @param dynamic whether it came from a range
     * @param status how its session stands
     */
    public record Entry(
            PeerConfig config, @Nullable IpAddress address, int link, boolean dynamic, SessionStatus status) {}

    private record Configured(PeerConfig config, PeerConfig.Remote.Address remote, PeerSession session) {}

    /**
     * Sessions that are not yet started.
     *
     * @param config who we are and whom to talk to
     * @param transport where connections come from
     * @param routers how neighbours are found that are known by their interface
     * @param restart what our OPENs say about a restart of ours
     * @param liveness who watches the paths to neighbours
     * @param events who hears what happened
     * @param observers makes those who hear of the sessions
     * @param linkIndex the kernel's number for a link's name, or 0 where there is no such link
     * @param jitter where random numbers come from; split for every session
     */
    public Sessions(
            SpeakerConfig config,
            Transport transport,
            RouterDiscovery routers,
            RestartFlags restart,
            Liveness liveness,
            EventSink events,
            ObserverFactory observers,
            ToIntFunction<String> linkIndex,
            SplittableGenerator jitter) {
        this.config = config;
        this.transport = transport;
        this.restart = restart;
        this.liveness = liveness;
        this.events = events;
        this.observers = observers;
        this.linkIndex = linkIndex;
        this.jitter = jitter;
        this.home = transport.loop();
        this.listeners = new Listeners(transport, this::accept);
        this.discovery = new NeighborDiscovery(config.instance(), routers, home, events, new Discovered());
    }

    /**
     * Opens the listeners, before {@link #start}. Whoever connects until then is refused, and tries again.
     *
     * @throws Transport.TransportException when a listener cannot be opened; none is open then
     */
    public void listen() {
        listen(config);
    }

    /**
     * Opens the listeners if that has not been done, and starts every configured neighbour.
     *
     * @throws Transport.TransportException when a listener cannot be opened; nobody has been talked to then
     */
    public void start() {
        listen(config);
        synchronized (lock) {
            running = true;
            startedAt = home.now();
            begun = 0;
            config.peers().forEach(this::add);
            discovery.configure(SessionConfig.interfaces(config));
        }
    }

    /**
     * Never under the lock: opening a socket waits for the transport's loop, and that loop may at this very moment be waiting for
     * the lock, with a connection that came in on another socket.
     */
    private void listen(SpeakerConfig wanted) {
        listeners.configure(wanted);
    }

    /**
     * Goes over to another configuration of the same speaker. A neighbour that is no longer there is told so (Cease, peer
     * de-configured); one whose session would be another is reset (Cease, other configuration change); the others' sessions are
     * not touched.
     *
     * @throws Transport.TransportException when a listener cannot be opened or a password not be set; no neighbour was touched
     */
    public void reconfigure(SpeakerConfig next) {
        listen(next);
        synchronized (lock) {
            SpeakerConfig before = config;
            config = next;
            boolean same = before.asn().equals(next.asn())
                    && before.routerId().equals(next.routerId())
                    && Objects.equals(before.device(), next.device());
            Map<String, PeerConfig> wanted = next.peers().stream().collect(Collectors.toMap(PeerConfig::name, p -> p));
            for (Configured old : List.copyOf(configured.values())) {
                PeerConfig peer = wanted.get(old.config.name());
                if (peer == null) {
                    remove(old, ErrorCode.CEASE_PEER_DECONFIGURED, "the neighbour was removed from the configuration");
                } else if (!same || !SessionConfig.same(old.config, peer)) {
                    remove(
                            old,
                            ErrorCode.CEASE_OTHER_CONFIGURATION_CHANGE,
                            "the neighbour's configuration has changed");
                }
            }
            reconfigureDynamic(wanted, same);
            begun = 0;
            next.peers().forEach(this::add);
            discovery.configure(SessionConfig.interfaces(next));
        }
    }

    /**
     * Ends all sessions and stops listening, for good.
     *
     * @param text what the neighbours' operators shall read (RFC 9003), cut at 255 octets; or null to close the connections
     *     without a word, so that neighbours which agreed on graceful restart keep our routes (RFC 4724)
     * @return done when every connection is closed: the neighbours have been told, or a second has not sufficed for it
     */
    public CompletionStage<Void> stop(@Nullable String text) {
        Message.Notification notification = text == null
                ? null
                : new Message.Notification(
                        ErrorCode.CEASE, ErrorCode.CEASE_ADMINISTRATIVE_SHUTDOWN, ShutdownText.encode(text));
        String reason = text == null ? "we are restarting" : "we are shutting down: " + text;
        listeners.close();
        synchronized (lock) {
            running = false;
            discovery.configure(Set.of());
            List<CompletableFuture<Void>> ends = new ArrayList<>();
            configured
                    .values()
                    .forEach(c -> ends.add(c.session.stop(notification, reason).toCompletableFuture()));
            dynamic.all()
                    .forEach(
                            d -> ends.add(d.session().stop(notification, reason).toCompletableFuture()));
            return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
        }
    }

    /**
     * Says that nobody needs a dynamic neighbour any more: its routes are gone. It is forgotten as soon as it has no session.
     * To be called after every {@link SessionObserver#closed}, at once or, where graceful restart keeps the routes, when they
     * are dropped. Does nothing for a configured neighbour, and while the session is up again.
     *
     * @param address the neighbour's
     * @param link the kernel's index of its link where the address is link-local, otherwise 0
     */
    public void release(IpAddress address, int link) {
        DynamicNeighbor.Source source = new DynamicNeighbor.Source(address, link);
        synchronized (lock) {
            for (DynamicNeighbor neighbor : dynamic.all()) {
                if (neighbor.source().equals(source)) {
                    neighbor.release();
                    forget(neighbor);
                }
            }
        }
    }

    /**
     * Connects to a neighbour of a range that an earlier run of ours had a session with, beside waiting for it, until a session is
     * up or {@link #await}; it takes its place among the neighbours of the range at once. A neighbour of a range with {@code passive},
     * and one with a link-local address, is only waited for.
     *
     * @param address the neighbour's
     * @param link the kernel's index of its link where the address is link-local, otherwise 0
     * @param local by which of our addresses it knows us; of no concern where the range says from which to connect
     */
    public void seek(IpAddress address, int link, IpAddress local) {
        synchronized (lock) {
            PeerConfig range = config.rangeOf(address);
            DynamicNeighbor.Source source = new DynamicNeighbor.Source(address, link);
            if (!running || range == null || range.session().passive() || link != 0) {
                return;
            }
            DynamicNeighbor neighbor = dynamic.find(known -> known.source().equals(source));
            if (neighbor == null) {
                neighbor = appeared(range, source, local);
            }
            neighbor.sought(true);
            neighbor.session().seek(begun++ * TURN_NANOS);
        }
    }

    /** Leaves it to a neighbour again to connect, after {@link #seek}; without a session it is forgotten after a while. */
    public void await(IpAddress address, int link) {
        DynamicNeighbor.Source source = new DynamicNeighbor.Source(address, link);
        synchronized (lock) {
            DynamicNeighbor neighbor = dynamic.find(known -> known.source().equals(source));
            if (neighbor != null) {
                neighbor.sought(false);
                neighbor.session().await();
                rememberForAWhile(neighbor.session());
            }
        }
    }

    /** All neighbours, the configured ones first. */
    public List<Entry> entries() {
        synchronized (lock) {
            List<Entry> all = new ArrayList<>();
            for (Configured c : configured.values()) {
                String link = c.remote.link();
                int index = link == null ? 0 : linkIndex.applyAsInt(link);
                all.add(new Entry(c.config, c.remote.address(), index, false, c.session.status()));
            }
            for (PeerConfig peer : config.peers()) {
                if (peer.remote() instanceof PeerConfig.Remote.Interface(String link)
                        && !configured.containsKey(peer.name())) {
                    all.add(new Entry(
                            peer, null, 0, false, SessionStatus.waiting(startedAt, discovery.waitsFor(link))));
                }
            }
            dynamic.all()
                    .forEach(d -> all.add(new Entry(
                            d.config(),
                            d.address(),
                            d.source().link(),
                            true,
                            d.session().status())));
            return all;
        }
    }

    /** Hears of the host's links: neighbours that are known by their interface come and go with it. Any thread. */
    public void changed(Links.Event event) {
        discovery.changed(event);
    }

    /** The ports on which connections are accepted, one for each listen address. */
    public List<Integer> ports() {
        return listeners.ports();
    }

    // ---- the configured ----

    private void add(PeerConfig peer) {
        PeerConfig.Remote.Address remote = whereabouts(peer);
        if (remote == null) {
            return;
        }
        Configured known = configured.get(peer.name());
        if (known != null) {
            configured.put(peer.name(), new Configured(peer, remote, known.session));
            if (!known.config.maximumPrefixes().equals(peer.maximumPrefixes())) {
                known.session.resume();
            }
            known.session.watchPath(peer.bfd());
            return;
        }
        SessionObserver observer = observers.observerFor(peer, false);
        PeerSession session = session(peer, remote, peer.name(), null, observer);
        configured.put(peer.name(), new Configured(peer, remote, session));
        session.start(begun++ * TURN_NANOS);
    }

    /** Where a configured neighbour is; null when that is not known, or it is whoever comes from a range. */
    private PeerConfig.Remote.@Nullable Address whereabouts(PeerConfig peer) {
        return switch (peer.remote()) {
            case PeerConfig.Remote.Address address -> address;
            case PeerConfig.Remote.Range range -> null;
            case PeerConfig.Remote.Interface(String link) -> {
                Ipv6Address found = discovery.neighbor(link);
                yield found == null ? null : new PeerConfig.Remote.Address(found, link);
            }
        };
    }

    private void remove(Configured old, int subcode, String reason) {
        configured.remove(old.config.name());
        old.session.stop(new Message.Notification(ErrorCode.CEASE, subcode), reason);
    }

    /** What is discovered about neighbours that are known by their interface; on the home loop. */
    private final class Discovered implements NeighborDiscovery.Observer {
        @Override
        public void neighborChanged(String link, @Nullable Ipv6Address address, String reason) {
            synchronized (lock) {
                if (!running) {
                    return;
                }
                begun = 0;
                for (PeerConfig peer : config.peers()) {
                    if (peer.remote().equals(new PeerConfig.Remote.Interface(link))) {
                        relocate(peer, reason);
                    }
                }
            }
        }

        /** The one before cannot be reached any more, or is somebody else: it is left without a word. */
        private void relocate(PeerConfig peer, String reason) {
            Configured old = configured.get(peer.name());
            if (old != null && !old.remote.equals(whereabouts(peer))) {
                configured.remove(peer.name());
                old.session.stop(null, reason);
            }
            add(peer);
        }

        @Override
        public boolean inUse(String link) {
            synchronized (lock) {
                return configured.values().stream()
                        .anyMatch(c -> c.config.remote().equals(new PeerConfig.Remote.Interface(link))
                                && c.session.established());
            }
        }
    }

    private PeerSession session(
            PeerConfig peer,
            PeerConfig.Remote.Address remote,
            String label,
            DynamicNeighbor.@Nullable Source source,
            SessionObserver observer) {
        LocalAs localAs = peer.session().localAs();
        SessionContext context = new SessionContext(
                config.instance(),
                config.device(),
                new LocalSpeaker(localAs == null ? config.asn() : localAs.asn(), config.routerId()),
                transport,
                restart,
                liveness,
                events,
                this::quiet);
        return new PeerSession(context, peer, remote, label, source, transport.loop(), observer, jitter.split());
    }

    // ---- those who come ----

    private @Nullable Acceptance accept(Endpoint remote, Endpoint local) {
        synchronized (lock) {
            if (!running) {
                return null;
            }
            PeerSession known = findConfigured(remote);
            if (known == null) {
                known = dynamic.find(remote);
            }
            return known != null ? known.accept() : acceptDynamic(remote, local);
        }
    }

    private @Nullable PeerSession findConfigured(Endpoint remote) {
        for (Configured candidate : configured.values()) {
            String link = candidate.remote.link();
            if (candidate.remote.address().equals(remote.address()) && (link == null || isLink(link, remote.link()))) {
                return candidate.session;
            }
        }
        return null;
    }

    private boolean isLink(String name, int index) {
        int known = linkIndex.applyAsInt(name);
        return index == 0 || known == 0 || known == index;
    }

    private @Nullable Acceptance acceptDynamic(Endpoint remote, Endpoint local) {
        PeerConfig peer = config.rangeOf(remote.address());
        if (peer == null || !(peer.remote() instanceof PeerConfig.Remote.Range range)) {
            report(
                    "bgp.connection.refused",
                    remote.address(),
                    remote.address(),
                    "Refused a connection from " + remote.address() + " to " + local.address()
                            + ": no peer has this address and no range contains it; to accept it, configure a BgpPeer with"
                            + " address: " + remote.address() + " or a listenRange");
            return null;
        }
        if (!dynamic.makeRoom(peer.name(), range.limit())) {
            report(
                    "bgp.range.full",
                    peer.name(),
                    peer.name(),
                    "Refused a connection from " + remote.address() + ": the range " + range.range()
                            + " has reached its limit of " + range.limit()
                            + " neighbours; raise the limit if they are all wanted");
            return null;
        }
        PeerSession session = appeared(peer, new DynamicNeighbor.Source(remote), local.address())
                .session();
        // Should the connection be gone before anything has come of it, nothing else would remove the neighbour.
        rememberForAWhile(session);
        return session.accept();
    }

    /**
     * A neighbour of a range that was not known.
     *
     * @param local by which of our addresses it knows us
     */
    private DynamicNeighbor appeared(PeerConfig range, DynamicNeighbor.Source source, IpAddress local) {
        IpAddress address = source.address();
        SessionObserver observer = observers.observerFor(range, true);
        PeerSession session = session(
                SessionConfig.waitingAt(range, address, local),
                new PeerConfig.Remote.Address(address, null),
                range.name() + " (" + address + ")",
                source,
                observer);
        DynamicNeighbor neighbor = new DynamicNeighbor(source, range, session);
        dynamic.add(neighbor);
        session.start(0);
        return neighbor;
    }

    private void report(String kind, Object about, Object subject, String message) {
        if (limiter.permits(about, home.now())) {
            events.warning(kind, config.instance(), subject, message);
        }
    }

    private void reconfigureDynamic(Map<String, PeerConfig> wanted, boolean same) {
        Set<IpAddress> addresses = wanted.values().stream()
                .map(PeerConfig::remote)
                .filter(PeerConfig.Remote.Address.class::isInstance)
                .map(remote -> ((PeerConfig.Remote.Address) remote).address())
                .collect(Collectors.toSet());
        for (DynamicNeighbor neighbor : dynamic.all()) {
            PeerConfig peer = wanted.get(neighbor.config().name());
            if (peer == null) {
                remove(neighbor, ErrorCode.CEASE_PEER_DECONFIGURED, "the range was removed from the configuration");
            } else if (!same
                    || !SessionConfig.same(neighbor.config(), peer)
                    || addresses.contains(neighbor.address())) {
                remove(neighbor, ErrorCode.CEASE_OTHER_CONFIGURATION_CHANGE, "the range's configuration has changed");
            } else {
                boolean sameLimits = neighbor.config().maximumPrefixes().equals(peer.maximumPrefixes());
                neighbor.config(peer);
                if (!sameLimits) {
                    neighbor.session().resume();
                }
                neighbor.session().watchPath(peer.bfd());
            }
        }
    }

    private void remove(DynamicNeighbor neighbor, int subcode, String reason) {
        neighbor.session().stop(new Message.Notification(ErrorCode.CEASE, subcode), reason);
        dynamic.remove(neighbor);
    }

    // ---- forgetting ----

    /** A session has come to rest; on its loop. */
    private void quiet(PeerSession session) {
        synchronized (lock) {
            if (dynamic.find(d -> d.session() == session) != null) {
                rememberForAWhile(session);
            }
        }
    }

    private void rememberForAWhile(PeerSession session) {
        session.loop().execute(() -> session.loop().schedule(REMEMBER_NANOS, () -> {
            synchronized (lock) {
                DynamicNeighbor neighbor = dynamic.find(d -> d.session() == session);
                if (neighbor != null) {
                    forget(neighbor);
                }
            }
        }));
    }

    private void forget(DynamicNeighbor neighbor) {
        if (neighbor.forgettable()) {
            dynamic.remove(neighbor);
        }
    }
}
