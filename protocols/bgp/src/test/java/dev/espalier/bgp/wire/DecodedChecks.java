package dev.espalier.bgp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.UpdateMessage.Announcement;
import dev.espalier.bgp.wire.UpdateMessage.Finding;
import dev.espalier.bgp.wire.UpdateMessage.Treatment;
import dev.espalier.route.AttributeType;
import dev.espalier.route.PathAttributes;
import java.nio.ByteBuffer;
import java.util.List;

/** What must hold of whatever comes out of the decoder, however wrong the message was. */
final class DecodedChecks {

    /** How a message ended, from mild to severe. */
    enum Verdict {
        FINE,
        ATTRIBUTE_DISCARD,
        TREAT_AS_WITHDRAW,
        RESET
    }

    private DecodedChecks() {}

    static Verdict check(Decoded decoded, int length, SessionOptions options) {
        return switch (decoded) {
            case Decoded.Invalid invalid -> {
                assertThat(invalid.offset()).isBetween(0, length);
                assertThat(invalid.reason()).isNotBlank();
                assertThat(invalid.notification().code()).isBetween(1, 7).isNotIn(4, 5, 6);
                assertThat(invalid.notification().toString()).isNotBlank();
                assertThat(MessageEncoder.encode(invalid.notification())).hasSizeLessThanOrEqualTo(4096);
                yield Verdict.RESET;
            }
            case Decoded.Valid(Message.Update(UpdateMessage update)) -> check(update, length, options);
            case Decoded.Valid(Message.Open open) -> {
                assertThat(open.version()).isEqualTo(4);
                assertThat(open.myAs()).isNotZero();
                assertThat(open.holdTime()).isNotIn(1, 2);
                yield Verdict.FINE;
            }
            case Decoded.Valid(Message other) -> {
                assertThat(other.toString()).isNotBlank();
                yield Verdict.FINE;
            }
        };
    }

    private static Verdict check(UpdateMessage update, int length, SessionOptions options) {
        Verdict verdict = Verdict.FINE;
        for (Finding finding : update.findings()) {
            assertThat(finding.offset()).isBetween(0, length);
            assertThat(finding.message()).isNotBlank();
            assertThat(finding.treatment()).isNotEqualTo(Treatment.SESSION_RESET);
            Verdict its = Verdict.valueOf(finding.treatment().name());
            verdict = its.compareTo(verdict) > 0 ? its : verdict;
        }
        if (verdict == Verdict.TREAT_AS_WITHDRAW) {
            assertThat(update.announced()).isEmpty();
        }
        if (update.endOfRib() != null) {
            assertThat(update.announced()).isEmpty();
            assertThat(update.withdrawn()).isEmpty();
            assertThat(verdict).isEqualTo(Verdict.FINE);
        }
        update.withdrawn().forEach(nlri -> check(nlri, options));
        for (Announcement announcement : update.announced()) {
            check(announcement.nlri(), options);
            check(announcement.attributes(), announcement.nlri().family());
        }
        return verdict;
    }

    private static void check(Nlri nlri, SessionOptions options) {
        assertThat(options.families()).contains(nlri.family());
        assertThat(nlri.isEmpty()).isFalse();
        int[] walked = {0};
        nlri.forEach((pathId, high, low, length) -> {
            walked[0]++;
            if (length > nlri.family().addresses().bits()) {
                throw new AssertionError("a prefix of " + nlri.family() + " with length " + length);
            }
        });
        assertThat(nlri.count()).isEqualTo(walked[0]);
    }

    /** The octets are canonical: read by their own class and put together again, they are the same. */
    private static void check(PathAttributes attributes, Family family) {
        assertThat(attributes.nextHop()).isNotNull();
        if (family == Family.IPV6_UNICAST) {
            assertThat(attributes.nextHop()).isInstanceOf(dev.espalier.net.Ipv6Address.class);
        }
        assertThat(attributes.toString()).isNotBlank();
        byte[] encoded = attributes.encoded();
        int lastType = -1;
        for (int at = 0; at < encoded.length; ) {
            int flags = encoded[at] & 0xFF;
            int type = encoded[at + 1] & 0xFF;
            boolean extended = (flags & AttributeType.EXTENDED_LENGTH) != 0;
            int length = extended ? Octets.u16(encoded, at + 2) : encoded[at + 2] & 0xFF;
            assertThat(extended).isEqualTo(length > 255);
            assertThat(flags & 0x0F).isZero();
            assertThat(type).isGreaterThan(lastType).isNotIn(3, 14, 15, 17, 18);
            lastType = type;
            at += (extended ? 4 : 3) + length;
            assertThat(at).isLessThanOrEqualTo(encoded.length);
        }
        assertThat(PathAttributes.ofCanonical(encoded, attributes.nextHop(), attributes.linkLocalNextHop()))
                .isEqualTo(attributes);
        assertThat(attributes.communities()).isSorted().doesNotHaveDuplicates();
        assertThat(attributes.largeCommunities()).isSorted().doesNotHaveDuplicates();
        assertThat(attributes.extendedCommunities()).isSorted().doesNotHaveDuplicates();
        assertThat(attributes.asPath().toString()).isNotNull();
    }

    /** Whether two verdicts say the same to the octet. */
    static boolean same(Decoded one, Decoded other) {
        if (one instanceof Decoded.Valid(Message.Update(UpdateMessage a))
                && other instanceof Decoded.Valid(Message.Update(UpdateMessage b))) {
            return a.endOfRib() == b.endOfRib()
                    && a.findings().equals(b.findings())
                    && octets(a.withdrawn()).equals(octets(b.withdrawn()))
                    && octets(a.announced().stream().map(Announcement::nlri).toList())
                            .equals(octets(b.announced().stream()
                                    .map(Announcement::nlri)
                                    .toList()))
                    && a.announced().stream()
                            .map(Announcement::attributes)
                            .toList()
                            .equals(b.announced().stream()
                                    .map(Announcement::attributes)
                                    .toList());
        }
        return one.equals(other);
    }

    private static List<ByteBuffer> octets(List<Nlri> blocks) {
        return blocks.stream().map(nlri -> ByteBuffer.wrap(nlri.octets())).toList();
    }
}
