package dev.espalier.interop;

import dev.espalier.lab.Command;
import dev.espalier.lab.Frr;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Somebody else's BGP daemon in the peer's namespace. One thread at a time. */
interface PeerDaemon extends AutoCloseable {

    /** Things that not every daemon can do. */
    enum Trait {
        GRACEFUL_RESTART_HELPER,
        GRACEFUL_RESTART_RESTARTING,
        TWO_OCTET_AS_ONLY,
        BOTH_FAMILIES_OVER_IPV4,
        TTL_SECURITY,
        REFRESH_ON_DEMAND,
        LISTEN_RANGE,
        SHUTDOWN_TEXT,
        ROLES,
        ADD_PATHS,
        ENHANCED_REFRESH,
        ANSWERS_ENHANCED_REFRESH,
        EXTENDED_MESSAGES,
        EXTENDED_NEXT_HOP,
        LONG_LIVED_HELPER,
        LONG_LIVED_RESTARTING,
        AFTER_NOTIFICATIONS,
        FORWARDS_AFTER_NOTIFICATIONS,
        LINK_LOCAL_SESSIONS,
        ROUTER_ADVERTISEMENTS,
        UNNUMBERED,
        BFD,
        LINK_BANDWIDTH,
        PATH_OF_CHOICE
    }

    /** The daemons of Debian's packages. */
    @SuppressWarnings("ImmutableEnumChecker") // Set.of is immutable
    enum Kind {
        BIRD(
                "bird",
                Set.of(
                        Trait.GRACEFUL_RESTART_HELPER,
                        Trait.GRACEFUL_RESTART_RESTARTING,
                        Trait.TWO_OCTET_AS_ONLY,
                        Trait.BOTH_FAMILIES_OVER_IPV4,
                        Trait.TTL_SECURITY,
                        Trait.REFRESH_ON_DEMAND,
                        Trait.LISTEN_RANGE,
                        Trait.SHUTDOWN_TEXT,
                        Trait.ROLES,
                        Trait.ADD_PATHS,
                        Trait.ENHANCED_REFRESH,
                        Trait.ANSWERS_ENHANCED_REFRESH,
                        Trait.EXTENDED_MESSAGES,
                        Trait.EXTENDED_NEXT_HOP,
                        Trait.LONG_LIVED_HELPER,
                        Trait.LONG_LIVED_RESTARTING,
                        Trait.LINK_LOCAL_SESSIONS,
                        Trait.ROUTER_ADVERTISEMENTS,
                        Trait.BFD,
                        Trait.LINK_BANDWIDTH,
                        Trait.PATH_OF_CHOICE)),
        FRR(
                "vtysh",
                Set.of(
                        Trait.GRACEFUL_RESTART_HELPER,
                        Trait.GRACEFUL_RESTART_RESTARTING,
                        Trait.BOTH_FAMILIES_OVER_IPV4,
                        Trait.TTL_SECURITY,
                        Trait.REFRESH_ON_DEMAND,
                        Trait.LISTEN_RANGE,
                        Trait.SHUTDOWN_TEXT,
                        Trait.ROLES,
                        Trait.ADD_PATHS,
                        Trait.ENHANCED_REFRESH,
                        Trait.ANSWERS_ENHANCED_REFRESH,
                        Trait.EXTENDED_MESSAGES,
                        Trait.EXTENDED_NEXT_HOP,
                        Trait.LONG_LIVED_HELPER,
                        Trait.LONG_LIVED_RESTARTING,
                        Trait.AFTER_NOTIFICATIONS,
                        Trait.FORWARDS_AFTER_NOTIFICATIONS,
                        Trait.LINK_LOCAL_SESSIONS,
                        Trait.ROUTER_ADVERTISEMENTS,
                        Trait.UNNUMBERED,
                        Trait.BFD,
                        Trait.LINK_BANDWIDTH,
                        Trait.PATH_OF_CHOICE)),
        GOBGP(
                "gobgpd",
                Set.of(
                        Trait.GRACEFUL_RESTART_HELPER,
                        Trait.BOTH_FAMILIES_OVER_IPV4,
                        Trait.TTL_SECURITY,
                        Trait.LISTEN_RANGE,
                        Trait.ADD_PATHS,
                        Trait.EXTENDED_NEXT_HOP,
                        Trait.LONG_LIVED_HELPER,
                        Trait.LONG_LIVED_RESTARTING,
                        Trait.AFTER_NOTIFICATIONS,
                        Trait.LINK_LOCAL_SESSIONS,
                        Trait.UNNUMBERED,
                        Trait.PATH_OF_CHOICE)),
        OPENBGPD(
                "bgpctl",
                Set.of(
                        Trait.TTL_SECURITY,
                        Trait.REFRESH_ON_DEMAND,
                        Trait.LISTEN_RANGE,
                        Trait.SHUTDOWN_TEXT,
                        Trait.TWO_OCTET_AS_ONLY,
                        Trait.ROLES,
                        Trait.ADD_PATHS,
                        Trait.ENHANCED_REFRESH,
                        Trait.LINK_LOCAL_SESSIONS));

        private final String program;
        private final Set<Trait> traits;

        Kind(String program, Set<Trait> traits) {
            this.program = program;
            this.traits = traits;
        }

        boolean isInstalled() {
            return this == FRR ? Frr.isInstalled() : Command.isInstalled(program);
        }

        boolean has(Trait trait) {
            return traits.contains(trait);
        }

        PeerDaemon in(Rig rig) {
            return switch (this) {
                case BIRD -> new Bird(rig);
                case FRR -> new FrrPeer(rig);
                case GOBGP -> new GoBgp(rig);
                case OPENBGPD -> new OpenBgpd(rig);
            };
        }
    }

    /** Starts it. Returns when it answers questions, not when the session is up. */
    void start(PeerSetup setup);

    /** Starts it again after {@link #kill}, as a speaker that restarts gracefully where it can. */
    void restart();

    /** Goes over to other announcements while it runs. */
    void change(PeerSetup setup);

    /** Whether it says that the session with us is established. */
    boolean established();

    /** What it has from us for a prefix, every path. */
    List<SeenRoute> routes(String prefix);

    /** The first of what it has from us for a prefix. */
    default Optional<SeenRoute> route(String prefix) {
        return routes(prefix).stream().findFirst();
    }

    /** What it says of its session with us, in its own words, its log included where that says more. */
    String status();

    /** Resets the session with us and lets it come back, as an operator who changed something would; no Hard Reset. */
    void reset();

    /** Asks us to send everything again. */
    void askForRefresh();

    /** Ends the session with a Cease, and with this text where it can. */
    void shutDown(String text);

    /** Kills it as a crash would. */
    void kill();

    /** Ends it; content when it does not run. */
    @Override
    void close();
}
