package dev.espalier.bfd.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is a control packet, and what must be discarded (RFC 5880 sections 4.1 and 6.8.6). */
class PacketDecoderTest {

    private static final ControlPacket UP = new ControlPacket(
            Diagnostic.NONE, State.UP, true, false, true, false, 3, 0x01020304, 0xf5f6f7f8, 50_000, 0xffffffffL, 0);

    @Test
    void octetsStandWhereTheRfcPutsThem() {
        assertThat(UP.octets())
                .containsExactly(
                        0x20, 0xe8, 3, 24, 1, 2, 3, 4, 0xf5, 0xf6, 0xf7, 0xf8, 0, 0, 0xc3, 0x50, 0xff, 0xff, 0xff, 0xff,
                        0, 0, 0, 0);
    }

    @Test
    void everyPacketIsReadAsItWasWritten() {
        Random random = new Random(1);
        for (int i = 0; i < 5_000; i++) {
            ControlPacket packet = random(random);
            assertThat(decode(packet.octets())).isEqualTo(new PacketDecoder.Verdict.Read(packet));
        }
    }

    private static ControlPacket random(Random random) {
        State state = State.ofCode(random.nextInt(4));
        return new ControlPacket(
                new Diagnostic(random.nextInt(32)),
                state,
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                1 + random.nextInt(255),
                1 + random.nextInt(Integer.MAX_VALUE),
                1 + random.nextInt(Integer.MAX_VALUE),
                random.nextLong(1L << 32),
                random.nextLong(1L << 32),
                random.nextLong(1L << 32));
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of(Discard.TOO_SHORT, change(octets -> Arrays.copyOf(octets, 23))),
                Arguments.of(Discard.TOO_SHORT, change(octets -> new byte[0])),
                Arguments.of(Discard.VERSION, set(0, 0x40)),
                Arguments.of(Discard.VERSION, set(0, 0x00)),
                Arguments.of(Discard.LENGTH_TOO_SMALL, set(3, 23)),
                Arguments.of(Discard.LENGTH_TOO_LARGE, set(3, 25)),
                Arguments.of(Discard.ZERO_MULTIPLIER, set(2, 0)),
                Arguments.of(Discard.MULTIPOINT, set(1, 0xc1)),
                Arguments.of(Discard.ZERO_DISCRIMINATOR, change(octets -> zero(octets, 4))),
                Arguments.of(Discard.NO_DISCRIMINATOR_WHILE_ALIVE, change(octets -> zero(octets, 8))),
                Arguments.of(Discard.NO_DISCRIMINATOR_WHILE_ALIVE, change(octets -> {
                    octets[1] = (byte) 0x80; // Init
                    return zero(octets, 8);
                })),
                // the A bit makes a header two octets longer
                Arguments.of(Discard.LENGTH_TOO_SMALL, set(1, 0xc4)),
                Arguments.of(Discard.AUTHENTICATION, change(octets -> {
                    byte[] longer = Arrays.copyOf(octets, 26);
                    longer[1] = (byte) 0xc4;
                    longer[3] = 26;
                    return longer;
                })));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void whatTheRfcWantsDiscardedIsDiscardedForThatReason(Discard reason, byte[] octets) {
        assertThat(decode(octets)).isEqualTo(new PacketDecoder.Verdict.Refused(reason));
    }

    @Test
    void aPeerThatDoesNotKnowOurDiscriminatorIsHeardWhileItIsDown() {
        for (int state : new int[] {0x00, 0x40}) { // AdminDown, Down
            byte[] octets = zero(UP.octets(), 8);
            octets[1] = (byte) state;
            assertThat(decode(octets)).isInstanceOf(PacketDecoder.Verdict.Read.class);
        }
    }

    @Test
    void whatFollowsThePacketInTheDatagramIsIgnored() {
        assertThat(decode(Arrays.copyOf(UP.octets(), 40))).isEqualTo(new PacketDecoder.Verdict.Read(UP));
    }

    @Test
    void noOctetsWhateverTheyAreAreTakenForSomethingTheyDoNotSay() {
        Random random = new Random(2);
        int read = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] octets = random(random).octets();
            for (int n = random.nextInt(4); n >= 0; n--) {
                octets[random.nextInt(octets.length)] ^= (byte) (1 << random.nextInt(8));
            }
            if (random.nextInt(8) == 0) {
                octets = Arrays.copyOf(octets, random.nextInt(64));
            }
            if (decode(octets) instanceof PacketDecoder.Verdict.Read(ControlPacket packet)) {
                read++;
                byte[] same = Arrays.copyOf(octets, ControlPacket.LENGTH);
                same[3] = ControlPacket.LENGTH;
                assertThat(packet.octets()).isEqualTo(same);
                assertThat(packet.detectMultiplier()).isPositive();
                assertThat(packet.myDiscriminator()).isNotZero();
            }
        }
        assertThat(read).as("mutations that are still packets").isBetween(50_000, 180_000);
    }

    private static PacketDecoder.Verdict decode(byte[] octets) {
        return PacketDecoder.decode(ByteBuffer.wrap(octets));
    }

    private static byte[] change(UnaryOperator<byte[]> change) {
        return change.apply(UP.octets());
    }

    private static byte[] set(int index, int value) {
        byte[] octets = UP.octets();
        octets[index] = (byte) value;
        return octets;
    }

    private static byte[] zero(byte[] octets, int from) {
        Arrays.fill(octets, from, from + 4, (byte) 0);
        return octets;
    }
}
