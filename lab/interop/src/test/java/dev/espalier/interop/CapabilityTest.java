package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.interop.PeerDaemon.Kind;
import dev.espalier.interop.PeerDaemon.Trait;
import dev.espalier.interop.PeerSetup.Announced;
import dev.espalier.interop.PeerSetup.Option;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What was agreed on beyond RFC 4271, with each of the other daemons: every test is a row of docs/interop.md. In depth these things
 * are tested elsewhere; here both sides must agree. Tests that want the same of the other daemon share its session, so their order
 * is that of the sessions; our side goes over to what each test wants by a reload.
 */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(CapabilityMatrix.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ParameterizedClass(name = "{0}")
@EnumSource(Kind.class)
class CapabilityTest {

    /** In seconds. OpenBGPD, when two connections have met and it has ended one, may begin again only after 30. */
    private static final int SOON = 45;

    private static final String OUR_ROUTE = "10.1.0.0/24";
    private static final String THEIR_ROUTE = "10.2.0.0/24";
    private static final String OUR_ROUTE_6 = "2001:db8:1::/48";
    private static final String THEIR_ROUTE_6 = "2001:db8:2::/48";
    /** The third corner has an address of its own. */
    private static final String LISTEN = "{addresses: [" + Rig.OURS + ", \"::\"]}";

    private static final int MANY = 1100;

    private static final PeerSetup CUSTOMER = PeerSetup.external().with(Option.CUSTOMER);
    private static final PeerSetup PROVIDER = PeerSetup.external().with(Option.PROVIDER);
    /** With graceful restart and without ADD-PATH: the other way round FRR 8.4 answers a refresh with nothing. */
    private static final PeerSetup REFRESHING =
            PeerSetup.external().withGracefulRestart().with(Option.ENHANCED_REFRESH);

    private static final PeerSetup SEVERAL_PATHS = PeerSetup.external()
            .with(Option.ADD_PATHS, Option.THIRD_CORNER)
            .alsoAnnouncing(Announced.plain(ThirdCorner.TOLD_TO_THEM));
    private static final PeerSetup MARKED = PeerSetup.external()
            .with(Option.LINK_BANDWIDTH, Option.OUR_AS_IN_PATH)
            .announcing(new Announced(THEIR_ROUTE, null, "65535:0"));
    private static final PeerSetup REFLECTOR =
            PeerSetup.external().withAsn(65001).with(Option.REFLECTOR, Option.THIRD_CORNER);
    private static final PeerSetup RESETTING =
            PeerSetup.external().withGracefulRestart().withHoldTime(6).with(Option.AFTER_NOTIFICATIONS);

    private static final PeerSetup RESTARTING = RESETTING.with(Option.LONG_LIVED);
    private static final PeerSetup OVER_IPV6 = PeerSetup.external()
            .withTransportIpv6()
            .withBothFamilies()
            .with(Option.EXTENDED_NEXT_HOP)
            .announcing(Announced.plain(THEIR_ROUTE), Announced.plain(THEIR_ROUTE_6));
    private static final PeerSetup LINK_LOCAL =
            PeerSetup.external().withTransportLinkLocal().announcing(Announced.plain(THEIR_ROUTE_6));
    private static final PeerSetup UNNUMBERED = LINK_LOCAL.with(Option.UNNUMBERED);
    private static final PeerSetup LIMITED =
            PeerSetup.external().with(Option.LIMIT_OF_ONE).alsoAnnouncing(Announced.plain("10.2.1.0/24"));
    private static final PeerSetup WATCHED = PeerSetup.external().with(Option.BFD);
    private static final PeerSetup WATCHED_FROM_AFAR = WATCHED.with(Option.MULTIHOP);

    private static Rig rig;
    private static Espalier us;
    private static PeerDaemon them;
    private static @Nullable PeerSetup current;
    private static @Nullable Feeder feeder;

    private final Kind kind;

    CapabilityTest(Kind kind) {
        this.kind = kind;
    }

    @BeforeParameterizedClassInvocation
    static void layTheCable(Kind kind) {
        assumeTrue(kind.isInstalled(), kind + " is not installed");
        rig = Rig.create(kind.name().toLowerCase(Locale.ROOT));
        rig.addressLinkLocal();
        rig.ours().ip("addr add " + ThirdCorner.ADDRESS + "/24 dev eth0");
        rig.theirs().ip("addr add " + ThirdCorner.OTHER_ADDRESS + "/24 dev eth0");
        us = new Espalier(rig);
        them = kind.in(rig);
        us.start(OurSide.of(CUSTOMER).router("listen", LISTEN).objects());
    }

    @AfterParameterizedClassInvocation
    static void removeTheCable() {
        if (rig != null) {
            hushTheThird();
            us.close();
            them.close();
            rig.close();
            rig = null;
            current = null;
        }
    }

    // ---- roles

    @Test
    @Order(10)
    void asOurCustomerTheyGetTheMarkThatARouteIsForCustomersOnly() {
        assumeTrue(kind.has(Trait.ROLES), kind + " has no roles");
        session(CUSTOMER);
        within(SOON, () -> assertThat(them.route(OUR_ROUTE).orElseThrow().mark())
                .isEqualTo(65001));
        assertThat(us.peer(Rig.THEIRS).path("role").asText()).isEqualTo("provider");
    }

    @Test
    @Order(11)
    void aRoleThatDoesNotFitIsRefusedAndNamed() {
        assumeTrue(kind.has(Trait.ROLES), kind + " has no roles");
        session(CUSTOMER, OurSide.of(CUSTOMER).peer("role", "customer"));
        within(SOON, () -> assertThat(us.peer(Rig.THEIRS).path("lastError").asText())
                .containsAnyOf("should be provider", "Role Mismatch (2/11)"));
        assertThat(us.state(Rig.THEIRS)).isNotEqualTo("Established");
    }

    @Test
    @Order(12)
    void asOurProviderTheirMarkArrives() {
        assumeTrue(kind.has(Trait.ROLES), kind + " has no roles");
        session(PROVIDER);
        within(SOON, () -> assertThat(us.best(THEIR_ROUTE)
                        .path("attributes")
                        .path("onlyToCustomer")
                        .asLong())
                .isEqualTo(65002));
    }

    // ---- several paths, long messages, AS paths

    @Test
    @Order(20)
    void severalPathsOfTheirsArriveHere() {
        assumeTrue(kind.has(Trait.ADD_PATHS), kind + " knows one path for a prefix");
        session(SEVERAL_PATHS, severalPaths("{}"));
        within(SOON, () -> assertThat(us.route(ThirdCorner.TOLD_TO_THEM)
                        .path("paths")
                        .valueStream()
                        .filter(path -> path.path("from").asText().equals(Rig.THEIRS))
                        .map(path -> path.path("attributes").path("asPath").asText()))
                .containsExactlyInAnyOrder("65002", "65002 65003"));
    }

    @Test
    @Order(21)
    void severalPathsOfOursArriveThere() {
        assumeTrue(kind.has(Trait.ADD_PATHS), kind + " knows one path for a prefix");
        session(SEVERAL_PATHS, severalPaths("{}"));
        thirdTellsUs(65003L);
        within(SOON, () -> assertThat(them.routes(ThirdCorner.TOLD_TO_US))
                .extracting(SeenRoute::asPath)
                .containsExactlyInAnyOrder("65001", "65001 65003"));
    }

    @Test
    @Order(24)
    void messagesOfMoreThan4096OctetsGoBothWays() {
        assumeTrue(kind.has(Trait.EXTENDED_MESSAGES), kind + " has no extended messages");
        String long4 = "{communities: ["
                + IntStream.range(0, MANY).mapToObj(i -> "\"65001:" + i + "\"").collect(Collectors.joining(", "))
                + "]}";
        session(SEVERAL_PATHS, severalPaths(long4).attributes(long4));
        assertThat(us.peer(Rig.THEIRS).path("capabilities").toString()).contains("extended-message");
        // A route cannot be divided, and BIRD shows only the first of its communities.
        within(SOON, () -> assertThat(them.route(OUR_ROUTE).orElseThrow().communities())
                .hasSizeGreaterThan(40));
        within(SOON, () -> assertThat(us.route(ThirdCorner.TOLD_TO_THEM)
                        .path("paths")
                        .valueStream()
                        .map(path -> path.path("attributes").path("communities").size()))
                .contains(MANY));
    }

    @Test
    @Order(25)
    void theySeeNeitherPrivateNumbersNorTheirOwn() {
        // What the third corner tells us has the path 65003 65002. Any other way to make one would not pass through our
        // rules.
        session(
                SEVERAL_PATHS,
                OurSide.of(SEVERAL_PATHS)
                        .peer("asOverride", "true")
                        .peer("removePrivateAs", "{all: true}")
                        .prefixes("[" + OUR_ROUTE + "]")
                        .and(ThirdCorner.objects(SEVERAL_PATHS, "{}")));
        thirdTellsUs(65003L, 65002L);
        within(SOON, () -> assertThat(
                        them.route(ThirdCorner.TOLD_TO_US).orElseThrow().asPath())
                .isEqualTo("65001 65001"));
    }

    // ---- refreshes

    @Test
    @Order(28)
    void theirAnswerToARefreshHasABeginningAndAnEnd() {
        assumeTrue(kind.has(Trait.ANSWERS_ENHANCED_REFRESH), kind + " begins and never ends");
        session(REFRESHING);
        established();
        assertThat(us.peer(Rig.THEIRS).path("capabilities").toString()).contains("enhanced-route-refresh");
        long others = others("Received");
        us.refresh("them", "in");
        within(SOON, () -> assertThat(others("Received")).isGreaterThanOrEqualTo(others + 2));
        assertThat(us.best(THEIR_ROUTE).isMissingNode()).isFalse();
    }

    @Test
    @Order(29)
    void ourAnswerToTheirRefreshHasABeginningAndAnEnd() {
        assumeTrue(kind.has(Trait.ENHANCED_REFRESH), kind + " has no enhanced route refresh");
        session(REFRESHING);
        within(SOON, () -> assertThat(them.route(OUR_ROUTE)).isPresent());
        long others = others("Sent");
        int session = us.sessionNumber(Rig.THEIRS);
        them.askForRefresh();
        within(SOON, () -> assertThat(others("Sent")).isGreaterThanOrEqualTo(others + 2));
        assertThat(them.route(OUR_ROUTE)).isPresent();
        assertThat(us.sessionNumber(Rig.THEIRS)).isEqualTo(session);
    }

    // ---- what routes carry

    @Test
    @Order(30)
    void aGracefulShutdownOfTheirsIsHonouredHere() {
        session(MARKED, OurSide.of(MARKED).peer("allowAsIn", "1"));
        within(SOON, () -> {
            JsonNode attributes = us.best(THEIR_ROUTE).path("attributes");
            assertThat(attributes.path("communities").toString()).contains("graceful-shutdown");
            assertThat(attributes.path("localPref").asInt(-1)).isZero();
        });
    }

    @Test
    @Order(31)
    void aGracefulShutdownOfOursIsSeenThere() {
        session(MARKED, OurSide.of(MARKED).peer("allowAsIn", "1").peer("gracefulShutdown", "true"));
        within(SOON, () -> assertThat(them.route(OUR_ROUTE).orElseThrow().communities())
                .containsAnyOf("65535:0", "gracefulShutdown", "graceful-shutdown", "GRACEFUL_SHUTDOWN"));
    }

    @Test
    @Order(32)
    void theirLinkBandwidthArrivesHere() {
        assumeTrue(kind.has(Trait.LINK_BANDWIDTH), kind + " cannot be told to announce one");
        session(MARKED, OurSide.of(MARKED).peer("allowAsIn", "1"));
        within(SOON, () -> assertThat(us.best(THEIR_ROUTE)
                        .path("attributes")
                        .path("extendedCommunities")
                        .toString())
                .containsPattern("bandwidth(-transitive)?:65002:1250000000"));
    }

    @Test
    @Order(33)
    void ourLinkBandwidthArrivesThere() {
        session(
                MARKED,
                OurSide.of(MARKED)
                        .peer("allowAsIn", "1")
                        .attributes("{extCommunities: [\"bandwidth-transitive:65001:1250000000\"]}"));
        // BIRD shows the octets of the floating-point number.
        within(SOON, () -> assertThat(them.route(OUR_ROUTE).orElseThrow().extendedCommunities())
                .anyMatch(shown -> shown.endsWith("65001:1250000000")
                        || shown.endsWith("65001:" + Float.floatToIntBits(1_250_000_000f))));
    }

    @Test
    @Order(34)
    void aPathOfTheirsWithOurAsIsALoopUnlessItIsAllowed() {
        assumeTrue(kind.has(Trait.PATH_OF_CHOICE), kind + " cannot be told to put our AS into a path");
        session(MARKED);
        within(SOON, () -> assertThat(us.route(THEIR_ROUTE)
                        .path("paths")
                        .path(0)
                        .path("because")
                        .asText())
                .contains("own AS"));
        session(MARKED, OurSide.of(MARKED).peer("allowAsIn", "1"));
        within(SOON, () -> assertThat(
                        us.best(THEIR_ROUTE).path("attributes").path("asPath").asText())
                .isEqualTo("65002 65001"));
    }

    @Test
    @Order(36)
    void theyKnowUsByOurLocalAs() {
        PeerSetup setup = PeerSetup.external().withOurAsn(65099);
        session(setup, OurSide.of(setup).router("asn", "65001").peer("localAs", "{asn: 65099}"));
        within(SOON, () -> {
            assertThat(them.route(OUR_ROUTE).orElseThrow().asPath()).isEqualTo("65099 65001");
            assertThat(us.best(THEIR_ROUTE).path("attributes").path("asPath").asText())
                    .isEqualTo("65099 65002");
        });
    }

    // ---- route reflection

    @Test
    @Order(40)
    void weReflectToThem() {
        session(REFLECTOR, reflecting());
        thirdTellsUs();
        within(SOON, () -> {
            SeenRoute seen = them.route(ThirdCorner.TOLD_TO_US).orElseThrow();
            assertThat(seen.originator()).isEqualTo(ThirdCorner.OTHER_ADDRESS);
            // OpenBGPD, a reflector itself here, shows its own cluster before ours.
            assertThat(seen.clusters()).endsWith(Rig.OURS);
            assertThat(seen.asPath()).isEmpty();
        });
    }

    @Test
    @Order(41)
    void theyReflectToUs() {
        session(REFLECTOR, reflecting());
        within(SOON, () -> {
            JsonNode attributes =
                    us.route(ThirdCorner.TOLD_TO_THEM).path("paths").path(0).path("attributes");
            assertThat(attributes.path("originatorId").asText()).isEqualTo(ThirdCorner.ADDRESS);
            assertThat(attributes.path("clusterList").toString()).isEqualTo("[\"10.9.0.2\"]");
        });
    }

    // ---- IPv6 underneath

    @Test
    @Order(50)
    void ipv4RoutesWithIpv6NextHopsGoBothWays() {
        assumeTrue(kind.has(Trait.EXTENDED_NEXT_HOP), kind + " has no IPv6 next hops for IPv4 routes");
        session(OVER_IPV6);
        within(SOON, () -> {
            assertThat(them.route(OUR_ROUTE).orElseThrow().nextHop()).isEqualTo(Rig.OURS_6);
            assertThat(us.best(THEIR_ROUTE).path("attributes").path("nextHop").asText())
                    .isEqualTo(Rig.THEIRS_6);
            assertThat(rig.ours().ip("route show proto 179"))
                    .containsPattern(THEIR_ROUTE + " .*via inet6 " + Rig.THEIRS_6);
        });
    }

    @Test
    @Order(51)
    void aSessionBetweenLinkLocalAddressesCarriesRoutes() {
        assumeTrue(kind.has(Trait.LINK_LOCAL_SESSIONS), kind + " has no link-local sessions");
        session(LINK_LOCAL);
        exchangesIpv6("fe80::b%eth0");
    }

    @Test
    @Order(52)
    void theyFindUsByTheLinkAlone() {
        assumeTrue(kind.has(Trait.UNNUMBERED), kind + " wants an address");
        // Those that do not listen to router advertisements look into the kernel's table of neighbours.
        rig.theirs().exec("ping", "-6", "-c", "1", Rig.OURS_LINK_LOCAL + "%eth0");
        OurSide ours = OurSide.of(UNNUMBERED);
        session(
                UNNUMBERED,
                kind.has(Trait.ROUTER_ADVERTISEMENTS) ? ours.without("address").peer("interface", "eth0") : ours);
        exchangesIpv6("fe80::b%eth0");
    }

    @Test
    @Order(53)
    void weFindThemByTheLinkAlone() {
        assumeTrue(kind.has(Trait.ROUTER_ADVERTISEMENTS), kind + " sends no router advertisements");
        session(UNNUMBERED, OurSide.of(UNNUMBERED).without("address").peer("interface", "eth0"));
        within(SOON, () -> {
            assertThat(us.get("/api/v1/peers").path(0).path("state").asText()).isEqualTo("Established");
            assertThat(rig.ours().ip("-6 route show proto 179")).contains(THEIR_ROUTE_6);
        });
    }

    // ---- BFD

    @Test
    @Order(60)
    void bfdWatchesOneHop() {
        assumeTrue(kind.has(Trait.BFD), kind + " has no BFD");
        session(WATCHED);
        bfdIsUp(false);
    }

    @Test
    @Order(61)
    void bfdWatchesSeveralHops() {
        assumeTrue(kind.has(Trait.BFD), kind + " has no BFD");
        session(WATCHED_FROM_AFAR);
        bfdIsUp(true);
    }

    // ---- limits

    @Test
    @Order(70)
    void theyAreToldThatTheySentMoreThanTheyMay() {
        PeerSetup setup = PeerSetup.external().alsoAnnouncing(Announced.plain("10.2.1.0/24"));
        session(setup, OurSide.of(setup).peer("maximumPrefixes", "{in: {limit: 1, action: idle}}"));
        within(SOON, () -> {
            assertThat(us.peer(Rig.THEIRS).path("hint").asText()).contains("sent more than 1 ipv4-unicast prefixes");
            assertThat(them.status()).containsPattern("(?i)max\\w*[ -]*(number of )?prefix");
        });
    }

    @Test
    @Order(71)
    void weSayThatWeSentMoreThanTheyTake() {
        int before = us.log().length();
        session(LIMITED, OurSide.of(LIMITED).prefixes("[10.1.0.0/24]"));
        within(SOON, () -> assertThat(them.route(OUR_ROUTE)).isPresent());
        session(LIMITED, OurSide.of(LIMITED).prefixes("[10.1.0.0/24, 10.1.1.0/24, 10.1.2.0/24]"));
        within(SOON, () -> assertThat(us.log().substring(before)).contains("Maximum Number of Prefixes Reached (6/1)"));
    }

    // ---- restarts

    @Test
    @Order(80)
    void theirRoutesSurviveANotificationThatIsNoHardReset() {
        assumeTrue(kind.has(Trait.AFTER_NOTIFICATIONS), kind + " does not know RFC 8538");
        assumeTrue(kind.has(Trait.FORWARDS_AFTER_NOTIFICATIONS), kind + " returns without the forwarding bit");
        session(RESETTING);
        established();
        assertThat(us.peer(Rig.THEIRS).path("capabilities").toString()).contains("also after a notification");
        within(SOON, () -> assertThat(us.best(THEIR_ROUTE).isMissingNode()).isFalse());
        int session = us.sessionNumber(Rig.THEIRS);
        try (RouteWatch watch = RouteWatch.start(rig.ours(), rig.directory())) {
            them.reset();
            within(
                    45,
                    () -> assertThat(us.sessionNumber(Rig.THEIRS)).as(us.log()).isGreaterThan(session));
            within(SOON, () -> assertThat(us.best(THEIR_ROUTE).path("stale").asBoolean())
                    .isFalse());
            assertThat(watch.ours()).as(us.log()).isEmpty();
        }
    }

    @Test
    @Order(81)
    void aHardResetOfOursTakesOurRoutesThere() {
        assumeTrue(kind.has(Trait.AFTER_NOTIFICATIONS), kind + " does not know RFC 8538");
        session(RESTARTING);
        within(SOON, () -> assertThat(them.route(OUR_ROUTE)).isPresent());
        session(RESTARTING, OurSide.of(RESTARTING).peer("enabled", "false"));
        within(SOON, () -> assertThat(them.route(OUR_ROUTE)).isEmpty());
    }

    @Test
    @Order(82)
    void ourRoutesOutliveOurRestartTimeThereAsALastResort() {
        assumeTrue(kind.has(Trait.LONG_LIVED_HELPER), kind + " keeps no routes for long");
        session(RESTARTING);
        within(SOON, () -> assertThat(them.route(OUR_ROUTE)).isPresent());
        us.kill();
        try {
            within(SOON, () -> assertThat(them.route(OUR_ROUTE).orElseThrow().communities())
                    .containsAnyOf("65535:6", "llgr-stale", "llgrStale"));
        } finally {
            us.start();
        }
    }

    @Test
    @Order(83)
    void theirRoutesOutliveTheirRestartTimeHereAsALastResort() {
        assumeTrue(kind.has(Trait.LONG_LIVED_RESTARTING), kind + " does not ask for it");
        session(RESTARTING);
        within(SOON, () -> assertThat(us.best(THEIR_ROUTE).isMissingNode()).isFalse());
        them.kill();
        current = null;
        within(SOON, () -> assertThat(us.route(THEIR_ROUTE)
                        .path("paths")
                        .path(0)
                        .path("attributes")
                        .path("communities")
                        .toString())
                .contains("llgr-stale"));
    }

    // ---- steps

    private static OurSide severalPaths(String attributes) {
        return OurSide.of(SEVERAL_PATHS).and(ThirdCorner.objects(SEVERAL_PATHS, attributes));
    }

    private static OurSide reflecting() {
        return OurSide.of(REFLECTOR)
                .peer("routeReflectorClient", "true")
                .prefixes("[" + OUR_ROUTE + "]")
                .and(ThirdCorner.objects(REFLECTOR, "{}"));
    }

    private static void session(PeerSetup setup) {
        session(setup, OurSide.of(setup));
    }

    /** Both sides as wanted; the other daemon begins anew unless it already is. */
    private static void session(PeerSetup setup, OurSide ours) {
        ours.router("listen", LISTEN);
        if (setup != current) {
            current = null;
            hushTheThird();
            them.close();
            us.reload(ours.objects());
            them.start(setup);
            current = setup;
        } else {
            us.reload(ours.objects());
        }
    }

    /** What the third corner tells us, by a session that goes with that of the other daemon. */
    private static void thirdTellsUs(Long... path) {
        if (feeder == null) {
            feeder = Feeder.connect(
                    rig.theirs(), ThirdCorner.OTHER_ADDRESS, Rig.OURS, rig.directory(), ThirdCorner.asn(current));
        }
        feeder.announce(ThirdCorner.feed(current, path));
    }

    private static void hushTheThird() {
        if (feeder != null) {
            feeder.close();
            feeder = null;
        }
    }

    private static void established() {
        within(SOON, () -> assertThat(us.state(Rig.THEIRS)).isEqualTo("Established"));
    }

    private static void exchangesIpv6(String address) {
        within(SOON, () -> {
            assertThat(us.state(address)).isEqualTo("Established");
            assertThat(them.route(OUR_ROUTE_6)).isPresent();
            assertThat(rig.ours().ip("-6 route show proto 179"))
                    .containsPattern("(?s)" + THEIR_ROUTE_6 + " .*via \\S+ dev eth0");
        });
    }

    private static void bfdIsUp(boolean multihop) {
        established();
        within(SOON, () -> {
            JsonNode bfd = us.get("/api/v1/bfd").path("sessions").path(0);
            assertThat(bfd.path("peer").asText()).isEqualTo(Rig.THEIRS);
            assertThat(bfd.path("state").asText()).isEqualTo("Up");
            assertThat(bfd.path("multihop").asBoolean()).isEqualTo(multihop);
        });
    }

    /** How many messages other than UPDATEs there were; KEEPALIVEs among them, but those are half a minute apart. */
    private static long others(String direction) {
        JsonNode peer = us.peer(Rig.THEIRS);
        return peer.path("messages" + direction).asLong()
                - peer.path("updates" + direction).asLong();
    }
}
