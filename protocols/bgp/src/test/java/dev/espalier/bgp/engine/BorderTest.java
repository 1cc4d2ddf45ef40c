package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.AsPathOptions;
import dev.espalier.bgp.AsPathOptions.RemovePrivateAs;
import dev.espalier.bgp.CommunityKind;
import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.MaximumPrefixes;
import dev.espalier.bgp.MaximumPrefixes.Action;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Role;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.fsm.SessionState;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.LargeCommunity;
import dev.espalier.policy.Policies;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.AsPath;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What happens to routes at the border of an AS, between whole speakers in a simulated network. */
class BorderTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final Network net = new Network(11);

    private static PeerConfig peer(String address, UnaryOperator<PeerConfig.Builder> how) {
        return how.apply(Network.peer(address).toBuilder()).build();
    }

    private static PeerConfig session(String address, UnaryOperator<PeerConfig.SessionBuilder> how) {
        PeerConfig peer = Network.peer(address);
        return peer.toBuilder()
                .session(how.apply(peer.session().toBuilder()).build())
                .build();
    }

    private static PeerConfig role(String address, Role role) {
        return session(address, s -> s.role(role));
    }

    private static PeerConfig localAs(String address, long asn, boolean prepend, boolean replace) {
        return session(address, s -> s.localAs(new LocalAs(new Asn(asn), prepend, replace)));
    }

    private static PeerConfig options(String address, AsPathOptions options) {
        return peer(address, p -> p.asPath(options));
    }

    private static PeerConfig limited(String address, MaximumPrefixes.@Nullable In in, int out) {
        return peer(address, p -> p.maximumPrefixes(new MaximumPrefixes(in, out)));
    }

    private void run(Network.Router... routers) {
        for (Network.Router router : routers) {
            router.start();
        }
        net.time.run(SOON);
    }

    private static PrefixSnapshot snapshot(Network.Router router, String prefix) {
        return router.routes().get(IpPrefix.parse(prefix));
    }

    private static PathAttributes learnt(Network.Router router, String prefix) {
        return snapshot(router, prefix).paths().getFirst().received();
    }

    private static String told(Network.Router router, String prefix, String peer) {
        return snapshot(router, prefix).told().stream()
                .filter(told -> told.peer().equals(peer))
                .map(PrefixSnapshot.Told::because)
                .findFirst()
                .orElseThrow();
    }

    private static PeerSnapshot peerOf(Network.Router router, String name) {
        return router.onLoop(s -> s.view().peers().stream()
                .filter(peer -> peer.config().name().equals(name))
                .findFirst()
                .orElseThrow());
    }

    private static Policy exporting(UnaryOperator<PathAttributes> change) {
        return new Policy() {
            @Override
            public String name() {
                return "changing";
            }

            @Override
            public boolean dependsOnNeighbor() {
                return false;
            }

            @Override
            public Verdict judge(PolicyRoute route) {
                return new Verdict(change.apply(route.attributes), "changing", null);
            }
        };
    }

    private static SpeakerConfig.Origination aggregate(boolean summaryOnly) {
        return new SpeakerConfig.Origination(
                PathAttributes.builder().build(),
                null,
                true,
                new SpeakerConfig.Aggregate(summaryOnly, false, null),
                "test");
    }

    // ---- roles

    /** Three ASes in a row: what the first announces to us, we may pass to the third or not. */
    private PrefixSnapshot through(Role towardsFirst, Role towardsThird) {
        Network.Router first = net.router("10.0.0.1", 65001)
                .with(role("10.0.0.2", towardsFirst.counterpart()))
                .announcing("192.0.2.0/24", 5);
        Network.Router us =
                net.router("10.0.0.2", 65002).with(role("10.0.0.1", towardsFirst), role("10.0.0.3", towardsThird));
        Network.Router third = net.router("10.0.0.3", 65003).with(role("10.0.0.2", towardsThird.counterpart()));
        run(first, us, third);
        assertThat(us.established()).isEqualTo(2);
        return snapshot(us, "192.0.2.0/24");
    }

    private static void assertNotTold(PrefixSnapshot route) {
        assertThat(route.told())
                .filteredOn(told -> told.peer().equals("10.0.0.3"))
                .allSatisfy(told -> {
                    assertThat(told.attributes()).isNull();
                    assertThat(told.because()).contains("route leak").contains("RFC 9234");
                });
    }

    @Test
    void aProvidersRouteGoesToCustomersAndNotToAnotherProvider() {
        assertNotTold(through(Role.CUSTOMER, Role.CUSTOMER));
    }

    @Test
    void aPeersRouteDoesNotGoToAnotherPeer() {
        assertNotTold(through(Role.PEER, Role.PEER));
    }

    @Test
    void aProvidersRouteReachesACustomerWithTheMarkOfTheProvider() {
        PrefixSnapshot route = through(Role.CUSTOMER, Role.PROVIDER);
        assertThat(route.told().stream()
                        .filter(told -> told.peer().equals("10.0.0.3"))
                        .map(PrefixSnapshot.Told::attributes)
                        .map(told -> told == null ? -1 : told.onlyToCustomer().orElse(0)))
                .containsExactly(65001L);
    }

    @Test
    void aLeakIsSeenByTheNextAsAndExplained() {
        // The middle one has no roles and passes on to its provider what it has from another provider.
        Network.Router first = net.router("10.0.0.1", 65001)
                .with(role("10.0.0.2", Role.PROVIDER))
                .announcing("192.0.2.0/24", 5);
        Network.Router leaking =
                net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"), role("10.0.0.3", Role.CUSTOMER));
        // As its role is not said by us, nothing is checked on the way out towards us.
        leaking.with(Network.peer("10.0.0.3"));
        Network.Router third = net.router("10.0.0.3", 65003).with(role("10.0.0.2", Role.PROVIDER));
        run(first, leaking, third);
        PrefixSnapshot.Path path = snapshot(third, "192.0.2.0/24").paths().getFirst();
        assertThat(path.role()).isEqualTo(PrefixSnapshot.Role.REFUSED);
        assertThat(path.because()).contains("route leak").contains("came from a customer");
        assertThat(third.kernel.forwarding()).isEmpty();
    }

    @Test
    void rolesThatDoNotFitKeepTheSessionDownWithASentence() {
        Network.Router a = net.router("10.0.0.1", 65001).with(role("10.0.0.2", Role.CUSTOMER));
        Network.Router b = net.router("10.0.0.2", 65002).with(role("10.0.0.1", Role.CUSTOMER));
        run(a, b);
        assertThat(a.established()).isZero();
        assertThat(List.of(
                        String.valueOf(peerOf(a, "10.0.0.2").session().lastError()),
                        String.valueOf(peerOf(b, "10.0.0.1").session().lastError())))
                .anyMatch(text -> text.contains("Role Mismatch (2/11)") || text.contains("should be provider"));
    }

    // ---- AS numbers

    /** The first AS announces with a path of its own making, by policy. */
    private Network.Router announcingPath(Asn... path) {
        return net.router("10.0.0.1", 65001)
                .with(peer(
                        "10.0.0.2",
                        p -> p.exportPolicy(exporting(attributes -> attributes.toBuilder()
                                .asPath(AsPath.sequence(List.of(path)))
                                .build()))))
                .announcing("192.0.2.0/24", 5);
    }

    @Test
    void aPathThatDoesNotBeginWithThePeersAsIsRefusedAndTheSessionStays() {
        Network.Router liar = announcingPath(new Asn(65009), new Asn(65001));
        Network.Router us = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"));
        run(liar, us);
        PrefixSnapshot.Path path = snapshot(us, "192.0.2.0/24").paths().getFirst();
        assertThat(path.role()).isEqualTo(PrefixSnapshot.Role.REFUSED);
        assertThat(path.because())
                .contains("does not begin with the peer's own AS")
                .contains("rs-client");
        assertThat(us.established()).isEqualTo(1);
    }

    @Test
    void anEmptyPathFromAnExternalPeerIsRefusedToo() {
        Network.Router liar = announcingPath();
        Network.Router us = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"));
        run(liar, us);
        assertThat(snapshot(us, "192.0.2.0/24").paths().getFirst().because()).contains("does not begin");
    }

    @Test
    void theFirstAsIsNotCheckedWhereThatIsSwitchedOffAndAChangeKeepsTheSession() {
        Network.Router server = announcingPath(new Asn(65009));
        Network.Router us = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"));
        run(server, us);
        us.with(options("10.0.0.1", new AsPathOptions(false, 0, null, false)));
        us.reconfigure();
        net.time.run(SOON);
        assertThat(snapshot(us, "192.0.2.0/24").paths().getFirst().role()).isEqualTo(PrefixSnapshot.Role.BEST);
        assertThat(peerOf(us, "10.0.0.1").session().establishedCount()).isEqualTo(1);
    }

    @Test
    void ourAsMayBeInAPathAsOftenAsAllowed() {
        Network.Router other = announcingPath(new Asn(65001), new Asn(65002), new Asn(65002));
        Network.Router us =
                net.router("10.0.0.2", 65002).with(options("10.0.0.1", new AsPathOptions(true, 1, null, false)));
        run(other, us);
        assertThat(snapshot(us, "192.0.2.0/24").paths().getFirst().because()).contains("our own AS");
        us.with(options("10.0.0.1", new AsPathOptions(true, 2, null, false)));
        us.reconfigure();
        net.time.run(SOON);
        assertThat(snapshot(us, "192.0.2.0/24").paths().getFirst().role()).isEqualTo(PrefixSnapshot.Role.BEST);
    }

    private Network.Router withLocalAs(boolean prepend, boolean replace) {
        Network.Router us = net.router("10.0.0.2", 65002)
                .with(localAs("10.0.0.1", 65099, prepend, replace))
                .announcing("198.51.100.0/24", 1);
        Network.Router them = net.router("10.0.0.1", 65001)
                .with(peer("10.0.0.2", p -> p.asn(new PeerConfig.RemoteAs.Exactly(new Asn(65099)))))
                .announcing("192.0.2.0/24", 5);
        run(us, them);
        assertThat(them.established()).as("they know us by the other AS").isEqualTo(1);
        assertThat(learnt(them, "198.51.100.0/24").asPath().toString()).isEqualTo(replace ? "65099" : "65099 65002");
        return us;
    }

    private static String entered(Network.Router router, String prefix) {
        return snapshot(router, prefix).paths().getFirst().accepted().asPath().toString();
    }

    @Test
    void theLocalAsIsInPathsBothWays() {
        Network.Router us = withLocalAs(true, false);
        assertThat(entered(us, "192.0.2.0/24")).isEqualTo("65099 65001");
        assertThat(learnt(us, "192.0.2.0/24").asPath().toString())
                .as("as received it stays")
                .isEqualTo("65001");
    }

    @Test
    void theLocalAsCanStandInForOursAndBeLeftOutOnTheWayIn() {
        Network.Router us = withLocalAs(false, true);
        assertThat(entered(us, "192.0.2.0/24")).isEqualTo("65001");
    }

    @Test
    void withALocalAsEitherOfTheTwoInAPathIsALoop() {
        for (long looping : new long[] {65002, 65099}) {
            Network each = new Network(looping);
            Network.Router other = each.router("10.0.0.1", 65001)
                    .with(peer(
                            "10.0.0.2",
                            p -> p.exportPolicy(exporting(attributes -> attributes.toBuilder()
                                    .asPath(AsPath.sequence(List.of(new Asn(65001), new Asn(looping))))
                                    .build()))))
                    .announcing("192.0.2.0/24", 5);
            Network.Router us = each.router("10.0.0.2", 65002).with(localAs("10.0.0.1", 65099, true, false));
            other.start();
            us.start();
            each.time.run(SOON);
            assertThat(snapshot(us, "192.0.2.0/24").paths().getFirst().because())
                    .contains("our own AS");
        }
    }

    @Test
    void sitesWithOneAsAcceptEachOthersRoutesOverAnOverride() {
        Network.Router site =
                net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        Network.Router us = net.router("10.0.0.2", 65002)
                .with(Network.peer("10.0.0.1"), options("10.0.0.3", new AsPathOptions(true, 0, null, true)));
        Network.Router otherSite = net.router("10.0.0.3", 65001).with(Network.peer("10.0.0.2"));
        run(site, us, otherSite);
        assertThat(learnt(otherSite, "192.0.2.0/24").asPath().toString()).isEqualTo("65002 65002");
        assertThat(snapshot(otherSite, "192.0.2.0/24").paths().getFirst().role())
                .isEqualTo(PrefixSnapshot.Role.BEST);
    }

    @Test
    void privateNumbersDoNotLeaveWhereTheyAreRemoved() {
        Network.Router site =
                net.router("10.0.0.1", 64512).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        AsPathOptions removing = new AsPathOptions(true, 0, new RemovePrivateAs(false, false), false);
        Network.Router us = net.router("10.0.0.2", 1000).with(Network.peer("10.0.0.1"), options("10.0.0.3", removing));
        Network.Router transit = net.router("10.0.0.3", 2000).with(Network.peer("10.0.0.2"));
        run(site, us, transit);
        assertThat(learnt(transit, "192.0.2.0/24").asPath().toString()).isEqualTo("1000");
    }

    // ---- next hops and communities

    private Network.Router toThird(PeerConfig towardsThird) {
        Network.Router first =
                net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        Network.Router us = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"), towardsThird);
        Network.Router third = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.2"));
        run(first, us, third);
        return third;
    }

    @Test
    void anExternalPeerOnTheSameNetworkIsToldTheNextHopAsItIs() {
        Network.Router third = toThird(Network.peer("10.0.0.3"));
        assertThat(learnt(third, "192.0.2.0/24").nextHop()).isEqualTo(IpAddress.parse("10.0.0.1"));
    }

    @Test
    void nextHopSelfBringsThePacketsThroughUsAllTheSame() {
        Network.Router third = toThird(peer("10.0.0.3", p -> p.nextHopSelf(true)));
        assertThat(learnt(third, "192.0.2.0/24").nextHop()).isEqualTo(IpAddress.parse("10.0.0.2"));
    }

    @Test
    void aNextHopElsewhereIsReplacedByOursUnlessItShallBeUnchanged() {
        for (boolean unchanged : new boolean[] {false, true}) {
            Network each = new Network(3);
            Network.Router first = each.router("10.0.0.1", 65001)
                    .with(peer(
                            "10.0.0.2",
                            p -> p.exportPolicy(exporting(a -> a.withNextHop(IpAddress.parse("172.16.0.9"), null)))))
                    .announcing("192.0.2.0/24", 5);
            // Reachable, or it would not be best: we announce the way to it to ourselves.
            Network.Router us = each.router("10.0.0.2", 65002)
                    .with(Network.peer("10.0.0.1"), peer("10.0.0.3", p -> p.nextHopUnchanged(unchanged)));
            Network.Router way = each.router("10.0.0.4", 65002)
                    .with(Network.peer("10.0.0.2"))
                    .announcing("172.16.0.0/24", 1);
            us.with(Network.peer("10.0.0.4"));
            Network.Router third = each.router("10.0.0.3", 65003).with(Network.peer("10.0.0.2"));
            for (Network.Router router : List.of(first, us, way, third)) {
                router.start();
            }
            each.time.run(SOON);
            assertThat(learnt(third, "192.0.2.0/24").nextHop())
                    .isEqualTo(IpAddress.parse(unchanged ? "172.16.0.9" : "10.0.0.2"));
        }
    }

    // ---- as a route server (RFC 7947)

    /** First and third are clients of ours; the next hop of what first tells lies beyond it, and its MED is 5. */
    private Network.Router clientOfARouteServer(boolean enforceFirstAs) {
        Network.Router first = net.router("10.0.0.1", 65001)
                .with(peer(
                        "10.0.0.2",
                        p -> p.exportPolicy(exporting(a -> a.withNextHop(IpAddress.parse("10.0.0.9"), null)))))
                .announcing("192.0.2.0/24", 5);
        Network.Router us = net.router("10.0.0.2", 65002)
                .with(
                        peer("10.0.0.1", p -> p.routeServerClient(true)),
                        peer("10.0.0.3", p -> p.routeServerClient(true)))
                .announcing("198.51.100.0/24", 7);
        Network.Router third = net.router("10.0.0.3", 65003)
                .with(peer("10.0.0.2", p -> p.asPath(new AsPathOptions(enforceFirstAs, 0, null, false))));
        run(first, us, third);
        return third;
    }

    @Test
    void aClientOfARouteServerIsToldAsPathNextHopAndMedAsAnotherClientSaidThem() {
        PathAttributes told = learnt(clientOfARouteServer(false), "192.0.2.0/24");
        assertThat(told.asPath().toString()).isEqualTo("65001");
        assertThat(told.nextHop()).isEqualTo(IpAddress.parse("10.0.0.9"));
        assertThat(told.med()).isEqualTo(5);
    }

    @Test
    void whatARouteServerAnnouncesItselfBeginsWithItsAs() {
        PathAttributes told = learnt(clientOfARouteServer(true), "198.51.100.0/24");
        assertThat(told.asPath().toString()).isEqualTo("65002");
        assertThat(told.nextHop()).isEqualTo(IpAddress.parse("10.0.0.2"));
    }

    @Test
    void aClientThatWantsTheRouteServersAsFirstRefusesWhatComesFromOtherClients() {
        assertThat(clientOfARouteServer(true).kernel.forwarding().keySet())
                .containsExactly(IpPrefix.parse("198.51.100.0/24"));
    }

    @Test
    void aPeerIsNotToldThatItIsItsOwnNextHop() {
        Network.Router first = net.router("10.0.0.1", 65001)
                .with(peer(
                        "10.0.0.2",
                        p -> p.exportPolicy(exporting(a -> a.withNextHop(IpAddress.parse("10.0.0.3"), null)))))
                .announcing("192.0.2.0/24", 5);
        Network.Router us = net.router("10.0.0.2", 65002)
                .with(Network.peer("10.0.0.1"), Network.peer("10.0.0.3"), Network.peer("10.0.0.4"));
        Network.Router third = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.2"));
        Network.Router fourth = net.router("10.0.0.4", 65004).with(Network.peer("10.0.0.2"));
        run(third, us, first, fourth);
        assertThat(third.routes()).isEmpty();
        assertThat(told(us, "192.0.2.0/24", "10.0.0.3")).contains("its next hop is this very peer");
        assertThat(learnt(fourth, "192.0.2.0/24").nextHop()).isEqualTo(IpAddress.parse("10.0.0.3"));
    }

    @Test
    void anExportPolicyThatSaysSelfMeansOurAddress() {
        Network.Router third = toThird(
                peer("10.0.0.3", p -> p.exportPolicy(exporting(attributes -> attributes.withNextHop(null, null)))));
        assertThat(learnt(third, "192.0.2.0/24").nextHop()).isEqualTo(IpAddress.parse("10.0.0.2"));
    }

    @Test
    void onlyTheWantedKindsOfCommunitiesAreTold() {
        PathAttributes marked = PathAttributes.builder()
                .communities(List.of(Community.parse("65001:1")))
                .largeCommunities(List.of(LargeCommunity.parse("65001:1:1")))
                .build();
        Network.Router first = net.router("10.0.0.1", 65001)
                .with(peer("10.0.0.2", p -> p.sendCommunities(Set.of(CommunityKind.LARGE))));
        first.originated.put(
                IpPrefix.parse("192.0.2.0/24"), new SpeakerConfig.Origination(marked, null, false, "test"));
        Network.Router us = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"));
        run(first, us);
        assertThat(learnt(us, "192.0.2.0/24").communities()).isEmpty();
        assertThat(learnt(us, "192.0.2.0/24").largeCommunities()).hasSize(1);
    }

    // ---- limits

    private Network.Router sender(int prefixes) {
        Network.Router sender = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2"));
        for (int i = 0; i < prefixes; i++) {
            sender.announcing("192.0." + i + ".0/24", 5); // equal attributes: they come in one UPDATE
        }
        return sender;
    }

    private static MaximumPrefixes.In in(int limit, Action action, int restartSeconds, boolean accepted) {
        return new MaximumPrefixes.In(limit, 75, action, restartSeconds, accepted);
    }

    private static long events(Network.Router router, String kind) {
        return router.events.stream().filter(event -> event.kind().equals(kind)).count();
    }

    @Test
    void oneRouteTooManyInTheMiddleOfAMessageClosesTheSessionAndTakesAllItsRoutesAway() {
        Network.Router sender = sender(6);
        Network.Router us =
                net.router("10.0.0.2", 65002).with(limited("10.0.0.1", in(5, Action.RESTART, 300, false), 0));
        run(sender, us);
        assertThat(us.established()).isZero();
        assertThat(us.routes()).isEmpty();
        assertThat(us.kernel.forwarding()).isEmpty();
        PeerSnapshot peer = peerOf(us, "10.0.0.1");
        assertThat(peer.session().state()).isEqualTo(SessionState.IDLE);
        assertThat(peer.session().lastDown())
                .contains("sent more than 5 ipv4-unicast prefixes")
                .contains("tried again after 300 s")
                .contains("raise the limit");
        assertThat(peerOf(sender, "10.0.0.2").session().establishedCount()).isEqualTo(1);
        assertThat(sender.events).anyMatch(event -> event.message()
                .contains("Maximum Number of Prefixes Reached (6/1): ipv4-unicast, at most 5"));
        assertThat(events(us, "bgp.prefixes.exceeded")).isEqualTo(1);
    }

    @Test
    void theLimitItselfIsWithinTheLimitAndPeopleAreToldOnceThatItIsNear() {
        Network.Router sender = sender(5);
        Network.Router us =
                net.router("10.0.0.2", 65002).with(limited("10.0.0.1", in(5, Action.RESTART, 300, false), 0));
        run(sender, us);
        assertThat(us.established()).isEqualTo(1);
        assertThat(events(us, "bgp.prefixes.near")).isEqualTo(1);
    }

    @Test
    void afterTheRestartTimeTheSessionIsTriedAgain() {
        Network.Router sender = sender(6);
        Network.Router us =
                net.router("10.0.0.2", 65002).with(limited("10.0.0.1", in(5, Action.RESTART, 60, false), 0));
        run(sender, us);
        sender.originated.remove(IpPrefix.parse("192.0.3.0/24"));
        sender.reconfigure();
        net.time.run(Duration.ofSeconds(40));
        assertThat(us.established()).isZero();
        net.time.run(Duration.ofSeconds(90));
        assertThat(us.established()).isEqualTo(1);
        assertThat(us.routes()).hasSize(5);
    }

    @Test
    void anIdlePeerStaysDownUntilItsLimitIsRaised() {
        Network.Router sender = sender(6);
        Network.Router us = net.router("10.0.0.2", 65002).with(limited("10.0.0.1", in(5, Action.IDLE, 300, false), 0));
        run(sender, us);
        net.time.run(Duration.ofHours(5));
        assertThat(us.established()).isZero();
        us.with(limited("10.0.0.1", in(6, Action.IDLE, 300, false), 0));
        us.reconfigure();
        net.time.run(Duration.ofSeconds(90));
        assertThat(us.established()).isEqualTo(1);
        assertThat(us.routes()).hasSize(6);
    }

    @Test
    void aWarningTakesTheRoutesAllTheSame() {
        Network.Router sender = sender(6);
        Network.Router us = net.router("10.0.0.2", 65002).with(limited("10.0.0.1", in(5, Action.WARN, 300, false), 0));
        run(sender, us);
        assertThat(us.routes()).hasSize(6);
        assertThat(events(us, "bgp.prefixes.exceeded")).isEqualTo(1);
    }

    @Test
    void whatTheImportPolicyRefusesCountsOnlyAsReceived() {
        Network.Router sender = sender(6);
        Network.Router us = net.router("10.0.0.2", 65002)
                .with(peer("10.0.0.1", p -> p.importPolicy(Policies.rejectAll())
                        .maximumPrefixes(new MaximumPrefixes(in(5, Action.RESTART, 300, true), 0))));
        run(sender, us);
        assertThat(us.established()).isEqualTo(1);
        us.with(peer("10.0.0.1", p -> p.maximumPrefixes(new MaximumPrefixes(in(5, Action.RESTART, 300, true), 0))));
        us.reconfigure();
        net.time.run(SOON);
        assertThat(us.established())
                .as("another policy accepts more than the limit")
                .isZero();
    }

    @Test
    void withdrawnRoutesDoNotCount() {
        Network.Router sender = sender(5);
        Network.Router us =
                net.router("10.0.0.2", 65002).with(limited("10.0.0.1", in(5, Action.RESTART, 300, false), 0));
        run(sender, us);
        for (int i = 0; i < 5; i++) {
            sender.originated.remove(IpPrefix.parse("192.0." + i + ".0/24"));
            sender.announcing("198.51." + i + ".0/24", 5);
        }
        sender.reconfigure();
        net.time.run(SOON);
        assertThat(us.established()).isEqualTo(1);
        assertThat(us.routes()).hasSize(5);
    }

    @Test
    void aPeerIsToldNoMoreThanItsLimitAndTheNextOneWhenThereIsRoom() {
        Network.Router us = net.router("10.0.0.2", 65002).with(limited("10.0.0.1", null, 3));
        Network.Router them = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2"));
        for (int i = 0; i < 5; i++) {
            us.announcing("192.0." + i + ".0/24", 5);
        }
        run(us, them);
        assertThat(them.routes()).hasSize(3);
        assertThat(peerOf(us, "10.0.0.1").routes().values())
                .allMatch(routes -> routes.sent() == 3 && routes.heldBack() == 2);
        assertThat(events(us, "bgp.prefixes.heldback")).isEqualTo(1);
        Set<IpPrefix> known = Set.copyOf(them.routes().keySet());
        IpPrefix waiting = us.originated.keySet().stream()
                .filter(prefix -> !known.contains(prefix))
                .findFirst()
                .orElseThrow();
        assertThat(told(us, waiting.toString(), "10.0.0.1")).contains("spec.maximumPrefixes.out");

        us.originated.remove(known.iterator().next());
        us.reconfigure();
        net.time.run(SOON);
        assertThat(them.routes()).hasSize(3);
        us.with(limited("10.0.0.1", null, 1));
        us.reconfigure();
        net.time.run(SOON);
        assertThat(them.routes()).as("a lower limit withdraws").hasSize(1);
        us.with(Network.peer("10.0.0.1"));
        us.reconfigure();
        net.time.run(SOON);
        assertThat(them.routes()).as("without a limit all are told").hasSize(4);
        assertThat(peerOf(us, "10.0.0.1").session().establishedCount()).isEqualTo(1);
    }

    // ---- aggregates

    @Test
    void anAggregateIsAnnouncedWhileThereIsSomethingMoreSpecificAndDiscardsTheRest() {
        Network.Router site =
                net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2")).announcing("192.0.2.0/24", 5);
        Network.Router us = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"), Network.peer("10.0.0.3"));
        us.originated.put(IpPrefix.parse("192.0.0.0/16"), aggregate(true));
        Network.Router third = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.2"));
        run(site, us, third);
        assertThat(third.routes()).containsOnlyKeys(IpPrefix.parse("192.0.0.0/16"));
        PathAttributes what = learnt(third, "192.0.0.0/16");
        assertThat(what.asPath().toString()).isEqualTo("65002");
        assertThat(what.atomicAggregate()).isTrue();
        assertThat(what.aggregator()).contains(new PathAttributes.Aggregator(new Asn(65002), us.address));
        assertThat(us.kernel.forwarding().get(IpPrefix.parse("192.0.0.0/16"))).containsExactly(NextHop.Hop.DISCARD);
        assertThat(told(us, "192.0.2.0/24", "10.0.0.3")).contains("summaryOnly").contains("192.0.0.0/16");
        assertThat(snapshot(us, "192.0.0.0/16").paths().getFirst().because()).contains("aggregate of 1 more specific");

        site.originated.clear();
        site.reconfigure();
        net.time.run(SOON);
        assertThat(third.routes()).isEmpty();
        assertThat(us.kernel.forwarding()).isEmpty();
    }

    @Test
    void suppressedRoutesReturnWhenTheAggregateIsTakenAway() {
        Network.Router us =
                net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1")).announcing("192.0.2.0/24", 5);
        us.originated.put(IpPrefix.parse("192.0.0.0/16"), aggregate(true));
        Network.Router them = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2"));
        run(us, them);
        assertThat(them.routes()).containsOnlyKeys(IpPrefix.parse("192.0.0.0/16"));
        us.originated.remove(IpPrefix.parse("192.0.0.0/16"));
        us.reconfigure();
        net.time.run(SOON);
        assertThat(them.routes()).containsOnlyKeys(IpPrefix.parse("192.0.2.0/24"));
    }

    @Test
    void anAggregateForOnePeerSuppressesNothingForTheOthers() {
        Network.Router us = net.router("10.0.0.2", 65002)
                .with(Network.peer("10.0.0.1"), Network.peer("10.0.0.3"))
                .announcing("192.0.2.0/24", 5);
        us.originated.put(
                IpPrefix.parse("192.0.0.0/16"),
                new SpeakerConfig.Origination(
                        PathAttributes.builder().build(),
                        List.of("10.0.0.1"),
                        true,
                        new SpeakerConfig.Aggregate(true, false, null),
                        "test"));
        Network.Router first = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2"));
        Network.Router third = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.2"));
        run(us, first, third);
        assertThat(first.routes()).containsOnlyKeys(IpPrefix.parse("192.0.0.0/16"));
        assertThat(third.routes()).containsOnlyKeys(IpPrefix.parse("192.0.2.0/24"));
    }

    @Test
    void nothingIsLeftOfTheAggregateThatBecomesAPlainAdvertisement() {
        Network.Router us =
                net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1")).announcing("192.0.2.0/24", 5);
        us.originated.put(IpPrefix.parse("192.0.0.0/16"), aggregate(true));
        Network.Router them = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2"));
        run(us, them);
        us.announcing("192.0.0.0/16", 7);
        us.reconfigure();
        net.time.run(SOON);
        assertThat(them.routes().keySet())
                .isEqualTo(Map.of(IpPrefix.parse("192.0.0.0/16"), 1, IpPrefix.parse("192.0.2.0/24"), 1)
                        .keySet());
        assertThat(learnt(them, "192.0.0.0/16").med()).isEqualTo(7);
        assertThat(learnt(them, "192.0.0.0/16").aggregator()).isEmpty();
    }
}
