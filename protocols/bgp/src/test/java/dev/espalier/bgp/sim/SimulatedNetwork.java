package dev.espalier.bgp.sim;

import dev.espalier.net.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hosts and the cables between them, in memory and on a {@link SimulatedTime}: every host reaches every other, with a delay that
 * is drawn anew for each segment, and with TCP's promises: octets arrive in order, in pieces of any size, or the connection is
 * lost. The same seed gives the same run.
 */
public final class SimulatedNetwork {

    private final SimulatedTime time;
    private final Random random;
    private final Map<IpAddress, SimulatedTransport> hosts = new HashMap<>();
    /** Pairs of host names, since a cable stays cut when a host is started anew. */
    private final Set<Set<String>> cuts = new HashSet<>();

    private final List<SimulatedConnection> connections = new ArrayList<>();
    private long minimumDelay = Duration.ofMillis(1).toNanos();
    private long maximumDelay = Duration.ofMillis(3).toNanos();
    private boolean recording;

    /** An empty network. */
    public SimulatedNetwork(SimulatedTime time, long seed) {
        this.time = time;
        this.random = new Random(seed);
    }

    /**
     * Adds a host.
     *
     * @param addresses its own; the first of a family is the source where none is asked for
     */
    public SimulatedTransport host(String name, IpAddress... addresses) {
        SimulatedTransport host = new SimulatedTransport(this, name, List.of(addresses));
        for (IpAddress address : addresses) {
            hosts.put(address, host);
        }
        return host;
    }

    /** How long a segment takes. */
    public SimulatedNetwork delay(Duration minimum, Duration maximum) {
        minimumDelay = minimum.toNanos();
        maximumDelay = maximum.toNanos();
        return this;
    }

    /** Cuts the cable between two hosts: whatever is sent waits, as TCP would send it again, and connecting gets no answer. */
    public void cut(SimulatedTransport one, SimulatedTransport other) {
        cuts.add(Set.of(one.toString(), other.toString()));
    }

    /** Repairs the cable. */
    public void heal(SimulatedTransport one, SimulatedTransport other) {
        cuts.remove(Set.of(one.toString(), other.toString()));
    }

    /** Resets every connection between two hosts, seen by both ends. */
    public void reset(SimulatedTransport one, SimulatedTransport other) {
        for (SimulatedConnection connection : List.copyOf(connections)) {
            if (connection.host() == one && connection.peer().host() == other
                    || connection.host() == other && connection.peer().host() == one) {
                connection.lose("connection reset by peer");
            }
        }
    }

    /** One end loses its connections with the other, which is not told: they are half-open until it sends something. */
    public void halfOpen(SimulatedTransport loser, SimulatedTransport other) {
        for (SimulatedConnection connection : connectionsOf(loser)) {
            if (connection.peer().host() == other) {
                connection.lose("connection timed out");
            }
        }
    }

    /** Keeps from now on what every end reads, for as long as its connection is open. */
    public SimulatedNetwork recording() {
        recording = true;
        return this;
    }

    /** All that one host has read on its only open connection with another; nothing where there is not exactly one. */
    public byte[] heard(SimulatedTransport by, SimulatedTransport from) {
        List<SimulatedConnection> open = connectionsOf(by).stream()
                .filter(connection -> connection.peer().host() == from)
                .toList();
        return open.size() == 1 ? open.getFirst().heard() : new byte[0];
    }

    boolean isRecording() {
        return recording;
    }

    /** How many connections are open between two hosts, each counted once. */
    public long connections(SimulatedTransport one, SimulatedTransport other) {
        return connections.stream()
                .filter(c -> c.host() == one && c.peer().host() == other)
                .count();
    }

    SimulatedTime time() {
        return time;
    }

    Random random() {
        return random;
    }

    long delay() {
        return minimumDelay + (long) (random.nextDouble() * (maximumDelay - minimumDelay));
    }

    /** Whether the cable between two hosts is cut. */
    public boolean isCut(SimulatedTransport one, SimulatedTransport other) {
        return !cuts.isEmpty() && one != other && cuts.contains(Set.of(one.toString(), other.toString()));
    }

    @Nullable
    SimulatedTransport hostOf(IpAddress address) {
        return hosts.get(address);
    }

    void opened(SimulatedConnection connection) {
        connections.add(connection);
    }

    void closed(SimulatedConnection connection) {
        connections.remove(connection);
    }

    List<SimulatedConnection> connectionsOf(SimulatedTransport host) {
        return connections.stream().filter(c -> c.host() == host).toList();
    }
}
