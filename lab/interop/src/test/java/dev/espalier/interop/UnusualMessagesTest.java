package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.bgp.wire.Message;
import dev.espalier.lab.Pause;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What no well-behaved neighbour sends, over a real connection, as RFC 7606 wants it dealt with. */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnusualMessagesTest {

    private static final String ORIGIN = "40 01 01 00";
    private static final String AS_PATH = "40 02 06 02 01 0000fdea"; // 65002
    private static final String NEXT_HOP = "40 03 04 0a090002"; // 10.9.0.2
    private static final String GOOD = ORIGIN + AS_PATH + NEXT_HOP;
    private static final String PREFIX = "10.3.0.0/24";
    private static final String NLRI = "18 0a0300";

    private static Rig rig;
    private Espalier us;
    private RawSpeaker them;

    @BeforeAll
    static void layTheCable() {
        rig = Rig.create("unusual");
    }

    @AfterAll
    static void removeTheCable() {
        rig.close();
    }

    /** A daemon for each test: after a few lost sessions it would make the next one wait. */
    @BeforeEach
    void connect() {
        us = new Espalier(rig);
        us.start(OurSide.of(PeerSetup.external()).peer("passive", "true").objects());
        them = RawSpeaker.connect(rig, 65002, true);
        within(10, () -> assertThat(us.state(Rig.THEIRS)).isEqualTo("Established"));
    }

    @AfterEach
    void disconnect() {
        them.close();
        us.close();
        rig.ours()
                .command(
                        "sh", "-c", "ip route flush proto 179; ip -6 route flush proto 179; ip nexthop flush proto 179")
                .run();
    }

    @Test
    void aMalformedOriginWithdrawsTheRouteAndKeepsTheSession() {
        isTreatedAsWithdraw("40 01 01 07" + AS_PATH + NEXT_HOP);
    }

    @Test
    void aMissingAsPathWithdrawsTheRouteAndKeepsTheSession() {
        isTreatedAsWithdraw(ORIGIN + NEXT_HOP);
    }

    @Test
    void anAsPathSegmentThatIsTooLongWithdrawsTheRouteAndKeepsTheSession() {
        isTreatedAsWithdraw(ORIGIN + "40 02 06 02 09 0000fdea" + NEXT_HOP);
    }

    @Test
    void communitiesOfAnOddLengthWithdrawTheRouteAndKeepTheSession() {
        isTreatedAsWithdraw(GOOD + "c0 08 03 fdea00");
    }

    private void isTreatedAsWithdraw(String attributes) {
        them.update("", GOOD, NLRI);
        within(10, () -> assertThat(us.best(PREFIX).isMissingNode()).isFalse());
        them.update("", attributes, NLRI);
        within(10, () -> {
            assertThat(us.best(PREFIX).isMissingNode()).isTrue();
            assertThat(us.peer(Rig.THEIRS).path("updateErrors").asInt()).isPositive();
        });
        assertThat(us.state(Rig.THEIRS)).isEqualTo("Established");
        assertThat(rig.ours().ip("route show proto 179")).doesNotContain(PREFIX);
        assertThat(us.log()).as("an operator hears of it").contains("RFC 7606");
    }

    @Test
    void aMalformedAggregatorIsDiscardedAndTheRouteStays() {
        them.update("", GOOD + "c0 07 03 010203", NLRI);
        within(10, () -> assertThat(us.best(PREFIX).isMissingNode()).isFalse());
        assertThat(us.best(PREFIX).path("attributes").path("aggregator").isNull())
                .isTrue();
        assertThat(us.peer(Rig.THEIRS).path("updateErrors").asInt()).isPositive();
    }

    @Test
    void anUnknownTransitiveAttributeIsKeptAndAnUnknownOptionalOneIsNot() {
        them.update("", GOOD + "c0 f0 02 abcd" + "80 f1 02 1234", NLRI);
        within(10, () -> {
            JsonNode unknown = us.best(PREFIX).path("attributes").path("unknown");
            assertThat(unknown.toString()).contains("240").doesNotContain("241");
        });
    }

    @Test
    void anAggregateKeepsItsSetItsAggregatorAndItsMark() {
        them.update(
                "",
                ORIGIN + "40 02 10 02 01 0000fdea 01 02 0000fdeb 0000fdec" + NEXT_HOP + "40 06 00"
                        + "c0 07 08 0000fdea 0a090002",
                NLRI);
        within(10, () -> {
            JsonNode attributes = us.best(PREFIX).path("attributes");
            assertThat(attributes.path("asPath").asText()).isEqualTo("65002 {65003,65004}");
            assertThat(attributes.path("atomicAggregate").asBoolean()).isTrue();
            assertThat(attributes.path("aggregator").asText()).isEqualTo("65002 10.9.0.2");
        });
    }

    @Test
    void aPathOfThreeHundredAsNumbersIsRead() {
        String first = "02 ff" + "0000fdea".repeat(255);
        String second = "02 2d" + "0000fdeb".repeat(45);
        them.update("", ORIGIN + "50 02 04b4" + first + second + NEXT_HOP, NLRI);
        within(10, () -> assertThat(us.best(PREFIX)
                        .path("attributes")
                        .path("asPath")
                        .asText()
                        .split(" "))
                .hasSize(300));
    }

    @Test
    void aThousandCommunitiesFitInOneLongMessage() {
        StringBuilder communities = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            communities.append(HexFormat.of().toHexDigits(0xfdea0000 + i));
        }
        them.update("", GOOD + "d0 08 0fa0" + communities, NLRI);
        within(10, () -> assertThat(us.best(PREFIX).path("attributes").path("communities"))
                .hasSize(1000));
    }

    @Test
    void theSamePrefixTwiceInOneMessageIsOneRoute() {
        them.update("", GOOD, NLRI + NLRI);
        within(10, () -> assertThat(us.route(PREFIX).path("paths")).hasSize(1));
    }

    @Test
    void aPrefixBothWithdrawnAndAnnouncedInOneMessageIsAnnounced() {
        them.update(NLRI, GOOD, NLRI);
        within(10, () -> assertThat(us.best(PREFIX).isMissingNode()).isFalse());
    }

    @Test
    void hostBitsInAPrefixAreIgnored() {
        them.update("", GOOD, "17 0a0301");
        within(10, () -> assertThat(us.best("10.3.0.0/23").isMissingNode()).isFalse());
    }

    @Test
    void anAttributeThatOverrunsTheMessageEndsInAWithdrawalNotInAReset() {
        them.update("", GOOD, NLRI);
        them.update("", GOOD + "c0 08 40 fdea0001", NLRI);
        within(10, () -> assertThat(us.best(PREFIX).isMissingNode()).isTrue());
        assertThat(us.state(Rig.THEIRS)).isEqualTo("Established");
    }

    @Test
    void aPrefixOfThirtyThreeBitsResetsTheSessionWithANotification() {
        them.update("", GOOD, "21 0a03000000");
        within(10, () -> assertThat(them.heard())
                .anyMatch(message -> message instanceof Message.Notification notification
                        && notification.code() == 3
                        && notification.subcode() == 10));
    }

    @Test
    void aWrongMarkerIsAnsweredWithANotification() {
        byte[] junk = new byte[19];
        junk[17] = 19;
        junk[18] = 4;
        them.send(junk);
        within(10, () -> assertThat(them.heard())
                .anyMatch(message -> message instanceof Message.Notification notification
                        && notification.code() == 1
                        && notification.subcode() == 1));
    }

    @Test
    void ourRoutesAndTheEndOfRibArrive() {
        Pause.millis(200);
        within(10, () -> {
            assertThat(them.updates()).anyMatch(update -> !update.announced().isEmpty());
            assertThat(them.updates()).anyMatch(update -> update.endOfRib() != null);
        });
    }
}
