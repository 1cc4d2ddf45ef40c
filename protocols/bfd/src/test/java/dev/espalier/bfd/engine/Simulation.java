package dev.espalier.bfd.engine;

import dev.espalier.net.IpAddress;
import dev.espalier.route.Datagrams;
import dev.espalier.route.Event;
import dev.espalier.route.EventSink;
import dev.espalier.route.Loop;
import dev.espalier.route.Transport.TransportException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A clock and a wire between hosts, the same every time for a seed. One thread: that of the test. */
final class Simulation {

    private final Random random;
    private final PriorityQueue<Task> queue =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::sequence));
    private final Map<IpAddress, Host> hosts = new HashMap<>();
    private long now;
    private long sequence;

    /** Of a hundred packets, how many are lost. */
    int lossPercent;
    /** How long a packet takes at most. */
    Duration longestDelay = Duration.ofMillis(2);
    /** With which TTL packets arrive. */
    int ttl = 255;

    Simulation(long seed) {
        random = new Random(seed);
    }

    private static final class Task implements Loop.Timer {
        private final long at;
        private final long sequence;
        private @Nullable Runnable action;

        Task(long at, long sequence, Runnable action) {
            this.at = at;
            this.sequence = sequence;
            this.action = action;
        }

        long at() {
            return at;
        }

        long sequence() {
            return sequence;
        }

        @Override
        public void cancel() {
            action = null;
        }
    }

    /** A host with sessions of its own. */
    final class Host implements Loop, Datagrams {
        final IpAddress address;
        final List<Event> events = new ArrayList<>();
        final EventSink sink = events::add;
        final BfdSessions sessions;
        /** A program that has the ports of BFD. */
        boolean portsTaken;
        /** What this host sends is lost. */
        boolean mute;

        private final Map<Integer, Receiver> ports = new HashMap<>();

        Host(String address) {
            this.address = IpAddress.parse(address);
            this.sessions = new BfdSessions(this, this, sink, name -> 7, new Random(random.nextLong()));
        }

        @Override
        public void execute(Runnable task) {
            post(0, task);
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            return post(delayNanos, task);
        }

        @Override
        public long now() {
            return now;
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public Socket open(Options options, @Nullable Receiver receiver) {
            if (receiver != null && portsTaken) {
                throw new TransportException(
                        "cannot open UDP port " + options.port() + ": another program has it", null);
            }
            if (receiver != null) {
                ports.put(options.port(), receiver);
            }
            return new Socket() {
                @Override
                public void send(IpAddress remote, int port, int link, byte[] octets) {
                    deliver(Host.this, remote, port, octets);
                }

                @Override
                public void close() {
                    if (receiver != null) {
                        ports.remove(options.port());
                    }
                }
            };
        }

        /** As if it had come over the wire from another host. */
        void arrive(IpAddress from, int port, int arrivingTtl, byte[] octets) {
            Receiver receiver = ports.get(port);
            if (receiver != null) {
                receiver.received(new Datagram(from, 50_000, address, 7, arrivingTtl, ByteBuffer.wrap(octets)));
            }
        }

        List<String> kinds() {
            return events.stream().map(Event::kind).toList();
        }
    }

    Host host(String address) {
        Host host = new Host(address);
        hosts.put(host.address, host);
        return host;
    }

    private void deliver(Host from, IpAddress remote, int port, byte[] octets) {
        Host to = hosts.get(remote);
        if (to != null && !from.mute && random.nextInt(100) >= lossPercent) {
            long delay = random.nextLong(longestDelay.toNanos() + 1);
            post(delay, () -> to.arrive(from.address, port, ttl, octets));
        }
    }

    private Task post(long delay, Runnable action) {
        Task task = new Task(now + Math.max(0, delay), sequence++, action);
        queue.add(task);
        return task;
    }

    long now() {
        return now;
    }

    void run(Duration time) {
        long end = now + time.toNanos();
        while (!queue.isEmpty() && queue.peek().at <= end) {
            Task task = queue.remove();
            now = task.at;
            if (task.action != null) {
                task.action.run();
            }
        }
        now = end;
    }
}
