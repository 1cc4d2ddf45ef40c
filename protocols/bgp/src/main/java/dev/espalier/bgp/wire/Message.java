package dev.espalier.bgp.wire;

import dev.espalier.net.Ipv4Address;
import java.util.Arrays;
import java.util.List;

/** A BGP message (RFC 4271 section 4), decoded. Immutable. */
public sealed interface Message {

    /** The length of every header: marker, length, type (RFC 4271 section 4.1). */
    int HEADER_LENGTH = 19;
    /** The longest message without RFC 8654. */
    int MAX_LENGTH = 4096;
    /** The longest message with RFC 8654; OPEN and KEEPALIVE never use it. */
    int MAX_EXTENDED_LENGTH = 65535;

    /**
     * RFC 4271 section 4.2.
     *
     * @param version 4
     * @param myAs the two-octet AS field; 23456 when the AS does not fit
     * @param holdTime in seconds, 0 to 65535
     * @param routerId the BGP identifier
     * @param capabilities what the speaker can do (RFC 5492), in the order sent
     */
    record Open(int version, int myAs, int holdTime, Ipv4Address routerId, List<Capability> capabilities)
            implements Message {
        /** Copies the list. */
        public Open {
            capabilities = List.copyOf(capabilities);
        }
    }

    /** RFC 4271 section 4.4. */
    record Keepalive() implements Message {}

    /**
     * RFC 4271 section 4.5.
     *
     * @param code the error code, see {@link ErrorCode}
     * @param subcode the error subcode
     * @param data what section 6 says belongs there; not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // equals and hashCode below compare the octets
    record Notification(int code, int subcode, byte[] data) implements Message {
        /** A notification without data. */
        public Notification(int code, int subcode) {
            this(code, subcode, new byte[0]);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Notification n
                    && code == n.code
                    && subcode == n.subcode
                    && Arrays.equals(data, n.data);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * code + subcode) + Arrays.hashCode(data);
        }

        /** The names of code and subcode, and the shutdown text (RFC 9003) if there is one. */
        @Override
        public String toString() {
            return ErrorCode.describe(this);
        }
    }

    /**
     * RFC 2918 and RFC 7313.
     *
     * @param afi the address family identifier
     * @param safi the subsequent address family identifier
     * @param subtype {@link #REQUEST}, {@link #BEGINNING} or {@link #END}; others are not defined
     */
    record RouteRefresh(int afi, int safi, int subtype) implements Message {
        /** A request to be told everything again. */
        public static final int REQUEST = 0;
        /** BoRR: what follows is everything. */
        public static final int BEGINNING = 1;
        /** EoRR: that was everything. */
        public static final int END = 2;
    }

    /**
     * RFC 4271 section 4.3, validated as RFC 7606 says.
     *
     * @param update its content
     */
    record Update(UpdateMessage update) implements Message {}
}
