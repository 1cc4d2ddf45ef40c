package dev.espalier.bgp.wire;

import static dev.espalier.bgp.wire.RawUpdate.MANDATORY;
import static dev.espalier.bgp.wire.RawUpdate.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv6Address;
import dev.espalier.route.AsPath;
import dev.espalier.route.PathAttributes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpdatePackerTest {

    private final List<byte[]> messages = new ArrayList<>();

    private UpdatePacker packer(SessionOptions options) {
        return new UpdatePacker(options, messages::add);
    }

    private static PathAttributes route(String nextHop) {
        return PathAttributes.builder()
                .nextHop(IpAddress.parse(nextHop))
                .asPath(AsPath.sequence(List.of(new Asn(65001))))
                .build();
    }

    /** A route whose attributes, without any next hop, take so many octets. */
    private static PathAttributes route(String nextHop, int octets) {
        PathAttributes start = route(nextHop);
        int value = octets - start.encoded().length - 4;
        assertThat(value).isGreaterThan(255);
        return start.toBuilder()
                .raw(new PathAttributes.RawAttribute(0xE0, 99, new byte[value]))
                .build();
    }

    private static void add(UpdatePacker packer, String... prefixes) {
        for (String text : prefixes) {
            IpPrefix prefix = IpPrefix.parse(text);
            packer.add(5, prefix.address().high(), prefix.address().low(), prefix.length());
        }
    }

    private UpdateMessage decoded(int message, SessionOptions options) {
        var decoded = MessageDecoder.decode(ByteBuffer.wrap(messages.get(message)), options);
        return ((Message.Update) ((MessageDecoder.Decoded.Valid) decoded).message()).update();
    }

    // ---- golden octets

    @Test
    void ipv4IsAnnouncedInTheNlriFieldWithNextHopInItsPlace() {
        UpdatePacker packer = packer(Sessions.EXTERNAL);
        PathAttributes attributes = route("192.0.2.1").toBuilder().med(7).build();
        assertThat(packer.begin(Family.IPV4_UNICAST, attributes)).isTrue();
        add(packer, "10.1.0.0/16", "0.0.0.0/0", "10.0.0.0/9", "192.0.2.1/32");
        packer.end();
        assertThat(messages)
                .containsExactly(update().attributes(MANDATORY, "80 04 04 00000007")
                        .nlri("10 0a01 00 09 0a00 20 c0000201")
                        .octets());
    }

    @Test
    void ipv6IsAnnouncedInMpReachBeforeTheOtherAttributes() { // RFC 7606 section 5.1
        UpdatePacker packer = packer(Sessions.EXTERNAL);
        assertThat(packer.begin(Family.IPV6_UNICAST, route("2001:db8::1"))).isTrue();
        add(packer, "2001:db8:1::/48", "2001:db8::1/128", "::/0");
        packer.end();
        assertThat(messages)
                .containsExactly(update().attributes(
                                "80 0e 2e 0002 01 10 20010db8000000000000000000000001 00",
                                "30 20010db80001 80 20010db8000000000000000000000001 00",
                                RawUpdate.ORIGIN,
                                RawUpdate.AS_PATH)
                        .octets());
    }

    @Test
    void linkLocalNextHopIsSentBesideTheGlobalOne() { // RFC 2545 section 3
        UpdatePacker packer = packer(Sessions.EXTERNAL);
        PathAttributes attributes =
                route("2001:db8::1").withNextHop(IpAddress.parse("2001:db8::1"), Ipv6Address.parse("fe80::1"));
        assertThat(packer.begin(Family.IPV6_UNICAST, attributes)).isTrue();
        add(packer, "2001:db8:1::/48");
        packer.end();
        assertThat(messages)
                .containsExactly(update().attributes(
                                "80 0e 2c 0002 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001",
                                "00 30 20010db80001",
                                RawUpdate.ORIGIN,
                                RawUpdate.AS_PATH)
                        .octets());
    }

    @Test
    void ipv4WithAnIpv6NextHopIsAnnouncedInMpReachWhereThatWasAgreedOn() { // RFC 8950
        assertThatThrownBy(() -> packer(Sessions.EXTERNAL).begin(Family.IPV4_UNICAST, route("fe80::1")))
                .isInstanceOf(IllegalArgumentException.class);
        UpdatePacker packer = packer(Sessions.EXTENDED_NEXT_HOP);
        assertThat(packer.begin(Family.IPV4_UNICAST, route("fe80::1"))).isTrue();
        add(packer, "10.1.0.0/16");
        packer.end();
        assertThat(messages)
                .containsExactly(update().attributes(
                                "80 0e 18 0001 01 10 fe800000000000000000000000000001 00 10 0a01",
                                RawUpdate.ORIGIN,
                                RawUpdate.AS_PATH)
                        .octets());
    }

    @Test
    void withdrawalsArePacked() {
        UpdatePacker packer = packer(Sessions.EXTERNAL);
        packer.beginWithdrawal(Family.IPV4_UNICAST);
        add(packer, "10.1.0.0/16", "11.0.0.0/8");
        packer.beginWithdrawal(Family.IPV6_UNICAST);
        add(packer, "2001:db8:2::/48", "::/0");
        packer.end();
        assertThat(messages)
                .containsExactly(
                        update().withdrawn("10 0a01 08 0b").octets(),
                        update().attributes("80 0f 0b 0002 01 30 20010db80002 00")
                                .octets());
    }

    @Test
    void pathIdentifiersAreSentWhereAgreedOn() {
        UpdatePacker packer = packer(Sessions.ADD_PATH);
        packer.begin(Family.IPV4_UNICAST, route("192.0.2.1"));
        add(packer, "10.1.0.0/16");
        packer.beginWithdrawal(Family.IPV6_UNICAST);
        add(packer, "::/0");
        packer.end();
        assertThat(messages)
                .containsExactly(
                        update().attributes(MANDATORY).nlri("00000005 10 0a01").octets(),
                        update().attributes("80 0f 08 0002 01 00000005 00").octets());
    }

    @Test
    void endOfRibMarkers() {
        assertThat(UpdatePacker.endOfRib(Family.IPV4_UNICAST)).isEqualTo(update().octets());
        assertThat(UpdatePacker.endOfRib(Family.IPV6_UNICAST))
                .isEqualTo(update().attributes("80 0f 03 0002 01").octets());
    }

    // ---- runs

    @Test
    void runsWithoutPrefixesSendNothing() {
        UpdatePacker packer = packer(Sessions.EXTERNAL);
        packer.begin(Family.IPV4_UNICAST, route("192.0.2.1"));
        packer.beginWithdrawal(Family.IPV6_UNICAST);
        packer.begin(Family.IPV6_UNICAST, route("2001:db8::1"));
        packer.end();
        packer.end();
        assertThat(messages).isEmpty();
    }

    @Test
    void messagesComeInTheOrderOfTheRuns() {
        UpdatePacker packer = packer(Sessions.EXTERNAL);
        packer.beginWithdrawal(Family.IPV4_UNICAST);
        add(packer, "10.1.0.0/16");
        packer.begin(Family.IPV4_UNICAST, route("192.0.2.1"));
        add(packer, "10.1.0.0/16");
        packer.end();
        assertThat(Prefixes.withdrawn(decoded(0, Sessions.EXTERNAL))).containsExactly("10.1.0.0/16");
        assertThat(Prefixes.announced(decoded(1, Sessions.EXTERNAL))).containsExactly("10.1.0.0/16");
    }

    @Test
    void prefixOutsideARunIsRefused() {
        UpdatePacker packer = packer(Sessions.EXTERNAL);
        assertThatThrownBy(() -> add(packer, "10.1.0.0/16")).isInstanceOf(IllegalStateException.class);
        packer.begin(Family.IPV4_UNICAST, route("192.0.2.1", 4096));
        assertThatThrownBy(() -> add(packer, "10.1.0.0/16")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void routesWithoutAUsableNextHopAreRefused() {
        UpdatePacker packer = packer(Sessions.EXTERNAL);
        PathAttributes none = PathAttributes.builder().build();
        assertThatThrownBy(() -> packer.begin(Family.IPV4_UNICAST, none)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> packer.begin(Family.IPV6_UNICAST, route("192.0.2.1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("192.0.2.1");
    }

    // ---- exactly the longest message

    private void addHosts(UpdatePacker packer, Family family, int count) {
        for (int i = 1; i <= count; i++) {
            packer.add(
                    i,
                    0x0A000000_00000000L | (long) i << 32,
                    0,
                    family.addresses().bits());
        }
    }

    /** Asserts that so many host prefixes fill one message to the last octet, and that one more begins another. */
    private void assertFills(SessionOptions options, Family family, PathAttributes attributes, int count) {
        messages.clear();
        UpdatePacker packer = packer(options);
        assertThat(packer.begin(family, attributes)).isTrue();
        addHosts(packer, family, count);
        packer.end();
        assertThat(messages).hasSize(1);
        assertThat(messages.getFirst()).hasSize(options.maxMessageLength());
        messages.clear();
        assertThat(packer.begin(family, attributes)).isTrue();
        addHosts(packer, family, count + 1);
        packer.end();
        assertThat(messages).hasSize(2);
        assertThat(messages.getFirst()).hasSize(options.maxMessageLength());
        UpdateMessage last = decoded(1, options);
        assertThat(last.announced().getFirst().nlri().count()).isEqualTo(1);
        assertThat(last.announced().getFirst().attributes()).isEqualTo(attributes);
    }

    @Test
    void nlriFieldIsFilledToTheLastOctet() {
        for (SessionOptions options : List.of(Sessions.EXTERNAL, Sessions.EXTENDED)) {
            int max = options.maxMessageLength();
            // header and lengths 23, NEXT_HOP 7, a /32 is 5
            assertFills(options, Family.IPV4_UNICAST, route("192.0.2.1", max - 30 - 5 * 700), 700);
            assertFills(options, Family.IPV4_UNICAST, route("192.0.2.1", max - 30 - 5), 1);
        }
    }

    @Test
    void mpReachIsFilledToTheLastOctetWithEitherLengthOfItsLength() {
        for (SessionOptions options : List.of(Sessions.EXTERNAL, Sessions.EXTENDED)) {
            int max = options.maxMessageLength();
            // header and lengths 23, head 3 or 4, up to the NLRI 21, a /128 is 17
            assertFills(options, Family.IPV6_UNICAST, route("2001:db8::1", max - 23 - 4 - 21 - 17 * 100), 100);
            assertFills(options, Family.IPV6_UNICAST, route("2001:db8::1", max - 23 - 4 - 21 - 17 * 14), 14);
            assertFills(options, Family.IPV6_UNICAST, route("2001:db8::1", max - 23 - 3 - 21 - 17 * 13), 13);
            assertFills(options, Family.IPV6_UNICAST, route("2001:db8::1", max - 23 - 3 - 21 - 17), 1);
        }
    }

    @Test
    void pathIdentifiersCountToo() {
        assertFills(Sessions.ADD_PATH, Family.IPV4_UNICAST, route("192.0.2.1", 4096 - 30 - 9 * 10), 10);
        assertFills(Sessions.ADD_PATH, Family.IPV6_UNICAST, route("2001:db8::1", 4096 - 23 - 3 - 21 - 21 * 3), 3);
    }

    @Test
    void attributesThatLeaveNoRoomForTheLongestPrefixAreRefused() {
        UpdatePacker packer = packer(Sessions.EXTERNAL);
        assertThat(packer.begin(Family.IPV4_UNICAST, route("192.0.2.1", 4096 - 30 - 5)))
                .isTrue();
        assertThat(packer.begin(Family.IPV4_UNICAST, route("192.0.2.1", 4096 - 30 - 4)))
                .isFalse();
        int ipv6 = 4096 - 23 - 3 - 21 - 17;
        assertThat(packer.begin(Family.IPV6_UNICAST, route("2001:db8::1", ipv6)))
                .isTrue();
        assertThat(packer.begin(Family.IPV6_UNICAST, route("2001:db8::1", ipv6 + 1)))
                .isFalse();
        assertThat(packer(Sessions.EXTENDED).begin(Family.IPV6_UNICAST, route("2001:db8::1", ipv6 + 1)))
                .isTrue();
        UpdatePacker addPath = packer(Sessions.ADD_PATH);
        assertThat(addPath.begin(Family.IPV4_UNICAST, route("192.0.2.1", 4096 - 30 - 9)))
                .isTrue();
        assertThat(addPath.begin(Family.IPV4_UNICAST, route("192.0.2.1", 4096 - 30 - 8)))
                .isFalse();
    }

    @Test
    void withdrawalsAreFilledAsFarAsTheyGo() {
        UpdatePacker packer = packer(Sessions.EXTERNAL);
        packer.beginWithdrawal(Family.IPV4_UNICAST);
        // 23 octets around them; one /24 is 4, so that 4073 octets are 813 /32 and 2 /24
        for (int i = 0; i < 2; i++) {
            packer.add(0, 0x0A000000_00000000L | (long) i << 40, 0, 24);
        }
        addHosts(packer, Family.IPV4_UNICAST, 813);
        packer.end();
        assertThat(messages).hasSize(1);
        assertThat(messages.getFirst()).hasSize(4096);
        messages.clear();
        packer.beginWithdrawal(Family.IPV6_UNICAST);
        // 23 + 4 + 3 around them: 4066 octets are 239 /128 and 3 octets
        add(packer, "2001::/16");
        addHosts(packer, Family.IPV6_UNICAST, 239);
        addHosts(packer, Family.IPV6_UNICAST, 1);
        packer.end();
        assertThat(messages).hasSize(2);
        assertThat(messages.getFirst()).hasSize(4096);
        assertThat(decoded(0, Sessions.EXTERNAL).withdrawn().getFirst().count()).isEqualTo(240);
        assertThat(decoded(1, Sessions.EXTERNAL).withdrawn().getFirst().count()).isEqualTo(1);
    }

    @Test
    void longestMessageIsReadBack() {
        UpdatePacker packer = packer(Sessions.EXTENDED);
        packer.begin(Family.IPV4_UNICAST, route("192.0.2.1", 65535 - 30 - 5));
        addHosts(packer, Family.IPV4_UNICAST, 1);
        packer.end();
        assertThat(MessageDecoder.frameLength(ByteBuffer.wrap(messages.getFirst())))
                .isEqualTo(65535);
        assertThat(Prefixes.announced(decoded(0, Sessions.EXTENDED))).containsExactly("10.0.0.1/32");
    }
}
