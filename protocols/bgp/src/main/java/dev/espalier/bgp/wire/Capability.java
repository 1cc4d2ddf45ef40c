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

    /**
     * Code 5, RFC 8950.
     *
     * @param encodings for which prefixes which next hops are understood
     */
    record ExtendedNextHop(List<NextHopEncoding> encodings) implements Capability {
        /** Copies the list. */
        public ExtendedNextHop {
            encodings = List.copyOf(encodings);
        }

        @Override
        public int code() {
            return 5;
        }

        /** Whether prefixes of a family may have IPv6 next hops. */
        public boolean allows(Family family) {
            return encodings.contains(new NextHopEncoding(family.afi(), family.safi(), Family.IPV6_UNICAST.afi()));
        }
    }

    /**
     * A pair in {@link ExtendedNextHop}.
     *
     * @param afi the address family of the prefixes
     * @param safi their subsequent address family
     * @param nextHopAfi the address family of the next hops
     */
    record NextHopEncoding(int afi, int safi, int nextHopAfi) {}

    /** Code 6, RFC 8654. */
    record ExtendedMessage() implements Capability {
        @Override
        public int code() {
            return 6;
        }
    }

    /**
     * Code 9, RFC 9234.
     *
     * @param role what the speaker is, 0 to 255; {@link dev.espalier.bgp.Role} names the values that mean something
     */
    record BgpRole(int role) implements Capability {
        @Override
        public int code() {
            return 9;
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
     * Code 69, RFC 7911.
     *
     * @param families what is offered for each family
     */
    record AddPath(List<AddPathFamily> families) implements Capability {
        /** Copies the list. */
        public AddPath {
            families = List.copyOf(families);
        }

        @Override
        public int code() {
            return 69;
        }
    }

    /**
     * A family in {@link AddPath}.
     *
     * @param afi the address family
     * @param safi the subsequent address family
     * @param receive whether the speaker can take several paths for a prefix
     * @param send whether it would send several; it offers at least one of the two
     */
    record AddPathFamily(int afi, int safi, boolean receive, boolean send) {}

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
