package dev.espalier.bgp.engine;

import static dev.espalier.policy.InstallProtocol.CONNECTED;
import static dev.espalier.policy.InstallProtocol.KERNEL;
import static dev.espalier.policy.InstallProtocol.STATIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Redistribute;
import dev.espalier.bgp.session.Negotiated;
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
import dev.espalier.route.Links;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.NextHop;
import dev.espalier.route.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes of the host that are not ours, announced by policy: what a neighbour is told, as they come and go. */
class RedistributionTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String SET = "some";
    private static final int LO = 1;
    private static final int PROTO_KERNEL = 2;
    private static final int PROTO_BOOT = 3;
    private static final int PROTO_STATIC = 4;
    private static final int PROTO_BIRD = 12;
    private static final NextHop.Hop OUT = new NextHop.Hop(IpAddress.parse("10.0.0.9"), Network.LINK, 1, false);

    /** What accepts 198.18.0.0/15 and below, and raises the MED of static routes by 5. */
    private static final Policy SOME = policy();

    private final Network network = new Network(11);
    private final Network.Router us = network.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2"));
    private final Network.Router second = network.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"));

    private List<Redistribute> wanted = List.of();

    private static Policy policy() {
        Condition inSet = new Condition.MatchPrefixSet(SET, MatchSetOptions.ANY);
        PolicyDefinition definition = new PolicyDefinition(
                "some",
                List.of(
                        new Statement(
                                "statics",
                                List.of(inSet, new Condition.InstallProtocolEq(STATIC)),
                                List.of(new Action.SetMed(Action.MedChange.ADD, 5)),
                                PolicyResult.ACCEPT),
                        new Statement("others", List.of(inSet), List.of(), PolicyResult.ACCEPT)),
                DefaultAction.REJECT);
        DefinedSet set = new DefinedSet.PrefixSet(SET, List.of(PrefixRange.orLonger(IpPrefix.parse("198.18.0.0/15"))));
        PolicyCompiler.Compiled compiled =
                (PolicyCompiler.Compiled) PolicyCompiler.compile(List.of(definition), List.of(set));
        return compiled.policies().values().iterator().next();
    }

    @BeforeEach
    void connect() {
        us.options = config -> config.redistribute(wanted);
        us.start();
        second.start();
        assertThat(network.until(LIMIT, () -> us.established() == 1 && second.established() == 1))
                .isTrue();
    }

    private void redistribute(Redistribute... entries) {
        wanted = List.of(entries);
        us.reconfigure();
    }

    private static Redistribute all(InstallProtocol from) {
        return new Redistribute(from, Policies.acceptAll(), false);
    }

    private static ForeignRoute route(String prefix, int protocol, long metric) {
        return new ForeignRoute(254, IpPrefix.parse(prefix), List.of(OUT), protocol, metric);
    }

    private void add(ForeignRoute route) {
        us.hears(new Links.Event.RouteChanged(route));
    }

    private void remove(ForeignRoute route) {
        us.hears(new Links.Event.RouteRemoved(route));
    }

    /** The MED by prefix of what the neighbour was told. */
    private Map<IpPrefix, Long> told() {
        Map<IpPrefix, Long> told = new TreeMap<>();
        second.routes().forEach((prefix, found) -> found.paths().stream()
                .filter(path -> path.peer() != null)
                .forEach(path ->
                        told.put(prefix, Integer.toUnsignedLong(path.received().med()))));
        return told;
    }

    private void isTold(Map<String, Long> expected) {
        Map<IpPrefix, Long> prefixes = new TreeMap<>();
        expected.forEach((prefix, med) -> prefixes.put(IpPrefix.parse(prefix), med));
        network.until(LIMIT, () -> told().equals(prefixes));
        assertThat(told()).isEqualTo(prefixes);
    }

    private String why(String prefix) {
        return us.onLoop(speaker -> String.valueOf(speaker.view().redistribution(IpPrefix.parse(prefix))));
    }

    @Test
    void nothingIsRedistributedUnlessItIsAskedFor() {
        add(route("198.18.1.0/24", PROTO_STATIC, 0));
        isTold(Map.of());
        assertThat(why("198.18.1.0/24")).isEqualTo("null");
    }

    @Test
    void eachRouteIsConnectedOrStaticOrTheKernelsAndOnlyThoseNamedAreTold() {
        add(route("198.18.1.0/24", PROTO_KERNEL, 0));
        add(route("198.18.2.0/24", PROTO_STATIC, 7));
        add(route("198.18.3.0/24", PROTO_BOOT, 8));
        add(route("198.18.4.0/24", PROTO_BIRD, 31));
        redistribute(all(STATIC));
        isTold(Map.of("198.18.2.0/24", 7L, "198.18.3.0/24", 8L));
        redistribute(all(CONNECTED));
        isTold(Map.of("10.0.0.0/8", 0L, "198.18.1.0/24", 0L));
        redistribute(all(KERNEL));
        isTold(Map.of("198.18.4.0/24", 31L));
        assertThat(why("198.18.1.0/24")).contains("does not redistribute such routes");
        redistribute();
        isTold(Map.of());
    }

    @Test
    void aRouteIsToldWithOriginIncompleteTheMetricAsMedAndWhatThePolicyChanges() {
        redistribute(new Redistribute(STATIC, SOME, false), new Redistribute(CONNECTED, SOME, false));
        add(route("198.18.2.0/24", PROTO_STATIC, 7));
        add(route("198.19.1.0/24", PROTO_KERNEL, 3));
        add(route("203.0.113.0/24", PROTO_STATIC, 0));
        isTold(Map.of("198.18.2.0/24", 12L, "198.19.1.0/24", 3L));
        PrefixSnapshot.Path told =
                second.routes().get(IpPrefix.parse("198.18.2.0/24")).paths().getFirst();
        assertThat(told.received().origin()).isEqualTo(Origin.INCOMPLETE);
        assertThat(told.received().nextHop()).isEqualTo(us.address);
        assertThat(told.received().asPath()).hasToString("65001");
    }

    @Test
    void anExplanationSaysWhichStatementOfWhichPolicyRedistributesAndWhyNot() {
        redistribute(new Redistribute(STATIC, SOME, false));
        add(route("198.18.2.0/24", PROTO_STATIC, 0));
        add(route("203.0.113.0/24", PROTO_STATIC, 0));
        assertThat(us.routes()
                        .get(IpPrefix.parse("198.18.2.0/24"))
                        .paths()
                        .getFirst()
                        .because())
                .endsWith(
                        "; it is our own, announced for the static route of this host, redistributed by policy 'some' "
                                + "statement 'statics'");
        assertThat(why("198.18.2.0/24")).isEqualTo("redistributed by policy 'some' statement 'statics'");
        assertThat(why("203.0.113.0/24"))
                .isEqualTo("not redistributed: the policy rejected it (policy 'some' default action)");
    }

    @Test
    void aRouteThatGoesIsWithdrawnAndOneThatChangesIsToldAnew() {
        redistribute(all(STATIC));
        add(route("198.18.2.0/24", PROTO_STATIC, 7));
        isTold(Map.of("198.18.2.0/24", 7L));
        add(route("198.18.2.0/24", PROTO_BOOT, 2));
        isTold(Map.of("198.18.2.0/24", 2L));
        remove(route("198.18.2.0/24", PROTO_BOOT, 2));
        isTold(Map.of("198.18.2.0/24", 7L));
        remove(route("198.18.2.0/24", PROTO_STATIC, 7));
        isTold(Map.of());
    }

    @Test
    void aDefaultRouteIsToldOnlyWhereThatIsSaid() {
        add(route("0.0.0.0/0", PROTO_STATIC, 0));
        redistribute(all(STATIC));
        isTold(Map.of());
        assertThat(why("0.0.0.0/0")).contains("only with defaultRoute: true");
        redistribute(new Redistribute(STATIC, Policies.acceptAll(), true));
        isTold(Map.of("0.0.0.0/0", 0L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.0/8", "127.1.2.0/24", "169.254.0.0/16", "169.254.169.254/32", "224.0.0.0/4"})
    void whatMeansSomethingHereOnlyIsNeverTold(String prefix) {
        redistribute(all(STATIC));
        add(route(prefix, PROTO_STATIC, 0));
        assertThat(why(prefix)).contains("means something on this host or link only");
        isTold(Map.of());
    }

    @Test
    void aRouteThatStandsBehindOneOfOursInTheKernelIsNotTold() {
        redistribute(all(STATIC));
        add(route("198.18.2.0/24", PROTO_STATIC, 32));
        assertThat(why("198.18.2.0/24")).contains("stands behind a route of ours");
        isTold(Map.of());
        add(route("198.18.2.0/24", PROTO_STATIC, 31));
        isTold(Map.of("198.18.2.0/24", 31L));
    }

    @Test
    void aRouteIsWithdrawnWhileNoLinkItLeavesOverIsUp() {
        redistribute(all(STATIC));
        Links.Link side = new Links.Link(7, "e1", true, false, 1500, "02:00:00:00:00:07");
        us.hears(new Links.Event.LinkChanged(side));
        add(new ForeignRoute(
                254, IpPrefix.parse("198.18.7.0/24"), List.of(new NextHop.Hop(null, 7, 1, false)), PROTO_STATIC, 0));
        add(new ForeignRoute(254, IpPrefix.parse("198.18.8.0/24"), List.of(NextHop.Hop.DISCARD), PROTO_STATIC, 0));
        isTold(Map.of("198.18.7.0/24", 0L, "198.18.8.0/24", 0L));
        us.hears(new Links.Event.LinkChanged(new Links.Link(7, "e1", false, false, 1500, "02:00:00:00:00:07")));
        isTold(Map.of("198.18.8.0/24", 0L));
        assertThat(why("198.18.7.0/24")).contains("no link that it leaves over is up");
        us.hears(new Links.Event.LinkChanged(side));
        isTold(Map.of("198.18.7.0/24", 0L, "198.18.8.0/24", 0L));
        us.hears(new Links.Event.LinkRemoved(7));
        isTold(Map.of("198.18.8.0/24", 0L));
    }

    @Test
    void aSingleAddressOnTheLoopbackDeviceIsConnectedAndFollowed() {
        redistribute(new Redistribute(CONNECTED, SOME, false));
        Links.HostAddress own = new Links.HostAddress(LO, IpAddress.parse("198.18.0.1"), 32, null);
        us.hears(new Links.Event.AddressAdded(own));
        isTold(Map.of());
        us.hears(new Links.Event.LinkChanged(new Links.Link(LO, "lo", true, true, 65536, "")));
        isTold(Map.of("198.18.0.1/32", 0L));
        us.hears(new Links.Event.AddressRemoved(own));
        isTold(Map.of());
    }

    @Test
    void aReloadTouchesOnlyWhatItChanges() {
        redistribute(all(STATIC));
        add(route("198.18.2.0/24", PROTO_STATIC, 7));
        add(route("203.0.113.0/24", PROTO_STATIC, 0));
        isTold(Map.of("198.18.2.0/24", 7L, "203.0.113.0/24", 0L));
        List<IpPrefix> changed = new ArrayList<>();
        us.onLoop(speaker -> {
            speaker.observe(new SpeakerObserver() {
                @Override
                public void established(PeerConfig peer, IpAddress address, Negotiated negotiated) {}

                @Override
                public void closed(PeerConfig peer, IpAddress address, String because) {}

                @Override
                public boolean hearsRoutes() {
                    return true;
                }

                @Override
                public void bestChanged(IpPrefix prefix) {
                    changed.add(prefix);
                }
            });
            return speaker;
        });
        us.reconfigure();
        redistribute(all(STATIC), all(KERNEL));
        assertThat(changed).isEmpty();
        redistribute(new Redistribute(STATIC, SOME, false));
        isTold(Map.of("198.18.2.0/24", 12L));
        assertThat(changed)
                .containsExactlyInAnyOrder(IpPrefix.parse("198.18.2.0/24"), IpPrefix.parse("203.0.113.0/24"));
    }

    @Test
    void theConfigurationSpeaksBeforeTheHostsRouteAndTheHostsRouteGoesOnAfterIt() {
        redistribute(all(STATIC));
        add(route("198.18.2.0/24", PROTO_STATIC, 7));
        us.announcing("198.18.2.0/24", 99).reconfigure();
        isTold(Map.of("198.18.2.0/24", 99L));
        us.originated.clear();
        us.reconfigure();
        isTold(Map.of("198.18.2.0/24", 7L));
    }

    @Test
    void afterEverythingWasWithdrawnForTheEndNothingComesBack() {
        redistribute(all(STATIC));
        add(route("198.18.2.0/24", PROTO_STATIC, 7));
        isTold(Map.of("198.18.2.0/24", 7L));
        us.onLoop(speaker -> {
            speaker.withdrawEverything();
            return speaker;
        });
        add(route("198.18.3.0/24", PROTO_STATIC, 7));
        add(route("198.18.2.0/24", PROTO_STATIC, 8));
        isTold(Map.of());
    }

    @Test
    void routesOfBgpItselfCannotBeNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Redistribute(InstallProtocol.EBGP, SOME, false))
                .withMessageContaining("BGP's already");
    }

    /**
     * Routes, links, snapshots and configurations in random order: at every moment what is announced is the policy applied to what
     * the kernel uses, by rules written down a second time here.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void atEveryMomentWhatIsAnnouncedIsThePolicyAppliedToTheHostsRoutes(long seed) {
        Random random = new Random(seed);
        Map<String, ForeignRoute> kernel = new HashMap<>();
        us.hears(snapshot(kernel));
        for (int step = 0; step < 250; step++) {
            ForeignRoute route = randomRoute(random);
            String key = route.prefix() + " " + route.protocol() + " " + route.metric();
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3, 4, 5 -> {
                    kernel.put(key, route);
                    add(route);
                }
                case 6, 7, 8, 9 -> {
                    kernel.remove(key);
                    remove(route);
                }
                case 10 -> {
                    if (random.nextBoolean()) {
                        kernel.clear();
                    }
                    us.hears(snapshot(kernel));
                }
                default -> redistribute(randomEntries(random));
            }
            assertThat(announced()).as("seed %d, step %d", seed, step).isEqualTo(expected(kernel));
        }
        Map<IpPrefix, Long> expected = expected(kernel);
        network.until(LIMIT, () -> told().equals(expected));
        assertThat(told()).as("seed %d", seed).isEqualTo(expected);
    }

    private static ForeignRoute randomRoute(Random random) {
        List<String> prefixes =
                List.of("0.0.0.0/0", "198.18.1.0/24", "198.18.1.0/25", "203.0.113.0/24", "169.254.7.0/24");
        List<Integer> protocols = List.of(PROTO_KERNEL, PROTO_BOOT, PROTO_STATIC, PROTO_BIRD);
        List<Integer> metrics = List.of(0, 20, 32, 1024);
        return route(
                prefixes.get(random.nextInt(prefixes.size())),
                protocols.get(random.nextInt(protocols.size())),
                metrics.get(random.nextInt(metrics.size())));
    }

    private static Redistribute[] randomEntries(Random random) {
        List<Redistribute> entries = new ArrayList<>();
        for (InstallProtocol from : List.of(CONNECTED, STATIC, KERNEL)) {
            if (random.nextInt(3) > 0) {
                entries.add(new Redistribute(
                        from, random.nextBoolean() ? SOME : Policies.acceptAll(), random.nextBoolean()));
            }
        }
        return entries.toArray(Redistribute[]::new);
    }

    private static Links.Event.Snapshot snapshot(Map<String, ForeignRoute> kernel) {
        Links.HostAddress own = new Links.HostAddress(Network.LINK, IpAddress.parse("10.0.0.1"), 8, null);
        return new Links.Event.Snapshot(
                List.of(new Links.Link(Network.LINK, "e0", true, false, 1500, "02:00:00:00:00:01")),
                List.of(own),
                List.copyOf(kernel.values()));
    }

    /** The MED by prefix of what we announce ourselves. */
    private Map<IpPrefix, Long> announced() {
        Map<IpPrefix, Long> own = new TreeMap<>();
        us.routes().forEach((prefix, found) -> found.paths().stream()
                .filter(path -> path.peer() == null)
                .forEach(path ->
                        own.put(prefix, Integer.toUnsignedLong(path.received().med()))));
        return own;
    }

    private Map<IpPrefix, Long> expected(Map<String, ForeignRoute> kernel) {
        Map<IpPrefix, Long> expected = new TreeMap<>();
        Map<IpPrefix, List<ForeignRoute>> byPrefix = new TreeMap<>();
        kernel.values().forEach(route -> byPrefix.computeIfAbsent(route.prefix(), none -> new ArrayList<>())
                .add(route));
        byPrefix.forEach((prefix, routes) -> routes.stream()
                .filter(route -> route.protocol() == PROTO_KERNEL || route.metric() < 32)
                .min(Comparator.comparingLong(ForeignRoute::metric).thenComparingInt(ForeignRoute::protocol))
                .ifPresent(route -> wanted.stream()
                        .filter(entry -> entry.from() == madeBy(route.protocol()))
                        .filter(entry -> prefix.length() > 0 || entry.defaultRoute())
                        .filter(entry -> !prefix.toString().startsWith("169.254."))
                        .filter(entry ->
                                entry.policy() != SOME || prefix.toString().startsWith("198.18."))
                        .forEach(entry -> expected.put(prefix, route.metric() + raise(entry, route.protocol())))));
        return expected;
    }

    private static int raise(Redistribute entry, int protocol) {
        return entry.policy() == SOME && madeBy(protocol) == STATIC ? 5 : 0;
    }

    private static InstallProtocol madeBy(int protocol) {
        return protocol == PROTO_KERNEL ? CONNECTED : protocol == PROTO_BIRD ? KERNEL : STATIC;
    }
}
