package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.AsPathOptions.RemovePrivateAs;
import dev.espalier.net.Asn;
import dev.espalier.route.AsPath;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The AS path towards an external neighbour in AS 64900; we are AS 1000. */
class AsPathExportTest {

    private static final Asn US = new Asn(1000);
    private static final Asn NEIGHBOR = new Asn(64_900);

    private static AsPath path(long... asns) {
        return AsPath.sequence(Arrays.stream(asns).mapToObj(Asn::new).toList());
    }

    private static AsPathExport removing(@Nullable RemovePrivateAs how) {
        return new AsPathExport(US, US, false, how, false, NEIGHBOR);
    }

    private static String rewritten(AsPathExport rules, AsPath path) {
        return rules.rewrite(path).toString();
    }

    @Test
    void ourAsIsPutBeforeThePath() {
        assertThat(rewritten(AsPathExport.plain(US), path(5, 6))).isEqualTo("1000 5 6");
        assertThat(rewritten(AsPathExport.plain(US), AsPath.EMPTY)).isEqualTo("1000");
    }

    @Test
    void theLocalAsStandsBeforeOursOrInItsPlace() {
        Asn old = new Asn(900);
        assertThat(rewritten(new AsPathExport(US, old, true, null, false, null), path(5)))
                .isEqualTo("900 1000 5");
        assertThat(rewritten(new AsPathExport(US, old, false, null, false, null), path(5)))
                .isEqualTo("900 5");
    }

    @Test
    void privateNumbersAreRemovedWhereTheWholePathIsPrivate() {
        AsPathExport rules = removing(new RemovePrivateAs(false, false));
        assertThat(rewritten(rules, path(64_512, 4_200_000_000L, 65_534))).isEqualTo("1000");
        assertThat(rewritten(rules, path(64_512, 5))).isEqualTo("1000 64512 5");
        assertThat(rewritten(rules, AsPath.EMPTY)).isEqualTo("1000");
    }

    @Test
    void privateNumbersAreRemovedFromAnyPathIfThatIsWanted() {
        AsPathExport rules = removing(new RemovePrivateAs(false, true));
        assertThat(rewritten(rules, path(64_512, 5, 65_000, 65_535))).isEqualTo("1000 5 65535");
    }

    @Test
    void replacingKeepsTheLengthOfThePath() {
        AsPathExport rules = removing(new RemovePrivateAs(true, true));
        assertThat(rewritten(rules, path(64_512, 5, 65_000))).isEqualTo("1000 1000 5 1000");
    }

    @Test
    void theNeighborsOwnPrivateAsStaysSoThatItSeesItsLoop() {
        assertThat(rewritten(removing(new RemovePrivateAs(false, true)), path(64_512, NEIGHBOR.value(), 5)))
                .isEqualTo("1000 64900 5");
        assertThat(rewritten(removing(new RemovePrivateAs(false, false)), path(64_512, NEIGHBOR.value())))
                .isEqualTo("1000 64900");
    }

    @Test
    void setsLoseTheirPrivateNumbersTooAndConfederationSegmentsNone() {
        AsPath path = AsPath.of(List.of(
                new AsPath.Segment(AsPath.AS_CONFED_SEQUENCE, List.of(new Asn(64_512))),
                new AsPath.Segment(AsPath.AS_SEQUENCE, List.of(new Asn(64_513))),
                new AsPath.Segment(AsPath.AS_SET, List.of(new Asn(64_514), new Asn(7)))));
        assertThat(rewritten(removing(new RemovePrivateAs(false, true)), path)).isEqualTo("1000 (64512) {7}");
    }

    @Test
    void theNeighborsAsIsReplacedByTheOneItKnowsUsBy() {
        AsPathExport rules = new AsPathExport(US, new Asn(900), true, null, true, new Asn(5));
        assertThat(rewritten(rules, path(5, 5, 6))).isEqualTo("900 1000 900 900 6");
    }

    @Test
    void privateNumbersAreDealtWithBeforeTheOverride() {
        AsPathExport rules = new AsPathExport(US, US, false, new RemovePrivateAs(false, true), true, NEIGHBOR);
        assertThat(rewritten(rules, path(64_512, NEIGHBOR.value(), 5))).isEqualTo("1000 1000 5");
    }
}
