package dev.espalier.bgp.session;

import dev.espalier.net.IpAddress;
import dev.espalier.route.RoutingInstance;
import org.jspecify.annotations.Nullable;

/**
 * The port to what knows sooner than a hold timer that the path to a neighbour is dead: BFD (RFC 5882). BGP asks for a path to be
 * watched and hears of it; how that is done it does not know. Any thread.
 */
public interface Liveness {

    /** Where nothing of the sort runs: paths are neither up nor ever fail. */
    Liveness NONE = (target, observer) -> {
        observer.changed(new Report(Condition.NOT_UP, "no BFD runs here", false));
        return new Watch() {
            @Override
            public void profile(String name) {}

            @Override
            public void close() {}
        };
    };

    /**
     * Begins to watch a path.
     *
     * @param observer hears at once, or soon, how things stand, and then of each change; on a thread of the implementation's
     */
    Watch watch(Target target, Observer observer);

    /**
     * Which path, and how to watch it.
     *
     * @param instance the routing instance of the neighbour
     * @param name what people call it
     * @param remote its address
     * @param local our address, or null to let the kernel choose
     * @param link the name of the link it is on, or null
     * @param linkIndex the kernel's number for that link where the name is not known, otherwise 0
     * @param multihop whether there may be routers between
     * @param profile the name of what says how often and how patiently
     */
    record Target(
            RoutingInstance instance,
            String name,
            IpAddress remote,
            @Nullable IpAddress local,
            @Nullable String link,
            int linkIndex,
            boolean multihop,
            String profile) {}

    /** A path that is watched. */
    interface Watch extends AutoCloseable {
        /** It is to be watched as another profile says, without a break. */
        void profile(String name);

        @Override
        void close();
    }

    /** Hears of a path. Must not block. */
    @FunctionalInterface
    interface Observer {
        /** How the path stands from now on. */
        void changed(Report report);
    }

    /** How a path stands. */
    enum Condition {
        /** It carries packets in both directions. */
        UP,
        /** Not known to: it never was up, or somebody took the session down on purpose. No reason to end a BGP session. */
        NOT_UP,
        /** It was up and is not any more. */
        FAILED
    }

    /**
     * How a path stands.
     *
     * @param reason a sentence for people that says why it is not up; empty when it is
     * @param controlPlaneIndependent whether the neighbour's end goes on when its control plane restarts (the C bit)
     */
    record Report(Condition condition, String reason, boolean controlPlaneIndependent) {}
}
