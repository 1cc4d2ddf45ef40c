package dev.espalier.bgp.fsm;

import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Message;

/**
 * NOTIFICATIONs between two speakers that both keep routes after one (RFC 8538): whoever wants the routes gone says so with a
 * Hard Reset, which carries the real reason in its data. Pure.
 *
 * <p>Section 3.1 of the RFC leaves to us what is meant that way. Of our Cease subcodes:
 *
 * <table>
 *   <caption>Which Cease means that the routes go</caption>
 *   <tr><th>subcode</th><th>hard</th><th>because</th></tr>
 *   <tr><td>1 Maximum Number of Prefixes Reached</td><td>yes</td><td>what it told us is not to be used</td></tr>
 *   <tr><td>2 Administrative Shutdown</td><td>yes</td><td>somebody wants the session, and its traffic, gone</td></tr>
 *   <tr><td>3 Peer De-configured</td><td>yes</td><td>nobody will come back</td></tr>
 *   <tr><td>4 Administrative Reset</td><td>yes</td><td>somebody wants to begin anew</td></tr>
 *   <tr><td>5 Connection Rejected, 7 Collision</td><td>no</td><td>never end an established session</td></tr>
 *   <tr><td>6 Other Configuration Change</td><td>yes</td><td>what was agreed on holds no longer</td></tr>
 *   <tr><td>8 Out of Resources</td><td>yes</td><td>we cannot go on as before</td></tr>
 *   <tr><td>10 BFD Down</td><td>yes</td><td>packets do not get through, whoever goes on forwarding; see {@link PathFailure}</td></tr>
 * </table>
 *
 * <p>Every other NOTIFICATION (a malformed message, a timer that expired) is an accident, which the routes survive.
 */
final class HardReset {

    private HardReset() {}

    /** Whether a NOTIFICATION is a Hard Reset. */
    static boolean is(Message.Notification notification) {
        return notification.code() == ErrorCode.CEASE && notification.subcode() == ErrorCode.CEASE_HARD_RESET;
    }

    /** What is to be sent in place of a NOTIFICATION to a neighbour that keeps routes after one. */
    static Message.Notification wrapped(Message.Notification notification) {
        if (!isMeantHard(notification)) {
            return notification;
        }
        byte[] reason = notification.data();
        byte[] data = new byte[2 + reason.length];
        data[0] = (byte) notification.code();
        data[1] = (byte) notification.subcode();
        System.arraycopy(reason, 0, data, 2, reason.length);
        return new Message.Notification(ErrorCode.CEASE, ErrorCode.CEASE_HARD_RESET, data);
    }

    private static boolean isMeantHard(Message.Notification notification) {
        if (notification.code() != ErrorCode.CEASE) {
            return false;
        }
        return switch (notification.subcode()) {
            case ErrorCode.CEASE_MAXIMUM_PREFIXES,
                    ErrorCode.CEASE_ADMINISTRATIVE_SHUTDOWN,
                    ErrorCode.CEASE_PEER_DECONFIGURED,
                    ErrorCode.CEASE_ADMINISTRATIVE_RESET,
                    ErrorCode.CEASE_OTHER_CONFIGURATION_CHANGE,
                    ErrorCode.CEASE_OUT_OF_RESOURCES,
                    ErrorCode.CEASE_BFD_DOWN -> true;
            default -> false;
        };
    }
}
