package dev.espalier.bgp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.RandomRoutes.Prefix;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Valid messages with a few octets changed: whatever comes out, it is a verdict, and the verdict is consistent. */
class MutationTest {

    /** Another one: {@code -Despalier.seed=N}. A failure names the seed of its own case. */
    private static final long SEED = Long.getLong("espalier.seed", 20260101);

    private static final int MESSAGES = 2000;
    private static final int MUTATIONS = 100;

    @Test
    void changedMessagesAreReadOrRefusedButNeverBreakTheDecoder() {
        change(MESSAGES);
    }

    /** Ten million, and what they cost is given back. */
    @Test
    @Tag("long")
    void tenMillionChangedMessagesLeaveNothingInMemory() {
        change(MESSAGES);
        long before = usedMemory();
        change(50 * MESSAGES);
        assertThat(usedMemory() - before).as("octets more than before").isLessThan(16 << 20);
    }

    private static long usedMemory() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void change(int messages) {
        Map<DecodedChecks.Verdict, Integer> verdicts = new EnumMap<>(DecodedChecks.Verdict.class);
        for (long seed = SEED; seed < SEED + messages; seed++) {
            RandomRoutes routes = new RandomRoutes(seed);
            SessionOptions options = routes.session();
            byte[] message = message(routes, options);
            for (int i = 0; i < MUTATIONS; i++) {
                byte[] changed = changed(message, routes.random());
                try {
                    verdicts.merge(check(changed, options, routes.random()), 1, Integer::sum);
                } catch (RuntimeException | AssertionError failure) {
                    throw new AssertionError(
                            "seed " + seed + ", mutation " + i + ", " + options + ": "
                                    + java.util.HexFormat.of().formatHex(changed),
                            failure);
                }
            }
        }
        // the test is worth something only if all kinds of verdict are reached often
        assertThat(verdicts).containsOnlyKeys(DecodedChecks.Verdict.values());
        assertThat(verdicts.values()).as("%s", verdicts).allMatch(count -> count > 1000);
    }

    /** Inside a larger array, between octets that would be noticed, the frame must yield the same as alone. */
    private static DecodedChecks.Verdict check(byte[] frame, SessionOptions options, SplittableRandom random) {
        Decoded alone = MessageDecoder.decode(ByteBuffer.wrap(frame.clone()), options);
        byte[] surrounded = new byte[frame.length + 600];
        random.nextBytes(surrounded);
        System.arraycopy(frame, 0, surrounded, 300, frame.length);
        Decoded within = MessageDecoder.decode(ByteBuffer.wrap(surrounded, 300, frame.length), options);
        assertThat(DecodedChecks.same(within, alone)).isTrue();
        return DecodedChecks.check(alone, frame.length, options);
    }

    private static byte[] message(RandomRoutes routes, SessionOptions options) {
        return switch (routes.random().nextInt(12)) {
            case 0 ->
                MessageEncoder.encode(new Message.Open(
                        4,
                        65001,
                        90,
                        new Ipv4Address(0x0A000001),
                        List.of(
                                new Capability.Multiprotocol(Family.IPV6_UNICAST),
                                new Capability.GracefulRestart(
                                        false, true, 120, List.of(new Capability.RestartFamily(1, 1, true))),
                                new Capability.FourOctetAs(new Asn(65001)))));
            case 1 -> MessageEncoder.encode(new Message.Notification(6, 2, new byte[] {2, 'h', 'i'}));
            case 2 -> MessageEncoder.encode(new Message.RouteRefresh(2, 1, 0));
            default -> update(routes, options);
        };
    }

    private static byte[] update(RandomRoutes routes, SessionOptions options) {
        Family family = routes.family();
        List<byte[]> messages = new ArrayList<>();
        UpdatePacker packer = new UpdatePacker(options, messages::add);
        boolean begun = routes.random().nextInt(4) != 0 && packer.begin(family, routes.attributes(options, family));
        if (!begun) {
            packer.beginWithdrawal(family);
        }
        for (Prefix prefix : routes.prefixes(family, 20, options.addPathSend().contains(family))) {
            packer.add(prefix.pathId(), prefix.high(), prefix.low(), prefix.length());
        }
        packer.end();
        return messages.isEmpty() ? UpdatePacker.endOfRib(family) : messages.getFirst();
    }

    private static byte[] changed(byte[] message, SplittableRandom random) {
        byte[] changed = random.nextInt(4) == 0 ? spliced(message, random) : message.clone();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            // seldom in the marker and the length, where every change means the same
            int at = random.nextInt(random.nextInt(20) == 0 ? 0 : Math.min(18, changed.length - 1), changed.length);
            changed[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) random.nextInt(256);
                case 1 -> (byte) (changed[at] ^ 1 << random.nextInt(8));
                case 2 -> (byte) (changed[at] + random.nextInt(-2, 3));
                default -> (byte) (random.nextBoolean() ? 0 : 0xFF);
            };
        }
        return changed;
    }

    /** A piece copied over, inserted or cut out, with the length in the header put right again. */
    private static byte[] spliced(byte[] message, SplittableRandom random) {
        int body = message.length - Message.HEADER_LENGTH;
        if (body == 0) {
            return message.clone();
        }
        int from = Message.HEADER_LENGTH + random.nextInt(body);
        int length = random.nextInt(Math.min(40, message.length - from) + 1);
        int to = Message.HEADER_LENGTH + random.nextInt(body + 1);
        byte[] piece = random.nextBoolean() ? Arrays.copyOfRange(message, from, from + length) : new byte[0];
        int skipped = random.nextBoolean() ? Math.min(length, message.length - to) : 0;
        byte[] result = new byte[message.length + piece.length - skipped];
        System.arraycopy(message, 0, result, 0, to);
        System.arraycopy(piece, 0, result, to, piece.length);
        System.arraycopy(message, to + skipped, result, to + piece.length, message.length - to - skipped);
        Octets.putU16(result, MessageType.LENGTH_AT, Math.min(result.length, 0xFFFF));
        return result;
    }
}
