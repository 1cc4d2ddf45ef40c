package dev.espalier.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.net.LargeCommunity;
import dev.espalier.route.PathAttributes.Aggregator;
import dev.espalier.route.PathAttributes.RawAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PathAttributesTest {

    private static final IpAddress NEXT_HOP = IpAddress.parse("192.0.2.1");

    private static final AsPath PATH = AsPath.sequence(List.of(new Asn(65_001), new Asn(65_002)));

    private static String hex(PathAttributes attributes) {
        return HexFormat.of().formatHex(attributes.encoded());
    }

    @Test
    void originAndAsPathAreAlwaysThere() {
        PathAttributes empty = PathAttributes.builder().build();
        assertThat(hex(empty)).isEqualTo("400101" + "00" + "400200");
        assertThat(empty.nextHop()).isNull();
        assertThat(empty.asPathLength()).isZero();
        PathAttributes local = PathAttributes.builder().localPref(100).build();
        assertThat(hex(local)).isEqualTo("40010100" + "400200" + "40050400000064");
    }

    @Test
    void anAttributeIsEncodedAsItTravels() {
        PathAttributes attributes = PathAttributes.builder()
                .origin(Origin.INCOMPLETE)
                .asPath(PATH)
                .med(7)
                .atomicAggregate(true)
                .aggregator(new Aggregator(new Asn(65_001), new Ipv4Address(0x01020304)))
                .communities(List.of(Community.parse("65000:1")))
                .originatorId(0x0A000001)
                .clusterList(List.of(new Ipv4Address(1), new Ipv4Address(2)))
                .extendedCommunities(List.of(ExtendedCommunity.parse("rt:65000:1")))
                .largeCommunities(List.of(new LargeCommunity(1, 2, 3)))
                .onlyToCustomer(new Asn(65_001))
                .build();
        assertThat(hex(attributes))
                .isEqualTo("40010102"
                        + "40020a02020000fde90000fdea"
                        + "80040400000007"
                        + "400600"
                        + "c007080000fde901020304"
                        + "c00804fde80001"
                        + "8009040a000001"
                        + "800a080000000100000002"
                        + "c010080002fde800000001"
                        + "c0200c000000010000000200000003"
                        + "c023040000fde9");
    }

    @Test
    void theDecisionReadsWhatWasSet() {
        PathAttributes attributes = PathAttributes.builder()
                .origin(Origin.EGP)
                .asPath(PATH)
                .med(-1)
                .localPref(200)
                .originatorId(9)
                .clusterList(List.of(new Ipv4Address(1), new Ipv4Address(2)))
                .nextHop(NEXT_HOP)
                .build();
        assertThat(attributes.origin()).isEqualTo(Origin.EGP);
        assertThat(attributes.asPathLength()).isEqualTo(2);
        assertThat(attributes.neighborAs()).isEqualTo(65_001);
        assertThat(attributes.hasMed()).isTrue();
        assertThat(attributes.med()).isEqualTo(-1);
        assertThat(attributes.hasLocalPref()).isTrue();
        assertThat(attributes.localPref()).isEqualTo(200);
        assertThat(attributes.hasOriginatorId()).isTrue();
        assertThat(attributes.originatorId()).isEqualTo(9);
        assertThat(attributes.clusterListLength()).isEqualTo(2);
        assertThat(attributes.nextHop()).isEqualTo(NEXT_HOP);
        PathAttributes without = attributes.toBuilder()
                .remove(AttributeType.MULTI_EXIT_DISC)
                .remove(AttributeType.LOCAL_PREF)
                .remove(AttributeType.ORIGINATOR_ID)
                .remove(AttributeType.CLUSTER_LIST)
                .build();
        assertThat(without.hasMed()).isFalse();
        assertThat(without.hasLocalPref()).isFalse();
        assertThat(without.hasOriginatorId()).isFalse();
        assertThat(without.clusterListLength()).isZero();
    }

    @Test
    void aPathThatStartsWithASetOrAConfederationHasNoNeighborAs() {
        for (int type : new int[] {AsPath.AS_SET, AsPath.AS_CONFED_SEQUENCE, AsPath.AS_CONFED_SET}) {
            AsPath path = AsPath.of(List.of(new AsPath.Segment(type, List.of(new Asn(1)))))
                    .prepend(new Asn(2), 0);
            assertThat(PathAttributes.builder().asPath(path).build().neighborAs())
                    .isZero();
        }
    }

    @Test
    void aLongValueTakesATwoOctetLengthAndAShortOneDoesNot() {
        List<Community> many = IntStream.range(0, 64).mapToObj(Community::new).toList();
        PathAttributes attributes = PathAttributes.builder()
                .communities(many)
                .raw(new RawAttribute(AttributeType.OPTIONAL | AttributeType.EXTENDED_LENGTH, 200, new byte[255]))
                .build();
        String octets = hex(attributes);
        assertThat(octets.substring(14)).startsWith("d0080100"); // 256 octets
        assertThat(octets).contains("80c8ff"); // 255
        assertThat(attributes.communities()).isEqualTo(many);
        assertThat(attributes.toBuilder()
                        .communities(many.subList(0, 63))
                        .build()
                        .communities())
                .isEqualTo(many.subList(0, 63));
    }

    @Test
    void communitiesAreKeptSortedAndOnce() {
        PathAttributes attributes = PathAttributes.builder()
                .communities(List.of(Community.NO_EXPORT, new Community(1), Community.NO_EXPORT))
                .largeCommunities(List.of(new LargeCommunity(-1, 0, 0), new LargeCommunity(1, 0, 0)))
                .extendedCommunities(List.of(new ExtendedCommunity(-1), new ExtendedCommunity(1)))
                .build();
        assertThat(attributes.communities()).containsExactly(new Community(1), Community.NO_EXPORT);
        assertThat(attributes.largeCommunities())
                .containsExactly(new LargeCommunity(1, 0, 0), new LargeCommunity(-1, 0, 0));
        assertThat(attributes.extendedCommunities())
                .containsExactly(new ExtendedCommunity(1), new ExtendedCommunity(-1));
        assertThat(attributes.hasCommunity(Community.NO_EXPORT)).isTrue();
        assertThat(attributes.hasCommunity(Community.NO_PEER)).isFalse();
        PathAttributes none = attributes.toBuilder().communities(List.of()).build();
        assertThat(none.value(AttributeType.COMMUNITIES)).isNull();
        assertThat(none.hasCommunity(Community.NO_EXPORT)).isFalse();
    }

    @Test
    void theOrderOfSettingDoesNotMatter() {
        Random random = new Random(5);
        List<Consumer<PathAttributes.Builder>> settings = new ArrayList<>(List.of(
                b -> b.origin(Origin.EGP),
                b -> b.asPath(PATH),
                b -> b.med(5),
                b -> b.localPref(6),
                b -> b.atomicAggregate(true),
                b -> b.communities(List.of(Community.NO_PEER, new Community(7))),
                b -> b.clusterList(List.of(new Ipv4Address(3))),
                b -> b.onlyToCustomer(new Asn(8)),
                b -> b.raw(new RawAttribute(AttributeType.OPTIONAL | AttributeType.TRANSITIVE, 99, new byte[300])),
                b -> b.nextHop(NEXT_HOP)));
        PathAttributes first = build(settings);
        for (int i = 0; i < 500; i++) {
            Collections.shuffle(settings, random);
            PathAttributes shuffled = build(settings);
            assertThat(shuffled).isEqualTo(first).hasSameHashCodeAs(first);
            assertThat(types(shuffled)).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void settingTwiceKeepsTheLaterAndRemovingUndoesSetting() {
        Random random = new Random(6);
        PathAttributes base = PathAttributes.builder().asPath(PATH).build();
        for (int i = 0; i < 2_000; i++) {
            int type = 40 + random.nextInt(200);
            int flags = AttributeType.OPTIONAL | (random.nextBoolean() ? AttributeType.TRANSITIVE : 0);
            byte[] value = new byte[random.nextInt(400)];
            random.nextBytes(value);
            RawAttribute raw = new RawAttribute(flags, type, value);
            PathAttributes with = base.toBuilder()
                    .raw(new RawAttribute(flags, type, new byte[random.nextInt(400)]))
                    .raw(raw)
                    .build();
            assertThat(with.unknown()).containsExactly(raw);
            assertThat(with.value(type)).isEqualTo(value);
            assertThat(with.asPath()).isEqualTo(PATH);
            assertThat(with).isNotEqualTo(base);
            assertThat(with.toBuilder().remove(type).build()).isEqualTo(base);
            boolean leaves = (flags & AttributeType.TRANSITIVE) != 0;
            assertThat(with.toBuilder().removeNonTransitiveUnknown().build()).isEqualTo(leaves ? with : base);
        }
    }

    @Test
    void aBuilderLeavesWhereItStartedFromAsItWas() {
        PathAttributes start = PathAttributes.builder().med(1).nextHop(NEXT_HOP).build();
        String before = hex(start);
        PathAttributes.Builder builder = start.toBuilder().med(2).localPref(3);
        PathAttributes first = builder.build();
        builder.med(4).nextHop(null);
        assertThat(hex(start)).isEqualTo(before);
        assertThat(first.med()).isEqualTo(2);
        assertThat(first.nextHop()).isEqualTo(NEXT_HOP);
    }

    @Test
    void nextHopsArePartOfEquality() {
        Ipv6Address global = Ipv6Address.parse("2001:db8::1");
        Ipv6Address linkLocal = Ipv6Address.parse("fe80::1");
        PathAttributes attributes =
                PathAttributes.builder().nextHop(global, linkLocal).build();
        assertThat(attributes).isEqualTo(attributes.withNextHop(global, linkLocal));
        assertThat(attributes).isNotEqualTo(attributes.withNextHop(global, null));
        assertThat(attributes).isNotEqualTo(attributes.withNextHop(NEXT_HOP, linkLocal));
        assertThat(attributes.toBuilder().nextHop(global).build().linkLocalNextHop())
                .isNull();
        assertThat(PathAttributes.ofCanonical(attributes.encoded(), global, linkLocal))
                .isEqualTo(attributes);
    }

    @Test
    void aggregatorAndOtcAreReadBack() {
        Aggregator aggregator = new Aggregator(new Asn(4_200_000_000L), new Ipv4Address(5));
        PathAttributes attributes = PathAttributes.builder()
                .aggregator(aggregator)
                .onlyToCustomer(new Asn(4_200_000_000L))
                .build();
        assertThat(attributes.aggregator()).contains(aggregator);
        assertThat(attributes.onlyToCustomer()).hasValue(4_200_000_000L);
        assertThat(attributes.atomicAggregate()).isFalse();
        assertThat(PathAttributes.builder().build().aggregator()).isEmpty();
        assertThat(PathAttributes.builder().build().onlyToCustomer()).isEmpty();
    }

    private static PathAttributes build(List<Consumer<PathAttributes.Builder>> settings) {
        PathAttributes.Builder builder = PathAttributes.builder();
        settings.forEach(setting -> setting.accept(builder));
        return builder.build();
    }

    /** Walks the octets as a receiver does. */
    private static List<Integer> types(PathAttributes attributes) {
        List<Integer> types = new ArrayList<>();
        byte[] octets = attributes.encoded();
        int at = 0;
        while (at < octets.length) {
            types.add(octets[at + 1] & 0xFF);
            boolean twoOctets = (octets[at] & AttributeType.EXTENDED_LENGTH) != 0;
            int length = twoOctets ? (octets[at + 2] & 0xFF) << 8 | octets[at + 3] & 0xFF : octets[at + 2] & 0xFF;
            at += (twoOctets ? 4 : 3) + length;
        }
        assertThat(at).isEqualTo(octets.length);
        return types;
    }
}
