package dev.espalier.interop;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the other daemon is told about its session with us. Immutable; the {@code with} methods give a copy that differs. */
final class PeerSetup {

    private long asn = 65002;
    private long ourAsn = 65001;
    private boolean overIpv6;
    private boolean passive;
    private boolean ipv4 = true;
    private boolean ipv6;
    private @Nullable String password;
    private boolean ttlSecurity;
    private boolean gracefulRestart;
    private boolean fourOctetAs = true;
    private boolean listenRange;
    private boolean overLinkLocal;
    private int holdSeconds = 90;
    private Set<Option> options = Set.of();
    private List<Announced> announced = List.of(Announced.plain("10.2.0.0/24"));

    private PeerSetup() {}

    private PeerSetup(PeerSetup from) {
        asn = from.asn;
        ourAsn = from.ourAsn;
        overIpv6 = from.overIpv6;
        passive = from.passive;
        ipv4 = from.ipv4;
        ipv6 = from.ipv6;
        password = from.password;
        ttlSecurity = from.ttlSecurity;
        gracefulRestart = from.gracefulRestart;
        fourOctetAs = from.fourOctetAs;
        listenRange = from.listenRange;
        holdSeconds = from.holdSeconds;
        overLinkLocal = from.overLinkLocal;
        options = from.options;
        announced = from.announced;
    }

    /** What it does beyond the basics; each daemon puts it into its own words, or leaves out what it does not know. */
    enum Option {
        /** It says that it is our customer (RFC 9234). */
        CUSTOMER,
        /** It says that it is our provider. */
        PROVIDER,
        /** Several paths for a prefix both ways (RFC 7911). */
        ADD_PATHS,
        /** RFC 7313, where that is not offered anyway. */
        ENHANCED_REFRESH,
        /** IPv4 routes with IPv6 next hops (RFC 8950). */
        EXTENDED_NEXT_HOP,
        /** Long-lived graceful restart (RFC 9494), for ten minutes after a restart time of two seconds. */
        LONG_LIVED,
        /** Routes survive NOTIFICATIONs (RFC 8538). */
        AFTER_NOTIFICATIONS,
        /** We, and the third corner, are its clients (RFC 4456). */
        REFLECTOR,
        /** It takes one prefix and no more. */
        LIMIT_OF_ONE,
        /** The path of what it announces contains our AS. */
        OUR_AS_IN_PATH,
        /** What it announces carries a link bandwidth of 1.25 Gbyte/s. */
        LINK_BANDWIDTH,
        /** BFD, with 300 ms and a multiplier of 3. */
        BFD,
        /** An external session that allows another hop between us. */
        MULTIHOP,
        /** It knows the link only, not our address. */
        UNNUMBERED,
        /** It has a session with {@link ThirdCorner} too, and passes on what it hears. */
        THIRD_CORNER
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
        return new PeerSetup();
    }

    /** Its AS. */
    long asn() {
        return asn;
    }

    long ourAsn() {
        return ourAsn;
    }

    boolean internal() {
        return asn == ourAsn;
    }

    /** Whether the session runs over IPv6. */
    boolean overIpv6() {
        return overIpv6;
    }

    /** Whether it waits for us to connect. */
    boolean passive() {
        return passive;
    }

    /** Whether it exchanges IPv4 routes. */
    boolean ipv4() {
        return ipv4;
    }

    /** Whether it exchanges IPv6 routes. */
    boolean ipv6() {
        return ipv6;
    }

    /** The TCP-MD5 password. */
    @Nullable
    String password() {
        return password;
    }

    /** Whether it demands that we are one hop away (RFC 5082). */
    boolean ttlSecurity() {
        return ttlSecurity;
    }

    /** Whether it does RFC 4724. */
    boolean gracefulRestart() {
        return gracefulRestart;
    }

    /** Whether it knows AS numbers of four octets. */
    boolean fourOctetAs() {
        return fourOctetAs;
    }

    /** Whether it takes us as a dynamic neighbour. */
    boolean listenRange() {
        return listenRange;
    }

    /** The hold time it proposes. */
    int holdSeconds() {
        return holdSeconds;
    }

    /** Whether the session runs between link-local addresses. */
    boolean overLinkLocal() {
        return overLinkLocal;
    }

    boolean has(Option option) {
        return options.contains(option);
    }

    /** What it announces from the start. */
    List<Announced> announced() {
        return announced;
    }

    String address() {
        return overLinkLocal ? Rig.THEIRS_LINK_LOCAL : overIpv6 ? Rig.THEIRS_6 : Rig.THEIRS;
    }

    String ourAddress() {
        return overLinkLocal ? Rig.OURS_LINK_LOCAL : overIpv6 ? Rig.OURS_6 : Rig.OURS;
    }

    PeerSetup withAsn(long number) {
        PeerSetup copy = new PeerSetup(this);
        copy.asn = number;
        return copy;
    }

    PeerSetup withOurAsn(long number) {
        PeerSetup copy = new PeerSetup(this);
        copy.ourAsn = number;
        return copy;
    }

    PeerSetup waiting() {
        PeerSetup copy = new PeerSetup(this);
        copy.passive = true;
        return copy;
    }

    PeerSetup withTransportIpv6() {
        PeerSetup copy = new PeerSetup(this);
        copy.overIpv6 = true;
        copy.ipv4 = false;
        copy.ipv6 = true;
        return copy;
    }

    /** Between link-local addresses, which {@link Rig#addressLinkLocal} gives. */
    PeerSetup withTransportLinkLocal() {
        PeerSetup copy = withTransportIpv6();
        copy.overLinkLocal = true;
        return copy;
    }

    PeerSetup with(Option first, Option... more) {
        PeerSetup copy = new PeerSetup(this);
        copy.options = EnumSet.of(first, more);
        copy.options.addAll(options);
        return copy;
    }

    PeerSetup withBothFamilies() {
        PeerSetup copy = new PeerSetup(this);
        copy.ipv4 = true;
        copy.ipv6 = true;
        return copy;
    }

    PeerSetup withPassword(String secret) {
        PeerSetup copy = new PeerSetup(this);
        copy.password = secret;
        return copy;
    }

    PeerSetup withTtlSecurity() {
        PeerSetup copy = new PeerSetup(this);
        copy.ttlSecurity = true;
        return copy;
    }

    PeerSetup withGracefulRestart() {
        PeerSetup copy = new PeerSetup(this);
        copy.gracefulRestart = true;
        return copy;
    }

    PeerSetup withTwoOctetAs() {
        PeerSetup copy = new PeerSetup(this);
        copy.fourOctetAs = false;
        return copy;
    }

    PeerSetup withListenRange() {
        PeerSetup copy = new PeerSetup(this);
        copy.listenRange = true;
        return copy;
    }

    PeerSetup withHoldTime(int seconds) {
        PeerSetup copy = new PeerSetup(this);
        copy.holdSeconds = seconds;
        return copy;
    }

    PeerSetup announcing(Announced... routes) {
        PeerSetup copy = new PeerSetup(this);
        copy.announced = List.of(routes);
        return copy;
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
