package dev.espalier.agent;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.route.PathAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A route that is to be judged without a daemon, and by whom.
 *
 * @param judge whose policy
 * @param prefix the route's prefix
 * @param attributes as the policy shall see them
 * @param source where the route comes from, or null for what goes without saying: at import the kind of the peer, otherwise a
 *     route of our own
 * @param neighbor the neighbour the policy sees, or null for the peer's address
 */
public record PolicyQuestion(
        Judge judge,
        IpPrefix prefix,
        PathAttributes attributes,
        @Nullable InstallProtocol source,
        @Nullable IpAddress neighbor) {

    /** Whose policy judges. */
    public sealed interface Judge {
        /** A RoutePolicy, whether somebody uses it or not. */
        record Named(String policy) implements Judge {}

        /** What a peer has at import or export. */
        record OfPeer(String peer, Direction direction) implements Judge {}

        /**
         * What a Router has for redistributing the host's routes.
         *
         * @param router its name, or null for the only one
         * @param from whose routes
         */
        record OfRouter(@Nullable String router, InstallProtocol from) implements Judge {}
    }

    /** Which of a peer's policies. */
    public enum Direction {
        /** For routes from it. */
        IMPORT,
        /** For routes to it. */
        EXPORT
    }

    /** The question makes no sense with this configuration; the message says why and what to try. */
    public static final class Unanswerable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** With a sentence for people. */
        public Unanswerable(String message) {
            super(message);
        }
    }
}
