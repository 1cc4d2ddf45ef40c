package dev.espalier.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.net.Asn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AsPathTest {

    private static List<Asn> asns(long... values) {
        return LongStream.of(values).mapToObj(Asn::new).toList();
    }

    private static AsPath sequence(long... values) {
        return AsPath.sequence(asns(values));
    }

    @Test
    void isEncodedAsItTravels() {
        assertThat(HexFormat.of().formatHex(sequence(65_000, 4_200_000_000L).encoded()))
                .isEqualTo("0202" + "0000fde8" + "fa56ea00");
        assertThat(AsPath.EMPTY.encoded()).isEmpty();
        assertThat(sequence()).isEqualTo(AsPath.EMPTY);
    }

    @Test
    void aSetCountsOneHopAndAConfederationNone() {
        AsPath path = AsPath.of(List.of(
                new AsPath.Segment(AsPath.AS_CONFED_SEQUENCE, asns(64_512, 64_513)),
                new AsPath.Segment(AsPath.AS_CONFED_SET, asns(64_514)),
                new AsPath.Segment(AsPath.AS_SEQUENCE, asns(1, 2, 3)),
                new AsPath.Segment(AsPath.AS_SET, asns(7, 8, 9))));
        assertThat(path.length()).isEqualTo(4);
        assertThat(path).hasToString("(64512 64513) [64514] 1 2 3 {7,8,9}");
    }

    @Test
    void occurrencesAreCountedInSegmentsOfAnyType() {
        AsPath path = AsPath.of(List.of(
                new AsPath.Segment(AsPath.AS_CONFED_SEQUENCE, asns(5)),
                new AsPath.Segment(AsPath.AS_SEQUENCE, asns(5, 4_294_967_295L, 5)),
                new AsPath.Segment(AsPath.AS_SET, asns(5))));
        assertThat(path.occurrences(new Asn(5))).isEqualTo(4);
        assertThat(path.occurrences(new Asn(4_294_967_295L))).isEqualTo(1);
        assertThat(path.occurrences(new Asn(6))).isZero();
    }

    @Test
    void prependingJoinsALeadingSequenceOnly() {
        assertThat(sequence(2, 3).prepend(new Asn(1), 2)).isEqualTo(sequence(1, 1, 2, 3));
        assertThat(AsPath.EMPTY.prepend(new Asn(1), 1)).isEqualTo(sequence(1));
        assertThat(sequence(2).prepend(new Asn(1), 0)).isEqualTo(sequence(2));
        AsPath set = AsPath.of(List.of(new AsPath.Segment(AsPath.AS_SET, asns(2))));
        assertThat(set.prepend(new Asn(1), 1)).hasToString("1 {2}");
        AsPath confederation = AsPath.of(List.of(new AsPath.Segment(AsPath.AS_CONFED_SEQUENCE, asns(2))));
        assertThat(confederation.prepend(new Asn(1), 1)).hasToString("1 (2)");
    }

    @Test
    void aFullSegmentGetsAnotherBeforeIt() {
        AsPath full = AsPath.sequence(Collections.nCopies(255, new Asn(9)));
        AsPath longer = full.prepend(new Asn(1), 1);
        assertThat(longer.segments()).extracting(s -> s.asns().size()).containsExactly(1, 255);
        assertThat(longer.length()).isEqualTo(256);
        assertThat(AsPath.sequence(Collections.nCopies(600, new Asn(9))).segments())
                .extracting(s -> s.asns().size())
                .containsExactly(255, 255, 90);
    }

    @Test
    void segmentsThatCannotTravelAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new AsPath.Segment(0, asns(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new AsPath.Segment(5, asns(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new AsPath.Segment(AsPath.AS_SET, asns()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AsPath.Segment(AsPath.AS_SEQUENCE, Collections.nCopies(256, new Asn(1))));
    }

    @Test
    void whatIsBuiltFromSegmentsHasThoseSegments() {
        Random random = new Random(4271);
        for (int i = 0; i < 5_000; i++) {
            List<AsPath.Segment> segments = new ArrayList<>();
            for (int s = random.nextInt(5); s > 0; s--) {
                List<Asn> asns = new ArrayList<>();
                for (int n = random.nextInt(10) == 0 ? 255 : 1 + random.nextInt(6); n > 0; n--) {
                    asns.add(Asn.ofBits(random.nextInt()));
                }
                segments.add(new AsPath.Segment(1 + random.nextInt(4), asns));
            }
            AsPath path = AsPath.of(segments);
            assertThat(path.segments()).isEqualTo(segments);
            assertThat(path).isEqualTo(AsPath.of(path.segments())).hasSameHashCodeAs(AsPath.of(segments));
            assertThat(path.encodedLength()).isEqualTo(path.encoded().length);
            assertThat(path.isEmpty()).isEqualTo(segments.isEmpty());
            Asn asn = Asn.ofBits(random.nextInt());
            int times = random.nextInt(300);
            AsPath longer = path.prepend(asn, times);
            assertThat(longer.length()).isEqualTo(path.length() + times);
            assertThat(longer.occurrences(asn)).isEqualTo(path.occurrences(asn) + times);
        }
    }
}
