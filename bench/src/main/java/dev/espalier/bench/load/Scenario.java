package dev.espalier.bench.load;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A load: who is connected, what they announce and what happens then. Immutable.
 *
 * @param name what people call it
 * @param feeders how many neighbours announce
 * @param monitors how many only listen; with {@link Kind#REFLECTOR} nobody, for there the clients themselves are watched
 * @param prefixes how many each feeder announces
 * @param prefixes6 how many IPv6 prefixes are announced too, by one more feeder over IPv6, and watched by one more monitor
 * @param kind what the feeders are to the daemon
 * @param hosts whether prefixes are host routes with one set of attributes per feeder, rather than a public table's mixture
 * @param paceMicros microseconds between two connections
 * @param churnRate updates per second over the full table; 0 for none
 */
record Scenario(
        String name,
        int feeders,
        int monitors,
        int prefixes,
        int prefixes6,
        Kind kind,
        boolean hosts,
        int paceMicros,
        int churnRate) {

    /** What the feeders are to the daemon under test. */
    enum Kind {
        /** External neighbours that all announce the same prefixes. */
        EXTERNAL,
        /** Clients of a route reflector, each with prefixes of its own, which all others must learn. */
        REFLECTOR,
        /** External neighbours nobody configured, each with prefixes of its own; the clock starts when they connect. */
        DYNAMIC,
        /** External neighbours that say nothing. */
        IDLE,
        /** One external neighbour; the daemon installs in the kernel what it announces, and the kernel is watched. */
        KERNEL,
        /** One neighbour that waits for the daemon to connect; the clock starts with the daemon. */
        START
    }

    /** How long updates are sent in a churn, in seconds. */
    static final int CHURN_SECONDS = 10;

    /** How long a daemon with idle neighbours is watched, in seconds. */
    static final int IDLE_SECONDS = 20;

    /** With sizes as they are compared between daemons. */
    private static final List<Scenario> KNOWN = List.of(
            new Scenario("S1", 1, 1, 1_000_000, 0, Kind.EXTERNAL, false, 0, 0),
            new Scenario("S1t", 1, 1, 1_170_000, 280_000, Kind.EXTERNAL, false, 0, 0),
            new Scenario("S2", 4, 1, 500_000, 0, Kind.EXTERNAL, false, 0, 0),
            new Scenario("S3", 50, 0, 1000, 0, Kind.REFLECTOR, false, 2000, 0),
            new Scenario("S4", 200, 0, 100, 0, Kind.REFLECTOR, false, 2000, 0),
            new Scenario("S3h", 50, 0, 1000, 0, Kind.REFLECTOR, true, 2000, 0),
            new Scenario("S4h", 200, 0, 100, 0, Kind.REFLECTOR, true, 2000, 0),
            new Scenario("S4k", 1000, 0, 20, 0, Kind.REFLECTOR, false, 2000, 0),
            new Scenario("S5", 1, 1, 500_000, 0, Kind.EXTERNAL, false, 0, 2000),
            new Scenario("S6", 500, 1, 100, 0, Kind.DYNAMIC, false, 0, 0),
            new Scenario("S6p", 500, 1, 100, 0, Kind.DYNAMIC, false, 1000, 0),
            new Scenario("kernel", 1, 0, 1_000_000, 0, Kind.KERNEL, false, 0, 0),
            new Scenario("idle", 10, 0, 1, 0, Kind.IDLE, false, 0, 0),
            new Scenario("start", 1, 0, 1, 0, Kind.START, false, 0, 0));

    /**
     * The scenario of this name.
     *
     * @throws UsageException when there is none
     */
    static Scenario named(String name) {
        return KNOWN.stream()
                .filter(scenario -> scenario.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageException("there is no scenario '" + name + "'; choose from "
                        + KNOWN.stream().map(Scenario::name).collect(Collectors.joining(", "))));
    }

    /** The same load with another number of prefixes per feeder. */
    Scenario withPrefixes(int count) {
        int count6 = (int) ((long) prefixes6 * count / prefixes);
        return new Scenario(name, feeders, monitors, count, count6, kind, hosts, paceMicros, churnRate);
    }

    /** The same load with another number of feeders. */
    Scenario withFeeders(int count) {
        return new Scenario(name, count, monitors, prefixes, prefixes6, kind, hosts, paceMicros, churnRate);
    }

    /** Whether each feeder has prefixes that no other one announces. */
    boolean ownPrefixes() {
        return kind != Kind.EXTERNAL && kind != Kind.KERNEL;
    }

    /** Of all feeders together, each counted once. */
    int distinctPrefixes() {
        return prefixes6 + (ownPrefixes() ? Math.multiplyExact(feeders, prefixes) : prefixes);
    }

    /** What a configuration writer needs to know, as a shell word: {@code external}, {@code reflector}, {@code dynamic}, {@code kernel} or {@code start}. */
    String kindWord() {
        return (kind == Kind.IDLE ? Kind.EXTERNAL : kind).name().toLowerCase(Locale.ROOT);
    }
}
