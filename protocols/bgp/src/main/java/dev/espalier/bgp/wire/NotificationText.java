package dev.espalier.bgp.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** NOTIFICATIONs in words (IANA "BGP Error (Notification) Codes"). */
final class NotificationText {

    private static final String[] CODES = {
        "Reserved",
        "Message Header Error",
        "OPEN Message Error",
        "UPDATE Message Error",
        "Hold Timer Expired",
        "Finite State Machine Error",
        "Cease",
        "ROUTE-REFRESH Message Error",
        "Send Hold Timer Expired"
    };

    /** By code, then by subcode. Subcode 0 is "Unspecific" throughout and says nothing, so it is not shown. */
    private static final String[][] SUBCODES = {
        {},
        {"", "Connection Not Synchronized", "Bad Message Length", "Bad Message Type"},
        {
            "",
            "Unsupported Version Number",
            "Bad Peer AS",
            "Bad BGP Identifier",
            "Unsupported Optional Parameter",
            "Authentication Failure (deprecated)",
            "Unacceptable Hold Time",
            "Unsupported Capability",
            "Grouping Conflict (deprecated)",
            "Grouping Required (deprecated)",
            "Capability Value Mismatch (deprecated)",
            "Role Mismatch"
        },
        {
            "",
            "Malformed Attribute List",
            "Unrecognized Well-known Attribute",
            "Missing Well-known Attribute",
            "Attribute Flags Error",
            "Attribute Length Error",
            "Invalid ORIGIN Attribute",
            "AS Routing Loop (deprecated)",
            "Invalid NEXT_HOP Attribute",
            "Optional Attribute Error",
            "Invalid Network Field",
            "Malformed AS_PATH"
        },
        {},
        {
            "",
            "Receive Unexpected Message in OpenSent State",
            "Receive Unexpected Message in OpenConfirm State",
            "Receive Unexpected Message in Established State"
        },
        {
            "",
            "Maximum Number of Prefixes Reached",
            "Administrative Shutdown",
            "Peer De-configured",
            "Administrative Reset",
            "Connection Rejected",
            "Other Configuration Change",
            "Connection Collision Resolution",
            "Out of Resources",
            "Hard Reset",
            "BFD Down"
        },
        {"", "Invalid Message Length"},
        {}
    };

    private static final int SHOWN_OCTETS = 32;

    private NotificationText() {}

    static String names(int code, int subcode) {
        StringBuilder text = new StringBuilder(code < CODES.length ? CODES[code] : "Unknown Error");
        if (subcode != ErrorCode.UNSPECIFIC) {
            String[] subcodes = code < SUBCODES.length ? SUBCODES[code] : SUBCODES[0];
            text.append(" / ").append(subcode < subcodes.length ? subcodes[subcode] : "unknown subcode");
        }
        return text.append(" (")
                .append(code)
                .append('/')
                .append(subcode)
                .append(')')
                .toString();
    }

    static String of(Message.Notification notification) {
        String names = names(notification.code(), notification.subcode());
        return notification.data().length == 0 ? names : names + ": " + data(notification);
    }

    private static String data(Message.Notification notification) {
        byte[] data = notification.data();
        return switch (notification.code()) {
            case ErrorCode.MESSAGE_HEADER -> header(notification);
            case ErrorCode.OPEN_MESSAGE ->
                notification.subcode() == ErrorCode.OPEN_UNSUPPORTED_VERSION && data.length == 2
                        ? "version " + Octets.u16(data, 0) + " is supported"
                        : hex(data);
            case ErrorCode.UPDATE_MESSAGE ->
                notification.subcode() == ErrorCode.UPDATE_MISSING_WELL_KNOWN_ATTRIBUTE && data.length == 1
                        ? AttributeNames.of(data[0] & 0xFF)
                        : hex(data);
            case ErrorCode.FSM -> data.length == 1 ? "message type " + (data[0] & 0xFF) : hex(data);
            case ErrorCode.CEASE -> cease(notification);
            default -> hex(data);
        };
    }

    private static String header(Message.Notification notification) {
        byte[] data = notification.data();
        if (notification.subcode() == ErrorCode.HEADER_BAD_MESSAGE_LENGTH && data.length == 2) {
            return "length " + Octets.u16(data, 0);
        }
        if (notification.subcode() == ErrorCode.HEADER_BAD_MESSAGE_TYPE && data.length == 1) {
            return "type " + (data[0] & 0xFF);
        }
        return hex(data);
    }

    private static String cease(Message.Notification notification) {
        byte[] data = notification.data();
        return switch (notification.subcode()) {
            case ErrorCode.CEASE_ADMINISTRATIVE_SHUTDOWN, ErrorCode.CEASE_ADMINISTRATIVE_RESET -> shutdownText(data);
            case ErrorCode.CEASE_MAXIMUM_PREFIXES -> data.length == 7 ? limit(data) : hex(data);
            case ErrorCode.CEASE_HARD_RESET -> data.length >= 2 ? hardReset(data) : hex(data);
            default -> hex(data);
        };
    }

    /** RFC 4486 section 4: family and upper bound. */
    private static String limit(byte[] data) {
        Family family = Family.of(Octets.u16(data, 0), data[2] & 0xFF);
        String name = family != null ? family.toString() : "AFI " + Octets.u16(data, 0) + " SAFI " + (data[2] & 0xFF);
        return name + ", at most " + Integer.toUnsignedString(Octets.i32(data, 3));
    }

    /** RFC 8538 section 3.1. A hard reset inside a hard reset is shown as octets: a peer must not make us recurse. */
    private static String hardReset(byte[] data) {
        int code = data[0] & 0xFF;
        int subcode = data[1] & 0xFF;
        if (code == ErrorCode.CEASE && subcode == ErrorCode.CEASE_HARD_RESET) {
            return hex(data);
        }
        return of(new Message.Notification(code, subcode, Arrays.copyOfRange(data, 2, data.length)));
    }

    /**
     * The text that somebody typed at the other end: a length octet and UTF-8 (RFC 9003 section 2). It goes to
     * terminals and logs, so whatever could steer them is replaced by a space (same RFC, section 5).
     */
    private static String shutdownText(byte[] data) {
        int length = data[0] & 0xFF;
        if (length == 0) {
            return "(no text)";
        }
        if (length > data.length - 1) {
            return hex(data);
        }
        StringBuilder text = new StringBuilder("\"");
        // Octets that are not UTF-8 become U+FFFD here, so that people at least see the rest.
        new String(data, 1, length, StandardCharsets.UTF_8)
                .codePoints()
                .map(point -> steersTerminals(point) ? ' ' : point)
                .forEach(text::appendCodePoint);
        return text.append('"').toString();
    }

    private static boolean steersTerminals(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    private static String hex(byte[] data) {
        String shown = HexFormat.of().formatHex(data, 0, Math.min(data.length, SHOWN_OCTETS));
        return data.length <= SHOWN_OCTETS ? shown : shown + "... (" + data.length + " octets)";
    }
}
