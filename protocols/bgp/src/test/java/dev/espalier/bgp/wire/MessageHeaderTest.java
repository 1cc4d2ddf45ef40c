package dev.espalier.bgp.wire;

import static dev.espalier.bgp.wire.RawUpdate.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 4271 section 6.1, RFC 8654, RFC 7313. */
class MessageHeaderTest {

    private static final String MARKER = "ff".repeat(16);

    private static Decoded decode(String hex, SessionOptions options) {
        return MessageDecoder.decode(ByteBuffer.wrap(hex(hex)), options);
    }

    private static Message.Notification refusal(String hex) {
        return refusal(decode(hex, Sessions.EXTERNAL));
    }

    private static Message.Notification refusal(Decoded decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Invalid.class);
        return ((Decoded.Invalid) decoded).notification();
    }

    private static Message accepted(Decoded decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Valid.class);
        return ((Decoded.Valid) decoded).message();
    }

    @Test
    void frameLengthIsUnknownUntilTheWholeHeaderIsThere() {
        byte[] keepalive = MessageEncoder.encode(new Message.Keepalive());
        assertThat(MessageDecoder.frameLength(ByteBuffer.wrap(keepalive, 0, 18)))
                .isEqualTo(-1);
        assertThat(MessageDecoder.frameLength(ByteBuffer.wrap(keepalive))).isEqualTo(19);
    }

    @Test
    void frameLengthDoesNotMoveTheBuffer() {
        ByteBuffer octets =
                ByteBuffer.wrap(hex("0000" + MARKER + "1000" + "02")).position(2);
        assertThat(MessageDecoder.frameLength(octets)).isEqualTo(4096);
        assertThat(octets.position()).isEqualTo(2);
    }

    @Test
    void decodingMovesToTheLimitAndReadsDirectBuffersToo() {
        byte[] keepalive = MessageEncoder.encode(new Message.Keepalive());
        ByteBuffer direct = ByteBuffer.allocateDirect(19).put(keepalive).flip();
        assertThat(accepted(MessageDecoder.decode(direct, Sessions.EXTERNAL))).isEqualTo(new Message.Keepalive());
        assertThat(direct.hasRemaining()).isFalse();
        ByteBuffer slice = ByteBuffer.wrap(hex("0000" + MARKER + "0013" + "04"), 2, 19);
        assertThat(accepted(MessageDecoder.decode(slice, Sessions.EXTERNAL))).isEqualTo(new Message.Keepalive());
        assertThat(slice.hasRemaining()).isFalse();
    }

    @Test
    void markerThatIsNotAllOnesIsConnectionNotSynchronized() {
        assertThat(refusal("ff".repeat(15) + "fe" + "0013" + "04")).isEqualTo(new Message.Notification(1, 1));
    }

    @Test
    void lengthBelowTheHeaderIsRefusedWithTheLengthAsData() {
        assertThat(refusal(MARKER + "0012" + "04")).isEqualTo(new Message.Notification(1, 2, hex("0012")));
        assertThat(refusal(MARKER + "0000" + "04")).isEqualTo(new Message.Notification(1, 2, hex("0000")));
    }

    @Test
    void lengthOtherThanThatOfTheFrameIsRefused() {
        assertThat(refusal(MARKER + "ffff" + "02")).isEqualTo(new Message.Notification(1, 2, hex("ffff")));
    }

    @Test
    void lengthThatTheTypeDoesNotAllowIsRefusedWithTheLengthAsData() {
        for (String wrong : List.of(
                "0014" + "04" + "00", // KEEPALIVE of 20 octets
                "001c" + "01" + "00".repeat(9), // OPEN of 28
                "0016" + "02" + "00".repeat(3), // UPDATE of 22
                "0014" + "03" + "06", // NOTIFICATION of 20
                "0016" + "05" + "000100", // ROUTE-REFRESH of 22
                "0018" + "05" + "0001000100")) { // and of 24, without a subtype that makes it another error
            assertThat(refusal(MARKER + wrong))
                    .as(wrong)
                    .isEqualTo(new Message.Notification(1, 2, hex(wrong.substring(0, 4))));
        }
    }

    @Test
    void unknownTypeIsRefusedWithTheTypeAsData() {
        assertThat(refusal(MARKER + "0013" + "00")).isEqualTo(new Message.Notification(1, 3, hex("00")));
        assertThat(refusal(MARKER + "0013" + "06")).isEqualTo(new Message.Notification(1, 3, hex("06")));
        assertThat(refusal(MARKER + "0013" + "ff")).isEqualTo(new Message.Notification(1, 3, hex("ff")));
    }

    @Test
    void longUpdatesAndNotificationsNeedExtendedMessages() {
        for (int type : new int[] {MessageType.UPDATE, MessageType.NOTIFICATION}) {
            assertThat(decodeZeros(type, 4096, Sessions.EXTERNAL)).isInstanceOf(Decoded.Valid.class);
            assertThat(refusal(decodeZeros(type, 4097, Sessions.EXTERNAL)))
                    .isEqualTo(new Message.Notification(1, 2, hex("1001")));
        }
        assertThat(accepted(decodeZeros(MessageType.NOTIFICATION, 65535, Sessions.EXTENDED)))
                .isInstanceOf(Message.Notification.class);
    }

    @Test
    void openIsNeverLongerThan4096Octets() {
        assertThat(refusal(decodeZeros(MessageType.OPEN, 4097, Sessions.EXTENDED)))
                .isEqualTo(new Message.Notification(1, 2, hex("1001")));
    }

    private static Decoded decodeZeros(int type, int length, SessionOptions options) {
        byte[] octets = new byte[length];
        MessageType.putHeader(octets, 0, length, type);
        return MessageDecoder.decode(ByteBuffer.wrap(octets), options);
    }

    @Test
    void routeRefreshMarkersOfTheWrongLengthAreAnErrorOfTheirOwnWithTheMessageAsData() {
        String begin = MARKER + "0018" + "05" + "0001" + "01" + "01" + "00";
        assertThat(refusal(begin)).isEqualTo(new Message.Notification(7, 1, hex(begin)));
    }

    @Test
    void routeRefreshSubtypesAreKept() {
        assertThat(accepted(decode(MARKER + "0017" + "05" + "0002" + "01" + "01", Sessions.EXTERNAL)))
                .isEqualTo(new Message.RouteRefresh(2, 1, 1));
        assertThat(accepted(decode(MARKER + "0017" + "05" + "0001" + "09" + "80", Sessions.EXTERNAL)))
                .isEqualTo(new Message.RouteRefresh(1, 128, 9));
    }

    @Test
    void goldenKeepaliveNotificationAndRouteRefresh() {
        assertThat(MessageEncoder.encode(new Message.Keepalive())).isEqualTo(hex(MARKER + "0013" + "04"));
        assertThat(MessageEncoder.encode(new Message.Notification(6, 2, hex("0548656c6c6f"))))
                .isEqualTo(hex(MARKER + "001b" + "03" + "06" + "02" + "0548656c6c6f"));
        assertThat(MessageEncoder.encode(new Message.RouteRefresh(2, 1, 0)))
                .isEqualTo(hex(MARKER + "0017" + "05" + "0002" + "00" + "01"));
    }

    @Test
    void notificationIsCutOffWhereEveryPeerCanReadIt() {
        byte[] octets = MessageEncoder.encode(new Message.Notification(3, 9, new byte[5000]));
        assertThat(octets).hasSize(4096);
        assertThat(accepted(MessageDecoder.decode(ByteBuffer.wrap(octets), Sessions.EXTERNAL)))
                .isEqualTo(new Message.Notification(3, 9, new byte[4075]));
    }
}
