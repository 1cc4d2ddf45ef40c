package dev.espalier.bench.load;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What one phase of a run came to. Immutable.
 *
 * @param phase announce, withdraw, switch, reannounce, churn, establish, drop, rest, idle, install, remove or start
 * @param ok whether every receiver became right in time and was still right in the end
 * @param seconds until the last receiver was right; when none was, until the phase was given up
 * @param wrong entries of receivers' tables that were wrong in the end
 * @param prefixesRead prefixes in all messages from the daemon
 * @param updates UPDATE messages from the daemon
 * @param withdrawnMeanwhile withdrawals of prefixes that always had a path
 * @param echoed routes that their own announcer was told
 * @param daemonCpu CPU seconds of the daemon's processes during the phase
 * @param ownCpu CPU seconds of this generator
 * @param foreignCpu CPU seconds of everybody else
 * @param startKb resident memory of the daemon before it was told anything
 * @param residentKb of the daemon, at the end
 * @param peakKb of the daemon, so far
 * @param latency in a churn; else null
 */
record PhaseResult(
        String phase,
        boolean ok,
        double seconds,
        int wrong,
        long prefixesRead,
        long updates,
        long withdrawnMeanwhile,
        long echoed,
        double daemonCpu,
        double ownCpu,
        double foreignCpu,
        long startKb,
        long residentKb,
        long peakKb,
        @Nullable Latency latency) {

    /** From the feeder's write to the monitor's read, in milliseconds. */
    record Latency(double median, double p99, double most) {}

    /** As one line of JSON without its braces. */
    String json() {
        String line = String.format(
                Locale.ROOT,
                "\"phase\":\"%s\",\"ok\":%b,\"seconds\":%.4f,\"wrong\":%d,\"prefixes\":%d,\"updates\":%d,"
                        + "\"withdrawn_meanwhile\":%d,\"echoed\":%d,\"daemon_cpu_s\":%.2f,\"own_cpu_s\":%.2f,"
                        + "\"foreign_cpu_s\":%.2f,\"start_kb\":%d,\"resident_kb\":%d,\"peak_kb\":%d",
                phase,
                ok,
                seconds,
                wrong,
                prefixesRead,
                updates,
                withdrawnMeanwhile,
                echoed,
                daemonCpu,
                ownCpu,
                foreignCpu,
                startKb,
                residentKb,
                peakKb);
        return latency == null
                ? line
                : line
                        + String.format(
                                Locale.ROOT,
                                ",\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f",
                                latency.median,
                                latency.p99,
                                latency.most);
    }
}
