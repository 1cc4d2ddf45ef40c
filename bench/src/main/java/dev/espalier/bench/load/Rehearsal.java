package dev.espalier.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Plays the feeds of a run through a relay in this process, until the compiler has translated all that the run will go through,
 * sockets included, and thrown away what it had guessed wrongly. What comes is what will come: a profile of something else would
 * have to be thrown away while the clock runs.
 */
final class Rehearsal {

    /** How many prefixes are read at most, and how many times what the run itself will read. */
    private static final long MOST_PREFIXES = 6_000_000;

    private static final int TIMES = 10;

    /** It only saves time: what does not come in so long is not waited for. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private static final long SETTLE_NANOS = 50_000_000L;

    private static final int BURST = 64;

    private final Watch watch;
    private final Watch.Table table;
    private final Latencies latencies = new Latencies();
    private final UpdateReader reader;
    private final Exchange exchange;
    private final Session feeder;
    private final Session monitor;
    private final long wanted;

    private Rehearsal(Scenario scenario, Prefixes prefixes, InetSocketAddress relay) {
        watch = new Watch(prefixes.size());
        table = watch.new Table(0, 0);
        reader = new UpdateReader(prefixes, scenario.kind() == Scenario.Kind.REFLECTOR, latencies);
        exchange = new Exchange(relay, reader);
        feeder = new Session(Peer.feeder(scenario, 0), null, exchange);
        monitor = new Session(Peer.monitor(scenario, 0), table, exchange);
        int receivers = scenario.kind() == Scenario.Kind.REFLECTOR ? scenario.feeders() : 1;
        wanted = Math.min(MOST_PREFIXES, (long) TIMES * receivers * prefixes.size());
    }

    /** Rehearses; takes a second or a few. */
    static void of(Scenario scenario, Prefixes prefixes, List<Feed> feeds, @Nullable ChurnFeed churn) {
        try {
            Relay relay = new Relay(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread relaying = Thread.ofPlatform().daemon().name("rehearsal").start(() -> serve(relay));
            Rehearsal rehearsal = new Rehearsal(scenario, prefixes, relay.address());
            rehearsal.play(feeds, churn);
            rehearsal.exchange.close();
            relaying.interrupt();
            relaying.join();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("interrupted while rehearsing", interrupted);
        }
    }

    private static void serve(Relay relay) {
        try {
            relay.serve();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void play(List<Feed> feeds, @Nullable ChurnFeed churn) {
        exchange.connect(monitor);
        exchange.connect(feeder);
        await(() -> exchange.up() == 2);
        long settled = System.nanoTime() + SETTLE_NANOS;
        await(() -> System.nanoTime() >= settled); // the relay has read that we are up
        boolean heard = true;
        while (heard && reader.prefixesRead() < wanted) {
            watch.begin(List.of(table));
            for (Feed feed : feeds) {
                heard &= send(feed.announcements(), feed.prefixes());
            }
            table.expectWhatIsHeld();
            for (Feed feed : feeds) {
                heard &= send(feed.withdrawals(), feed.prefixes());
            }
        }
        if (heard && churn != null) {
            churn(churn);
        }
    }

    private void churn(ChurnFeed churn) {
        latencies.begin(churn.size());
        for (int first = 0; first < churn.size(); first += BURST) {
            int end = Math.min(churn.size(), first + BURST);
            for (int update = first; update < end; update++) {
                latencies.sent(update, System.nanoTime());
            }
            send(churn.messages(first, end), end - first);
        }
    }

    private boolean send(ByteBuffer messages, int prefixes) {
        long wanted = reader.prefixesRead() + prefixes;
        feeder.send(messages);
        return await(() -> feeder.isIdle() && reader.prefixesRead() >= wanted);
    }

    private boolean await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            exchange.pump(5);
        }
        return true;
    }
}
