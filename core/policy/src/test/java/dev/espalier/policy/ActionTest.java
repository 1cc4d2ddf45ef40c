package dev.espalier.policy;

import static dev.espalier.policy.Routes.after;
import static dev.espalier.policy.Routes.communities;
import static dev.espalier.policy.Routes.path;
import static dev.espalier.policy.Routes.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv6Address;
import dev.espalier.net.LargeCommunity;
import dev.espalier.policy.Action.SetAsPathPrepend;
import dev.espalier.policy.Action.SetCommunity;
import dev.espalier.policy.Action.SetCommunityOption;
import dev.espalier.policy.Action.SetExtCommunity;
import dev.espalier.policy.Action.SetLargeCommunity;
import dev.espalier.policy.Action.SetLinkBandwidth;
import dev.espalier.policy.Action.SetLocalPref;
import dev.espalier.policy.Action.SetMed;
import dev.espalier.policy.Action.SetNextHop;
import dev.espalier.policy.Action.SetOrigin;
import dev.espalier.route.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActionTest {

    @Test
    void localPreferenceIsSetAsUnsigned() {
        assertThat(after(route("10.0.0.0/8"), List.of(new SetLocalPref(4294967295L)))
                        .localPref())
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "50, 7, 50",
        "+10, 7, 17",
        "-10, 7, 0",
        "-3, 7, 4",
        "+4294967295, 7, 4294967295",
        "+10, , 10",
        "-10, , 0",
    })
    void theMedIsSetOrMovedWithinItsRange(String text, Long before, String expected) {
        PolicyRoute route = route("10.0.0.0/8", b -> before == null ? b : b.med(before.intValue()));

        assertThat(after(route, List.of(SetMed.parse(text))).hasMed()).isTrue();
        assertThat(Integer.toUnsignedString(
                        after(route, List.of(SetMed.parse(text))).med()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"ten", "''", "+", "4294967296", "+-1", "99999999999"})
    void aMedThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> SetMed.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theOriginIsSet() {
        assertThat(after(route("10.0.0.0/8"), List.of(new SetOrigin(Origin.INCOMPLETE)))
                        .origin())
                .isEqualTo(Origin.INCOMPLETE);
    }

    @Test
    void theNextHopIsSetAndALinkLocalOneForgotten() {
        PolicyRoute route = route(
                "2001:db8::/32",
                b -> b.nextHop(IpAddress.parse("2001:db8::1"), (Ipv6Address) IpAddress.parse("fe80::1")));

        assertThat(after(route, List.of(new SetNextHop(IpAddress.parse("2001:db8::2"))))
                        .nextHop())
                .hasToString("2001:db8::2");
        assertThat(after(route, List.of(new SetNextHop(IpAddress.parse("2001:db8::2"))))
                        .linkLocalNextHop())
                .isNull();
        assertThat(after(route, List.of(SetNextHop.SELF)).nextHop()).isNull();
    }

    @Test
    void anIpv4NextHopLeavesIpv6RoutesAloneButNotTheOtherWayRound() {
        PolicyRoute ipv6 = route("2001:db8::/32", b -> b.nextHop(IpAddress.parse("2001:db8::1")));
        PolicyRoute ipv4 = route("10.0.0.0/8", b -> b.nextHop(IpAddress.parse("192.0.2.1")));

        assertThat(after(ipv6, List.of(new SetNextHop(IpAddress.parse("192.0.2.9"))))
                        .nextHop())
                .hasToString("2001:db8::1");
        assertThat(after(ipv4, List.of(new SetNextHop(IpAddress.parse("2001:db8::9"))))
                        .nextHop())
                .hasToString("2001:db8::9");
    }

    @Test
    void anAsIsPrependedOursUnlessNamed() {
        PolicyRoute route = route("10.0.0.0/8", b -> b.asPath(path(65001)));

        assertThat(after(route, List.of(new SetAsPathPrepend(null, 2))).asPath())
                .isEqualTo(path(65000, 65000, 65001));
        assertThat(after(route, List.of(new SetAsPathPrepend(new Asn(7), 1))).asPath())
                .isEqualTo(path(7, 65001));
        assertThatThrownBy(() -> new SetAsPathPrepend(new Asn(0), 1)).hasMessageContaining("RFC 7607");
        assertThatThrownBy(() -> new SetAsPathPrepend(null, 0)).hasMessageContaining("1 to 255");
    }

    @Test
    void everythingThatMatchesASetIsRemoved() {
        PolicyRoute route = route(
                "10.0.0.0/8",
                b -> b.communities(
                        List.of(Community.parse("65000:1"), Community.parse("65000:2"), Community.parse("7:7"))));
        Action remove = new SetCommunity(SetCommunityOption.REMOVE, List.of(), List.of("ours"));

        assertThat(after(route, List.of(remove), communities("ours", "65000:*")).communities())
                .containsExactly(Community.parse("7:7"));
    }

    @Test
    void actionsOfOneStatementAreDoneInOrder() {
        PolicyRoute route = route("10.0.0.0/8", b -> b.communities(List.of(Community.parse("65000:1")))
                .med(5));
        Action remove = new SetCommunity(SetCommunityOption.REMOVE, List.of(), List.of("ours"));
        Action add = new SetCommunity(SetCommunityOption.ADD, List.of(Community.parse("65000:9")), List.of());
        DefinedSet ours = communities("ours", "65000:*");

        assertThat(after(route, List.of(remove, add), ours).communities()).containsExactly(Community.parse("65000:9"));
        assertThat(after(route, List.of(add, remove), ours).communities()).isEmpty();
        assertThat(after(route, List.of(SetMed.parse("+5"), SetMed.parse("+5"))).med())
                .isEqualTo(15);
    }

    @Test
    void replacingByNothingRemovesTheAttribute() {
        PolicyRoute route = route("10.0.0.0/8", b -> b.communities(List.of(Community.NO_EXPORT)));
        Action clear = new SetCommunity(SetCommunityOption.REPLACE, List.of(), List.of());

        assertThat(after(route, List.of(clear))).isEqualTo(route("10.0.0.0/8").attributes);
    }

    @Test
    void extendedAndLargeCommunitiesAreChangedToo() {
        PolicyRoute route = route("10.0.0.0/8", b -> b.largeCommunities(List.of(LargeCommunity.parse("1:2:3"))));
        Action addTarget =
                new SetExtCommunity(SetCommunityOption.ADD, List.of(ExtendedCommunity.parse("rt:65000:1")), List.of());
        Action removeLarge = new SetLargeCommunity(SetCommunityOption.REMOVE, List.of(), List.of("l"));
        DefinedSet large = new DefinedSet.LargeCommunitySet("l", List.of("1:2:*"));

        assertThat(after(route, List.of(addTarget, removeLarge), large).extendedCommunities())
                .containsExactly(ExtendedCommunity.parse("rt:65000:1"));
        assertThat(after(route, List.of(addTarget, removeLarge), large).largeCommunities())
                .isEmpty();
    }

    @Test
    void theLinkBandwidthIsSetInPlaceOfAllThatAreThereAndNamesUs() {
        PolicyRoute route = route(
                "10.0.0.0/8",
                b -> b.extendedCommunities(List.of(
                        ExtendedCommunity.parse("rt:65000:1"),
                        ExtendedCommunity.parse("bandwidth:65009:1"),
                        ExtendedCommunity.parse("bandwidth-transitive:65009:2"))));
        Action set = new SetLinkBandwidth(SetLinkBandwidth.parseBits("1G"), false);

        assertThat(after(route, List.of(set)).extendedCommunities())
                .containsExactly(
                        ExtendedCommunity.parse("rt:65000:1"), ExtendedCommunity.parse("bandwidth:65000:125000000"));
        assertThat(after(route, List.of(new SetLinkBandwidth(1.5e8f, true))).extendedCommunities())
                .contains(ExtendedCommunity.parse("bandwidth-transitive:65000:150000000"));
    }

    @ParameterizedTest
    @CsvSource({"8, 1", "10G, 1.25e9", "2.5G, 312500000", "100M, 1.25e7", "64k, 8000", "1T, 1.25e11"})
    void aBandwidthIsWrittenInBitsPerSecond(String text, float bytes) {
        assertThat(SetLinkBandwidth.parseBits(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"0", "0.0G", "G", "-1", "10g", "10 G", "1e9", "1.2345G", "9999999999999"})
    void aBandwidthThatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> SetLinkBandwidth.parseBits(text)).hasMessageContaining("'" + text + "'");
    }

    @Test
    void communityActionsDoWhatTheSameOperationsOnSetsDo() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<Community> attached = some(random);
            List<Community> inline = some(random);
            List<Community> members = some(random);
            DefinedSet set =
                    communities("s", members.stream().map(Community::toString).toArray(String[]::new));
            PolicyRoute route = route("10.0.0.0/8", b -> b.communities(attached));
            for (SetCommunityOption option : SetCommunityOption.values()) {
                Action action = new SetCommunity(option, inline, List.of("s"));
                TreeSet<Community> expected = new TreeSet<>(attached);
                TreeSet<Community> named = new TreeSet<>(inline);
                named.addAll(members);
                switch (option) {
                    case ADD -> expected.addAll(named);
                    case REMOVE -> expected.removeAll(named);
                    case REPLACE -> expected = named;
                }
                assertThat(after(route, List.of(action), set).communities())
                        .as("seed %d: %s %s and %s on %s", seed, option, inline, members, attached)
                        .containsExactlyElementsOf(expected);
            }
        }
    }

    private static List<Community> some(Random random) {
        List<Community> communities = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            communities.add(new Community(0xFFFFFF00 + random.nextInt(8)));
        }
        return communities;
    }
}
