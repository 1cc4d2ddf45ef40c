package dev.espalier.agent;

import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** How an event looks in the log: time, severity, what it is about, and the sentence. */
final class LogLine {

    private LogLine() {}

    static String of(Journal.Entry entry) {
        return String.format(
                Locale.ROOT,
                "%s %-7s %s %s: %s",
                entry.time().truncatedTo(ChronoUnit.MILLIS),
                entry.event().severity(),
                entry.event().kind(),
                entry.event().subject(),
                entry.event().message());
    }
}
