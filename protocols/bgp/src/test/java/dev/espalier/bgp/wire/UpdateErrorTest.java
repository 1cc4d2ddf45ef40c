package dev.espalier.bgp.wire;

import static dev.espalier.bgp.wire.RawUpdate.AS_PATH;
import static dev.espalier.bgp.wire.RawUpdate.MANDATORY;
import static dev.espalier.bgp.wire.RawUpdate.MP_REACH;
import static dev.espalier.bgp.wire.RawUpdate.MP_UNREACH;
import static dev.espalier.bgp.wire.RawUpdate.NEXT_HOP;
import static dev.espalier.bgp.wire.RawUpdate.ORIGIN;
import static dev.espalier.bgp.wire.RawUpdate.PREFIX;
import static dev.espalier.bgp.wire.RawUpdate.hex;
import static dev.espalier.bgp.wire.RawUpdate.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.espalier.bgp.wire.UpdateMessage.Finding;
import dev.espalier.bgp.wire.UpdateMessage.Treatment;
import org.junit.jupiter.api.Test;

/** RFC 7606 sections 3 to 5: the message as a whole. The attributes one by one are in {@link AttributeErrorTest}. */
class UpdateErrorTest {

    private static final String BAD_ORIGIN = "40 01 01 03";

    private static Message.Notification reset(RawUpdate update) {
        return update.invalid(Sessions.EXTERNAL).notification();
    }

    // ---- section 3

    @Test
    void withdrawnRoutesLengthBeyondTheMessageResetsTheSession() { // 3 b
        assertThat(reset(update().withdrawn(PREFIX).withdrawnLengthError(1))).isEqualTo(new Message.Notification(3, 1));
        assertThat(reset(update().withdrawnLengthError(0xFFFF))).isEqualTo(new Message.Notification(3, 1));
    }

    @Test
    void totalAttributeLengthBeyondTheMessageResetsTheSession() { // 3 b
        assertThat(reset(update().attributes(MANDATORY).attributesLengthError(1)))
                .isEqualTo(new Message.Notification(3, 1));
    }

    @Test
    void wrongFlagsAreTreatedAsWithdraw() { // 3 c
        for (String wrong : new String[] {"c0 01 01 00", "00 01 01 00", "80 01 01 00"}) {
            UpdateMessage update =
                    update().attributes(wrong, AS_PATH, NEXT_HOP).nlri(PREFIX).valid(Sessions.EXTERNAL);
            assertThat(update.announced()).isEmpty();
            assertThat(Prefixes.withdrawn(update)).containsExactly("10.1.0.0/16");
            assertThat(update.findings())
                    .extracting(Finding::treatment, Finding::attributeType, Finding::offset)
                    .containsExactly(tuple(Treatment.TREAT_AS_WITHDRAW, 1, 23));
        }
    }

    @Test
    void wrongFlagsOfMultiprotocolAttributesResetTheSession() { // 5.3
        String reach = "c0" + MP_REACH.substring(2);
        assertThat(reset(update().attributes(ORIGIN, AS_PATH, reach)))
                .isEqualTo(new Message.Notification(3, 9, hex(reach)));
        String unreach = "40" + MP_UNREACH.substring(2);
        assertThat(reset(update().attributes(unreach))).isEqualTo(new Message.Notification(3, 9, hex(unreach)));
    }

    @Test
    void partialAndUnusedFlagsAreNoError() {
        UpdateMessage update = update().attributes("6f 01 01 00", AS_PATH, NEXT_HOP)
                .nlri(PREFIX)
                .valid(Sessions.EXTERNAL);
        assertThat(update.findings()).isEmpty();
        assertThat(update.announced().getFirst().attributes().encoded()).startsWith(hex(ORIGIN));
    }

    @Test
    void missingMandatoryAttributeIsTreatedAsWithdraw() { // 3 d
        for (String present : new String[] {AS_PATH + NEXT_HOP, ORIGIN + NEXT_HOP, ORIGIN + AS_PATH}) {
            UpdateMessage update = update().attributes(present).nlri(PREFIX).valid(Sessions.EXTERNAL);
            assertThat(Prefixes.withdrawn(update)).containsExactly("10.1.0.0/16");
            assertThat(update.announced()).isEmpty();
            assertThat(update.findings()).extracting(Finding::treatment).containsExactly(Treatment.TREAT_AS_WITHDRAW);
            assertThat(update.findings().getFirst().message()).contains("missing");
        }
    }

    @Test
    void nextHopIsNotNeededWhereOnlyMpReachAnnounces() { // 3 d, RFC 4760 section 3
        UpdateMessage update = update().attributes(ORIGIN, AS_PATH, MP_REACH).valid(Sessions.EXTERNAL);
        assertThat(update.findings()).isEmpty();
        assertThat(Prefixes.announced(update)).containsExactly("2001:db8:1::/48");
    }

    @Test
    void nextHopBesideMpReachAloneIsIgnored() { // RFC 4760 section 3
        String loopback = "40 03 04 7f000001";
        UpdateMessage update =
                update().attributes(MP_REACH, ORIGIN, AS_PATH, loopback).valid(Sessions.EXTERNAL);
        assertThat(update.findings()).isEmpty();
        assertThat(update.announced().getFirst().attributes().nextHop()).hasToString("2001:db8::1");
    }

    @Test
    void missingOriginBesideMpReachIsTreatedAsWithdraw() {
        UpdateMessage update = update().attributes(AS_PATH, MP_REACH).valid(Sessions.EXTERNAL);
        assertThat(Prefixes.withdrawn(update)).containsExactly("2001:db8:1::/48");
    }

    @Test
    void withdrawalsNeedNoAttributes() {
        UpdateMessage update = update().withdrawn(PREFIX).attributes(MP_UNREACH).valid(Sessions.EXTERNAL);
        assertThat(update.findings()).isEmpty();
        assertThat(Prefixes.withdrawn(update)).containsExactly("10.1.0.0/16", "2001:db8:2::/48");
    }

    @Test
    void firstOfTwoAttributesCounts() { // 3 g
        UpdateMessage update = update().attributes(MANDATORY, "40 01 01 02", "c0 63 01 aa", "c0 63 01 bb")
                .nlri(PREFIX)
                .valid(Sessions.EXTERNAL);
        assertThat(update.findings())
                .extracting(Finding::treatment, Finding::attributeType)
                .containsExactly(tuple(Treatment.ATTRIBUTE_DISCARD, 1), tuple(Treatment.ATTRIBUTE_DISCARD, 99));
        assertThat(update.announced().getFirst().attributes().encoded())
                .isEqualTo(hex(ORIGIN + AS_PATH + "e0 63 01 aa"));
    }

    @Test
    void secondOfTwoAttributesIsNotEvenChecked() { // 3 g
        UpdateMessage update =
                update().attributes(MANDATORY, BAD_ORIGIN).nlri(PREFIX).valid(Sessions.EXTERNAL);
        assertThat(Prefixes.announced(update)).containsExactly("10.1.0.0/16");
    }

    @Test
    void secondMultiprotocolAttributeResetsTheSession() { // 3 g
        assertThat(reset(update().attributes(ORIGIN, AS_PATH, MP_REACH, MP_REACH)))
                .isEqualTo(new Message.Notification(3, 1));
        assertThat(reset(update().attributes(MP_UNREACH, MP_UNREACH))).isEqualTo(new Message.Notification(3, 1));
    }

    @Test
    void strongestTreatmentWins() { // 3 h
        String discarded = "40 06 01 00";
        UpdateMessage withdrawn = update().attributes(BAD_ORIGIN, AS_PATH, NEXT_HOP, discarded)
                .nlri(PREFIX)
                .valid(Sessions.EXTERNAL);
        assertThat(Prefixes.withdrawn(withdrawn)).containsExactly("10.1.0.0/16");
        assertThat(withdrawn.findings()).hasSize(2);
        RawUpdate worse = update().attributes(BAD_ORIGIN, AS_PATH, NEXT_HOP, discarded, MP_REACH, MP_REACH)
                .nlri(PREFIX);
        assertThat(reset(worse)).isEqualTo(new Message.Notification(3, 1));
    }

    @Test
    void treatAsWithdrawTakesEveryPrefixOfTheMessage() { // 3 j
        UpdateMessage update = update().withdrawn("08 0b")
                .attributes(BAD_ORIGIN, AS_PATH, NEXT_HOP, MP_REACH, MP_UNREACH)
                .nlri(PREFIX)
                .valid(Sessions.EXTERNAL);
        assertThat(update.announced()).isEmpty();
        assertThat(Prefixes.withdrawn(update))
                .containsExactlyInAnyOrder("11.0.0.0/8", "2001:db8:2::/48", "10.1.0.0/16", "2001:db8:1::/48");
    }

    @Test
    void syntaxErrorInWithdrawnRoutesResetsTheSession() { // 3 i
        assertThat(reset(update().withdrawn("21 0a00000000"))).isEqualTo(new Message.Notification(3, 10));
        assertThat(reset(update().withdrawn("18 0a00"))).isEqualTo(new Message.Notification(3, 10));
    }

    // ---- section 4

    @Test
    void attributeLongerThanWhatIsLeftIsTreatedAsWithdraw() {
        UpdateMessage update = update().attributes(ORIGIN, AS_PATH, NEXT_HOP, "80 04 05 00000001")
                .nlri(PREFIX)
                .valid(Sessions.EXTERNAL);
        assertThat(Prefixes.withdrawn(update)).containsExactly("10.1.0.0/16");
        assertThat(update.findings())
                .extracting(Finding::treatment, Finding::attributeType, Finding::offset)
                .containsExactly(tuple(Treatment.TREAT_AS_WITHDRAW, 4, 43));
    }

    @Test
    void attributeLongerThanWhatIsLeftKeepsMpReachBeforeIt() {
        UpdateMessage update = update().attributes(MP_REACH, ORIGIN, AS_PATH, "80 04 05 00000001")
                .valid(Sessions.EXTERNAL);
        assertThat(Prefixes.withdrawn(update)).containsExactly("2001:db8:1::/48");
    }

    @Test
    void attributeLongerThanWhatIsLeftThatHidesThePrefixesResetsTheSession() { // 5.2
        assertThat(reset(update().attributes("40 01 50 00", AS_PATH, MP_REACH)))
                .isEqualTo(new Message.Notification(3, 1));
    }

    @Test
    void multiprotocolAttributeLongerThanWhatIsLeftResetsTheSession() { // 3 j
        assertThat(reset(update().attributes(MANDATORY, "80 0f 0b 0002 01 30 20010db80002")
                        .nlri(PREFIX)))
                .isEqualTo(new Message.Notification(3, 1));
    }

    @Test
    void octetsTooFewForAnAttributeAreTreatedAsWithdraw() {
        for (String rest : new String[] {"80", "80 04", "90 04 00"}) {
            UpdateMessage update =
                    update().attributes(MANDATORY, rest).nlri(PREFIX).valid(Sessions.EXTERNAL);
            assertThat(Prefixes.withdrawn(update)).as(rest).containsExactly("10.1.0.0/16");
            assertThat(update.findings()).extracting(Finding::attributeType).containsExactly(0);
        }
    }

    @Test
    void noAttributeButAsPathAndAtomicAggregateMayBeEmpty() {
        for (String empty : new String[] {
            "40 01 00",
            "40 03 00",
            "80 04 00",
            "40 05 00",
            "c0 08 00",
            "80 09 00",
            "80 0a 00",
            "c0 10 00",
            "c0 20 00",
            "c0 23 00"
        }) {
            UpdateMessage update =
                    update().attributes(empty, MANDATORY).nlri(PREFIX).valid(Sessions.INTERNAL);
            assertThat(Prefixes.withdrawn(update)).as(empty).containsExactly("10.1.0.0/16");
        }
        UpdateMessage fine = update().attributes(ORIGIN, "40 02 00", NEXT_HOP, "40 06 00")
                .nlri(PREFIX)
                .valid(Sessions.INTERNAL);
        assertThat(fine.findings()).isEmpty();
        assertThat(fine.announced().getFirst().attributes().atomicAggregate()).isTrue();
    }

    @Test
    void extendedLengthIsAcceptedForShortValues() {
        UpdateMessage update = update().attributes("50 01 0001 00", AS_PATH, NEXT_HOP)
                .nlri(PREFIX)
                .valid(Sessions.EXTERNAL);
        assertThat(update.findings()).isEmpty();
        assertThat(update.announced().getFirst().attributes().encoded()).isEqualTo(hex(ORIGIN + AS_PATH));
    }

    // ---- section 5

    @Test
    void malformedAttributeWithoutAnythingReachableResetsTheSession() { // 5.2
        assertThat(reset(update().attributes(BAD_ORIGIN, AS_PATH, NEXT_HOP)))
                .isEqualTo(new Message.Notification(3, 6, hex(BAD_ORIGIN)));
        assertThat(reset(update().withdrawn(PREFIX).attributes(BAD_ORIGIN)).code())
                .isEqualTo(3);
        assertThat(reset(update().attributes(BAD_ORIGIN, MP_UNREACH)).code()).isEqualTo(3);
    }

    @Test
    void emptyMpReachIsNothingReachable() { // 5.2
        String empty = "80 0e 15 0002 01 10 20010db8000000000000000000000001 00";
        assertThat(reset(update().attributes(empty, BAD_ORIGIN, AS_PATH)).subcode())
                .isEqualTo(6);
    }

    @Test
    void discardedAttributeWithoutAnythingReachableKeepsTheSession() { // 5.2
        UpdateMessage update =
                update().attributes("40 06 01 00").withdrawn(PREFIX).valid(Sessions.EXTERNAL);
        assertThat(Prefixes.withdrawn(update)).containsExactly("10.1.0.0/16");
        assertThat(update.findings()).extracting(Finding::treatment).containsExactly(Treatment.ATTRIBUTE_DISCARD);
    }

    @Test
    void restAfterMpUnreachAloneKeepsItsWithdrawals() { // 5.2: no attribute other than MP_UNREACH_NLRI
        UpdateMessage update = update().attributes(MP_UNREACH, "00").valid(Sessions.EXTERNAL);
        assertThat(Prefixes.withdrawn(update)).containsExactly("2001:db8:2::/48");
    }

    @Test
    void missingAttributesDoNotMatterWithoutAnythingReachable() {
        UpdateMessage update = update().attributes(ORIGIN).valid(Sessions.EXTERNAL);
        assertThat(update.findings()).isEmpty();
        assertThat(update.endOfRib()).isNull();
    }

    @Test
    void prefixTooLongOrCutOffInTheNlriFieldResetsTheSession() { // 5.3
        assertThat(reset(update().attributes(MANDATORY).nlri("21 0a00000000")))
                .isEqualTo(new Message.Notification(3, 10));
        assertThat(reset(update().attributes(MANDATORY).nlri("10 0a"))).isEqualTo(new Message.Notification(3, 10));
        assertThat(update().attributes(MANDATORY)
                        .nlri(PREFIX + "ff")
                        .invalid(Sessions.EXTERNAL)
                        .offset())
                .isEqualTo(23 + hex(MANDATORY).length + 3);
    }

    @Test
    void prefixTooLongOrCutOffInAMultiprotocolAttributeResetsTheSession() { // 5.3
        String tooLong = "80 0f 15 0002 01 81" + "00".repeat(17);
        assertThat(reset(update().attributes(tooLong))).isEqualTo(new Message.Notification(3, 9, hex(tooLong)));
        String tooLongIpv4 = "80 0f 09 0001 01 21" + "00".repeat(5);
        assertThat(reset(update().attributes(tooLongIpv4))).isEqualTo(new Message.Notification(3, 9, hex(tooLongIpv4)));
        String cutOff = "80 0e 1b 0002 01 10 20010db8000000000000000000000001 00 30 20010db800";
        assertThat(reset(update().attributes(cutOff, ORIGIN, AS_PATH)))
                .isEqualTo(new Message.Notification(3, 9, hex(cutOff)));
    }

    @Test
    void pathIdentifierCutOffResetsTheSession() {
        RawUpdate cut = update().attributes(MANDATORY).nlri("00000001 10 0a01" + "000000");
        assertThat(cut.invalid(Sessions.ADD_PATH).notification()).isEqualTo(new Message.Notification(3, 10));
        RawUpdate withoutLength = update().attributes(MANDATORY).nlri("00000001 10 0a01" + "00000002");
        assertThat(withoutLength.invalid(Sessions.ADD_PATH).reason()).contains("ADD-PATH");
    }

    @Test
    void multiprotocolAttributesTooShortForTheirFamilyResetTheSession() { // 5.3
        assertThat(reset(update().attributes("80 0f 02 0002")))
                .isEqualTo(new Message.Notification(3, 9, hex("800f020002")));
        assertThat(reset(update().attributes("80 0e 04 00020100")).subcode()).isEqualTo(9);
    }

    @Test
    void onlySoManyFindingsAreKeptButTheReasonForTheWithdrawalIsAmongThem() {
        UpdateMessage update = update().attributes(MANDATORY, "40 01 01 00".repeat(100), "80 04 01 00")
                .nlri(PREFIX)
                .valid(Sessions.EXTERNAL);
        assertThat(update.findings()).hasSizeLessThan(20);
        assertThat(update.findings()).extracting(Finding::treatment).contains(Treatment.TREAT_AS_WITHDRAW);
    }
}
