package dev.espalier.bgp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.RandomRoutes.Prefix;
import dev.espalier.bgp.wire.UpdateMessage.Announcement;
import dev.espalier.route.PathAttributes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What is packed is what is read: attributes to the octet, prefixes in their order, and no message longer than allowed.
 */
class RoundTripTest {

    /** Another one: {@code -Despalier.seed=N}. A failure names the seed of its own case. */
    private static final long SEED = Long.getLong("espalier.seed", 20260101);

    private static final int CASES = 5000;

    @Test
    void announcementsAreReadAsTheyWereWritten() {
        int announced = 0;
        for (long seed = SEED; seed < SEED + CASES; seed++) {
            announced += announcement(seed) ? 1 : 0;
        }
        assertThat(announced).isGreaterThan(CASES * 9 / 10);
    }

    private static boolean announcement(long seed) {
        RandomRoutes routes = new RandomRoutes(seed);
        SessionOptions options = routes.session();
        Family family = routes.family();
        PathAttributes attributes = routes.attributes(options, family);
        List<Prefix> prefixes = routes.prefixes(
                family, 1 << routes.random().nextInt(12), options.addPathSend().contains(family));
        List<byte[]> messages = new ArrayList<>();
        UpdatePacker packer = new UpdatePacker(options, messages::add);
        if (!packer.begin(family, attributes)) {
            assertThat(attributes.encoded().length).as("seed %s", seed).isGreaterThan(options.maxMessageLength() / 2);
            return false;
        }
        prefixes.forEach(prefix -> packer.add(prefix.pathId(), prefix.high(), prefix.low(), prefix.length()));
        packer.end();
        List<Prefix> read = new ArrayList<>();
        for (byte[] message : messages) {
            UpdateMessage update = read(message, options, seed);
            assertThat(update.withdrawn()).as("seed %s", seed).isEmpty();
            assertThat(update.announced()).as("seed %s", seed).hasSize(1);
            Announcement announcement = update.announced().getFirst();
            assertThat(announcement.attributes()).as("seed %s", seed).isEqualTo(attributes);
            addAll(announcement.nlri(), family, read);
        }
        assertThat(read).as("seed %s", seed).isEqualTo(prefixes);
        assertFull(messages, options, family, seed);
        return true;
    }

    @Test
    void withdrawalsAreReadAsTheyWereWritten() {
        for (long seed = SEED; seed < SEED + CASES / 5; seed++) {
            RandomRoutes routes = new RandomRoutes(seed);
            SessionOptions options = routes.session();
            Family family = routes.family();
            List<Prefix> prefixes = routes.prefixes(
                    family,
                    1 << routes.random().nextInt(12),
                    options.addPathSend().contains(family));
            List<byte[]> messages = new ArrayList<>();
            UpdatePacker packer = new UpdatePacker(options, messages::add);
            packer.beginWithdrawal(family);
            prefixes.forEach(prefix -> packer.add(prefix.pathId(), prefix.high(), prefix.low(), prefix.length()));
            packer.end();
            List<Prefix> read = new ArrayList<>();
            for (byte[] message : messages) {
                UpdateMessage update = read(message, options, seed);
                assertThat(update.announced()).as("seed %s", seed).isEmpty();
                assertThat(update.endOfRib()).as("seed %s", seed).isNull();
                update.withdrawn().forEach(nlri -> addAll(nlri, family, read));
            }
            assertThat(read).as("seed %s", seed).isEqualTo(prefixes);
            assertFull(messages, options, family, seed);
        }
    }

    private static UpdateMessage read(byte[] message, SessionOptions options, long seed) {
        assertThat(message.length).as("seed %s", seed).isLessThanOrEqualTo(options.maxMessageLength());
        MessageDecoder.Decoded decoded = MessageDecoder.decode(ByteBuffer.wrap(message), options);
        if (decoded instanceof MessageDecoder.Decoded.Valid(Message.Update(UpdateMessage update))) {
            assertThat(update.findings()).as("seed %s", seed).isEmpty();
            return update;
        }
        throw new AssertionError("seed " + seed + ": " + decoded);
    }

    private static void addAll(Nlri nlri, Family family, List<Prefix> prefixes) {
        assertThat(nlri.family()).isEqualTo(family);
        nlri.forEach((pathId, high, low, length) -> prefixes.add(new Prefix(pathId, high, low, length)));
    }

    /** Each message but the last has no room for another prefix of the longest kind. */
    private static void assertFull(List<byte[]> messages, SessionOptions options, Family family, long seed) {
        int longest = family.addresses().octets() + (options.addPathSend().contains(family) ? 5 : 1);
        for (byte[] message : messages.subList(0, Math.max(0, messages.size() - 1))) {
            assertThat(message.length + longest).as("seed %s", seed).isGreaterThan(options.maxMessageLength());
        }
    }
}
