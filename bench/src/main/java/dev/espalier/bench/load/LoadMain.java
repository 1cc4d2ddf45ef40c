package dev.espalier.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The command line of the load generator; {@code bench/run} is how people start it. */
public final class LoadMain {

    private static final int PHASE_LIMIT_SECONDS = 240;

    private static final Set<String> OPTIONS =
            Set.of("--scenario", "--daemon", "--pid", "--prefixes", "--feeders", "--limit", "--label", "--started");

    private static final Set<Scenario.Kind> MEANINGLESS_TO_A_RELAY =
            Set.of(Scenario.Kind.DYNAMIC, Scenario.Kind.IDLE, Scenario.Kind.START);

    private static final long LISTENING_NANOS = 1_000_000_000L;

    /** Where the neighbour that waits for a daemon listens. */
    private static final int WAITING_PORT = 1791;

    private LoadMain() {}

    /** 0: every phase was right; 1: a wrong argument, or a session ended; 2: a phase was not right. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** The same as {@link #main} without ending the process. */
    static int run(String... arguments) {
        try {
            if (arguments.length == 0) {
                throw new UsageException("say what to do: 'run', 'peers' or 'relay', then options of " + OPTIONS);
            }
            Map<String, String> options = options(arguments);
            return switch (arguments[0]) {
                case "relay" -> relay(options);
                case "peers" -> peers(scenario(options));
                case "run" -> play(scenario(options), options);
                default ->
                    throw new UsageException(
                            "'" + arguments[0] + "' is no command; there are 'run', 'peers' and 'relay'");
            };
        } catch (UsageException failure) {
            System.err.println("load: " + failure.getMessage());
            return 1;
        } catch (IOException failure) {
            System.err.println("load: cannot listen: " + failure.getMessage());
            return 1;
        }
    }

    private static Map<String, String> options(String[] arguments) {
        Map<String, String> options = new HashMap<>();
        for (int i = 1; i < arguments.length; i += 2) {
            if (!OPTIONS.contains(arguments[i])) {
                throw new UsageException("there is no option '" + arguments[i] + "'; there are " + OPTIONS);
            }
            if (i + 1 == arguments.length) {
                throw new UsageException(arguments[i] + " needs a value");
            }
            options.put(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private static Scenario scenario(Map<String, String> options) {
        String name = options.get("--scenario");
        if (name == null) {
            throw new UsageException("--scenario is missing");
        }
        Scenario scenario = Scenario.named(name);
        // A churn meets no prefix twice, so that every update must arrive.
        int least = scenario.churnRate() * Scenario.CHURN_SECONDS;
        scenario = scenario.withPrefixes(
                number(options, "--prefixes", scenario.prefixes(), Math.max(1, least), 8_000_000));
        return scenario.withFeeders(number(options, "--feeders", scenario.feeders(), 1, 10_000));
    }

    private static int number(Map<String, String> options, String option, int otherwise, int least, int most) {
        String text = options.get(option);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // said below, together with numbers out of range
        }
        throw new UsageException(option + " is a number from " + least + " to " + most + ", not '" + text + "'");
    }

    private static InetSocketAddress daemon(Map<String, String> options) {
        String text = options.getOrDefault("--daemon", "127.0.0.1:1790");
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new UsageException("--daemon is an address and a port such as 127.0.0.1:1790, not '" + text + "'");
        }
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(port));
    }

    private static int relay(Map<String, String> options) throws IOException {
        Scenario rehearsed = Scenario.named("S1").withPrefixes(200_000);
        Prefixes prefixes = new Prefixes(rehearsed, 1);
        BestPaths nobodyAsks = new BestPaths(prefixes, 1);
        Feed feed = Feed.of(
                Peer.feeder(rehearsed, 0),
                prefixes,
                0,
                prefixes.groups(),
                new Attributes(rehearsed, false),
                nobodyAsks);
        Rehearsal.of(rehearsed, prefixes, List.of(feed), null);
        new Relay(daemon(options)).serve();
        return 0;
    }

    private static int peers(Scenario scenario) {
        System.out.println("kind " + scenario.kindWord());
        for (int i = 0; i < scenario.feeders(); i++) {
            System.out.println(Peer.feeder(scenario, i).line());
        }
        for (int i = 0; i < scenario.monitors(); i++) {
            System.out.println(Peer.monitor(scenario, i).line());
        }
        if (scenario.prefixes6() > 0) {
            System.out.println(Peer.feeder6(scenario).line());
            System.out.println(Peer.monitor6(scenario).line());
        }
        return 0;
    }

    private static int play(Scenario scenario, Map<String, String> options) {
        String label = options.getOrDefault("--label", "unnamed");
        boolean relayed = label.equals("null");
        if (relayed
                && (MEANINGLESS_TO_A_RELAY.contains(scenario.kind())
                        || scenario.name().equals("S2"))) {
            throw new UsageException(
                    "a relay chooses no best path and knows no clients: " + scenario.name() + " means nothing to it");
        }
        int pid = number(options, "--pid", 0, 0, Integer.MAX_VALUE);
        Consumer<PhaseResult> results = result -> System.out.println("{\"daemon\":\"" + label + "\",\"scenario\":\""
                + scenario.name() + "\",\"feeders\":" + scenario.feeders() + ",\"each\":" + scenario.prefixes() + ","
                + result.json() + "}");
        Duration limit = Duration.ofSeconds(number(options, "--limit", PHASE_LIMIT_SECONDS, 1, 3600));
        if (relayed && scenario.kind() == Scenario.Kind.KERNEL) {
            return new BareKernel(new Prefixes(scenario, Run.SEED), results).play() ? 0 : 2;
        }
        if (scenario.kind() == Scenario.Kind.START) {
            return start(scenario, limit, options.getOrDefault("--started", ""), results);
        }
        try (Run run = new Run(scenario, daemon(options), !relayed, pid, limit, results)) {
            return (relayed ? run.playRelayed() : run.play()) ? 0 : 2;
        }
    }

    /** How much CPU others use just before a daemon starts, in cores: while it does, nobody could tell the two apart. */
    private static double othersUse() {
        double machine = ProcessTree.machineCpuSeconds();
        double own = ProcessTree.ownCpuSeconds();
        LockSupport.parkNanos(LISTENING_NANOS);
        double used = ProcessTree.machineCpuSeconds() - machine - (ProcessTree.ownCpuSeconds() - own);
        return Math.max(0, used * 1e9 / LISTENING_NANOS);
    }

    /**
     * Waits for a daemon's first session.
     *
     * @param started a file with the milliseconds since the epoch at which the daemon was started, written by then
     */
    private static int start(Scenario scenario, Duration limit, String started, Consumer<PhaseResult> results) {
        try {
            double others = othersUse();
            long up = WaitingPeer.established(Peer.feeder(scenario, 0), WAITING_PORT, limit);
            double seconds =
                    (up - Long.parseLong(Files.readString(Path.of(started)).strip())) / 1e3;
            results.accept(new PhaseResult(
                    "start", true, seconds, 0, 0, 0, 0, 0, 0, 0, others * (seconds + 0.5), 0, 0, 0, null));
            return 0;
        } catch (IOException failure) {
            throw new UsageException("the start cannot be measured: " + failure.getMessage());
        }
    }
}
