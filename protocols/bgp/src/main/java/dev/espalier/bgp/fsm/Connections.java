package dev.espalier.bgp.fsm;

import dev.espalier.bgp.fsm.ConnectionId.Side;
import dev.espalier.bgp.fsm.PeerState.Connection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The connections of a neighbour while a {@link PeerTurn} works on them: the one of the session, and the candidates for it. */
final class Connections {

    private @Nullable Connection session;
    private @Nullable Connection outgoing;
    private @Nullable Connection incoming;

    Connections(PeerState state) {
        session = state.session();
        outgoing = state.outgoing();
        incoming = state.incoming();
    }

    @Nullable
    Connection session() {
        return session;
    }

    @Nullable
    Connection outgoing() {
        return outgoing;
    }

    @Nullable
    Connection incoming() {
        return incoming;
    }

    /** Those that are not yet established. */
    List<Connection> candidates() {
        List<Connection> all = new ArrayList<>();
        if (outgoing != null) {
            all.add(outgoing);
        }
        if (incoming != null) {
            all.add(incoming);
        }
        return all;
    }

    @Nullable
    Connection find(ConnectionId id) {
        if (session != null && session.id().equals(id)) {
            return session;
        }
        Connection candidate = id.side() == Side.OUTGOING ? outgoing : incoming;
        return candidate != null && candidate.id().equals(id) ? candidate : null;
    }

    /** The candidate of the other side. */
    @Nullable
    Connection rival(Connection connection) {
        return connection.id().side() == Side.OUTGOING ? incoming : outgoing;
    }

    /** Makes it a candidate, in place of one of the same side. */
    void candidate(Connection connection) {
        if (connection.id().side() == Side.OUTGOING) {
            outgoing = connection;
        } else {
            incoming = connection;
        }
    }

    /** A candidate has become the session. */
    void promote(Connection connection) {
        remove(connection);
        session = connection.with(SessionState.ESTABLISHED);
    }

    void remove(Connection connection) {
        if (session != null && session.id().equals(connection.id())) {
            session = null;
        } else if (connection.id().side() == Side.OUTGOING) {
            outgoing = null;
        } else {
            incoming = null;
        }
    }

    void clear() {
        session = null;
        outgoing = null;
        incoming = null;
    }

    /** Whether no connection is open; an attempt may be on its way. */
    boolean noneOpen() {
        return session == null && incoming == null && (outgoing == null || outgoing.phase() == SessionState.CONNECT);
    }

    /** Whether a connection of ours has no place: there is one, or one of the neighbour's has got further. */
    boolean outgoingNeedless() {
        return session != null || outgoing != null || incoming != null && incoming.phase() == SessionState.OPEN_CONFIRM;
    }
}
