package dev.espalier.bgp.fsm;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.wire.Message;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The sentences in which the state machine gives its reasons. */
final class Reasons {

    static final String NOT_HEARD = "the neighbour has not been heard";

    private Reasons() {}

    static String pathFailed(String reason) {
        return "BFD found the path dead: " + reason;
    }

    static String waits(String reason) {
        return "waits for BFD to come up (bfdStrict): " + reason;
    }

    static String noAnswer(PeerConfig peer) {
        return "no answer from " + who(peer) + " port " + peer.session().port() + " within "
                + peer.session().connectRetrySeconds() + " s" + passwordHint(peer);
    }

    static String lost(PeerConfig peer, PeerState.Connection connection, @Nullable String reason) {
        String why = reason == null ? "the neighbour closed the connection" : reason;
        return switch (connection.phase()) {
            case CONNECT ->
                "cannot connect to " + who(peer) + " port " + peer.session().port() + ": " + why
                        + (why.toLowerCase(Locale.ROOT).contains("timed out") ? passwordHint(peer) : "");
            case OPEN_SENT -> why + " before it sent an OPEN; is a session with us configured there?";
            case IDLE, ACTIVE, OPEN_CONFIRM, ESTABLISHED -> why + " without a NOTIFICATION";
        };
    }

    static String holdExpired(PeerState.Connection connection) {
        int seconds = connection.negotiated() == null
                ? PeerFsm.OPEN_HOLD_SECONDS
                : connection.negotiated().holdSeconds();
        return "hold timer expired: the neighbour sent nothing for " + seconds + " s";
    }

    static String sendHoldExpired(PeerConfig peer) {
        return "send hold timer expired: the neighbour took nothing of what we sent for "
                + peer.session().sendHoldSeconds() + " s";
    }

    static String notified(PeerConfig peer, Message.Notification notification) {
        return who(peer) + " sent NOTIFICATION " + notification;
    }

    static String restarted(PeerConfig peer) {
        return who(peer) + " has restarted: it opened a new connection while this one seemed alive";
    }

    static String unexpected(PeerConfig peer, Message message, SessionState state) {
        return who(peer) + " sent " + nameOf(message) + " in state " + state;
    }

    /** The message type code of RFC 4271 section 4.1 and RFC 2918. */
    static int typeOf(Message message) {
        return switch (message) {
            case Message.Open open -> 1;
            case Message.Update update -> 2;
            case Message.Notification notification -> 3;
            case Message.Keepalive keepalive -> 4;
            case Message.RouteRefresh refresh -> 5;
        };
    }

    private static String nameOf(Message message) {
        return switch (message) {
            case Message.Open open -> "an OPEN";
            case Message.Update update -> "an UPDATE";
            case Message.Notification notification -> "a NOTIFICATION";
            case Message.Keepalive keepalive -> "a KEEPALIVE";
            case Message.RouteRefresh refresh -> "a ROUTE-REFRESH";
        };
    }

    private static String who(PeerConfig peer) {
        return switch (peer.remote()) {
            case PeerConfig.Remote.Address address -> address.address().toString();
            case PeerConfig.Remote.Range range -> "the neighbour";
            case PeerConfig.Remote.Interface unnumbered -> "the neighbour on " + unnumbered.link();
        };
    }

    private static String passwordHint(PeerConfig peer) {
        return peer.session().password() == null ? "" : "; with TCP-MD5 a wrong or missing password looks like this";
    }
}
