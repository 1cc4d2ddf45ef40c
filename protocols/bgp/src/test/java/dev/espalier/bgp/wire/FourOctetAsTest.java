package dev.espalier.bgp.wire;

import static dev.espalier.bgp.wire.RawUpdate.NEXT_HOP;
import static dev.espalier.bgp.wire.RawUpdate.ORIGIN;
import static dev.espalier.bgp.wire.RawUpdate.PREFIX;
import static dev.espalier.bgp.wire.RawUpdate.hex;
import static dev.espalier.bgp.wire.RawUpdate.update;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AsPath;
import dev.espalier.route.AttributeType;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 6793: sessions with speakers of two-octet AS numbers. AS 70000 is {@code 00011170}, AS 23456 is {@code 5ba0}. */
class FourOctetAsTest {

    private static final String SEQUENCE = "40 02 08 02 03 fde9 5ba0 5ba0";

    private static UpdateMessage received(String... attributes) {
        return update().attributes(ORIGIN, NEXT_HOP)
                .attributes(attributes)
                .nlri(PREFIX)
                .valid(Sessions.OLD);
    }

    private static String path(String... attributes) {
        return received(attributes).announced().getFirst().attributes().asPath().toString();
    }

    // ---- receiving

    @Test
    void pathWithoutAs4PathIsTakenAsItIs() {
        assertThat(path(SEQUENCE)).isEqualTo("65001 23456 23456");
    }

    @Test
    void as4PathReplacesTheEndOfThePath() {
        assertThat(path(SEQUENCE, "c0 11 0a 02 02 00011170 00011171")).isEqualTo("65001 70000 70001");
        assertThat(path("c0 11 0a 02 02 00011170 00011171", SEQUENCE)).isEqualTo("65001 70000 70001");
        assertThat(received(SEQUENCE, "c0 11 0a 02 02 00011170 00011171").findings())
                .isEmpty();
    }

    @Test
    void as4PathIsNotLeftAmongTheAttributes() {
        PathAttributes attributes = received(SEQUENCE, "c0 11 0a 02 02 00011170 00011171")
                .announced()
                .getFirst()
                .attributes();
        assertThat(attributes.value(AttributeType.AS4_PATH)).isNull();
        assertThat(attributes.encoded()).isEqualTo(hex(ORIGIN + "40 02 0e 02 03 0000fde9 00011170 00011171"));
    }

    @Test
    void as4PathOfEqualLengthReplacesThePath() {
        assertThat(path(SEQUENCE, "c0 11 0e 02 03 0000fde9 00011170 00011171")).isEqualTo("65001 70000 70001");
    }

    @Test
    void as4PathLongerThanThePathIsIgnored() {
        assertThat(path("40 02 04 02 01 5ba0", "c0 11 0a 02 02 00011170 00011171"))
                .isEqualTo("23456");
    }

    @Test
    void setCountsAsOneHop() {
        assertThat(path("40 02 0a 02 01 fde9 01 02 5ba0 5ba1", "c0 11 0a 01 02 00011170 00011171"))
                .isEqualTo("65001 {70000,70001}");
        assertThat(path("40 02 0a 01 02 fde9 fdea 02 01 5ba0", "c0 11 06 02 01 00011170"))
                .isEqualTo("{65001,65002} 70000");
    }

    @Test
    void confederationSegmentsBeforeAs4PathAreKept() {
        UpdateMessage update = update().attributes(
                        ORIGIN, NEXT_HOP, "40 02 0a 03 01 fde9 02 02 5ba0 5ba0", "c0 11 0a 02 02 00011170 00011171")
                .nlri(PREFIX)
                .valid(new SessionOptions(
                        false, false, true, Sessions.OLD.families(), java.util.Set.of(), java.util.Set.of()));
        assertThat(update.announced().getFirst().attributes().asPath()).hasToString("(65001) 70000 70001");
    }

    @Test
    void confederationSegmentsInAs4PathAreIgnored() { // section 6
        UpdateMessage update = received(SEQUENCE, "c0 11 10 03 01 0000fde9 02 02 00011170 00011171");
        assertThat(update.announced().getFirst().attributes().asPath()).hasToString("65001 70000 70001");
        assertThat(update.findings()).hasSize(1);
    }

    @Test
    void malformedAs4PathIsIgnored() { // section 6, RFC 7607
        for (String wrong : new String[] {
            "c0 11 00",
            "c0 11 05 02 01 000111",
            "c0 11 06 02 02 00011170",
            "c0 11 06 02 00 00011170",
            "c0 11 06 07 01 00011170",
            "c0 11 06 02 01 00000000"
        }) {
            UpdateMessage update = received(SEQUENCE, wrong);
            assertThat(update.announced().getFirst().attributes().asPath())
                    .as(wrong)
                    .hasToString("65001 23456 23456");
            assertThat(update.findings())
                    .as(wrong)
                    .extracting(UpdateMessage.Finding::treatment, UpdateMessage.Finding::attributeType)
                    .containsExactly(org.assertj.core.api.Assertions.tuple(
                            UpdateMessage.Treatment.ATTRIBUTE_DISCARD, AttributeType.AS4_PATH));
        }
    }

    @Test
    void as4AggregatorReplacesAnAggregatorOfAsTrans() {
        PathAttributes attributes = received(SEQUENCE, "c0 07 06 5ba0 c0000201", "c0 12 08 00011170 c0000202")
                .announced()
                .getFirst()
                .attributes();
        assertThat(attributes.aggregator())
                .hasValue(new PathAttributes.Aggregator(new Asn(70000), Ipv4Address.parse("192.0.2.2")));
    }

    @Test
    void otherAggregatorMakesBothAs4AttributesIgnored() {
        PathAttributes attributes = received(
                        SEQUENCE,
                        "c0 07 06 fde9 c0000201",
                        "c0 11 0a 02 02 00011170 00011171",
                        "c0 12 08 00011170 c0000202")
                .announced()
                .getFirst()
                .attributes();
        assertThat(attributes.asPath()).hasToString("65001 23456 23456");
        assertThat(attributes.aggregator())
                .hasValue(new PathAttributes.Aggregator(new Asn(65001), Ipv4Address.parse("192.0.2.1")));
    }

    @Test
    void aggregatorWithoutAs4AggregatorLeavesAs4PathAlone() { // "when both of the attributes are received"
        PathAttributes attributes = received(SEQUENCE, "c0 07 06 fde9 c0000201", "c0 11 0a 02 02 00011170 00011171")
                .announced()
                .getFirst()
                .attributes();
        assertThat(attributes.asPath()).hasToString("65001 70000 70001");
    }

    @Test
    void as4AggregatorAloneOrMalformedIsIgnored() {
        assertThat(received(SEQUENCE, "c0 12 08 00011170 c0000202")
                        .announced()
                        .getFirst()
                        .attributes()
                        .aggregator())
                .isEmpty();
        for (String wrong : new String[] {"c0 12 06 1170 c0000202", "c0 12 08 00000000 c0000202"}) {
            UpdateMessage update = received(SEQUENCE, "c0 07 06 5ba0 c0000201", wrong);
            assertThat(update.announced().getFirst().attributes().aggregator())
                    .hasValue(new PathAttributes.Aggregator(Asn.AS_TRANS, Ipv4Address.parse("192.0.2.1")));
            assertThat(update.findings()).hasSize(1);
        }
    }

    @Test
    void pathThatDoesNotFitWithFourOctetsIsTreatedAsWithdraw() {
        String segments = ("02 ff" + "fde9".repeat(255)).repeat(120);
        int length = hex(segments).length;
        UpdateMessage update = update().attributes(ORIGIN, NEXT_HOP, "50 02" + String.format("%04x", length) + segments)
                .nlri(PREFIX)
                .valid(new SessionOptions(
                        false, true, false, Sessions.OLD.families(), java.util.Set.of(), java.util.Set.of()));
        assertThat(Prefixes.withdrawn(update)).containsExactly("10.1.0.0/16");
        assertThat(update.findings().getFirst().message()).contains("122640");
    }

    // ---- sending

    private static byte[] sent(PathAttributes attributes) {
        List<byte[]> messages = new ArrayList<>();
        UpdatePacker packer = new UpdatePacker(Sessions.OLD, messages::add);
        assertThat(packer.begin(Family.IPV4_UNICAST, attributes)).isTrue();
        packer.add(0, 0x0A01L << 48, 0, 16);
        packer.end();
        assertThat(messages).hasSize(1);
        return messages.getFirst();
    }

    private static PathAttributes.Builder route(Long... asns) {
        return PathAttributes.builder()
                .nextHop(Ipv4Address.parse("192.0.2.1"))
                .asPath(AsPath.sequence(
                        java.util.Arrays.stream(asns).map(Asn::new).toList()));
    }

    @Test
    void pathThatFitsIsSentWithoutAs4Path() {
        assertThat(sent(route(65001L, 65535L).build()))
                .isEqualTo(update().attributes(ORIGIN, "40 02 06 02 02 fde9 ffff", NEXT_HOP)
                        .nlri(PREFIX)
                        .octets());
    }

    @Test
    void pathThatDoesNotFitIsSentWithAsTransAndAs4Path() {
        PathAttributes attributes = route(65001L, 70000L)
                .aggregator(new PathAttributes.Aggregator(new Asn(70000), Ipv4Address.parse("192.0.2.9")))
                .raw(new PathAttributes.RawAttribute(0xE0, 20, hex("aa")))
                .raw(new PathAttributes.RawAttribute(0xE0, 12, hex("bb")))
                .build();
        assertThat(sent(attributes))
                .isEqualTo(update().attributes(
                                ORIGIN,
                                "40 02 06 02 02 fde9 5ba0",
                                NEXT_HOP,
                                "c0 07 06 5ba0 c0000209",
                                "e0 0c 01 bb",
                                "c0 11 0a 02 02 0000fde9 00011170",
                                "c0 12 08 00011170 c0000209",
                                "e0 14 01 aa")
                        .nlri(PREFIX)
                        .octets());
    }

    @Test
    void aggregatorThatFitsIsSentWithoutAs4Aggregator() {
        PathAttributes attributes = route(65001L)
                .aggregator(new PathAttributes.Aggregator(new Asn(65001), Ipv4Address.parse("192.0.2.9")))
                .build();
        assertThat(sent(attributes))
                .isEqualTo(update().attributes(ORIGIN, "40 02 04 02 01 fde9", NEXT_HOP, "c0 07 06 fde9 c0000209")
                        .nlri(PREFIX)
                        .octets());
    }

    @Test
    void as4PathIsSentWithoutConfederationSegments() {
        AsPath path = AsPath.of(List.of(
                new AsPath.Segment(AsPath.AS_CONFED_SEQUENCE, List.of(new Asn(70000))),
                new AsPath.Segment(AsPath.AS_SEQUENCE, List.of(new Asn(70001)))));
        assertThat(sent(route().asPath(path).build()))
                .isEqualTo(update().attributes(
                                ORIGIN, "40 02 08 03 01 5ba0 02 01 5ba0", NEXT_HOP, "c0 11 06 02 01 00011171")
                        .nlri(PREFIX)
                        .octets());
    }
}
