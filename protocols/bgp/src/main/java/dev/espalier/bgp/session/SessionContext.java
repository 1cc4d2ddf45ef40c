package dev.espalier.bgp.session;

import dev.espalier.bgp.fsm.LocalSpeaker;
import dev.espalier.route.EventSink;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Transport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What all sessions of a speaker have in common.
 *
 * @param instance the routing instance they belong to
 * @param device what their connections are bound to unless the neighbour names a link of its own, or null
 * @param local who we are
 * @param transport where connections come from
 * @param restart what our OPENs say about a restart of ours
 * @param liveness who watches paths
 * @param events who hears what happened
 * @param onQuiet called on a session's loop when it has neither a connection nor a pause any more
 */
record SessionContext(
        RoutingInstance instance,
        @Nullable String device,
        LocalSpeaker local,
        Transport transport,
        RestartFlags restart,
        Liveness liveness,
        EventSink events,
        Consumer<PeerSession> onQuiet) {}
