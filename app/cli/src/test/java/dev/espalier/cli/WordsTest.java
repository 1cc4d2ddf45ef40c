package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

    @ParameterizedTest
    @CsvSource({
        "0,0s",
        "59,59s",
        "60,1m00s",
        "303,5m03s",
        "3599,59m59s",
        "3600,1h00m",
        "86399,23h59m",
        "86400,1d00h",
        "273600,3d04h"
    })
    void aDurationHasTwoUnits(long seconds, String text) {
        assertThat(Words.duration(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "65010 65100 i|40|65010 65100 i",
                "65010 3356 1299 2914 i|22|65010 3356 1299 2914 i",
                "65010 3356 1299 2914 i|21|65010 3356 +1 2914 i",
                "65010 3356 1299 2914 174 6939 i|24|65010 3356 +3 6939 i",
                "4200000001 3356 1299 4200000002 i|8|4200000001 +2 4200000002 i",
                "65010 {3356,1299} i|8|65010 {3356,1299} i",
                "i|1|i"
            })
    void anAsPathKeepsItsBeginningAndItsOrigin(String path, int width, String fitted) {
        assertThat(Words.asPath(path, width)).isEqualTo(fitted);
    }

    @Test
    void longTextsAreBrokenAtBlanksBelowTheirBeginning() {
        String text = "word ".repeat(60).strip();
        String wrapped = Words.wrap(text, 4);
        assertThat(wrapped.lines().skip(1)).allMatch(line -> line.startsWith("    word"));
        assertThat(("    " + wrapped).lines()).allMatch(line -> line.length() <= Table.WIDTH);
        assertThat(wrapped.replaceAll("\\s+", " ")).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"it is best,It is best.", "It is.,It is.", "'',''"})
    void aSentenceBeginsLargeAndEndsWithAFullStop(String text, String sentence) {
        assertThat(Words.sentence(text)).isEqualTo(sentence);
    }
}
