package dev.espalier.bfd.fsm;

import dev.espalier.bfd.wire.Diagnostic;

/** The sentences in which a session gives its reasons. */
final class Reasons {

    static final String HANDSHAKE = "the peer is heard";
    static final String PEER_ADMIN_DOWN = "the peer's session was taken down by its operator (AdminDown)";

    private Reasons() {}

    static String silence(long micros) {
        return "no control packet came for the detection time of " + millis(micros);
    }

    static String peerSaysDown(Diagnostic diagnostic) {
        return "the peer says that its session is down: "
                + (diagnostic.equals(Diagnostic.NONE) ? "it may have been restarted" : diagnostic);
    }

    private static String millis(long micros) {
        return micros % 1000 == 0 ? micros / 1000 + " ms" : micros / 1000.0 + " ms";
    }
}
