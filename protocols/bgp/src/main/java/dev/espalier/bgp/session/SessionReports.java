package dev.espalier.bgp.session;

import dev.espalier.bgp.fsm.Effect;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what becomes of one neighbour's session, each failure once and not at every attempt. On the session's loop only. */
final class SessionReports {

    private final SessionContext context;
    private final String label;
    private final IpAddress remote;
    private final EventLimiter findingsLimiter = new EventLimiter();
    private @Nullable String lastDown;
    private @Nullable String lastError;

    SessionReports(SessionContext context, String label, IpAddress remote) {
        this.context = context;
        this.label = label;
        this.remote = remote;
    }

    /** Why the last session that was up ended. */
    @Nullable
    String lastDown() {
        return lastDown;
    }

    /** Why the last attempt at a session failed, unless one has come up since. */
    @Nullable
    String lastError() {
        return lastError;
    }

    void established(Negotiated negotiated) {
        lastError = null;
        String hold = negotiated.holdSeconds() == 0 ? "no hold time" : "hold " + negotiated.holdSeconds() + " s";
        String families = String.join(
                ", ",
                negotiated.options().families().stream()
                        .sorted()
                        .map(Object::toString)
                        .toList());
        context.events()
                .info(
                        "bgp.session.up",
                        context.instance(),
                        label,
                        "Established with " + remote + " AS " + negotiated.peerAs() + ", " + hold + ", " + families);
    }

    void closed(SessionObserver.Closed closed) {
        String message =
                closed.sent() == null ? closed.reason() : closed.reason() + "; we sent NOTIFICATION " + closed.sent();
        lastDown = message;
        String kept = closed.restartMayFollow() ? "; its routes may stay while it restarts" : "";
        context.events()
                .warning(
                        "bgp.session.down",
                        context.instance(),
                        label,
                        "Session with " + remote + " ended: " + message + kept);
    }

    void failed(Effect.Failed failed) {
        if (failed.reason().equals(lastError)) {
            return;
        }
        lastError = failed.reason();
        String kind =
                switch (failed.failure()) {
                    case UNREACHABLE -> "bgp.session.unreachable";
                    case REFUSED -> "bgp.session.refused";
                    case REFUSED_BY_NEIGHBOUR -> "bgp.session.rejected";
                    case LOST -> "bgp.session.failed";
                };
        context.events().warning(kind, context.instance(), label, "No session with " + remote + ": " + failed.reason());
    }

    /** What was wrong in an UPDATE, once a minute for each kind of mistake: a neighbour that errs tends to err in every message. */
    void findings(List<UpdateMessage.Finding> findings, long now) {
        for (UpdateMessage.Finding finding : findings) {
            if (findingsLimiter.permits(List.of(finding.treatment(), finding.attributeType()), now)) {
                context.events()
                        .warning(
                                "bgp.update.error",
                                context.instance(),
                                label,
                                "An UPDATE from " + remote + " is wrong at octet " + finding.offset() + ": "
                                        + finding.message() + "; by RFC 7606 " + consequence(finding.treatment())
                                        + " (further ones like it are only counted for a minute)");
            }
        }
    }

    private static String consequence(UpdateMessage.Treatment treatment) {
        return switch (treatment) {
            case ATTRIBUTE_DISCARD -> "the attribute is ignored";
            case TREAT_AS_WITHDRAW -> "its routes are taken as withdrawn";
            case SESSION_RESET -> "the session is reset";
        };
    }
}
