package dev.espalier.objects.plan;

import org.jspecify.annotations.Nullable;

/**
 * One thing that differs between two plans. Holds no secret: of a password it says only that it changed.
 *
 * @param subject what sort of thing it belongs to
 * @param name which one
 * @param field what of it, as configuration spells it; empty for the whole
 * @param before what it was; null when there was none
 * @param after what it will be; null when there will be none
 * @param effect what the change does to what runs
 */
public record PlanChange(
        Subject subject,
        String name,
        String field,
        @Nullable String before,
        @Nullable String after,
        Effect effect) {

    /** What sort of thing changes. */
    public enum Subject {
        /** A BGP instance. */
        ROUTER,
        /** A peer or a range of peers. */
        PEER,
        /** A prefix that is announced. */
        PREFIX,
        /** How BFD sessions are held. */
        BFD_PROFILE,
        /** A range of addresses for pods. */
        POOL,
        /** What pods have in common. */
        PODS,
        /** A flannel network. */
        FLANNEL;

        /** The word that people see. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        }
    }

    /** What a change does to what runs. */
    public enum Effect {
        /** Nothing that a neighbour could notice. */
        NONE("no session is touched"),
        /** Routes are judged again; sessions stay up. */
        ROUTES_REEVALUATED("re-evaluates routes"),
        /** The session is closed and opened again. */
        SESSION_RESET("resets the session"),
        /** A session is wanted that was not. */
        SESSION_STARTED("starts the session"),
        /** A session is no longer wanted. */
        SESSION_ENDED("ends the session"),
        /** The socket that accepts connections is opened anew; sessions stay up. */
        LISTENER_REOPENED("reopens the listening socket"),
        /** The flannel network is left and entered again; its routes stay. */
        NETWORK_ENTERED_ANEW("enters the network anew"),
        /** All sessions of the router are closed and opened again. */
        ROUTER_RESTARTED("resets all sessions of the router");

        private final String words;

        Effect(String words) {
            this.words = words;
        }

        /** A few words for people. */
        public String words() {
            return words;
        }
    }

    /** {@code peer tor-1: holdTime 90 -> 30 (resets the session)}. */
    @Override
    public String toString() {
        String what = field.isEmpty() ? "" : field + " ";
        String change;
        if (before == null) {
            change = field.isEmpty() ? "added" : what + "set to " + after;
        } else if (after == null) {
            change = field.isEmpty() ? "removed" : what + "removed, was " + before;
        } else {
            change = before.equals(after) ? what + before + " changed" : what + before + " -> " + after;
        }
        return subject + " " + name + ": " + change.strip() + " (" + effect.words() + ")";
    }
}
