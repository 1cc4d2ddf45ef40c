package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cli.Style.Tone;
import dev.espalier.cli.Table.Cell;
import dev.espalier.cli.Table.Column;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableTest {

    private final StringWriter out = new StringWriter();

    private Table table(boolean coloured, Column... columns) {
        return new Table(new PrintWriter(out, true), new Style(coloured), List.of(columns));
    }

    @Test
    void columnsAreAsWideAsTheirWidestText() {
        Table table = table(false, Column.left("Name"), Column.right("Count"));
        table.row(List.of(Cell.of("a longer name"), Cell.of(7)));
        table.row(List.of(Cell.of("b"), Cell.of(1_234_567)));
        table.end();
        assertThat(out).hasToString("""
                Name             Count
                a longer name        7
                b              1234567
                """);
    }

    @Test
    void colourDoesNotDisturbTheColumns() {
        Table table = table(true, Column.left("State"), Column.left("Since"));
        table.row(List.of(new Cell("up", Tone.GOOD), Cell.of("1s")));
        table.end();
        assertThat(out.toString()).contains("\033[32mup\033[0m     1s");
        assertThat(out.toString().replaceAll("\033\\[[0-9]+m", "")).isEqualTo("State  Since\nup     1s\n");
    }

    @Test
    void anEmptyTableIsNotPrinted() {
        table(false, Column.left("Name")).end();
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void onlyTheElasticColumnGivesWay() {
        Table table = table(false, Column.left("Name"), Column.elastic("Path", Words::asPath), Column.left("End"));
        table.row(List.of(Cell.of("n".repeat(40)), Cell.of("65001 ".repeat(20) + "i"), Cell.of("e".repeat(20))));
        table.end();
        assertThat(out.toString().lines().toList().get(1))
                .hasSizeLessThanOrEqualTo(Table.WIDTH)
                .contains("65001 +15 65001 i");
    }

    @Test
    void rowsBehindTheWindowKeepTheColumnsOfTheFirst() {
        Table table = table(false, Column.left("Name"), Column.left("End"));
        for (int i = 0; i < 3000; i++) {
            table.row(List.of(Cell.of("name"), Cell.of("end")));
        }
        table.end();
        assertThat(out.toString().lines())
                .hasSize(3001)
                .allMatch(line -> line.equals("name  end") || line.equals("Name  End"));
    }

    @Test
    void noColorIsRespected() {
        assertThat(Style.ofTerminal(Map.of("NO_COLOR", "1")).coloured()).isFalse();
        assertThat(Style.ofTerminal(Map.of("TERM", "dumb")).coloured()).isFalse();
        assertThat(new Style(false).paint("text", Tone.BAD)).isEqualTo("text");
    }
}
