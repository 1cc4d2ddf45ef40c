package dev.espalier.objects.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.objects.document.YamlReader.Documents;
import org.junit.jupiter.api.Test;

class YamlReaderTest {

    private static Value only(String text) {
        Documents documents = YamlReader.read("f", text);
        assertThat(documents.errors()).isEmpty();
        return documents.documents().getFirst().root();
    }

    @Test
    void everyValueKnowsItsPlace() {
        Value root = only("a: 1\nb:\n  - x\n  - {c: y}\n");

        assertThat(root.placeOf("a")).isEqualTo(new Place("f", 1, 4));
        assertThat(root.placeOf("b[0]")).isEqualTo(new Place("f", 3, 5));
        assertThat(root.placeOf("b[1].c")).isEqualTo(new Place("f", 4, 9));
    }

    @Test
    void aPathThatLeadsNowhereEndsAtWhatIsThere() {
        Value root = only("a:\n  b: [1]\n");

        assertThat(root.placeOf("a.b[7].c")).isEqualTo(root.placeOf("a.b"));
        assertThat(root.placeOf("x")).isEqualTo(root.place());
    }

    @Test
    void columnsCountCharactersNotUnitsOfThem() {
        Value root = only("{\"\uD83C\uDF33\": 1, b: x}");

        assertThat(root.placeOf("b")).isEqualTo(new Place("f", 1, 13));
    }

    @Test
    void anAliasStandsForItsValue() {
        Value root = only("a: &x [1, 2]\nb: *x\n");

        assertThat(((Value.Mapping) root).get("b")).isEqualTo(((Value.Mapping) root).get("a"));
    }

    @Test
    void aBillionLaughsEndInAnError() {
        StringBuilder text = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i <= 9; i++) {
            String previous = "*a" + (i - 1);
            text.append(
                    "a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", java.util.Collections.nCopies(9, previous))));
        }

        Documents documents = YamlReader.read("f", text.toString());

        assertThat(documents.documents()).isEmpty();
        assertThat(documents.errors())
                .singleElement()
                .hasToString("f:6:10: aliases stand for more than 100000 values; write the values out");
    }

    @Test
    void anEmptyTextHoldsNothing() {
        assertThat(YamlReader.read("f", "")).isEqualTo(YamlReader.read("f", "# a comment\n---\n---\n"));
        assertThat(YamlReader.read("f", "").documents()).isEmpty();
    }

    @Test
    void alsoAnErrorForWhichTheParserNamesNoPlaceHasOne() {
        Documents documents = YamlReader.read(
                "f",
                "spec:\n  statements:\n    - name: pod-blocks\n      conditions: {matchPref\n.name}et: pod-blocks,-blocks, routeType: local}\n      actions: {policyResult: accept}\n  defaultAction: reject\n---\n");

        assertThat(documents.errors())
                .singleElement()
                .asString()
                .matches("f:[1-9].*malformed YAML: A simple key is required.*");
    }

    @Test
    void documentsBeforeMalformedYamlAreKept() {
        Documents documents = YamlReader.read("f", "a: 1\n---\nb: [\n");

        assertThat(documents.documents()).hasSize(1);
        assertThat(documents.errors()).hasSize(1);
    }
}
