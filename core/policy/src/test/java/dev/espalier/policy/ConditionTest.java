package dev.espalier.policy;

import static dev.espalier.policy.Routes.accepts;
import static dev.espalier.policy.Routes.communities;
import static dev.espalier.policy.Routes.path;
import static dev.espalier.policy.Routes.prefixes;
import static dev.espalier.policy.Routes.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.LargeCommunity;
import dev.espalier.policy.Condition.AsPathLength;
import dev.espalier.policy.Condition.Comparison;
import dev.espalier.policy.Condition.MatchAsPathSet;
import dev.espalier.policy.Condition.MatchCommunitySet;
import dev.espalier.policy.Condition.MatchExtCommunitySet;
import dev.espalier.policy.Condition.MatchLargeCommunitySet;
import dev.espalier.policy.Condition.MatchNeighborSet;
import dev.espalier.policy.Condition.MatchPrefixSet;
import dev.espalier.policy.Condition.NextHopIn;
import dev.espalier.route.Origin;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionTest {

    private static PolicyRoute tagged(String... communities) {
        return route(
                "10.0.0.0/8",
                b -> b.communities(
                        Arrays.stream(communities).map(Community::parse).toList()));
    }

    @Test
    void aPrefixIsInASetOrNot() {
        DefinedSet set = prefixes("s", "10.0.0.0/8 8..24", "2001:db8::/32");

        assertThat(accepts(new MatchPrefixSet("s", MatchSetOptions.ANY), route("10.1.0.0/16"), set))
                .isTrue();
        assertThat(accepts(new MatchPrefixSet("s", MatchSetOptions.INVERT), route("10.1.0.0/16"), set))
                .isFalse();
        assertThat(accepts(new MatchPrefixSet("s", MatchSetOptions.ANY), route("2001:db8::/32"), set))
                .isTrue();
        assertThat(accepts(new MatchPrefixSet("s", MatchSetOptions.INVERT), route("192.0.2.0/24"), set))
                .isTrue();
    }

    @Test
    void aNeighborIsAnAddressOrWithinABlock() {
        DefinedSet set = new DefinedSet.NeighborSet("s", List.of(IpPrefix.parse("192.0.2.0/24")));
        PolicyRoute route = route("10.0.0.0/8");

        assertThat(accepts(new MatchNeighborSet("s", MatchSetOptions.ANY), route, set))
                .isTrue();
        assertThat(accepts(new MatchNeighborSet("s", MatchSetOptions.INVERT), route, set))
                .isFalse();
        route.neighbor = IpAddress.parse("198.51.100.1");
        assertThat(accepts(new MatchNeighborSet("s", MatchSetOptions.ANY), route, set))
                .isFalse();
        route.neighbor = null;
        assertThat(accepts(new MatchNeighborSet("s", MatchSetOptions.ANY), route, set))
                .isFalse();
        assertThat(accepts(new MatchNeighborSet("s", MatchSetOptions.INVERT), route, set))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "ANY, 65000:1, true",
        "ANY, 65000:1 65000:2 7:7, true",
        "ANY, 7:7, false",
        "ANY, '', false",
        "ALL, 65000:1, false",
        "ALL, 65000:1 65000:2 64999:5, true",
        "ALL, 65000:1 64999:5, false",
        "INVERT, 65000:1, false",
        "INVERT, 7:7, true",
        "INVERT, '', true",
    })
    void communitiesAreComparedWithASetInThreeWays(MatchSetOptions options, String attached, boolean expected) {
        DefinedSet set = communities("s", "65000:1", "65000:2", "64999:*");
        PolicyRoute route = attached.isEmpty() ? tagged() : tagged(attached.split(" "));

        assertThat(accepts(new MatchCommunitySet("s", options), route, set)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "65000:*, 65000:7, true",
        "65000:*, 6500:7, false",
        "*:666, 3:666, true",
        "*:666, 3:1666, false",
        "^65000:1..$, 65000:123, true",
        "^65000:1..$, 65000:12, false",
        "no-export, no-export, true",
        "^65535:, no-export, true", // an expression sees the number behind the name
        "blackhole, 65535:666, true",
    })
    void aMemberIsAValueOrAPattern(String member, String attached, boolean expected) {
        Condition condition = new MatchCommunitySet("s", MatchSetOptions.ANY);

        assertThat(accepts(condition, tagged(attached), communities("s", member)))
                .isEqualTo(expected);
    }

    @Test
    void extendedAndLargeCommunitiesHaveSetsOfTheirOwn() {
        PolicyRoute route =
                route("10.0.0.0/8", b -> b.extendedCommunities(List.of(ExtendedCommunity.parse("rt:10.0.0.1:7")))
                        .largeCommunities(List.of(LargeCommunity.parse("65000:1:2"))));

        for (String member : List.of("rt:10.0.0.1:7", "rt:10.0.0.1:*", "rt:*:7", "^rt:10\\.")) {
            DefinedSet set = new DefinedSet.ExtCommunitySet("s", List.of(member));
            assertThat(accepts(new MatchExtCommunitySet("s", MatchSetOptions.ALL), route, set))
                    .as(member)
                    .isTrue();
        }
        for (String member : List.of("65000:1:2", "65000:*:2", "*:1:*", "^65000:1:[0-9]$")) {
            DefinedSet set = new DefinedSet.LargeCommunitySet("s", List.of(member));
            assertThat(accepts(new MatchLargeCommunitySet("s", MatchSetOptions.ALL), route, set))
                    .as(member)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"ANY, true", "ALL, false", "INVERT, false"})
    void anAsPathIsComparedWithExpressions(MatchSetOptions options, boolean expected) {
        DefinedSet set = new DefinedSet.AsPathSet("s", List.of("^65001_", "_65009$"));
        PolicyRoute route = route("10.0.0.0/8", b -> b.asPath(path(65001, 65002)));

        assertThat(accepts(new MatchAsPathSet("s", options), route, set)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "EQ, 2, true",
        "EQ, 3, false",
        "GE, 2, true",
        "GE, 3, false",
        "LE, 2, true",
        "LE, 1, false",
        "LE, 4294967295, true"
    })
    void theAsPathLengthIsCompared(Comparison operator, long value, boolean expected) {
        PolicyRoute route = route("10.0.0.0/8", b -> b.asPath(path(65001, 65002)));

        assertThat(accepts(new AsPathLength(operator, value), route)).isEqualTo(expected);
    }

    @Test
    void anAbsentMedOrLocalPreferenceEqualsNothing() {
        PolicyRoute bare = route("10.0.0.0/8");
        PolicyRoute set = route("10.0.0.0/8", b -> b.med(-1).localPref(0));

        assertThat(accepts(new Condition.MedEq(0), bare)).isFalse();
        assertThat(accepts(new Condition.LocalPrefEq(0), bare)).isFalse();
        assertThat(accepts(new Condition.MedEq(4294967295L), set)).isTrue();
        assertThat(accepts(new Condition.LocalPrefEq(0), set)).isTrue();
        assertThat(accepts(new Condition.LocalPrefEq(100), set)).isFalse();
    }

    @Test
    void theOriginIsCompared() {
        PolicyRoute route = route("10.0.0.0/8", b -> b.origin(Origin.EGP));

        assertThat(accepts(new Condition.OriginEq(Origin.EGP), route)).isTrue();
        assertThat(accepts(new Condition.OriginEq(Origin.IGP), route)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "EBGP, EXTERNAL",
        "IBGP, INTERNAL",
        "LEAKED, INTERNAL",
        "LOCAL, LOCAL",
        "CONNECTED, LOCAL",
        "STATIC, LOCAL",
        "KERNEL, LOCAL"
    })
    void theRouteTypeFollowsFromWhoMadeTheRoute(InstallProtocol source, RouteType expected) {
        PolicyRoute route = route("10.0.0.0/8");
        route.source = source;

        for (RouteType type : RouteType.values()) {
            assertThat(accepts(new Condition.RouteTypeEq(type), route)).isEqualTo(type == expected);
        }
        for (InstallProtocol asked : InstallProtocol.values()) {
            assertThat(accepts(new Condition.InstallProtocolEq(asked), route)).isEqualTo(asked == source);
        }
    }

    @Test
    void theNextHopLiesWithinABlock() {
        Condition condition = new NextHopIn(List.of(IpPrefix.parse("192.0.2.0/24"), IpPrefix.parse("2001:db8::/64")));

        assertThat(accepts(condition, route("10.0.0.0/8", b -> b.nextHop(IpAddress.parse("192.0.2.9")))))
                .isTrue();
        assertThat(accepts(condition, route("::/0", b -> b.nextHop(IpAddress.parse("2001:db8::9")))))
                .isTrue();
        assertThat(accepts(condition, route("10.0.0.0/8", b -> b.nextHop(IpAddress.parse("192.0.3.9")))))
                .isFalse();
        assertThat(accepts(condition, route("10.0.0.0/8"))).isFalse();
    }

    @Test
    void theFamilyIsOneOfThose() {
        Condition ipv6 = new Condition.AfiSafiIn(Set.of(AddressFamily.IPV6));

        assertThat(accepts(ipv6, route("::/0"))).isTrue();
        assertThat(accepts(ipv6, route("0.0.0.0/0"))).isFalse();
    }
}
