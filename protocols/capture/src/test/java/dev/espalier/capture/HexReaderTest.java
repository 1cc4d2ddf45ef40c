package dev.espalier.capture;

import static dev.espalier.capture.Recordings.message;
import static dev.espalier.capture.Recordings.problem;
import static dev.espalier.capture.Recordings.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.UpdateMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class HexReaderTest {

    private static final String MARKER = "ff".repeat(16);
    /** ORIGIN, AS_PATH 64501 with four octets, NEXT_HOP 192.0.2.1, then 10.1.0.0/16. */
    private static final String UPDATE_BODY =
            "0000 0014 40010100 4002060201 0000fbf5 400304c0000201 10 0a01".replace(" ", "");
    /** The same with an AS number of two octets. */
    private static final String OLD_UPDATE_BODY =
            "0000 0012 40010100 4002040201 fbf5 400304c0000201 10 0a01".replace(" ", "");

    private static Message valid(CaptureRecord record) {
        assertThat(message(record).decoded()).isInstanceOf(Decoded.Valid.class);
        return ((Decoded.Valid) message(record).decoded()).message();
    }

    @Test
    void separatorsAndCommentsAreAllowed() {
        List<CaptureRecord> read = read("# a keepalive\n\n"
                + "ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff 00 13 04 # so\r\n" + "FF".repeat(16) + "001304");
        assertThat(read).hasSize(2).allSatisfy(record -> assertThat(valid(record))
                .isEqualTo(new Message.Keepalive()));
        assertThat(read.get(0).place().record()).isEqualTo(3);
        assertThat(read.get(0).place().offset()).isEqualTo(15);
    }

    @Test
    void aMessageMayLackItsMarkerOrItsHeader() {
        int length = 19 + UPDATE_BODY.length() / 2;
        String withLength = String.format("%04x02", length) + UPDATE_BODY;
        for (String line : List.of(MARKER + withLength, withLength, UPDATE_BODY)) {
            UpdateMessage update = ((Message.Update) valid(read(line).getFirst())).update();
            assertThat(update.findings()).isEmpty();
            assertThat(update.announced().getFirst().attributes().asPath()).hasToString("64501");
        }
    }

    @Test
    void theWidthOfAsNumbersIsGuessed() {
        CaptureRecord old = read(OLD_UPDATE_BODY).getFirst();
        assertThat(message(old).options().fourOctetAs()).isFalse();
        UpdateMessage update = ((Message.Update) valid(old)).update();
        assertThat(update.announced().getFirst().attributes().asPath()).hasToString("64501");
        assertThat(message(read(UPDATE_BODY).getFirst()).options().fourOctetAs())
                .isTrue();
    }

    @Test
    void severalMessagesMayStandOnALine() {
        assertThat(read((MARKER + "001304").repeat(3))).hasSize(3);
    }

    @Test
    void whatIsNoMessageIsReportedAndTheNextLineIsRead() {
        List<CaptureRecord> read = read("0102zz\n123\n0102\n" + MARKER + "001304\n");
        assertThat(problem(read.get(0)).recordOffset()).isEqualTo(4);
        assertThat(problem(read.get(0)).reason()).contains("not a hexadecimal digit");
        assertThat(problem(read.get(1)).reason()).contains("only one digit");
        assertThat(problem(read.get(2)).reason()).contains("do not begin with a marker");
        assertThat(problem(read.get(2)).place().record()).isEqualTo(3);
        assertThat(valid(read.get(3))).isEqualTo(new Message.Keepalive());
    }

    @Test
    void aLineWithoutAnEndIsNotKept() {
        List<CaptureRecord> read = read("f".repeat(10_000_000) + "\n" + MARKER + "001304");
        assertThat(problem(read.get(0)).reason()).contains("longer than any message");
        assertThat(read).hasSize(2);
    }

    @Test
    void anEmptyFileSaysNothing() {
        assertThat(read("")).isEmpty();
    }
}
