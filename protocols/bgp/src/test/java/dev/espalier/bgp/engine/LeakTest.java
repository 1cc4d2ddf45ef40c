package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.ImportFrom;
import dev.espalier.bgp.Redistribute;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Action;
import dev.espalier.policy.Condition;
import dev.espalier.policy.DefaultAction;
import dev.espalier.policy.DefinedSet;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.policy.MatchSetOptions;
import dev.espalier.policy.Policies;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyCompiler;
import dev.espalier.policy.PolicyDefinition;
import dev.espalier.policy.PolicyResult;
import dev.espalier.policy.PrefixRange;
import dev.espalier.policy.Statement;
import dev.espalier.route.AsPath;
import dev.espalier.route.Fib.Batch.Change;
import dev.espalier.route.Links;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three routing instances of one host, each with a loop, a table and a neighbour of its own: what one leaks into another by policy,
 * and how that follows.
 */
class LeakTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final IpPrefix SERVICE = IpPrefix.parse("198.18.1.0/24");
    private static final IpPrefix PRIVATE = IpPrefix.parse("203.0.113.0/24");
    private static final Community MARK = Community.parse("65001:77");

    /** What accepts 198.18.0.0/15 and below, and marks it. */
    private static final Policy SERVICES =
            policy("services", new Action.SetCommunity(Action.SetCommunityOption.ADD, List.of(MARK), List.of()));

    private final Network net = new Network(11);
    private final Network.Router main = net.router("10.0.0.1", 65001).with(Network.peer("10.0.0.11"));
    private final Network.Router red = net.router("10.0.0.2", 65002).with(Network.peer("10.0.0.12"));
    private final Network.Router blue = net.router("10.0.0.3", 65003).with(Network.peer("10.0.0.13"));
    private final Network.Router beyondMain = net.router("10.0.0.11", 65011).with(Network.peer("10.0.0.1"));
    private final Network.Router beyondRed = net.router("10.0.0.12", 65012).with(Network.peer("10.0.0.2"));
    private final Network.Router beyondBlue = net.router("10.0.0.13", 65013).with(Network.peer("10.0.0.3"));
    private final List<LeakBatch> carried = new ArrayList<>();

    private static Policy policy(String name, Action... actions) {
        Condition inSet = new Condition.MatchPrefixSet("some", MatchSetOptions.ANY);
        PolicyDefinition definition = new PolicyDefinition(
                name,
                List.of(new Statement("those", List.of(inSet), List.of(actions), PolicyResult.ACCEPT)),
                DefaultAction.REJECT);
        DefinedSet set =
                new DefinedSet.PrefixSet("some", List.of(PrefixRange.orLonger(IpPrefix.parse("198.18.0.0/15"))));
        return ((PolicyCompiler.Compiled) PolicyCompiler.compile(List.of(definition), List.of(set)))
                .policies()
                .values()
                .iterator()
                .next();
    }

    @BeforeEach
    void connect() {
        List.of(main, red, blue, beyondMain, beyondRed, beyondBlue).forEach(Network.Router::start);
        assertThat(net.until(LIMIT, () -> main.established() == 1 && red.established() == 1 && blue.established() == 1))
                .isTrue();
    }

    private String name(Network.Router instance) {
        return instance == main ? "main" : instance == red ? "red" : "blue";
    }

    /** As the daemon does it: first the configuration of who imports, then the feeds. */
    private void imports(Network.Router importer, Map<Network.Router, Policy> from) {
        configure(importer, from);
        from.forEach((source, policy) -> source.onLoop(speaker -> {
            speaker.leaks()
                    .leakTo(
                            new LeakTarget(name(importer), importer.config().asn(), policy),
                            (batch, taken) -> carry(source, importer, batch, taken));
            return speaker;
        }));
    }

    private static void configure(Network.Router importer, Map<Network.Router, Policy> from, String... order) {
        List<ImportFrom> imports = new ArrayList<>();
        from.forEach((source, policy) -> imports.add(
                new ImportFrom(source.asn == 65001 ? "main" : source.asn == 65002 ? "red" : "blue", policy)));
        imports.sort((a, b) -> Integer.compare(
                List.of(order).indexOf(a.instance()), List.of(order).indexOf(b.instance())));
        importer.options = config -> config.importFrom(imports);
        importer.reconfigure();
    }

    private void carry(Network.Router source, Network.Router importer, LeakBatch batch, Runnable taken) {
        carried.add(batch);
        importer.loop.execute(() -> {
            importer.speaker.leaks().take(name(source), batch);
            source.loop.execute(taken);
        });
    }

    private static void announce(Network.Router who, IpPrefix prefix, int med) {
        who.originated.put(prefix, Network.announcement(med));
        who.reconfigure();
    }

    private static void withdraw(Network.Router who, IpPrefix prefix) {
        who.originated.remove(prefix);
        who.reconfigure();
    }

    private void soon() {
        net.time.run(Duration.ofSeconds(2));
    }

    private static PrefixSnapshot.@Nullable Path leaked(Network.Router in, IpPrefix prefix) {
        PrefixSnapshot found = in.routes().get(prefix);
        return found == null
                ? null
                : found.paths().stream()
                        .filter(path -> path.leakedFrom() != null)
                        .findFirst()
                        .orElse(null);
    }

    private static String gateways(Network.Router of, IpPrefix prefix) {
        return String.valueOf(of.kernel.forwarding().get(prefix));
    }

    private String why(Network.Router source, Network.Router importer, IpPrefix prefix) {
        return source.onLoop(speaker -> String.valueOf(speaker.leaks().explain(name(importer), prefix)));
    }

    // ---- what is leaked

    @Test
    void nothingIsLeakedUnlessItIsAskedFor() {
        announce(beyondRed, SERVICE, 0);
        soon();
        assertThat(main.routes()).isEmpty();
        assertThat(why(red, main, SERVICE)).isEqualTo("null");
    }

    @Test
    void aRouteIsLeakedAsThePolicyLeavesItAndForwardedTheWayOfTheInstanceItComesFrom() {
        announce(beyondRed, SERVICE, 5);
        announce(beyondRed, PRIVATE, 5);
        imports(main, Map.of(red, SERVICES));
        soon();

        PrefixSnapshot.Path path = leaked(main, SERVICE);
        assertThat(path).isNotNull();
        assertThat(path.leakedFrom()).isEqualTo("red");
        assertThat(path.because())
                .isEqualTo("it is the only path that can be used; it is leaked from the routing instance 'red'");
        assertThat(path.accepted().asPath()).hasToString("65012");
        assertThat(path.accepted().communities()).containsExactly(MARK);
        assertThat(path.accepted().nextHop()).as("it would mean nothing here").isNull();
        assertThat(main.routes()).doesNotContainKey(PRIVATE);
        assertThat(main.kernel.forwarding())
                .isEqualTo(
                        Map.of(SERVICE, List.of(new NextHop.Hop(IpAddress.parse("10.0.0.12"), Network.LINK, 1, true))));
        assertThat(blue.routes()).as("an instance that asked for nothing").isEmpty();
        assertThat(why(red, main, SERVICE)).isEqualTo("leaked by policy 'services' statement 'those'");
        assertThat(why(red, main, PRIVATE))
                .isEqualTo("not leaked: the policy rejected it (policy 'services' default action)");
        assertThat(why(red, main, IpPrefix.parse("192.0.2.0/24"))).isEqualTo("null");
    }

    @Test
    void neighboursAreToldALeakedRouteWithItsAsPathOurNextHopAndWithoutTheMedOfAnotherAs() {
        announce(beyondRed, SERVICE, 5);
        imports(main, Map.of(red, SERVICES));
        soon();

        PathAttributes told =
                beyondMain.routes().get(SERVICE).paths().getFirst().received();
        assertThat(told.asPath()).hasToString("65001 65012");
        assertThat(told.nextHop()).isEqualTo(main.address);
        assertThat(told.hasMed()).isFalse();
        assertThat(told.communities()).containsExactly(MARK);
    }

    @Test
    void anInternalNeighbourIsToldOurOwnAddressAsNextHop() {
        Network.Router inside = net.router("10.0.0.21", 65001).with(Network.peer("10.0.0.1"));
        main.with(Network.peer("10.0.0.21"));
        main.reconfigure();
        inside.start();
        announce(beyondRed, SERVICE, 5);
        imports(main, Map.of(red, SERVICES));
        assertThat(net.until(LIMIT, () -> inside.established() == 1)).isTrue();
        soon();

        PathAttributes told = inside.routes().get(SERVICE).paths().getFirst().received();
        assertThat(told.nextHop()).isEqualTo(main.address);
        assertThat(told.hasOriginatorId()).isFalse();
        assertThat(told.localPref()).isEqualTo(100);
    }

    @Test
    void whatReflectorsWroteStaysInTheInstanceItCameFrom() {
        Network.Router reflector = net.router("10.0.0.22", 65002)
                .with(Network.peer("10.0.0.2", 120, true), Network.peer("10.0.0.23", 120, true));
        Network.Router client = net.router("10.0.0.23", 65002).with(Network.peer("10.0.0.22"));
        red.with(Network.peer("10.0.0.22"));
        red.reconfigure();
        reflector.start();
        client.start();
        announce(client, SERVICE, 5);
        imports(main, Map.of(red, SERVICES));
        assertThat(net.until(LIMIT, () -> leaked(main, SERVICE) != null)).isTrue();

        assertThat(red.routes().get(SERVICE).paths().getFirst().accepted().hasOriginatorId())
                .isTrue();
        PathAttributes here = leaked(main, SERVICE).accepted();
        assertThat(here.hasOriginatorId()).isFalse();
        assertThat(here.clusterListLength()).isZero();
        soon();
        assertThat(beyondMain.routes())
                .as("iBGP over there is no reason not to tell")
                .containsKey(SERVICE);
    }

    @Test
    void whatWasLeakedInIsNotLeakedOnAndNeverComesBack() {
        announce(beyondRed, SERVICE, 5);
        imports(main, Map.of(red, SERVICES));
        imports(blue, Map.of(main, SERVICES));
        imports(red, Map.of(main, SERVICES));
        soon();

        assertThat(leaked(main, SERVICE)).isNotNull();
        assertThat(leaked(blue, SERVICE)).isNull();
        assertThat(leaked(red, SERVICE)).isNull();
        assertThat(why(main, blue, SERVICE))
                .isEqualTo("not leaked: its best path there is leaked from another routing instance itself");
    }

    @Test
    void aRouteThatHasBeenThroughTheAsOfTheImporterIsRefusedWhereTheAsesDiffer() {
        AsPath through = AsPath.sequence(List.of(new Asn(65001)));
        beyondRed.originated.put(
                SERVICE,
                new SpeakerConfig.Origination(
                        PathAttributes.builder().asPath(through).build(), null, false, "test"));
        beyondRed.reconfigure();
        imports(main, Map.of(red, SERVICES));
        imports(blue, Map.of(red, SERVICES));
        soon();
        assertThat(leaked(main, SERVICE)).isNull();
        assertThat(why(red, main, SERVICE))
                .isEqualTo("not leaked: the AS path of its best path contains the AS of the instance that imports");
        assertThat(leaked(blue, SERVICE)).isNotNull();
    }

    @Test
    void ourOwnPrefixesAreLeakedAsDropsOrAsNothingToForwardAndHostRoutesTheWayTheHostTakes() {
        IpPrefix dropped = IpPrefix.parse("198.18.2.0/24");
        IpPrefix local = IpPrefix.parse("198.18.3.0/24");
        IpPrefix fixed = IpPrefix.parse("198.18.4.0/24");
        IpPrefix attached = IpPrefix.parse("198.18.5.0/24");
        PathAttributes bare = PathAttributes.builder().build();
        red.originated.put(dropped, new SpeakerConfig.Origination(bare, null, true, "test"));
        red.originated.put(local, new SpeakerConfig.Origination(bare, null, false, "test"));
        red.options = config -> config.redistribute(List.of(
                new Redistribute(InstallProtocol.STATIC, Policies.acceptAll(), false),
                new Redistribute(InstallProtocol.CONNECTED, SERVICES, false)));
        red.reconfigure();
        hears(red, fixed, "10.0.0.31", 4);
        hears(red, attached, null, 2);
        imports(main, Map.of(red, SERVICES));
        soon();

        NextHop.Hop onLink = new NextHop.Hop(null, Network.LINK, 1, false);
        assertThat(main.kernel.forwarding())
                .isEqualTo(new TreeMap<>(Map.of(
                        dropped,
                        List.of(NextHop.Hop.DISCARD),
                        fixed,
                        List.of(via("10.0.0.31")),
                        attached,
                        List.of(onLink))));
        assertThat(beyondMain.routes()).containsKeys(dropped, local, fixed, attached);

        hears(red, fixed, "10.0.0.32", 4);
        soon();
        assertThat(main.kernel.forwarding())
                .as("the host's route goes another way now")
                .containsEntry(fixed, List.of(via("10.0.0.32")));
    }

    private static NextHop.Hop via(String gateway) {
        return new NextHop.Hop(IpAddress.parse(gateway), Network.LINK, 1, true);
    }

    private static void hears(Network.Router who, IpPrefix prefix, @Nullable String gateway, int protocol) {
        NextHop.Hop hop = new NextHop.Hop(gateway == null ? null : IpAddress.parse(gateway), Network.LINK, 1, false);
        who.hears(new Links.Event.RouteChanged(new Links.ForeignRoute(254, prefix, List.of(hop), protocol, 0)));
    }

    @Test
    void aNextHopThatThePolicySetsIsResolvedByTheImporter() {
        announce(beyondRed, SERVICE, 5);
        Policy around = policy("around", new Action.SetNextHop(IpAddress.parse("10.0.0.44")));
        imports(main, Map.of(red, around));
        soon();
        assertThat(leaked(main, SERVICE).accepted().nextHop()).isEqualTo(IpAddress.parse("10.0.0.44"));
        assertThat(gateways(main, SERVICE)).contains("10.0.0.44");
    }

    @Test
    void aNextHopDoesNotResolveByALeakedRouteOrTwoInstancesCouldKeepEachOthersRoutesAlive() {
        IpPrefix remote = IpPrefix.parse("172.16.9.0/24");
        announce(beyondRed, remote, 0);
        imports(main, Map.of(red, Policies.acceptAll()));
        soon();
        assertThat(main.kernel.forwarding()).containsKey(remote);
        String state = main.onLoop(speaker -> Objects.requireNonNull(main.table)
                .state(IpAddress.parse("172.16.9.1"), 0)
                .because());
        assertThat(state)
                .isEqualTo(
                        "only the route 172.16.9.0/24 from LEAKED leads to 172.16.9.1, and next hops do not resolve by a "
                                + "route of another routing instance");
    }

    // ---- which is best

    @Test
    void anOwnRouteGoesBeforeALeakedOneThatIsAsGoodAndNeverSharesItsTraffic() {
        main.maximumPaths = 4;
        main.multipathRelax = true;
        announce(beyondRed, SERVICE, 0);
        announce(beyondMain, SERVICE, 0);
        imports(main, Map.of(red, SERVICES));
        soon();

        assertThat(gateways(main, SERVICE)).contains("10.0.0.11").doesNotContain("10.0.0.12");
        PrefixSnapshot.Path path = leaked(main, SERVICE);
        assertThat(path.role()).isEqualTo(PrefixSnapshot.Role.BACKUP);
        assertThat(path.because())
                .startsWith(
                        "it is leaked from another routing instance, and the best path is of this one or of one named "
                                + "earlier, but it has another next hop");

        withdraw(beyondMain, SERVICE);
        soon();
        assertThat(leaked(main, SERVICE).role()).isEqualTo(PrefixSnapshot.Role.BEST);
        assertThat(gateways(main, SERVICE)).contains("10.0.0.12");
    }

    @Test
    void aLeakedRouteWithABetterAttributeWinsAndTheOwnOneIsItsBackup() {
        announce(beyondRed, SERVICE, 0);
        announce(beyondMain, SERVICE, 0);
        imports(main, Map.of(red, policy("preferred", new Action.SetLocalPref(200))));
        soon();
        assertThat(leaked(main, SERVICE).role()).isEqualTo(PrefixSnapshot.Role.BEST);
        assertThat(String.valueOf(main.kernel.standby().get(SERVICE))).contains("10.0.0.11");
    }

    @Test
    void ofTwoTenantsWithTheSamePrefixTheOneNamedFirstWinsAndItsWithdrawalLeavesTheOther() {
        announce(beyondRed, SERVICE, 0);
        announce(beyondBlue, SERVICE, 0);
        Map<Network.Router, Policy> both = Map.of(red, SERVICES, blue, SERVICES);
        imports(main, both);
        configure(main, both, "red", "blue");
        soon();
        assertThat(leaked(main, SERVICE).leakedFrom()).isEqualTo("red");
        assertThat(gateways(main, SERVICE)).contains("10.0.0.12").doesNotContain("10.0.0.13");
        assertThat(main.routes().get(SERVICE).paths()).hasSize(2);

        configure(main, both, "blue", "red");
        soon();
        assertThat(leaked(main, SERVICE).leakedFrom()).isEqualTo("blue");
        assertThat(gateways(main, SERVICE)).contains("10.0.0.13").doesNotContain("10.0.0.12");
        assertThat(red.kernel.forwarding().get(SERVICE))
                .as("the tenants themselves")
                .hasToString(blue.kernel.forwarding().get(SERVICE).toString().replace("10.0.0.13", "10.0.0.12"));

        withdraw(beyondBlue, SERVICE);
        soon();
        assertThat(gateways(main, SERVICE)).contains("10.0.0.12");
        withdraw(beyondRed, SERVICE);
        soon();
        assertThat(main.routes()).isEmpty();
    }

    // ---- following

    @Test
    void aLeakedRouteGoesWithTheRouteAndWithTheSessionButStaysWhileTheNeighbourRestarts() {
        announce(beyondRed, SERVICE, 0);
        imports(main, Map.of(red, SERVICES));
        soon();
        withdraw(beyondRed, SERVICE);
        soon();
        assertThat(main.routes()).isEmpty();
        assertThat(main.kernel.forwarding()).isEmpty();

        announce(beyondRed, SERVICE, 0);
        soon();
        beyondRed.kill();
        soon();
        assertThat(red.routes().get(SERVICE).paths().getFirst().stale()).isTrue();
        assertThat(main.kernel.forwarding()).as("graceful restart").containsKey(SERVICE);
        net.time.run(Duration.ofSeconds(130));
        assertThat(red.routes()).as("it did not come back").isEmpty();
        assertThat(main.kernel.forwarding()).isEmpty();
        assertThat(beyondMain.routes()).isEmpty();
    }

    @Test
    void packetsFollowWhenTheNextHopIsReachedAnotherWayAlthoughTheRouteIsTheSame() {
        red.metrics.put(IpAddress.parse("10.0.0.77"), 10);
        announce(beyondRed, SERVICE, 0);
        imports(main, Map.of(red, SERVICES));
        soon();
        NextHop.Hop around = new NextHop.Hop(IpAddress.parse("10.0.0.9"), Network.LINK, 1, false);
        red.hears(new Links.Event.RouteChanged(
                new Links.ForeignRoute(254, IpPrefix.parse("10.0.0.12/32"), List.of(around), 188, 10)));
        soon();
        assertThat(gateways(red, SERVICE)).contains("10.0.0.9");
        assertThat(gateways(main, SERVICE)).contains("10.0.0.9").doesNotContain("10.0.0.12");
    }

    @Test
    void anotherPolicyJudgesAgainWithoutTakingAwayWhatStays() {
        announce(beyondRed, SERVICE, 0);
        announce(beyondRed, PRIVATE, 0);
        imports(main, Map.of(red, Policies.acceptAll()));
        soon();
        assertThat(main.kernel.forwarding()).containsOnlyKeys(SERVICE, PRIVATE);
        main.kernel.takeSteps();

        imports(main, Map.of(red, SERVICES));
        soon();
        assertThat(main.kernel.forwarding()).containsOnlyKeys(SERVICE);
        assertThat(main.kernel.takeSteps())
                .flatExtracting(step -> step.changes())
                .as("the one that stays is not touched")
                .filteredOn(change -> change == Change.REMOVE_ROUTE || change == Change.ADD_ROUTE)
                .containsExactly(Change.REMOVE_ROUTE);
        assertThat(leaked(main, SERVICE).accepted().communities()).containsExactly(MARK);
    }

    @Test
    void whenAnInstanceIsNoLongerImportedFromItsRoutesGoAndWhatItSaysLaterIsNotHeard() {
        announce(beyondRed, SERVICE, 0);
        imports(main, Map.of(red, SERVICES));
        soon();
        configure(main, Map.of());
        announce(beyondRed, IpPrefix.parse("198.18.9.0/24"), 0);
        soon();
        assertThat(main.routes()).isEmpty();
        assertThat(main.kernel.forwarding()).isEmpty();

        imports(main, Map.of(red, SERVICES));
        soon();
        assertThat(main.kernel.forwarding()).as("and back").hasSize(2);
    }

    @Test
    void whenAnInstanceEndsItsRoutesGoAndWhenItComesBackSoDoThey() {
        announce(beyondRed, SERVICE, 0);
        imports(main, Map.of(red, SERVICES));
        soon();
        red.onLoop(speaker -> {
            speaker.leaks().leakNoMoreTo("main");
            return speaker;
        });
        main.onLoop(speaker -> {
            speaker.leaks().ended("red");
            return speaker;
        });
        soon();
        assertThat(main.routes()).isEmpty();
        imports(main, Map.of(red, SERVICES));
        soon();
        assertThat(main.routes()).containsOnlyKeys(SERVICE);
    }

    @Test
    void anImporterThatDoesNotKeepUpHasTwoBatchesUnderWayAndTheRestWaitsOncePerPrefix() {
        imports(main, Map.of(red, SERVICES));
        soon();
        carried.clear();
        main.loop.stall(Duration.ofSeconds(30));
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 3000; i++) {
                IpPrefix prefix = IpPrefix.of(IpAddress.parse("198.18." + (i >> 8) + "." + (i & 255)), 32);
                beyondRed.originated.put(prefix, Network.announcement(round));
            }
            beyondRed.reconfigure();
            net.time.run(Duration.ofSeconds(1));
        }
        assertThat(carried).hasSize(2);

        net.time.run(Duration.ofSeconds(40));
        assertThat(main.kernel.forwarding()).hasSize(3000);
        int routes = carried.stream().mapToInt(batch -> batch.leaked().size()).sum();
        assertThat(routes).as("changes in between were not queued").isLessThan(3000 + 3 * LeakFeed.BATCH);
        assertThat(main.routes().values())
                .allMatch(found -> found.paths().getFirst().received().med() == 2);
    }

    @Test
    void afterARestartStaleRoutesAreSweptOnlyOnceThoseWhoLeakHaveToldAllTheyHave() {
        announce(beyondRed, SERVICE, 0);
        imports(main, Map.of(red, SERVICES));
        soon();
        main.kill();
        main.peers.clear();
        main.start(); // nobody else to wait for
        soon();
        assertThat(main.kernel.forwarding())
                .as("nothing has been heard from red yet")
                .containsKey(SERVICE);
        red.onLoop(speaker -> {
            speaker.leaks().leakNoMoreTo("main");
            return speaker;
        });
        withdraw(beyondRed, SERVICE);
        soon();
        assertThat(main.kernel.forwarding()).containsKey(SERVICE);
        imports(main, Map.of(red, SERVICES));
        soon();
        assertThat(main.kernel.forwarding()).as("red has nothing").isEmpty();
    }

    @Test
    void afterARestartNeighboursHearEndOfRibOnlyOnceTheLeakedRoutesAreHereAgain() {
        announce(beyondRed, SERVICE, 0);
        imports(main, Map.of(red, SERVICES));
        soon();
        restartMain();
        net.time.run(Duration.ofSeconds(20));
        assertThat(atBeyondMain().stale()).as("without End-of-RIB it is kept").isTrue();
        assertThat(awaited(main)).containsExactly("instance red");

        imports(main, Map.of(red, SERVICES));
        soon();
        assertThat(atBeyondMain().stale()).isFalse();
        assertThat(isRestarting(main)).isFalse();
    }

    @Test
    void afterARestartAnInstanceThatSaysNothingIsNotWaitedForForever() {
        announce(beyondRed, SERVICE, 0);
        imports(main, Map.of(red, SERVICES));
        soon();
        restartMain();
        net.time.run(Duration.ofSeconds(main.restartSeconds + 5L));
        assertThat(beyondMain.routes()).isEmpty();
        assertThat(main.kernel.forwarding()).isEmpty();
    }

    @Test
    void afterARestartTwoInstancesThatImportFromEachOtherDoNotWaitForEachOther() {
        announce(beyondRed, SERVICE, 0);
        announce(beyondMain, IpPrefix.parse("198.18.7.0/24"), 0);
        imports(main, Map.of(red, SERVICES));
        imports(red, Map.of(main, SERVICES));
        soon();
        main.kill();
        red.kill();
        main.start();
        red.start();
        imports(main, Map.of(red, SERVICES));
        imports(red, Map.of(main, SERVICES));
        net.time.run(Duration.ofSeconds(20));
        assertThat(atBeyondMain().stale()).isFalse();
        assertThat(isRestarting(main)).isFalse();
        assertThat(isRestarting(red)).isFalse();
        assertThat(main.kernel.forwarding()).hasSize(2);
        assertThat(red.kernel.forwarding()).hasSize(2);
    }

    private void restartMain() {
        main.kill();
        red.onLoop(speaker -> {
            speaker.leaks().leakNoMoreTo("main");
            return speaker;
        });
        main.start();
    }

    private static Set<String> awaited(Network.Router who) {
        return who.onLoop(speaker -> speaker.view().awaited());
    }

    private static boolean isRestarting(Network.Router who) {
        return who.onLoop(speaker -> speaker.view().restarting());
    }

    private PrefixSnapshot.Path atBeyondMain() {
        return beyondMain.routes().get(SERVICE).paths().getFirst();
    }

    // ---- at every moment

    /**
     * Routes, policies and imports in random order: what is leaked is always the policy applied to the best routes of the instance it
     * comes from, by rules written down a second time here.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void atEveryMomentWhatIsLeakedIsThePolicyAppliedToTheBestRoutesThere(long seed) {
        Random random = new Random(seed);
        List<Network.Router> outside = List.of(beyondMain, beyondRed, beyondBlue);
        List<IpPrefix> prefixes = List.of(
                SERVICE,
                PRIVATE,
                IpPrefix.parse("198.19.0.0/16"),
                IpPrefix.parse("198.18.1.0/25"),
                IpPrefix.parse("0.0.0.0/0"));
        Map<Network.Router, Policy> intoMain = new LinkedHashMap<>();
        for (int step = 0; step < 120; step++) {
            Network.Router who = outside.get(random.nextInt(outside.size()));
            IpPrefix prefix = prefixes.get(random.nextInt(prefixes.size()));
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> announce(who, prefix, random.nextInt(3));
                case 4, 5, 6 -> withdraw(who, prefix);
                case 7 -> {
                    Policy policy = random.nextBoolean() ? SERVICES : Policies.acceptAll();
                    intoMain.put(random.nextBoolean() ? red : blue, policy);
                    imports(main, intoMain);
                }
                case 8 -> {
                    intoMain.remove(random.nextBoolean() ? red : blue);
                    configure(main, intoMain);
                }
                default -> imports(red, Map.of(main, random.nextBoolean() ? SERVICES : Policies.acceptAll()));
            }
            if (random.nextInt(3) == 0) {
                continue; // the next change comes on top
            }
            soon();
            for (Network.Router source : List.of(red, blue)) {
                assertThat(leakedFrom(source))
                        .as("seed %d, step %d, from %s", seed, step, name(source))
                        .isEqualTo(expected(source, intoMain.get(source)));
            }
        }
    }

    /** What the main instance has of another one: AS path, communities, and for a best route the gateway. */
    private Map<IpPrefix, String> leakedFrom(Network.Router source) {
        Map<IpPrefix, String> leaked = new TreeMap<>();
        main.routes().forEach((prefix, found) -> found.paths().stream()
                .filter(path -> name(source).equals(path.leakedFrom()))
                .forEach(path -> leaked.put(
                        prefix,
                        path.received().asPath() + " " + path.received().med() + " "
                                + path.received().communities() + " "
                                + (path.role() == PrefixSnapshot.Role.BEST ? out(main, prefix) : ""))));
        return leaked;
    }

    private Map<IpPrefix, String> expected(Network.Router source, @Nullable Policy policy) {
        Map<IpPrefix, String> expected = new TreeMap<>();
        source.routes().forEach((prefix, found) -> {
            PrefixSnapshot.Path best = found.paths().getFirst();
            boolean own = best.role() == PrefixSnapshot.Role.BEST && best.leakedFrom() == null;
            boolean inSet =
                    prefix.toString().startsWith("198.18.") || prefix.toString().startsWith("198.19.");
            boolean wanted = policy != null && (policy != SERVICES || inSet);
            if (own && wanted) {
                PrefixSnapshot here = main.routes().get(prefix);
                boolean used = here != null
                        && name(source).equals(here.paths().getFirst().leakedFrom());
                expected.put(
                        prefix,
                        best.received().asPath() + " " + best.received().med() + " "
                                + (policy == SERVICES ? List.of(MARK) : List.of()) + " "
                                + (used ? out(source, prefix) : ""));
            }
        });
        return expected;
    }

    private static String out(Network.Router of, IpPrefix prefix) {
        return String.valueOf(of.kernel.forwarding().get(prefix).getFirst().gateway());
    }
}
