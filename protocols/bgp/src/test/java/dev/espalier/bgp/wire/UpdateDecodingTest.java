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

import dev.espalier.route.PathAttributes;
import org.junit.jupiter.api.Test;

/** What an UPDATE without errors says. */
class UpdateDecodingTest {

    private static PathAttributes attributes(SessionOptions options, String... hex) {
        UpdateMessage update = update().attributes(hex).nlri(PREFIX).valid(options);
        assertThat(update.findings()).isEmpty();
        return update.announced().getFirst().attributes();
    }

    private static PathAttributes reached(String nextHop) {
        byte[] octets = hex(nextHop);
        String value = "0002 01" + String.format("%02x", octets.length) + nextHop + "00 30 20010db80001";
        UpdateMessage update = update().attributes(
                        "80 0e" + String.format("%02x", hex(value).length) + value, ORIGIN, AS_PATH)
                .valid(Sessions.EXTERNAL);
        return update.announced().getFirst().attributes();
    }

    // ---- prefixes

    @Test
    void prefixesOfBothFamiliesInOneMessageShareAttributesButNotNextHops() {
        UpdateMessage update = update().withdrawn("08 0b 00")
                .attributes(MP_REACH, MANDATORY, MP_UNREACH)
                .nlri(PREFIX + "20 c0000201")
                .valid(Sessions.EXTERNAL);
        assertThat(Prefixes.withdrawn(update)).containsExactly("11.0.0.0/8", "0.0.0.0/0", "2001:db8:2::/48");
        assertThat(Prefixes.announced(update)).containsExactly("10.1.0.0/16", "192.0.2.1/32", "2001:db8:1::/48");
        assertThat(update.announced().get(0).attributes().nextHop()).hasToString("192.0.2.1");
        assertThat(update.announced().get(1).attributes().nextHop()).hasToString("2001:db8::1");
        assertThat(update.announced().get(1).attributes().encoded())
                .isEqualTo(update.announced().get(0).attributes().encoded());
        assertThat(update.endOfRib()).isNull();
    }

    @Test
    void samePrefixInBothFieldsIsWithdrawnAndAnnounced() {
        UpdateMessage update =
                update().withdrawn(PREFIX).attributes(MANDATORY).nlri(PREFIX).valid(Sessions.EXTERNAL);
        assertThat(Prefixes.withdrawn(update)).isEqualTo(Prefixes.announced(update));
    }

    @Test
    void bitsAfterThePrefixLengthAreCleared() {
        UpdateMessage update = update().attributes(MANDATORY).nlri("0c 0aff").valid(Sessions.EXTERNAL);
        assertThat(Prefixes.announced(update)).containsExactly("10.240.0.0/12");
    }

    @Test
    void ipv4InMpReachIsLegalAndWithAnIpv6NextHopWhereThatWasAgreedOn() { // RFC 4760, RFC 8950
        UpdateMessage plain = update().attributes("80 0e 0c 0001 01 04 c0000201 00 10 0a01", ORIGIN, AS_PATH)
                .valid(Sessions.EXTERNAL);
        assertThat(Prefixes.announced(plain)).containsExactly("10.1.0.0/16");
        assertThat(plain.announced().getFirst().attributes().nextHop()).hasToString("192.0.2.1");
        UpdateMessage over6 = update().attributes(
                        "80 0e 18 0001 01 10 20010db8000000000000000000000001 00 10 0a01", ORIGIN, AS_PATH)
                .valid(Sessions.EXTENDED_NEXT_HOP);
        assertThat(over6.announced().getFirst().attributes().nextHop()).hasToString("2001:db8::1");
        UpdateMessage withdrawn =
                update().attributes("80 0f 06 0001 01 10 0a01").valid(Sessions.EXTERNAL);
        assertThat(Prefixes.withdrawn(withdrawn)).containsExactly("10.1.0.0/16");
    }

    @Test
    void pathIdentifiersAreReadWhereAgreedOn() {
        UpdateMessage update = update().withdrawn("ffffffff 08 0b")
                .attributes(MANDATORY, "80 0f 0e 0002 01 00000007 30 20010db80002")
                .nlri("00000000 10 0a01 00000001 10 0a01")
                .valid(Sessions.ADD_PATH);
        assertThat(Prefixes.withdrawn(update)).containsExactly("4294967295#11.0.0.0/8", "7#2001:db8:2::/48");
        assertThat(Prefixes.announced(update)).containsExactly("0#10.1.0.0/16", "1#10.1.0.0/16");
        assertThat(update.announced().getFirst().nlri().count()).isEqualTo(2);
    }

    @Test
    void countAgreesWithAWalk() {
        UpdateMessage update = update().attributes(MANDATORY)
                .nlri("00 08 0a 09 0a80 18 0a0000 20 0a000001")
                .valid(Sessions.EXTERNAL);
        Nlri nlri = update.announced().getFirst().nlri();
        assertThat(nlri.count()).isEqualTo(5).isEqualTo(Prefixes.of(nlri).size());
    }

    // ---- next hops

    @Test
    void linkLocalNextHopBesideAGlobalOneIsKept() { // RFC 2545 section 3
        PathAttributes both = reached("20010db8000000000000000000000001 fe800000000000000000000000000001");
        assertThat(both.nextHop()).hasToString("2001:db8::1");
        assertThat(both.linkLocalNextHop()).hasToString("fe80::1");
    }

    @Test
    void linkLocalNextHopAloneIsTheNextHopHoweverItIsWritten() {
        String linkLocal = "fe800000000000000000000000000001";
        for (String form : new String[] {linkLocal, linkLocal + linkLocal, "00".repeat(16) + linkLocal}) {
            assertThat(reached(form).nextHop()).as(form).hasToString("fe80::1");
            assertThat(reached(form).linkLocalNextHop()).as(form).isNull();
        }
    }

    @Test
    void secondNextHopThatIsNotLinkLocalIsIgnored() {
        PathAttributes attributes = reached("20010db8000000000000000000000001 20010db8000000000000000000000002");
        assertThat(attributes.nextHop()).hasToString("2001:db8::1");
        assertThat(attributes.linkLocalNextHop()).isNull();
    }

    @Test
    void reservedOctetOfMpReachIsIgnored() {
        String withSnpa = "80 0e 1c 0002 01 10 20010db8000000000000000000000001 ff 30 20010db80001";
        UpdateMessage update = update().attributes(withSnpa, ORIGIN, AS_PATH).valid(Sessions.EXTERNAL);
        assertThat(Prefixes.announced(update)).containsExactly("2001:db8:1::/48");
    }

    // ---- End-of-RIB

    @Test
    void emptyUpdateIsTheEndOfRibOfIpv4() {
        assertThat(update().valid(Sessions.EXTERNAL).endOfRib()).isEqualTo(Family.IPV4_UNICAST);
        assertThat(update().valid(Sessions.ONLY_IPV6).endOfRib()).isNull();
    }

    @Test
    void mpUnreachWithoutPrefixesIsTheEndOfRibOfItsFamily() {
        assertThat(update().attributes("80 0f 03 0002 01")
                        .valid(Sessions.EXTERNAL)
                        .endOfRib())
                .isEqualTo(Family.IPV6_UNICAST);
        assertThat(update().attributes("80 0f 03 0001 01")
                        .valid(Sessions.EXTERNAL)
                        .endOfRib())
                .isEqualTo(Family.IPV4_UNICAST);
        assertThat(update().attributes("90 0f 0003 0002 01")
                        .valid(Sessions.EXTERNAL)
                        .endOfRib())
                .isEqualTo(Family.IPV6_UNICAST);
    }

    @Test
    void updateWhoseAttributesAreAllDiscardedIsNoEndOfRib() {
        UpdateMessage update = update().attributes("40 05 04 00000064").valid(Sessions.EXTERNAL);
        assertThat(update.findings()).hasSize(1);
        assertThat(update.endOfRib()).isNull();
        assertThat(update().attributes("80 0f 03 0002 01", "40 05 04 00000064")
                        .valid(Sessions.EXTERNAL)
                        .endOfRib())
                .isNull();
        assertThat(update().attributes("80 0f 03 0002 01", "00")
                        .valid(Sessions.EXTERNAL)
                        .endOfRib())
                .isNull();
    }

    @Test
    void withdrawalBesideAnEmptyMpUnreachIsNoEndOfRib() {
        assertThat(update().withdrawn(PREFIX)
                        .attributes("80 0f 03 0002 01")
                        .valid(Sessions.EXTERNAL)
                        .endOfRib())
                .isNull();
    }

    @Test
    void updateThatOnlyWithdrawsIsNoEndOfRib() {
        assertThat(update().attributes(MP_UNREACH).valid(Sessions.EXTERNAL).endOfRib())
                .isNull();
        assertThat(update().withdrawn(PREFIX).valid(Sessions.EXTERNAL).endOfRib())
                .isNull();
    }

    // ---- the canonical form

    @Test
    void attributesInAnyOrderBecomeAscending() {
        PathAttributes ascending = attributes(Sessions.EXTERNAL, MANDATORY, "80 04 04 00000001", "c0 63 01 aa");
        assertThat(attributes(Sessions.EXTERNAL, "c0 63 01 aa", NEXT_HOP, "80 04 04 00000001", AS_PATH, ORIGIN))
                .isEqualTo(ascending);
    }

    @Test
    void equalSetsOfCommunitiesAreEqual() {
        assertThat(attributes(Sessions.EXTERNAL, MANDATORY, "c0 08 10 ffffff01 00000002 00000001 00000002")
                        .encoded())
                .isEqualTo(hex(ORIGIN + AS_PATH + "c0 08 0c 00000001 00000002 ffffff01"));
        assertThat(attributes(
                                Sessions.EXTERNAL,
                                MANDATORY,
                                "c0 10 18 8000000000000001 0002fde800000001 8000000000000001")
                        .encoded())
                .isEqualTo(hex(ORIGIN + AS_PATH + "c0 10 10 0002fde800000001 8000000000000001"));
        assertThat(attributes(
                                Sessions.EXTERNAL,
                                MANDATORY,
                                "c0 20 18 000000010000000200000003 000000010000000200000002")
                        .encoded())
                .isEqualTo(hex(ORIGIN + AS_PATH + "c0 20 18 000000010000000200000002 000000010000000200000003"));
    }

    @Test
    void partialStaysOnlyWhereItMayBe() {
        assertThat(attributes(
                                Sessions.EXTERNAL,
                                "60 01 01 00",
                                AS_PATH,
                                NEXT_HOP,
                                "a0 04 04 00000001",
                                "e0 08 04 00000001")
                        .encoded())
                .isEqualTo(hex(ORIGIN + AS_PATH + "80 04 04 00000001" + "e0 08 04 00000001"));
    }

    @Test
    void longValuesHaveATwoOctetLength() {
        String communities = "";
        for (int i = 0; i < 64; i++) {
            communities += String.format("%08x", i);
        }
        assertThat(attributes(Sessions.EXTERNAL, MANDATORY, "d0 08 0100" + communities)
                        .encoded())
                .isEqualTo(hex(ORIGIN + AS_PATH + "d0 08 0100" + communities));
    }

    @Test
    void nothingIsKeptOfTheFrame() {
        byte[] octets = update().attributes(MANDATORY).nlri(PREFIX).octets();
        var decoded = MessageDecoder.decode(java.nio.ByteBuffer.wrap(octets), Sessions.EXTERNAL);
        java.util.Arrays.fill(octets, (byte) 0xAA);
        UpdateMessage update = ((Message.Update) ((MessageDecoder.Decoded.Valid) decoded).message()).update();
        assertThat(Prefixes.announced(update)).containsExactly("10.1.0.0/16");
        assertThat(update.announced().getFirst().attributes().encoded()).isEqualTo(hex(ORIGIN + AS_PATH));
    }
}
