package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** What the kernel should hold, as {@link FibSync} asks for it. */
interface DesiredRoutes {

    /** Whether the kernel shall have routes of ours at all. */
    boolean any();

    /** The group that our route for a prefix should use, resolved; null when the kernel shall have no route of ours. */
    @Nullable
    NextHopGroup wanted(AddressFamily family, int prefix);

    /** Whether some source has a route for the prefix, also one that is not wanted in the kernel. */
    boolean isAnnounced(AddressFamily family, int prefix);

    /** Visits each prefix of which some candidate uses one of these groups; a walk over all routes, in about a millisecond. */
    void forEachUsing(IntPredicate groups, PrefixAction action);

    /** What is done with a prefix. */
    @FunctionalInterface
    interface PrefixAction {
        void accept(AddressFamily family, int prefix);
    }
}
