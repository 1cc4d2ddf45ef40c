package dev.espalier.bgp.wire;

import static dev.espalier.bgp.wire.RawUpdate.AS_PATH;
import static dev.espalier.bgp.wire.RawUpdate.MANDATORY;
import static dev.espalier.bgp.wire.RawUpdate.MP_REACH;
import static dev.espalier.bgp.wire.RawUpdate.NEXT_HOP;
import static dev.espalier.bgp.wire.RawUpdate.ORIGIN;
import static dev.espalier.bgp.wire.RawUpdate.PREFIX;
import static dev.espalier.bgp.wire.RawUpdate.hex;
import static dev.espalier.bgp.wire.RawUpdate.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.UpdateMessage.Finding;
import dev.espalier.bgp.wire.UpdateMessage.Treatment;
import dev.espalier.route.AttributeType;
import dev.espalier.route.PathAttributes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 7606 section 7 and the RFCs after it, attribute by attribute. */
class AttributeErrorTest {

    /** Asserts that the route is taken as withdrawn because of the attribute, and that nothing else was found. */
    private static void assertWithdrawn(int type, SessionOptions options, String... attributes) {
        UpdateMessage update = update().attributes(attributes).nlri(PREFIX).valid(options);
        String as = String.join(" ", attributes);
        assertThat(update.announced()).as(as).isEmpty();
        assertThat(Prefixes.withdrawn(update)).as(as).containsExactly("10.1.0.0/16");
        assertThat(update.findings())
                .as(as)
                .extracting(Finding::treatment, Finding::attributeType)
                .containsExactly(tuple(Treatment.TREAT_AS_WITHDRAW, type));
    }

    /** Asserts that the route is kept without the attribute, and returns what is left. */
    private static PathAttributes assertDiscarded(int type, SessionOptions options, String... attributes) {
        UpdateMessage update = update().attributes(attributes).nlri(PREFIX).valid(options);
        String as = String.join(" ", attributes);
        assertThat(Prefixes.announced(update)).as(as).containsExactly("10.1.0.0/16");
        assertThat(update.findings())
                .as(as)
                .extracting(Finding::treatment, Finding::attributeType)
                .containsExactly(tuple(Treatment.ATTRIBUTE_DISCARD, type));
        PathAttributes left = update.announced().getFirst().attributes();
        assertThat(left.value(type)).as(as).isNull();
        return left;
    }

    private static PathAttributes accepted(SessionOptions options, String... attributes) {
        UpdateMessage update = update().attributes(attributes).nlri(PREFIX).valid(options);
        assertThat(update.findings()).as(String.join(" ", attributes)).isEmpty();
        return update.announced().getFirst().attributes();
    }

    @Test
    void originOfAnotherLengthOrValueIsTreatedAsWithdraw() { // 7.1
        assertWithdrawn(AttributeType.ORIGIN, Sessions.EXTERNAL, "40 01 02 0000", AS_PATH, NEXT_HOP);
        assertWithdrawn(AttributeType.ORIGIN, Sessions.EXTERNAL, "40 01 01 03", AS_PATH, NEXT_HOP);
        assertWithdrawn(AttributeType.ORIGIN, Sessions.EXTERNAL, "40 01 01 ff", AS_PATH, NEXT_HOP);
    }

    @Test
    void malformedAsPathIsTreatedAsWithdraw() { // 7.2, RFC 7607
        for (String wrong : new String[] {
            "40 02 06 00 01 0000fde9", // segment type 0
            "40 02 06 05 01 0000fde9", // segment type 5
            "40 02 06 ff 01 0000fde9", // segment type 255
            "40 02 06 02 02 0000fde9", // overrun
            "40 02 07 02 01 0000fde9 02", // underrun
            "40 02 02 02 00", // empty segment
            "40 02 08 02 00 02 01 0000fde9", // empty segment before another
            "40 02 06 02 01 00000000", // AS 0
            "40 02 0a 02 02 0000fde9 00000000", // AS 0 further on
            "40 02 06 01 01 00000000" // AS 0 in a set
        }) {
            assertWithdrawn(AttributeType.AS_PATH, Sessions.EXTERNAL, ORIGIN, wrong, NEXT_HOP);
        }
    }

    @Test
    void asPathIsReadWithTheSizeOfTheSession() {
        assertWithdrawn(AttributeType.AS_PATH, Sessions.OLD, ORIGIN, AS_PATH, NEXT_HOP);
        assertThat(accepted(Sessions.OLD, ORIGIN, "40 02 06 02 02 fde9 fdea", NEXT_HOP)
                        .asPath())
                .hasToString("65001 65002");
    }

    @Test
    void confederationSegmentsFromAnExternalPeerAreTreatedAsWithdraw() { // RFC 5065 section 5
        String sequence = "40 02 0c 03 01 0000fde9 02 01 0000fdea";
        assertWithdrawn(AttributeType.AS_PATH, Sessions.EXTERNAL, ORIGIN, sequence, NEXT_HOP);
        assertWithdrawn(AttributeType.AS_PATH, Sessions.EXTERNAL, ORIGIN, "40 02 06 04 01 0000fde9", NEXT_HOP);
        assertThat(accepted(Sessions.INTERNAL, ORIGIN, sequence, NEXT_HOP).asPath())
                .hasToString("(65001) 65002");
    }

    @Test
    void nextHopOfAnotherLengthIsTreatedAsWithdraw() { // 7.3
        assertWithdrawn(AttributeType.NEXT_HOP, Sessions.EXTERNAL, ORIGIN, AS_PATH, "40 03 05 c000020100");
        assertWithdrawn(AttributeType.NEXT_HOP, Sessions.EXTERNAL, ORIGIN, AS_PATH, "40 03 03 c00002");
    }

    @Test
    void nextHopThatIsNoHostIsTreatedAsWithdraw() { // RFC 4271 section 6.3
        for (String wrong : new String[] {"00000000", "00000001", "7f000001", "e0000001", "efffffff", "ffffffff"}) {
            assertWithdrawn(AttributeType.NEXT_HOP, Sessions.EXTERNAL, ORIGIN, AS_PATH, "40 03 04" + wrong);
        }
    }

    @Test
    void medOfAnotherLengthIsTreatedAsWithdraw() { // 7.4
        assertWithdrawn(AttributeType.MULTI_EXIT_DISC, Sessions.EXTERNAL, MANDATORY, "80 04 03 000001");
        assertWithdrawn(AttributeType.MULTI_EXIT_DISC, Sessions.EXTERNAL, MANDATORY, "80 04 05 0000000001");
        assertThat(accepted(Sessions.EXTERNAL, MANDATORY, "80 04 04 ffffffff").med())
                .isEqualTo(-1);
    }

    @Test
    void localPrefFromAnExternalPeerIsDiscardedWhateverIsInIt() { // 7.5
        assertDiscarded(AttributeType.LOCAL_PREF, Sessions.EXTERNAL, MANDATORY, "40 05 04 00000064");
        assertDiscarded(AttributeType.LOCAL_PREF, Sessions.EXTERNAL, MANDATORY, "40 05 01 00");
        assertDiscarded(AttributeType.LOCAL_PREF, Sessions.EXTERNAL, MANDATORY, "c0 05 04 00000064");
    }

    @Test
    void localPrefOfAnotherLengthFromAnInternalPeerIsTreatedAsWithdraw() { // 7.5
        assertWithdrawn(AttributeType.LOCAL_PREF, Sessions.INTERNAL, MANDATORY, "40 05 03 000064");
        assertThat(accepted(Sessions.INTERNAL, MANDATORY, "40 05 04 000000c8").localPref())
                .isEqualTo(200);
    }

    @Test
    void missingLocalPrefFromAnInternalPeerIsNoError() { // it is not among the mandatory ones of RFC 4271 section 5
        assertThat(accepted(Sessions.INTERNAL, MANDATORY).hasLocalPref()).isFalse();
    }

    @Test
    void atomicAggregateWithAValueIsDiscarded() { // 7.6
        assertDiscarded(AttributeType.ATOMIC_AGGREGATE, Sessions.EXTERNAL, MANDATORY, "40 06 01 00");
    }

    @Test
    void aggregatorOfAnotherLengthIsDiscarded() { // 7.7
        assertDiscarded(AttributeType.AGGREGATOR, Sessions.EXTERNAL, MANDATORY, "c0 07 06 fde9 c0000201");
        assertDiscarded(
                AttributeType.AGGREGATOR, Sessions.OLD, ORIGIN, "40 02 00", NEXT_HOP, "c0 07 08 0000fde9 c0000201");
        assertDiscarded(AttributeType.AGGREGATOR, Sessions.EXTERNAL, MANDATORY, "c0 07 00");
    }

    @Test
    void aggregatorWithAs0IsDiscarded() { // RFC 7607
        assertDiscarded(AttributeType.AGGREGATOR, Sessions.EXTERNAL, MANDATORY, "c0 07 08 00000000 c0000201");
    }

    @Test
    void communitiesThatAreNoMultipleAreTreatedAsWithdraw() { // 7.8, 7.14, RFC 8092 section 6
        assertWithdrawn(AttributeType.COMMUNITIES, Sessions.EXTERNAL, MANDATORY, "c0 08 05 0000000100");
        assertWithdrawn(AttributeType.COMMUNITIES, Sessions.EXTERNAL, MANDATORY, "c0 08 00");
        assertWithdrawn(AttributeType.EXTENDED_COMMUNITIES, Sessions.EXTERNAL, MANDATORY, "c0 10 0c" + "00".repeat(12));
        assertWithdrawn(AttributeType.EXTENDED_COMMUNITIES, Sessions.EXTERNAL, MANDATORY, "c0 10 00");
        assertWithdrawn(AttributeType.LARGE_COMMUNITIES, Sessions.EXTERNAL, MANDATORY, "c0 20 10" + "00".repeat(16));
        assertWithdrawn(AttributeType.LARGE_COMMUNITIES, Sessions.EXTERNAL, MANDATORY, "c0 20 00");
    }

    @Test
    void reflectionAttributesFromAnExternalPeerAreDiscarded() { // 7.9, 7.10
        assertDiscarded(AttributeType.ORIGINATOR_ID, Sessions.EXTERNAL, MANDATORY, "80 09 04 c0000201");
        assertDiscarded(AttributeType.CLUSTER_LIST, Sessions.EXTERNAL, MANDATORY, "80 0a 04 c0000201");
        assertDiscarded(AttributeType.CLUSTER_LIST, Sessions.EXTERNAL, MANDATORY, "80 0a 03 c00002");
    }

    @Test
    void reflectionAttributesOfAnotherLengthFromAnInternalPeerAreTreatedAsWithdraw() { // 7.9, 7.10
        assertWithdrawn(AttributeType.ORIGINATOR_ID, Sessions.INTERNAL, MANDATORY, "80 09 05 c000020100");
        assertWithdrawn(AttributeType.CLUSTER_LIST, Sessions.INTERNAL, MANDATORY, "80 0a 06 c00002010000");
        assertWithdrawn(AttributeType.CLUSTER_LIST, Sessions.INTERNAL, MANDATORY, "80 0a 00");
        PathAttributes fine = accepted(Sessions.INTERNAL, MANDATORY, "80 09 04 c0000201", "80 0a 08 00000002 00000001");
        assertThat(fine.originatorId()).isEqualTo(0xc0000201);
        assertThat(fine.clusterList()).hasToString("[0.0.0.2, 0.0.0.1]");
    }

    @Test
    void nextHopOfUnexpectedLengthInMpReachResetsTheSession() { // 7.11
        for (int length : new int[] {0, 4, 8, 12, 15, 17, 24, 33, 48}) {
            String value = "0002 01" + String.format("%02x", length) + "20".repeat(length) + "00" + "30 20010db80001";
            String reach = "80 0e" + String.format("%02x", hex(value).length) + value;
            assertThat(update().attributes(reach, ORIGIN, AS_PATH)
                            .invalid(Sessions.EXTERNAL)
                            .notification())
                    .as("%s octets", length)
                    .isEqualTo(new Message.Notification(3, 9, hex(reach)));
        }
    }

    @Test
    void nextHopLongerThanMpReachResetsTheSession() { // 7.11
        String reach = "80 0e 14 0002 01 10" + "20".repeat(16); // the reserved octet is missing
        assertThat(update().attributes(reach, ORIGIN, AS_PATH)
                        .invalid(Sessions.EXTERNAL)
                        .notification())
                .isEqualTo(new Message.Notification(3, 9, hex(reach)));
    }

    @Test
    void nextHopThatIsNoHostInMpReachIsTreatedAsWithdraw() {
        for (String wrong : new String[] {
            "00".repeat(16),
            "00".repeat(15) + "01",
            "ff02" + "00".repeat(13) + "01",
            "00".repeat(10) + "ffff" + "c0000201"
        }) {
            UpdateMessage update = update().attributes(
                            "80 0e 1c 0002 01 10" + wrong + "00 30 20010db80001", ORIGIN, AS_PATH)
                    .valid(Sessions.EXTERNAL);
            assertThat(Prefixes.withdrawn(update)).as(wrong).containsExactly("2001:db8:1::/48");
            assertThat(update.findings()).extracting(Finding::treatment).containsExactly(Treatment.TREAT_AS_WITHDRAW);
        }
    }

    @Test
    void ipv6NextHopForIpv4ResetsTheSessionUnlessItWasAgreedOn() { // RFC 8950 section 4, RFC 7606 section 7.11
        for (String nextHop : new String[] {
            "10 20010db8000000000000000000000001",
            "10 fe800000000000000000000000000001",
            "20 20010db8000000000000000000000001 fe800000000000000000000000000001"
        }) {
            String value = "0001 01" + nextHop + "00 10 0a01";
            String reach = "80 0e" + String.format("%02x", hex(value).length) + value;
            RawUpdate update = update().attributes(reach, ORIGIN, AS_PATH);
            Decoded.Invalid refused = update.invalid(Sessions.EXTERNAL);
            assertThat(refused.notification()).as(nextHop).isEqualTo(new Message.Notification(3, 9, hex(reach)));
            assertThat(refused.reason()).contains("RFC 8950").contains("extendedNextHop");
            assertThat(Prefixes.announced(update.valid(Sessions.EXTENDED_NEXT_HOP)))
                    .containsExactly("10.1.0.0/16");
        }
    }

    @Test
    void ipv4NextHopInMpReachIsTakenWithAndWithoutTheAgreement() { // RFC 4760 section 3
        RawUpdate update = update().attributes("80 0e 0c 0001 01 04 c0000201 00 10 0a01", ORIGIN, AS_PATH);
        for (SessionOptions options : List.of(Sessions.EXTERNAL, Sessions.EXTENDED_NEXT_HOP)) {
            assertThat(update.valid(options).announced().getFirst().attributes().nextHop())
                    .hasToString("192.0.2.1");
        }
    }

    @Test
    void familyThatWasNotAgreedOnIsIgnoredWithAFinding() {
        String vpn = "80 0e 0b 0001 80 04 c0000201 00 0000";
        UpdateMessage update = update().attributes(MANDATORY, vpn).nlri(PREFIX).valid(Sessions.EXTERNAL);
        assertThat(Prefixes.announced(update)).containsExactly("10.1.0.0/16");
        assertThat(update.findings()).hasSize(1);
        assertThat(update.findings().getFirst().message())
                .contains("AFI 1, SAFI 128")
                .contains("not agreed on");
        UpdateMessage unreach = update().attributes("80 0f 05 0001 80 0000").valid(Sessions.EXTERNAL);
        assertThat(unreach.withdrawn()).isEmpty();
        assertThat(unreach.endOfRib()).isNull();
        assertThat(unreach.findings()).hasSize(1);
    }

    @Test
    void ipv4FieldsAreIgnoredWithAFindingWhereOnlyIpv6WasAgreedOn() {
        UpdateMessage update = update().withdrawn("08 0b")
                .attributes(MANDATORY, MP_REACH)
                .nlri(PREFIX)
                .valid(Sessions.ONLY_IPV6);
        assertThat(update.withdrawn()).isEmpty();
        assertThat(Prefixes.announced(update)).containsExactly("2001:db8:1::/48");
        assertThat(update.findings()).hasSize(2);
    }

    @Test
    void otcOfAnotherLengthIsTreatedAsWithdraw() { // RFC 9234 section 5
        assertWithdrawn(AttributeType.OTC, Sessions.EXTERNAL, MANDATORY, "c0 23 03 00fde9");
        assertThat(accepted(Sessions.EXTERNAL, MANDATORY, "c0 23 04 0000fde9").onlyToCustomer())
                .hasValue(65001);
    }

    @Test
    void unknownWellKnownAttributeIsTreatedAsWithdraw() { // RFC 4271 section 6.3 as revised by RFC 7606 section 3 c
        assertWithdrawn(99, Sessions.EXTERNAL, MANDATORY, "40 63 01 00");
        assertWithdrawn(99, Sessions.EXTERNAL, MANDATORY, "00 63 01 00");
        assertThat(update().attributes("40 63 01 00").invalid(Sessions.EXTERNAL).notification())
                .isEqualTo(new Message.Notification(3, 2, hex("40 63 01 00")));
    }

    @Test
    void unknownOptionalNonTransitiveAttributeIsDroppedQuietly() {
        assertThat(accepted(Sessions.EXTERNAL, MANDATORY, "80 63 01 aa").encoded())
                .isEqualTo(hex(ORIGIN + AS_PATH));
    }

    @Test
    void unknownOptionalTransitiveAttributeIsKeptOctetByOctetAndMarkedPartial() {
        assertThat(accepted(Sessions.EXTERNAL, MANDATORY, "c0 63 03 bbaabb").encoded())
                .isEqualTo(hex(ORIGIN + AS_PATH + "e0 63 03 bbaabb"));
        assertThat(accepted(Sessions.EXTERNAL, MANDATORY, "f0 ff 0000").encoded())
                .isEqualTo(hex(ORIGIN + AS_PATH + "e0 ff 00"));
    }

    @Test
    void fourOctetAttributesFromANewSpeakerAreDiscarded() { // RFC 6793 section 6
        assertDiscarded(AttributeType.AS4_PATH, Sessions.EXTERNAL, MANDATORY, "c0 11 06 02 01 00010000");
        assertDiscarded(AttributeType.AS4_AGGREGATOR, Sessions.EXTERNAL, MANDATORY, "c0 12 08 00010000 c0000201");
    }
}
