package dev.espalier.interop;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the other daemon is told about its session with us. Immutable; the {@code with} methods change one thing.
 *
 * @param asn its AS
 * @param ourAsn ours
 * @param overIpv6 whether the session runs over IPv6
 * @param passive whether it waits for us to connect
 * @param ipv4 whether it exchanges IPv4 routes
 * @param ipv6 whether it exchanges IPv6 routes
 * @param password the TCP-MD5 password
 * @param ttlSecurity whether it demands that we are one hop away (RFC 5082)
 * @param gracefulRestart whether it does RFC 4724
 * @param fourOctetAs whether it knows AS numbers of four octets
 * @param listenRange whether it takes us as a dynamic neighbour
 * @param holdSeconds the hold time it proposes
 * @param announced what it announces from the start
 */
record PeerSetup(
        long asn,
        long ourAsn,
        boolean overIpv6,
        boolean passive,
        boolean ipv4,
        boolean ipv6,
        @Nullable String password,
        boolean ttlSecurity,
        boolean gracefulRestart,
        boolean fourOctetAs,
        boolean listenRange,
        int holdSeconds,
        List<Announced> announced) {

    PeerSetup {
        announced = List.copyOf(announced);
    }

    /**
     * A route that the other daemon announces.
     *
     * @param prefix the prefix
     * @param med the MED, or null for none
     * @param community a community such as {@code 65002:5}, and the beginning of the large and the extended one; or null
     */
    record Announced(
            String prefix, @Nullable Integer med, @Nullable String community) {

        static Announced plain(String prefix) {
            return new Announced(prefix, null, null);
        }

        boolean isIpv6() {
            return prefix.contains(":");
        }

        /** {@code 65002:1:5} for {@code 65002:5}. */
        String largeCommunity() {
            return String.valueOf(community).replace(":", ":1:");
        }
    }

    /** An external IPv4 session on which both wait for nothing, with one route. */
    static PeerSetup external() {
        return new PeerSetup(
                65002,
                65001,
                false,
                false,
                true,
                false,
                null,
                false,
                false,
                true,
                false,
                90,
                List.of(Announced.plain("10.2.0.0/24")));
    }

    boolean internal() {
        return asn == ourAsn;
    }

    String address() {
        return overIpv6 ? Rig.THEIRS_6 : Rig.THEIRS;
    }

    String ourAddress() {
        return overIpv6 ? Rig.OURS_6 : Rig.OURS;
    }

    PeerSetup withAsn(long number) {
        return new PeerSetup(
                number,
                ourAsn,
                overIpv6,
                passive,
                ipv4,
                ipv6,
                password,
                ttlSecurity,
                gracefulRestart,
                fourOctetAs,
                listenRange,
                holdSeconds,
                announced);
    }

    PeerSetup withOurAsn(long number) {
        return new PeerSetup(
                asn,
                number,
                overIpv6,
                passive,
                ipv4,
                ipv6,
                password,
                ttlSecurity,
                gracefulRestart,
                fourOctetAs,
                listenRange,
                holdSeconds,
                announced);
    }

    PeerSetup withTransportIpv6() {
        return new PeerSetup(
                asn,
                ourAsn,
                true,
                passive,
                false,
                true,
                password,
                ttlSecurity,
                gracefulRestart,
                fourOctetAs,
                listenRange,
                holdSeconds,
                announced);
    }

    PeerSetup withBothFamilies() {
        return new PeerSetup(
                asn,
                ourAsn,
                overIpv6,
                passive,
                true,
                true,
                password,
                ttlSecurity,
                gracefulRestart,
                fourOctetAs,
                listenRange,
                holdSeconds,
                announced);
    }

    PeerSetup waiting() {
        return new PeerSetup(
                asn,
                ourAsn,
                overIpv6,
                true,
                ipv4,
                ipv6,
                password,
                ttlSecurity,
                gracefulRestart,
                fourOctetAs,
                listenRange,
                holdSeconds,
                announced);
    }

    PeerSetup withPassword(String secret) {
        return new PeerSetup(
                asn,
                ourAsn,
                overIpv6,
                passive,
                ipv4,
                ipv6,
                secret,
                ttlSecurity,
                gracefulRestart,
                fourOctetAs,
                listenRange,
                holdSeconds,
                announced);
    }

    PeerSetup withTtlSecurity() {
        return new PeerSetup(
                asn,
                ourAsn,
                overIpv6,
                passive,
                ipv4,
                ipv6,
                password,
                true,
                gracefulRestart,
                fourOctetAs,
                listenRange,
                holdSeconds,
                announced);
    }

    PeerSetup withGracefulRestart() {
        return new PeerSetup(
                asn,
                ourAsn,
                overIpv6,
                passive,
                ipv4,
                ipv6,
                password,
                ttlSecurity,
                true,
                fourOctetAs,
                listenRange,
                holdSeconds,
                announced);
    }

    PeerSetup withTwoOctetAs() {
        return new PeerSetup(
                asn,
                ourAsn,
                overIpv6,
                passive,
                ipv4,
                ipv6,
                password,
                ttlSecurity,
                gracefulRestart,
                false,
                listenRange,
                holdSeconds,
                announced);
    }

    PeerSetup withListenRange() {
        return new PeerSetup(
                asn,
                ourAsn,
                overIpv6,
                passive,
                ipv4,
                ipv6,
                password,
                ttlSecurity,
                gracefulRestart,
                fourOctetAs,
                true,
                holdSeconds,
                announced);
    }

    PeerSetup withHoldTime(int seconds) {
        return new PeerSetup(
                asn,
                ourAsn,
                overIpv6,
                passive,
                ipv4,
                ipv6,
                password,
                ttlSecurity,
                gracefulRestart,
                fourOctetAs,
                listenRange,
                seconds,
                announced);
    }

    PeerSetup announcing(Announced... routes) {
        return new PeerSetup(
                asn,
                ourAsn,
                overIpv6,
                passive,
                ipv4,
                ipv6,
                password,
                ttlSecurity,
                gracefulRestart,
                fourOctetAs,
                listenRange,
                holdSeconds,
                List.of(routes));
    }

    PeerSetup alsoAnnouncing(Announced route) {
        List<Announced> routes = new ArrayList<>(announced);
        routes.removeIf(other -> other.prefix().equals(route.prefix()));
        routes.add(route);
        return announcing(routes.toArray(Announced[]::new));
    }

    PeerSetup notAnnouncing(String prefix) {
        return announcing(announced.stream()
                .filter(route -> !route.prefix().equals(prefix))
                .toArray(Announced[]::new));
    }
}
