package dev.espalier.bgp.wire;

import dev.espalier.net.Asn;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Something a speaker says in its OPEN that it can do (RFC 5492). Immutable. */
public sealed interface Capability {

    /** The capability code (IANA "Capability Codes"). */
    int code();

    /**
     * Code 1, RFC 4760.
     *
     * @param afi the address family
     * @param safi the subsequent address family
     */
    record Multiprotocol(int afi, int safi) implements Capability {
        /** For a family that Espalier speaks. */
        public Multiprotocol(Family family) {
            this(family.afi(), family.safi());
        }

        @Override
        public int code() {
            return 1;
        }
    }

    /** Code 2, RFC 2918. */
    record RouteRefresh() implements Capability {
        @Override
        public int code() {
            return 2;
        }
    }

    /** Code 6, RFC 8654. */
    record ExtendedMessage() implements Capability {
        @Override
        public int code() {
            return 6;
        }
    }

    /**
     * Code 64, RFC 4724 and RFC 8538.
     *
     * @param restarting the R bit: the speaker has restarted
     * @param notification the N bit: NOTIFICATIONs too leave the routes in place
     * @param restartTime seconds until the session should be back, 0 to 4095
     * @param families what is kept
     */
    record GracefulRestart(boolean restarting, boolean notification, int restartTime, List<RestartFamily> families)
            implements Capability {
        /** Copies the list. */
        public GracefulRestart {
            families = List.copyOf(families);
        }

        @Override
        public int code() {
            return 64;
        }
    }

    /**
     * A family in {@link GracefulRestart}.
     *
     * @param afi the address family
     * @param safi the subsequent address family
     * @param forwarding the F bit: forwarding state was preserved
     */
    record RestartFamily(int afi, int safi, boolean forwarding) {}

    /**
     * Code 65, RFC 6793.
     *
     * @param asn the speaker's AS
     */
    record FourOctetAs(Asn asn) implements Capability {
        @Override
        public int code() {
            return 65;
        }
    }

    /** Code 70, RFC 7313: the beginning and the end of a refresh are marked. */
    record EnhancedRouteRefresh() implements Capability {
        @Override
        public int code() {
            return 70;
        }
    }

    /**
     * Code 71, RFC 9494. It means something only beside {@link GracefulRestart}.
     *
     * @param families what may be kept for long
     */
    record LongLivedGracefulRestart(List<LongLivedFamily> families) implements Capability {
        /** Copies the list. */
        public LongLivedGracefulRestart {
            families = List.copyOf(families);
        }

        @Override
        public int code() {
            return 71;
        }
    }

    /**
     * A family in {@link LongLivedGracefulRestart}.
     *
     * @param afi the address family
     * @param safi the subsequent address family
     * @param forwarding the F bit: forwarding state was preserved
     * @param staleTime seconds that stale routes may be kept after the restart time, 0 to 16777215
     */
    record LongLivedFamily(int afi, int safi, boolean forwarding, int staleTime) {}

    /**
     * Any other code, ignored but shown.
     *
     * @param code the code
     * @param value the value, not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // equals and hashCode below compare the octets
    record Unknown(int code, byte[] value) implements Capability {
        @Override
        public boolean equals(Object other) {
            return other instanceof Unknown u && code == u.code && Arrays.equals(value, u.value);
        }

        @Override
        public int hashCode() {
            return 31 * code + Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return "capability " + code + " (" + HexFormat.of().formatHex(value) + ")";
        }
    }
}
