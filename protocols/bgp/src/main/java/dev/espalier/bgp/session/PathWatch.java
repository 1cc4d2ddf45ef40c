package dev.espalier.bgp.session;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Loop;
import dev.espalier.route.RoutingInstance;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has the path to one neighbour watched, if that is configured: that to a configured neighbour for as long as it is configured,
 * that to one from a range for as long as its session is established; or, where the session waits for the path, from its first
 * connection until it is forgotten. On the session's loop only.
 */
final class PathWatch {

    private static final int GTSM_ONE_HOP = 255;

    private final Liveness liveness;
    private final RoutingInstance instance;
    private final PeerConfig config;
    private final PeerConfig.Remote.Address remote;
    private final DynamicNeighbor.@Nullable Source source;
    private final Loop loop;
    private final Consumer<Liveness.Report> observer;
    private PeerConfig.@Nullable Bfd bfd;
    private @Nullable Negotiated session;
    private boolean wanted;
    private Liveness.@Nullable Watch watch;
    private int watches;

    /**
     * Watches nothing yet.
     *
     * @param source where a neighbour from a range came from; null for a configured one
     * @param loop the session's
     * @param observer hears of the path, on the loop
     */
    PathWatch(
            SessionContext context,
            PeerConfig config,
            PeerConfig.Remote.Address remote,
            DynamicNeighbor.@Nullable Source source,
            Loop loop,
            Consumer<Liveness.Report> observer) {
        this.liveness = context.liveness();
        this.instance = context.instance();
        this.config = config;
        this.remote = remote;
        this.source = source;
        this.loop = loop;
        this.observer = observer;
        this.bfd = config.bfd();
    }

    /** Whether packets to a neighbour never pass a router, by what is configured: RFC 5881 rather than RFC 5883. */
    static boolean directlyConnected(PeerConfig config, PeerConfig.Remote.Address remote) {
        PeerConfig.Session session = config.session();
        return remote.link() != null
                || remote.address().isLinkLocal()
                || session.ttl() == 1
                || session.minimumTtl() == GTSM_ONE_HOP;
    }

    void started() {
        wanted = withoutSession();
        adapt();
    }

    /** Whether the path is watched also while there is no session. */
    private boolean withoutSession() {
        return source == null || config.bfdStrict();
    }

    void established(Negotiated negotiated) {
        session = negotiated;
        wanted = true;
        adapt();
    }

    void closed() {
        session = null;
        wanted = withoutSession();
        adapt();
    }

    void stopped() {
        wanted = false;
        adapt();
    }

    /** Something else is configured, which does not concern the BGP session. */
    void configure(PeerConfig.@Nullable Bfd changed) {
        bfd = changed;
        if (watch != null && changed != null) {
            watch.profile(changed.profile());
        }
        adapt();
    }

    private void adapt() {
        if (watch != null && (bfd == null || !wanted)) {
            watch.close();
            watch = null;
        } else if (watch == null && bfd != null && wanted) {
            int number = ++watches;
            watch = liveness.watch(target(bfd.profile()), report -> loop.execute(() -> hear(number, report)));
        }
    }

    /** What a watch that has ended still had to say is not about the present one. */
    private void hear(int number, Liveness.Report report) {
        if (number == watches && wanted) {
            observer.accept(report);
        }
    }

    private Liveness.Target target(String profile) {
        // A session that may be there without BGP's must not depend on whether that is up just now.
        Negotiated known = withoutSession() ? null : session;
        IpAddress local =
                known == null ? config.session().source() : known.local().address();
        return new Liveness.Target(
                instance,
                config.name(),
                remote.address(),
                local,
                remote.link(),
                source == null ? 0 : source.link(),
                !directlyConnected(config, remote),
                profile);
    }
}
