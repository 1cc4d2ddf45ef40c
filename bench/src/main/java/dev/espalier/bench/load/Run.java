package dev.espalier.bench.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One scenario against one daemon, phase by phase. One thread. */
final class Run implements AutoCloseable {

    static final long SEED = 42;

    /** A phase is over once everybody was right for so long. */
    private static final long QUIET_NANOS = 500_000_000L;

    /** What is wrong when the daemon has said nothing for so long stays wrong. */
    private static final long STALLED_NANOS = 30_000_000_000L;

    /** How long a daemon may take to give memory back, and how much it may keep: kilobytes. */
    private static final long REST_NANOS = 30_000_000_000L;

    private static final long NEARLY_KB = 60 * 1024;

    /** No more updates at once than this in a churn, if we come late. */
    private static final int CHURN_BURST = 64;

    private final Scenario scenario;
    private final long daemonPid;
    private final long limitNanos;
    private final Consumer<PhaseResult> results;
    private final Prefixes prefixes;
    private final BestPaths best;
    private final Watch watch;
    private final Latencies latencies = new Latencies();
    private final UpdateReader reader;
    private final Exchange exchange;
    private final Attributes attributes;
    private final List<Feed> feeds = new ArrayList<>();
    private final List<Session> feeders = new ArrayList<>();
    private final List<Session> monitors = new ArrayList<>();
    private final List<Watch.Table> tables = new ArrayList<>();
    private final Clock clock = new Clock();
    private final @Nullable ChurnFeed churn;
    private long startKb;

    /**
     * Encodes all messages and warms up what reads them.
     *
     * @param prepends whether the daemon puts its AS before external paths; a relay does not
     * @param daemonPid whose CPU time and memory to account; 0 for nobody's
     * @param limit how long a phase may take
     * @param results is told of each phase when it ends
     */
    Run(
            Scenario scenario,
            InetSocketAddress daemon,
            boolean prepends,
            long daemonPid,
            Duration limit,
            Consumer<PhaseResult> results) {
        this.scenario = scenario;
        this.daemonPid = daemonPid;
        this.limitNanos = limit.toNanos();
        this.results = results;
        prefixes = new Prefixes(scenario, SEED);
        best = new BestPaths(prefixes, scenario.ownPrefixes() ? 1 : scenario.feeders());
        watch = new Watch(prefixes.size());
        boolean reflector = scenario.kind() == Scenario.Kind.REFLECTOR;
        reader = new UpdateReader(prefixes, reflector, latencies);
        exchange = new Exchange(daemon, reader);
        attributes = new Attributes(scenario, prepends);
        for (int i = 0; i < scenario.feeders(); i++) {
            feeder(i, reflector);
        }
        for (int i = 0; i < scenario.monitors(); i++) {
            monitor(Peer.monitor(scenario, i), prefixes.firstIpv6(), prefixes.size());
        }
        churn = scenario.churnRate() > 0
                ? new ChurnFeed(scenario, feeders.getFirst().peer, prefixes, attributes)
                : null;
        if (scenario.prefixes6() > 0) {
            Peer feeder = Peer.feeder6(scenario);
            feeds.add(Feed.of(feeder, prefixes, groupFrom(prefixes.firstIpv6()), prefixes.groups(), attributes, best));
            feeders.add(new Session(feeder, null, exchange));
            monitor(Peer.monitor6(scenario), 0, prefixes.firstIpv6());
        }
        Rehearsal.of(scenario, prefixes, feeds, churn);
        System.gc(); // now rather than while a clock runs
    }

    /** @param otherFirst the first of the prefixes of which it is not told, and {@code otherEnd} the one after them */
    private void monitor(Peer peer, int otherFirst, int otherEnd) {
        Watch.Table table = watch.new Table(otherFirst, otherEnd);
        tables.add(table);
        monitors.add(new Session(peer, table, exchange));
    }

    private void feeder(int index, boolean reflector) {
        Peer peer = Peer.feeder(scenario, index);
        int first = 0;
        int end = groupFrom(prefixes.firstIpv6());
        int ownFirst = 0;
        int ownEnd = 0;
        if (scenario.ownPrefixes()) {
            ownFirst = index * scenario.prefixes();
            ownEnd = ownFirst + scenario.prefixes();
            first = index == 0 ? 0 : groupFrom(ownFirst);
            end = groupFrom(ownEnd);
        }
        feeds.add(Feed.of(peer, prefixes, first, end, attributes, best));
        Watch.Table table = null;
        if (reflector) {
            table = watch.new Table(ownFirst, ownEnd);
            tables.add(table);
        }
        feeders.add(new Session(peer, table, exchange));
    }

    /** The group that begins with this prefix. */
    private int groupFrom(int prefix) {
        int low = 0;
        int high = prefixes.groups();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (prefixes.groupStart(middle) < prefix) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Plays the whole scenario.
     *
     * @return whether every phase was right
     * @throws UsageException when sessions do not come up, or the daemon ends one
     */
    boolean play() {
        if (scenario.kind() == Scenario.Kind.DYNAMIC) {
            return establish() && drop();
        }
        clock.start();
        connect(feeders);
        connect(monitors);
        awaitSessions(feeders.size() + monitors.size());
        settle(1000);
        startKb = ProcessTree.of(daemonPid).residentKb();
        return switch (scenario.kind()) {
            case IDLE -> idle();
            case KERNEL -> fillKernel();
            case REFLECTOR -> announce("announce") && drop();
            default -> announce("announce") && afterAnnouncement();
        };
    }

    private boolean afterAnnouncement() {
        if (churn != null) {
            return churn(churn);
        }
        return scenario.feeders() == 1
                ? withdraw("withdraw") && announce("reannounce") && drop() && rest()
                : withdraw("switch") && drop();
    }

    /** The null daemon has no table: everything once is all it can relay rightly, and its withdrawal. */
    boolean playRelayed() {
        clock.start();
        connect(feeders);
        connect(monitors);
        awaitSessions(feeders.size() + monitors.size());
        settle(1000);
        if (!announce("announce")) {
            return false;
        }
        return churn != null ? churn(churn) : scenario.kind() == Scenario.Kind.REFLECTOR || withdraw("withdraw");
    }

    private void connect(List<Session> sessions) {
        for (Session session : sessions) {
            exchange.connect(session);
            long next = System.nanoTime() + scenario.paceMicros() * 1000L;
            while (System.nanoTime() < next) {
                exchange.pump(0);
            }
        }
    }

    private void awaitSessions(int count) {
        long end = System.nanoTime() + limitNanos;
        while (exchange.up() < count) {
            if (System.nanoTime() > end) {
                throw new UsageException("only " + exchange.up() + " of " + count
                        + " sessions came up in time; the last refusal: " + exchange.lastRefusal());
            }
            exchange.pump(5);
        }
    }

    private void settle(long millis) {
        long end = System.nanoTime() + millis * 1_000_000L;
        while (System.nanoTime() < end) {
            exchange.pump(5);
        }
    }

    private boolean establish() {
        connect(monitors);
        awaitSessions(monitors.size());
        settle(1000);
        best.expected(0, watch.expected);
        exchange.whenUp(session -> {
            if (session.peer.feeder()) {
                session.send(feeds.get(session.peer.number()).announcements());
            }
        });
        clock.start();
        connect(feeders);
        awaitSessions(monitors.size() + feeders.size());
        return converge("establish");
    }

    private boolean announce(String phase) {
        best.expected(0, watch.expected);
        clock.start();
        for (int i = 0; i < feeders.size(); i++) {
            feeders.get(i).send(feeds.get(i).announcements());
        }
        return converge(phase);
    }

    private boolean withdraw(String phase) {
        settle(200);
        best.expected(1, watch.expected);
        clock.start();
        int withdrawing = scenario.feeders() == 1 ? feeders.size() : 1;
        for (int i = 0; i < withdrawing; i++) {
            feeders.get(i).send(feeds.get(i).withdrawals());
        }
        return converge(phase);
    }

    /** All feeders are gone at once; of reflector clients only the first, and the others must lose what it announced. */
    private boolean drop() {
        settle(200);
        boolean reflector = scenario.kind() == Scenario.Kind.REFLECTOR;
        Arrays.fill(watch.expected, 0, reflector ? scenario.prefixes() : watch.expected.length, 0);
        if (reflector) {
            tables.getFirst().forget();
        }
        clock.start();
        for (Session session : reflector ? feeders.subList(0, 1) : feeders) {
            session.drop();
        }
        return converge("drop");
    }

    /** Everything is gone: until the daemon's memory is nearly what it was before, or for half a minute. */
    private boolean rest() {
        clock.start();
        long end = clock.start + REST_NANOS;
        do {
            settle(500);
        } while (System.nanoTime() < end && ProcessTree.of(daemonPid).residentKb() > startKb + NEARLY_KB);
        return clock.stop("rest", true, System.nanoTime());
    }

    private boolean idle() {
        settle(5000);
        clock.start();
        settle(Scenario.IDLE_SECONDS * 1000L);
        return clock.stop("idle", true, System.nanoTime());
    }

    private boolean fillKernel() {
        int before = KernelTable.prefixes();
        clock.start();
        feeders.getFirst().send(feeds.getFirst().announcements());
        if (!awaitKernel("install", before, before + prefixes.size())) {
            return false;
        }
        settle(200);
        clock.start();
        feeders.getFirst().send(feeds.getFirst().withdrawals());
        return awaitKernel("remove", before + prefixes.size(), before);
    }

    private boolean awaitKernel(String phase, int before, int wanted) {
        KernelWatch kernel = new KernelWatch(clock.start, before, wanted);
        while (true) {
            exchange.pump(5);
            long now = System.nanoTime();
            boolean there = kernel.sees(now);
            if (there || now - clock.start > limitNanos) {
                return clock.stop(phase, there, now);
            }
        }
    }

    private boolean converge(String phase) {
        while (true) {
            exchange.pump(5);
            long now = System.nanoTime();
            long lastNews = Math.max(clock.start, exchange.lastUpdate());
            if (now - lastNews <= QUIET_NANOS && now - clock.start <= limitNanos) {
                continue;
            }
            boolean sent = feeders.stream().allMatch(Session::isIdle);
            if (watch.converged() && sent) {
                // Nothing to converge to, as in a drop of what nobody held, took no time.
                return clock.stop(phase, true, watch.convergedAt() == 0 ? clock.start : watch.convergedAt());
            }
            if (now - clock.start > limitNanos || (sent && now - lastNews > STALLED_NANOS)) {
                return clock.stop(phase, false, now);
            }
        }
    }

    @Override
    public void close() {
        exchange.close();
    }

    /** Updates at a steady rate over the full table; how long each was under way. */
    private boolean churn(ChurnFeed updates) {
        Session feeder = feeders.getFirst();
        latencies.begin(updates.size());
        clock.start();
        long end = clock.start + (Scenario.CHURN_SECONDS + 30) * 1_000_000_000L;
        int sent = 0;
        while (latencies.count() < updates.size() && System.nanoTime() < end) {
            long due = (System.nanoTime() - clock.start) * scenario.churnRate() / 1_000_000_000L;
            if (sent < Math.min(due, updates.size()) && feeder.isIdle()) {
                sent = send(updates, sent, (int) Math.min(Math.min(due, updates.size()), sent + CHURN_BURST));
            }
            exchange.pump(1);
        }
        return clock.stop("churn", latencies.count() == updates.size() && watch.converged(), System.nanoTime());
    }

    private int send(ChurnFeed updates, int first, int end) {
        long now = System.nanoTime();
        for (int update = first; update < end; update++) {
            int prefix = updates.prefix(update);
            int was = watch.expected[prefix];
            for (Watch.Table table : tables) {
                table.expectation(prefix, was, updates.fingerprint(update));
            }
            watch.expected[prefix] = updates.fingerprint(update);
            latencies.sent(update, now);
        }
        feeders.getFirst().send(updates.messages(first, end));
        return end;
    }

    /** What is counted from the start of a phase to its end. */
    private final class Clock {

        private long start;
        private long prefixesBefore;
        private long updatesBefore;
        private long echoesBefore;
        private ProcessTree daemonBefore = new ProcessTree(0, 0, 0);
        private double ownBefore;
        private double machineBefore;

        void start() {
            watch.begin(tables);
            prefixesBefore = reader.prefixesRead();
            updatesBefore = reader.updates();
            echoesBefore = echoes();
            daemonBefore = ProcessTree.of(daemonPid);
            machineBefore = ProcessTree.machineCpuSeconds();
            ownBefore = ProcessTree.ownCpuSeconds();
            start = System.nanoTime();
        }

        boolean stop(String phase, boolean inTime, long end) {
            double own = ProcessTree.ownCpuSeconds() - ownBefore;
            double machine = ProcessTree.machineCpuSeconds() - machineBefore;
            ProcessTree daemon = ProcessTree.of(daemonPid);
            double daemonCpu = daemon.cpuSeconds() - daemonBefore.cpuSeconds();
            int wrong = watch.wrong(tables);
            boolean ok = inTime && wrong == 0 && reader.unknown() == 0;
            boolean churn = phase.equals("churn");
            latencies.sort();
            results.accept(new PhaseResult(
                    phase,
                    ok,
                    (end - start) / 1e9,
                    wrong,
                    reader.prefixesRead() - prefixesBefore,
                    reader.updates() - updatesBefore,
                    watch.transientWithdrawals(),
                    echoes() - echoesBefore,
                    daemonCpu,
                    own,
                    Math.max(0, machine - daemonCpu - own),
                    startKb,
                    daemon.residentKb(),
                    daemon.peakKb(),
                    churn
                            ? new PhaseResult.Latency(
                                    latencies.millis(0.5), latencies.millis(0.99), latencies.millis(1))
                            : null));
            return ok;
        }

        private long echoes() {
            return tables.stream().mapToLong(Watch.Table::echoes).sum();
        }
    }
}
