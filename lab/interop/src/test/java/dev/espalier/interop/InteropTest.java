package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.interop.PeerDaemon.Kind;
import dev.espalier.interop.PeerDaemon.Trait;
import dev.espalier.interop.PeerSetup.Announced;
import dev.espalier.lab.Pause;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Espalier with each of the other daemons: every test is a promise that an operator relies on. */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(CapabilityMatrix.class)
@ParameterizedClass(name = "{0}")
@EnumSource(Kind.class)
class InteropTest {

    private static final int SOON = 15;
    private static final String OUR_ROUTE = "10.1.0.0/24";
    private static final String THEIR_ROUTE = "10.2.0.0/24";
    private static final String OUR_ROUTE_6 = "2001:db8:1::/48";
    private static final String THEIR_ROUTE_6 = "2001:db8:2::/48";

    private final Kind kind;
    /** One for all tests with one daemon: namespaces cost more than sessions. */
    private static Rig rig;

    private PeerDaemon them;
    private Espalier us;

    InteropTest(Kind kind) {
        this.kind = kind;
    }

    @BeforeParameterizedClassInvocation
    static void layTheCable(Kind kind) {
        assumeTrue(kind.isInstalled(), kind + " is not installed");
        rig = Rig.create(kind.name().toLowerCase(java.util.Locale.ROOT));
    }

    @AfterParameterizedClassInvocation
    static void removeTheCable() {
        if (rig != null) {
            rig.close();
            rig = null;
        }
    }

    @AfterEach
    void endBoth() {
        if (us != null) {
            us.close();
        }
        if (them != null) {
            them.close();
        }
        // What we leave in the kernel is the next run's business; here each test begins with none.
        rig.ours()
                .command(
                        "sh", "-c", "ip route flush proto 179; ip -6 route flush proto 179; ip nexthop flush proto 179")
                .run();
        rig.ours().command("nft", "flush", "ruleset").run();
        rig.plugged(true);
    }

    // ---- sessions

    @Test
    void anExternalSessionComesUpWhenWeConnect() {
        begin(PeerSetup.external().waiting());
        exchangesIpv4();
    }

    @Test
    void anExternalSessionComesUpWhenTheyConnect() {
        PeerSetup setup = PeerSetup.external();
        begin(setup, OurSide.of(setup).peer("passive", "true"));
        exchangesIpv4();
    }

    @Test
    void anInternalSessionComesUpWhenBothConnect() {
        begin(PeerSetup.external().withAsn(65001));
        exchangesIpv4();
        assertThat(us.peer(Rig.THEIRS).path("internal").asBoolean()).isTrue();
    }

    @Test
    void ipv6RoutesGoOverAnIpv6Session() {
        begin(PeerSetup.external().withTransportIpv6().announcing(Announced.plain(THEIR_ROUTE_6)));
        within(SOON, () -> {
            assertThat(them.route(OUR_ROUTE_6))
                    .get()
                    .extracting(SeenRoute::nextHop)
                    .isEqualTo(Rig.OURS_6);
            assertThat(kernel6()).contains(THEIR_ROUTE_6);
        });
    }

    @Test
    void bothFamiliesGoOverOneIpv4Session() {
        assumeTrue(kind.has(Trait.BOTH_FAMILIES_OVER_IPV4), kind + " has no IPv6 next hop on an IPv4 session");
        begin(PeerSetup.external()
                .withBothFamilies()
                .announcing(Announced.plain(THEIR_ROUTE), Announced.plain(THEIR_ROUTE_6)));
        within(SOON, () -> {
            assertThat(them.route(OUR_ROUTE)).isPresent();
            assertThat(them.route(OUR_ROUTE_6))
                    .get()
                    .extracting(SeenRoute::nextHop)
                    .isEqualTo(Rig.OURS_6);
            assertThat(kernel4()).contains(THEIR_ROUTE);
            assertThat(kernel6()).contains(THEIR_ROUTE_6);
        });
    }

    // ---- routes

    @Test
    void attributesArriveAsTheyWereSent() {
        Announced theirs = new Announced(THEIR_ROUTE, 5, "65002:7");
        PeerSetup setup = PeerSetup.external().announcing(theirs);
        begin(
                setup,
                OurSide.of(setup)
                        .attributes(
                                "{med: 9, communities: [\"65001:5\", \"65001:4\"], largeCommunities: [\"65001:1:2\"], extCommunities: [\"rt:65001:3\"]}"));
        within(SOON, () -> {
            SeenRoute seen = them.route(OUR_ROUTE).orElseThrow();
            assertThat(seen.asPath()).isEqualTo("65001");
            assertThat(seen.nextHop()).isEqualTo(Rig.OURS);
            assertThat(seen.origin()).isEqualTo("igp");
            assertThat(seen.med()).isEqualTo(9);
            assertThat(seen.communities()).containsExactly("65001:4", "65001:5");
            assertThat(seen.largeCommunities()).containsExactly("65001:1:2");
            assertThat(seen.extendedCommunities()).containsExactly("rt:65001:3");
            JsonNode got = us.best(THEIR_ROUTE).path("attributes");
            assertThat(got.path("asPath").asText()).isEqualTo("65002");
            assertThat(got.path("nextHop").asText()).isEqualTo(Rig.THEIRS);
            assertThat(got.path("origin").asText()).isEqualTo("igp");
            assertThat(got.path("med").asInt()).isEqualTo(5);
            assertThat(texts(got.path("communities"))).containsExactly("65002:7");
            assertThat(texts(got.path("largeCommunities"))).containsExactly("65002:1:7");
            assertThat(texts(got.path("extendedCommunities"))).containsExactly("rt:65002:7");
        });
    }

    @Test
    void localPreferenceGoesToInternalPeersOnly() {
        PeerSetup setup = PeerSetup.external().withAsn(65001);
        begin(setup, OurSide.of(setup).attributes("{localPref: 250}"));
        within(SOON, () -> {
            assertThat(them.route(OUR_ROUTE).orElseThrow().localPref()).isEqualTo(250);
            assertThat(them.route(OUR_ROUTE).orElseThrow().asPath()).isEmpty();
            assertThat(us.best(THEIR_ROUTE).path("attributes").path("localPref").asInt())
                    .isEqualTo(100);
        });
    }

    @Test
    void aWithdrawnRouteGoesAndComesBackWhenAnnouncedAgain() {
        PeerSetup setup = PeerSetup.external();
        begin(setup);
        exchangesIpv4();
        them.change(setup.notAnnouncing(THEIR_ROUTE));
        us.reload(OurSide.of(setup).prefixes("[10.1.1.0/24]").objects());
        within(SOON, () -> {
            assertThat(us.best(THEIR_ROUTE).isMissingNode()).isTrue();
            assertThat(kernel4()).doesNotContain(THEIR_ROUTE);
            assertThat(them.route(OUR_ROUTE)).isEmpty();
            assertThat(them.route("10.1.1.0/24")).isPresent();
        });
        them.change(setup);
        us.reload(OurSide.of(setup).objects());
        exchangesIpv4();
    }

    @Test
    void aChangeOfAnAttributeAloneIsTold() {
        PeerSetup setup = PeerSetup.external().announcing(new Announced(THEIR_ROUTE, 5, null));
        begin(setup, OurSide.of(setup).attributes("{med: 1}"));
        within(SOON, () -> assertThat(
                        us.best(THEIR_ROUTE).path("attributes").path("med").asInt())
                .isEqualTo(5));
        within(SOON, () -> assertThat(them.route(OUR_ROUTE).orElseThrow().med()).isEqualTo(1));
        int session = us.sessionNumber(Rig.THEIRS);
        them.change(setup.announcing(new Announced(THEIR_ROUTE, 6, null)));
        us.reload(OurSide.of(setup).attributes("{med: 2}").objects());
        within(SOON, () -> {
            assertThat(us.best(THEIR_ROUTE).path("attributes").path("med").asInt())
                    .isEqualTo(6);
            assertThat(them.route(OUR_ROUTE).orElseThrow().med()).isEqualTo(2);
        });
        assertThat(us.sessionNumber(Rig.THEIRS)).isEqualTo(session);
    }

    @Test
    void nothingIsExchangedWithAnExternalPeerWithoutPoliciesAndAHintSaysSo() {
        PeerSetup setup = PeerSetup.external();
        begin(setup, OurSide.of(setup).without("importPolicy").without("exportPolicy"));
        within(SOON, () -> assertThat(us.state(Rig.THEIRS)).isEqualTo("Established"));
        within(SOON, () -> assertThat(
                        us.route(THEIR_ROUTE).path("paths").path(0).path("role").asText())
                .isEqualTo("refused"));
        assertThat(us.peer(Rig.THEIRS).path("hint").asText())
                .contains("RFC 8212")
                .contains("importPolicy");
        assertThat(kernel4()).doesNotContain(THEIR_ROUTE);
        assertThat(them.route(OUR_ROUTE)).isEmpty();
    }

    // ---- loss

    @Test
    void theirShutdownIsShownWithItsText() {
        begin(PeerSetup.external());
        exchangesIpv4();
        them.shutDown("maintenance");
        within(SOON, () -> {
            String why = us.peer(Rig.THEIRS).path("lastDown").asText() + us.log();
            assertThat(why).contains("Cease");
            if (kind.has(Trait.SHUTDOWN_TEXT)) {
                assertThat(why).contains("maintenance");
            }
            assertThat(kernel4()).doesNotContain(THEIR_ROUTE);
        });
    }

    @Test
    void theirDeathTakesTheirRoutes() {
        begin(PeerSetup.external());
        exchangesIpv4();
        them.kill();
        within(SOON, () -> assertThat(kernel4()).doesNotContain(THEIR_ROUTE));
        them.restart();
        exchangesIpv4AfterRestart();
    }

    @Test
    void ourEndForGoodTakesOurRoutes() {
        begin(PeerSetup.external());
        exchangesIpv4();
        us.interrupt();
        within(SOON, () -> assertThat(them.route(OUR_ROUTE)).isEmpty());
    }

    @Test
    void silenceEndsTheSessionWhenTheHoldTimerExpires() {
        begin(PeerSetup.external().withHoldTime(3));
        exchangesIpv4();
        // The link stays up, so that only the timer can notice.
        rig.ours()
                .command("nft", "-f", "-")
                .withInput(
                        "add table ip cut\nadd chain ip cut in { type filter hook input priority 0; }\nadd rule ip cut in ip saddr 10.9.0.2 drop\n")
                .output();
        within(10, () -> assertThat(us.log()).containsIgnoringCase("hold"));
        within(5, () -> assertThat(kernel4()).doesNotContain(THEIR_ROUTE));
    }

    @Test
    void aPulledCableTakesTheRoutesAtOnceAndTheyComeBack() {
        begin(PeerSetup.external().withHoldTime(9));
        exchangesIpv4();
        rig.plugged(false);
        within(3, () -> assertThat(kernel4()).doesNotContain(THEIR_ROUTE));
        rig.plugged(true);
        exchangesIpv4AfterRestart();
    }

    // ---- security

    @Test
    void theRightPasswordOpensTheSession() {
        begin(PeerSetup.external().withPassword("s3cret"));
        exchangesIpv4();
    }

    @Test
    void aWrongPasswordIsNamedAsThePossibleCause() {
        PeerSetup setup = PeerSetup.external().withPassword("s3cret").waiting();
        begin(setup, OurSide.of(setup).peer("password", "wr0ng"));
        within(SOON, () -> {
            assertThat(us.state(Rig.THEIRS)).isNotEqualTo("Established");
            assertThat(us.log()).containsIgnoringCase("password");
            assertThat(us.peer(Rig.THEIRS).path("lastError").asText()).containsIgnoringCase("password");
        });
        assertThat(us.log()).doesNotContain("s3cret").doesNotContain("wr0ng");
        us.reload(OurSide.of(setup).objects());
        exchangesIpv4();
    }

    @Test
    void ttlSecurityOpensTheSessionWithADirectNeighbour() {
        assumeTrue(kind.has(Trait.TTL_SECURITY), kind + " has no TTL security");
        begin(PeerSetup.external().withTtlSecurity());
        exchangesIpv4();
    }

    @Test
    void aNeighbourThatSendsWithATtlOfOneIsNotHeardWithTtlSecurity() {
        // What it hears it acknowledges in vain, so it may think itself connected until its hold timer ends that.
        PeerSetup setup = PeerSetup.external().withHoldTime(6);
        begin(setup, OurSide.of(setup).peer("ttlSecurity", "{hops: 1}"));
        Pause.millis(4000);
        assertThat(us.state(Rig.THEIRS)).isNotEqualTo("Established");
        us.reload(OurSide.of(setup).objects());
        exchangesIpv4AfterRestart();
    }

    // ---- dynamic neighbours

    @Test
    void aNeighbourFromARangeAppearsAnnouncesAndGoes() {
        PeerSetup setup = PeerSetup.external();
        begin(
                setup,
                OurSide.of(setup)
                        .without("address")
                        .peer("listenRange", "{prefix: 10.9.0.0/24}")
                        .peer("asn", "external"));
        exchangesIpv4();
        assertThat(us.peer(Rig.THEIRS).path("dynamic").asBoolean()).isTrue();
        them.close();
        within(SOON, () -> {
            assertThat(us.state(Rig.THEIRS)).isNotEqualTo("Established");
            assertThat(us.best(THEIR_ROUTE).isMissingNode()).isTrue();
        });
    }

    @Test
    void aPasswordGuardsAWholeRange() {
        PeerSetup setup = PeerSetup.external().withPassword("s3cret");
        begin(
                setup,
                OurSide.of(setup)
                        .without("address")
                        .peer("listenRange", "{prefix: 10.9.0.0/24}")
                        .peer("asn", "external"));
        exchangesIpv4();
    }

    @Test
    void weAreTheirDynamicNeighbour() {
        assumeTrue(kind.has(Trait.LISTEN_RANGE), kind + " has no dynamic neighbours");
        begin(PeerSetup.external().withListenRange());
        exchangesIpv4();
    }

    // ---- capabilities

    @Test
    void fourOctetAsNumbersWorkOnBothSides() {
        begin(PeerSetup.external().withAsn(4_200_000_002L).withOurAsn(4_200_000_001L));
        exchangesIpv4();
        assertThat(them.route(OUR_ROUTE).orElseThrow().asPath()).isEqualTo("4200000001");
        assertThat(us.best(THEIR_ROUTE).path("attributes").path("asPath").asText())
                .isEqualTo("4200000002");
    }

    @Test
    void aNeighbourThatKnowsOnlyTwoOctetAsNumbersIsServed() {
        assumeTrue(kind.has(Trait.TWO_OCTET_AS_ONLY), kind + " always offers four-octet AS numbers");
        begin(PeerSetup.external().withTwoOctetAs());
        exchangesIpv4();
        assertThat(them.route(OUR_ROUTE).orElseThrow().asPath()).isEqualTo("65001");
        assertThat(us.peer(Rig.THEIRS).path("capabilities").toString()).doesNotContain("four-octet");
    }

    @Test
    void theyCanAskForEverythingAgain() {
        assumeTrue(kind.has(Trait.REFRESH_ON_DEMAND), kind + " cannot ask");
        begin(PeerSetup.external());
        exchangesIpv4();
        long sent = us.peer(Rig.THEIRS).path("updatesSent").asLong();
        int session = us.sessionNumber(Rig.THEIRS);
        them.askForRefresh();
        within(SOON, () -> assertThat(us.peer(Rig.THEIRS).path("updatesSent").asLong())
                .isGreaterThan(sent));
        assertThat(us.sessionNumber(Rig.THEIRS)).isEqualTo(session);
        assertThat(them.route(OUR_ROUTE)).isPresent();
    }

    // ---- graceful restart

    @Test
    void theirGracefulRestartLeavesOurKernelAlone() {
        assumeTrue(kind.has(Trait.GRACEFUL_RESTART_RESTARTING), kind + " is no restarting speaker");
        begin(PeerSetup.external().withGracefulRestart());
        exchangesIpv4();
        within(SOON, () -> assertThat(endOfRib()).isTrue());
        try (RouteWatch watch = RouteWatch.start(rig.ours(), rig.directory())) {
            them.kill();
            within(SOON, () -> assertThat(us.route(THEIR_ROUTE)
                            .path("paths")
                            .path(0)
                            .path("stale")
                            .asBoolean())
                    .isTrue());
            them.restart();
            within(40, () -> {
                assertThat(us.state(Rig.THEIRS)).isEqualTo("Established");
                assertThat(endOfRib()).isTrue();
                assertThat(us.best(THEIR_ROUTE).path("stale").asBoolean()).isFalse();
            });
            assertThat(watch.ours()).isEmpty();
        }
    }

    @Test
    void ourCrashAndReturnLeavesOurKernelAndTheirRoutesAlone() {
        assumeTrue(kind.has(Trait.GRACEFUL_RESTART_HELPER), kind + " keeps no routes of a neighbour that restarts");
        begin(PeerSetup.external().withGracefulRestart());
        exchangesIpv4();
        within(SOON, () -> assertThat(endOfRib()).isTrue());
        try (RouteWatch watch = RouteWatch.start(rig.ours(), rig.directory())) {
            us.kill();
            Pause.millis(1000);
            assertThat(them.route(OUR_ROUTE)).isPresent();
            us.start();
            within(40, () -> {
                assertThat(us.state(Rig.THEIRS)).isEqualTo("Established");
                assertThat(us.instance().path("restarting").asBoolean()).isFalse();
                assertThat(us.route(THEIR_ROUTE).path("kernel").path("state").asText())
                        .isEqualTo("installed");
                assertThat(them.route(OUR_ROUTE)).isPresent();
            });
            assertThat(watch.ours()).isEmpty();
        }
    }

    // ---- steps

    private void begin(PeerSetup setup) {
        begin(setup, OurSide.of(setup));
    }

    private void begin(PeerSetup setup, OurSide ours) {
        them = kind.in(rig);
        us = new Espalier(rig);
        them.start(setup);
        us.start(ours.objects());
    }

    private void exchangesIpv4() {
        within(SOON, () -> {
            assertThat(us.log()).contains("running");
            assertThat(them.route(OUR_ROUTE)).isPresent();
            assertThat(us.route(THEIR_ROUTE).path("kernel").path("state").asText())
                    .isEqualTo("installed");
            assertThat(kernel4()).containsPattern(THEIR_ROUTE + " .*via " + Rig.THEIRS);
        });
    }

    /** Both may have grown cautious after a failure. */
    private void exchangesIpv4AfterRestart() {
        within(40, this::exchangesIpv4Now);
    }

    private void exchangesIpv4Now() {
        assertThat(them.route(OUR_ROUTE)).isPresent();
        assertThat(kernel4()).contains(THEIR_ROUTE + " ");
    }

    private boolean endOfRib() {
        return us.peer(Rig.THEIRS)
                .path("families")
                .path("ipv4-unicast")
                .path("endOfRib")
                .asBoolean();
    }

    private String kernel4() {
        return rig.ours().ip("route show proto 179");
    }

    private String kernel6() {
        return rig.ours().ip("-6 route show proto 179");
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asText).toList();
    }
}
