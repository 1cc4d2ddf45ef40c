package dev.espalier.bgp.wire;

/**
 * The NOTIFICATION codes and subcodes of RFC 4271 section 4.5 and its successors. {@link NotificationText} has their
 * names.
 */
public final class ErrorCode {

    /** Message Header Error. */
    public static final int MESSAGE_HEADER = 1;
    /** OPEN Message Error. */
    public static final int OPEN_MESSAGE = 2;
    /** UPDATE Message Error. */
    public static final int UPDATE_MESSAGE = 3;
    /** Hold Timer Expired. */
    public static final int HOLD_TIMER_EXPIRED = 4;
    /** Finite State Machine Error; subcodes in RFC 6608. */
    public static final int FSM = 5;
    /** Cease; subcodes in RFC 4486. */
    public static final int CEASE = 6;
    /** ROUTE-REFRESH Message Error (RFC 7313). */
    public static final int ROUTE_REFRESH = 7;
    /** Send Hold Timer Expired (RFC 9687). */
    public static final int SEND_HOLD_TIMER_EXPIRED = 8;

    /** Of every code: no subcode says it better. */
    public static final int UNSPECIFIC = 0;

    /** Of {@link #MESSAGE_HEADER}: the marker is not all ones. */
    public static final int HEADER_CONNECTION_NOT_SYNCHRONIZED = 1;
    /** Of {@link #MESSAGE_HEADER}; the data is the length field, two octets. */
    public static final int HEADER_BAD_MESSAGE_LENGTH = 2;
    /** Of {@link #MESSAGE_HEADER}; the data is the type, one octet. */
    public static final int HEADER_BAD_MESSAGE_TYPE = 3;

    /** Of {@link #OPEN_MESSAGE}; the data is the highest version supported, two octets. */
    public static final int OPEN_UNSUPPORTED_VERSION = 1;
    /** Of {@link #OPEN_MESSAGE}. */
    public static final int OPEN_BAD_PEER_AS = 2;
    /** Of {@link #OPEN_MESSAGE}. */
    public static final int OPEN_BAD_BGP_IDENTIFIER = 3;
    /** Of {@link #OPEN_MESSAGE}. */
    public static final int OPEN_UNSUPPORTED_OPTIONAL_PARAMETER = 4;
    /** Of {@link #OPEN_MESSAGE}. */
    public static final int OPEN_UNACCEPTABLE_HOLD_TIME = 6;
    /** Of {@link #OPEN_MESSAGE} (RFC 5492); the data is the capabilities that are missing. */
    public static final int OPEN_UNSUPPORTED_CAPABILITY = 7;
    /** Of {@link #OPEN_MESSAGE} (RFC 9234). */
    public static final int OPEN_ROLE_MISMATCH = 11;

    /** Of {@link #UPDATE_MESSAGE}. */
    public static final int UPDATE_MALFORMED_ATTRIBUTE_LIST = 1;
    /** Of {@link #UPDATE_MESSAGE}; the data is the attribute. */
    public static final int UPDATE_UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE = 2;
    /** Of {@link #UPDATE_MESSAGE}; the data is the type code of the attribute, one octet. */
    public static final int UPDATE_MISSING_WELL_KNOWN_ATTRIBUTE = 3;
    /** Of {@link #UPDATE_MESSAGE}; the data is the attribute. */
    public static final int UPDATE_ATTRIBUTE_FLAGS = 4;
    /** Of {@link #UPDATE_MESSAGE}; the data is the attribute. */
    public static final int UPDATE_ATTRIBUTE_LENGTH = 5;
    /** Of {@link #UPDATE_MESSAGE}; the data is the attribute. */
    public static final int UPDATE_INVALID_ORIGIN = 6;
    /** Of {@link #UPDATE_MESSAGE}; the data is the attribute. */
    public static final int UPDATE_INVALID_NEXT_HOP = 8;
    /** Of {@link #UPDATE_MESSAGE}; the data is the attribute. */
    public static final int UPDATE_OPTIONAL_ATTRIBUTE = 9;
    /** Of {@link #UPDATE_MESSAGE}. */
    public static final int UPDATE_INVALID_NETWORK_FIELD = 10;
    /** Of {@link #UPDATE_MESSAGE}. */
    public static final int UPDATE_MALFORMED_AS_PATH = 11;

    /** Of {@link #FSM} (RFC 6608); the data is the message type, one octet. */
    public static final int FSM_UNEXPECTED_IN_OPEN_SENT = 1;
    /** Of {@link #FSM} (RFC 6608); the data is the message type, one octet. */
    public static final int FSM_UNEXPECTED_IN_OPEN_CONFIRM = 2;
    /** Of {@link #FSM} (RFC 6608); the data is the message type, one octet. */
    public static final int FSM_UNEXPECTED_IN_ESTABLISHED = 3;

    /** Of {@link #CEASE} (RFC 4486); the data may be the family and the limit. */
    public static final int CEASE_MAXIMUM_PREFIXES = 1;
    /** Of {@link #CEASE} (RFC 4486); the data may be a text (RFC 9003). */
    public static final int CEASE_ADMINISTRATIVE_SHUTDOWN = 2;
    /** Of {@link #CEASE} (RFC 4486). */
    public static final int CEASE_PEER_DECONFIGURED = 3;
    /** Of {@link #CEASE} (RFC 4486); the data may be a text (RFC 9003). */
    public static final int CEASE_ADMINISTRATIVE_RESET = 4;
    /** Of {@link #CEASE} (RFC 4486). */
    public static final int CEASE_CONNECTION_REJECTED = 5;
    /** Of {@link #CEASE} (RFC 4486). */
    public static final int CEASE_OTHER_CONFIGURATION_CHANGE = 6;
    /** Of {@link #CEASE} (RFC 4486). */
    public static final int CEASE_CONNECTION_COLLISION_RESOLUTION = 7;
    /** Of {@link #CEASE} (RFC 4486). */
    public static final int CEASE_OUT_OF_RESOURCES = 8;
    /** Of {@link #CEASE} (RFC 8538); the data is the code, subcode and data of the real reason. */
    public static final int CEASE_HARD_RESET = 9;
    /** Of {@link #CEASE} (RFC 9384). */
    public static final int CEASE_BFD_DOWN = 10;

    /** Of {@link #ROUTE_REFRESH} (RFC 7313); the data is the whole message. */
    public static final int REFRESH_INVALID_MESSAGE_LENGTH = 1;

    private ErrorCode() {}

    /** A sentence for people: the names of code and subcode and what the data says. */
    public static String describe(Message.Notification notification) {
        return NotificationText.of(notification);
    }

    /** The names of a code and a subcode, such as {@code Cease / Administrative Shutdown (6/2)}. */
    public static String describe(int code, int subcode) {
        return NotificationText.names(code, subcode);
    }
}
