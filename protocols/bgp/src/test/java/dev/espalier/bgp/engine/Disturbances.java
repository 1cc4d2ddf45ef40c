package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What befalls a {@link Scenario}: announcements and their ends, lost and half-open connections, cut cables, partitions, links that
 * go down, processes that are killed or stopped, hosts that lose power, loops that pause, policies and neighbours that are configured
 * otherwise; several at once. In the end all is repaired.
 */
final class Disturbances {

    /** Of a loop; longer than the hold time. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(12);

    private final Scenario scenario;
    private final Network net;
    private final Random random;
    private final List<Repair> repairs = new ArrayList<>();

    private record Repair(long at, Runnable what) {}

    Disturbances(Scenario scenario) {
        this.scenario = scenario;
        this.net = scenario.net;
        this.random = scenario.random;
    }

    /** Starts everything, disturbs it for a while, and repairs it. */
    void run() {
        Network.Router victim =
                null; // what happens to one speaker in a row tests more than what happens here and there
        for (Network.Router router : scenario.routers) {
            router.start();
            if (random.nextBoolean()) {
                pause(500);
            }
        }
        pause(random.nextInt(4) == 0 ? 10 : 8000);
        for (int i = 5 + random.nextInt(25); i > 0; i--) {
            if (victim == null || random.nextInt(3) == 0) {
                victim = scenario.pick(scenario.routers);
            }
            disturb(victim);
            pause(List.of(1, 1, 100, 1000, 6000).get(random.nextInt(5)));
            repairWhatIsDue(net.time.now());
        }
        repairWhatIsDue(Long.MAX_VALUE);
        net.time.run(LONGEST_PAUSE); // a loop that pauses cannot be asked anything
    }

    private void pause(int atMostMillis) {
        net.time.run(Duration.ofMillis(random.nextInt(atMostMillis)));
    }

    private void repairWhatIsDue(long now) {
        for (Repair repair : List.copyOf(repairs)) {
            if (repair.at <= now) {
                repairs.remove(repair);
                scenario.note("repair");
                repair.what.run();
            }
        }
    }

    private void later(int atMostSeconds, Runnable repair) {
        repairs.add(new Repair(
                net.time.now()
                        + random.nextLong(Duration.ofSeconds(atMostSeconds).toNanos()),
                repair));
    }

    private void disturb(Network.Router router) {
        int what = random.nextInt(22);
        scenario.note("disturbance " + what + " of " + router);
        switch (what) {
            case 0, 1, 2, 3, 4 -> announce(router);
            case 5, 6, 7 -> withdraw(router);
            case 8 -> net.network.reset(router.transport, neighbour(router).transport);
            case 9 -> net.network.halfOpen(router.transport, neighbour(router).transport);
            case 10 -> cut(router, neighbour(router));
            case 11 -> partition();
            case 12 -> linkDown(router);
            case 13, 14 -> die(router, Network.Router::kill);
            case 15 -> die(router, Network.Router::losePower);
            case 16 -> stop(router);
            case 17 -> stall(router);
            case 18, 19 -> changePolicies(router);
            case 20 -> removeNeighbour(router);
            default -> changeMetricOrPaths(router);
        }
    }

    private Network.Router neighbour(Network.Router router) {
        return scenario.at(scenario.pick(router.peers.values().stream()
                .map(peer -> ((PeerConfig.Remote.Address) peer.remote()).address())
                .toList()));
    }

    // ---- routes

    private void announce(Network.Router router) {
        for (int i = random.nextInt(4) == 0 ? random.nextInt(6) : 1; i > 0; i--) {
            scenario.announceSomething(router);
        }
        reconfigure(router);
    }

    private void withdraw(Network.Router router) {
        if (random.nextInt(4) == 0) {
            router.originated.clear();
        } else if (!router.originated.isEmpty()) {
            router.originated.remove(scenario.pick(List.copyOf(router.originated.keySet())));
        }
        reconfigure(router);
    }

    /** The daemon comes to it when its loop does; a test that waited for it could not pause that loop. */
    private static void reconfigure(Network.Router router) {
        whileItRuns(router, speaker -> speaker.reconfigure(router.config()));
    }

    private static void whileItRuns(Network.Router router, Consumer<Speaker> action) {
        Speaker running = router.speaker;
        if (running != null) {
            java.util.Objects.requireNonNull(router.loop).execute(() -> action.accept(running));
        }
    }

    // ---- the network

    private void cut(Network.Router a, Network.Router b) {
        net.network.cut(a.transport, b.transport);
        later(20, () -> net.network.heal(a.transport, b.transport));
    }

    private void partition() {
        List<Network.Router> one =
                scenario.routers.stream().filter(router -> random.nextBoolean()).toList();
        List<Runnable> heal = new ArrayList<>();
        for (Network.Router a : one) {
            for (Network.Router b : scenario.routers) {
                if (!one.contains(b)) {
                    net.network.cut(a.transport, b.transport);
                    heal.add(() -> net.network.heal(a.transport, b.transport));
                }
            }
        }
        later(30, () -> heal.forEach(Runnable::run));
    }

    private void linkDown(Network.Router router) {
        router.linkUp = false;
        router.worldChanged();
        List<Network.Router> others =
                scenario.routers.stream().filter(other -> other != router).toList();
        others.forEach(other -> net.network.cut(router.transport, other.transport));
        later(20, () -> {
            others.forEach(other -> net.network.heal(router.transport, other.transport));
            router.linkUp = true;
            router.worldChanged();
        });
    }

    // ---- hosts and processes

    private void die(Network.Router router, Consumer<Network.Router> how) {
        if (router.speaker != null) {
            how.accept(router);
            later(40, router::start);
        }
    }

    /** An end as the daemon's: with a word to the neighbours or without, the kernel's routes stay. */
    private void stop(Network.Router router) {
        String text = random.nextBoolean() ? "maintenance" : null;
        whileItRuns(router, speaker -> {
            var _ = speaker.stop(text, true); // it has a second
        });
        die(router, stopped -> {
            net.time.run(Duration.ofMillis(1100));
            stopped.kill();
        });
    }

    private void stall(Network.Router router) {
        Duration pause =
                Duration.ofMillis(random.nextInt(random.nextInt(4) == 0 ? (int) LONGEST_PAUSE.toMillis() : 1500));
        if (router.speaker == null) {
            return;
        }
        switch (random.nextInt(3)) {
            case 0 -> router.transport.stall(pause);
            case 1 -> java.util.Objects.requireNonNull(router.loop).stall(pause);
            default -> router.transport.stall(random.nextInt(2), pause);
        }
    }

    // ---- the configuration

    private void changePolicies(Network.Router router) {
        Network.Router other = neighbour(router);
        PeerConfig peer = router.peers.get(other.address.toString());
        PeerConfig.Builder changed = peer.toBuilder();
        if (random.nextBoolean()) {
            changed.importPolicy(scenario.policy(router, other, false));
        } else {
            changed.exportPolicy(scenario.policy(router, other, true));
        }
        if (random.nextInt(4) == 0) {
            int gracefulRestart = peer.session().gracefulRestart() == 0 ? 20 : 0;
            changed.session(
                    peer.session().toBuilder().gracefulRestart(gracefulRestart).build());
        }
        if (router.asn == other.asn && random.nextInt(4) == 0) {
            changed.nextHopSelf(!peer.nextHopSelf());
        }
        router.with(changed.build());
        reconfigure(router);
    }

    private void removeNeighbour(Network.Router router) {
        if (router.peers.size() < 2) {
            return;
        }
        PeerConfig removed = router.peers.remove(neighbour(router).address.toString());
        reconfigure(router);
        later(20, () -> {
            router.with(removed);
            reconfigure(router);
        });
    }

    private void changeMetricOrPaths(Network.Router router) {
        if (random.nextBoolean()) {
            router.maximumPaths = 1 + random.nextInt(4);
            reconfigure(router);
        } else {
            scenario.drawMetric(router);
            router.worldChanged();
        }
    }

    // ---- the end

    /** Withdraws everything everywhere. */
    void withdrawAll() {
        for (Network.Router router : scenario.routers) {
            router.originated.clear();
            reconfigure(router);
        }
    }
}
