package dev.espalier.bgp.sim;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Loop;
import dev.espalier.route.Secret;
import dev.espalier.route.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Transport} of one host of a {@link SimulatedNetwork}. It keeps the port's promises and holds its callers to theirs:
 * a connection touched off its loop fails the test.
 *
 * <p>TCP-MD5 and TTL checks work as in the kernel: what does not fit is dropped without an answer.
 */
public final class SimulatedTransport implements Transport {

    private static final long CONNECT_TIMEOUT = Duration.ofSeconds(30).toNanos();

    private final SimulatedNetwork network;
    private final String name;
    private final List<IpAddress> addresses;
    private final List<SimulatedLoop> loops;
    private final List<SimulatedListener> listeners = new ArrayList<>();
    private int nextLoop;
    private int nextPort = 32768;

    SimulatedTransport(SimulatedNetwork network, String name, List<IpAddress> addresses) {
        this.network = network;
        this.name = name;
        this.addresses = addresses;
        this.loops = List.of(network.time().loop(name + "/io-0"), network.time().loop(name + "/io-1"));
    }

    /** One of two loops, in turn. */
    @Override
    public Loop loop() {
        return loops.get(nextLoop++ % loops.size());
    }

    @Override
    public Listener listen(ListenOptions options, Acceptor acceptor) {
        int port = options.port() == 0 ? nextPort++ : options.port();
        for (SimulatedListener other : listeners) {
            if (other.port == port && other.address.equals(options.address())) {
                throw new TransportException(
                        "cannot listen on " + options.address() + " port " + port + ": address in use", null);
            }
        }
        SimulatedListener listener = new SimulatedListener(options.address(), port, acceptor);
        listeners.add(listener);
        return listener;
    }

    @Override
    public void connect(ConnectOptions options, Loop loop, ConnectionHandler handler) {
        if (!(loop instanceof SimulatedLoop own) || !loops.contains(own)) {
            throw new IllegalArgumentException(loop + " is not a loop of " + name);
        }
        IpAddress source = options.source() != null ? options.source() : sourceFor(options.remote());
        Endpoint local = endpoint(source, nextPort++, options.link());
        Endpoint remote = endpoint(options.remote(), options.port(), options.link());
        network.time().post(own, network.delay(), () -> synArrives(options, local, remote, own, handler));
    }

    /**
     * The host loses power: its connections and listeners are gone without a word to anybody, its own handlers included. Others
     * learn of it when they next send something. It can be used again at once.
     */
    public void vanish() {
        listeners.clear();
        network.connectionsOf(this).forEach(SimulatedConnection::vanish);
    }

    /** Stalls all its loops, see {@link SimulatedLoop#stall}. */
    public void stall(Duration pause) {
        loops.forEach(loop -> loop.stall(pause));
    }

    /** Stalls one of its two loops, 0 or 1. */
    public void stall(int which, Duration pause) {
        loops.get(which).stall(pause);
    }

    SimulatedNetwork network() {
        return network;
    }

    @Override
    public String toString() {
        return name;
    }

    /** The number that a link's name stands for: the digits at its end, so that {@code eth3} is 3. */
    public static int linkIndex(String link) {
        String digits = link.replaceAll("\\D", "");
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    private void synArrives(
            ConnectOptions options, Endpoint local, Endpoint remote, SimulatedLoop loop, ConnectionHandler handler) {
        SimulatedTransport host = network.hostOf(options.remote());
        if (host == null || network.isCut(this, host)) {
            later(loop, CONNECT_TIMEOUT, () -> handler.closed("connection timed out"));
            return;
        }
        SimulatedListener listener = host.listenerFor(options.remote(), options.port());
        if (listener == null) {
            later(loop, network.delay(), () -> handler.closed("connection refused"));
            return;
        }
        if (!Objects.equals(listener.passwordFor(local.address()), options.password())) {
            later(loop, CONNECT_TIMEOUT, () -> handler.closed("connection timed out"));
            return;
        }
        later((SimulatedLoop) host.loop(), 0, () -> host.accept(listener, this, options, local, remote, loop, handler));
    }

    private void accept(
            SimulatedListener listener,
            SimulatedTransport client,
            ConnectOptions options,
            Endpoint clientEnd,
            Endpoint ownEnd,
            SimulatedLoop clientLoop,
            ConnectionHandler clientHandler) {
        Acceptance acceptance = listener.acceptor.accept(clientEnd, ownEnd);
        if (acceptance != null
                && (options.ttl() < acceptance.minimumTtl() || acceptance.ttl() < options.minimumTtl())) {
            later(clientLoop, CONNECT_TIMEOUT, () -> clientHandler.closed("connection timed out"));
            return;
        }
        SimulatedConnection theirs = new SimulatedConnection(client, clientLoop, clientHandler, clientEnd, ownEnd);
        if (acceptance == null) {
            later(clientLoop, network.delay(), () -> {
                clientHandler.opened(theirs);
                later(clientLoop, 0, () -> clientHandler.closed(null));
            });
            return;
        }
        SimulatedLoop ownLoop = (SimulatedLoop) acceptance.loop();
        SimulatedConnection ours = new SimulatedConnection(this, ownLoop, acceptance.handler(), ownEnd, clientEnd);
        SimulatedConnection.join(theirs, ours);
        later(ownLoop, 0, ours::open);
        later(clientLoop, network.delay(), theirs::open);
    }

    private void later(SimulatedLoop loop, long delay, Runnable action) {
        network.time().post(loop, delay, action);
    }

    private @Nullable SimulatedListener listenerFor(IpAddress address, int port) {
        return listeners.stream()
                .filter(l -> l.port == port
                        && (l.address.equals(address)
                                || l.address.isUnspecified() && l.address.family() == address.family()))
                .findFirst()
                .orElse(null);
    }

    private IpAddress sourceFor(IpAddress remote) {
        return addresses.stream()
                .filter(a -> a.family() == remote.family() && a.isLinkLocal() == remote.isLinkLocal())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " has no address towards " + remote));
    }

    private static Endpoint endpoint(IpAddress address, int port, @Nullable String link) {
        return new Endpoint(address, port, address.isLinkLocal() && link != null ? linkIndex(link) : 0);
    }

    /** A listening socket in memory. */
    private final class SimulatedListener implements Listener {
        private final IpAddress address;
        private final int port;
        private final Acceptor acceptor;
        private final Map<IpPrefix, Secret> passwords = new HashMap<>();

        SimulatedListener(IpAddress address, int port, Acceptor acceptor) {
            this.address = address;
            this.port = port;
            this.acceptor = acceptor;
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public void password(IpPrefix peers, @Nullable Secret password) {
            if (password == null) {
                passwords.remove(peers);
            } else {
                passwords.put(peers, password);
            }
        }

        @Override
        public void close() {
            listeners.remove(this);
        }

        @Nullable
        Secret passwordFor(IpAddress peer) {
            return passwords.entrySet().stream()
                    .filter(e -> e.getKey().contains(peer))
                    .max(Comparator.comparingInt(e -> e.getKey().length()))
                    .map(Map.Entry::getValue)
                    .orElse(null);
        }
    }
}
