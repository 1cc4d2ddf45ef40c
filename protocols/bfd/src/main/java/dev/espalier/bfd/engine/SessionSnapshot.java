package dev.espalier.bfd.engine;

import dev.espalier.bfd.fsm.SessionVariables;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One session at one moment, for people.
 *
 * @param key which one
 * @param users who uses it; empty for one that only still tells its peer that it is not wanted any more
 * @param variables where it stands
 * @param sinceNanos when it came there, on the clock of the loop
 * @param lastDown why it last left Up; null when it never did
 * @param problem what keeps us from sending or receiving; null when nothing does
 * @param sourcePort the port we send from; 0 before anything was sent
 * @param timesUp how often it came up
 * @param received packets received and taken
 * @param sent packets sent
 */
public record SessionSnapshot(
        SessionKey key,
        List<User> users,
        SessionVariables variables,
        long sinceNanos,
        @Nullable String lastDown,
        @Nullable String problem,
        int sourcePort,
        int timesUp,
        long received,
        long sent) {

    /** Copies the list. */
    public SessionSnapshot {
        users = List.copyOf(users);
    }
}
