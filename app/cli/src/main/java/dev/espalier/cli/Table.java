package dev.espalier.cli;

import dev.espalier.cli.Style.Tone;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table with aligned columns and two blanks between them. The widths come from the first {@value #WINDOW} rows; after these,
 * rows are printed as they come, and a table as long as the Internet's takes no memory.
 */
final class Table {

    /** What fits on most screens beside something else. */
    static final int WIDTH = 100;

    private static final int WINDOW = 1000;
    private static final String GAP = "  ";
    private static final int SHORTEST = 12;

    private final PrintWriter out;
    private final Style style;
    private final List<Column> columns;
    private final List<List<Cell>> waiting = new ArrayList<>();
    private int[] widths = {};

    Table(PrintWriter out, Style style, List<Column> columns) {
        this.out = out;
        this.style = style;
        this.columns = columns;
    }

    /** Makes a text fit into a width, leaving out what matters least. */
    @FunctionalInterface
    interface Fit {
        /** Returns a text that is not longer, if that is possible. */
        String fit(String text, int width);
    }

    /**
     * A column.
     *
     * @param right whether its texts end below each other, as numbers do
     * @param fit how its texts become shorter when the table is too wide; null when they do not
     */
    record Column(String heading, boolean right, @Nullable Fit fit) {
        static Column left(String heading) {
            return new Column(heading, false, null);
        }

        static Column right(String heading) {
            return new Column(heading, true, null);
        }

        static Column elastic(String heading, Fit fit) {
            return new Column(heading, false, fit);
        }
    }

    /** A text in a row. */
    record Cell(String text, Tone tone) {
        static Cell of(String text) {
            return new Cell(text, Tone.PLAIN);
        }

        static Cell of(long number) {
            return of(Long.toString(number));
        }
    }

    void row(List<Cell> cells) {
        if (widths.length == 0) {
            waiting.add(cells);
            if (waiting.size() == WINDOW) {
                begin();
            }
        } else {
            print(cells);
        }
    }

    /** Prints what waits; nothing at all when there was no row. */
    void end() {
        if (widths.length == 0 && !waiting.isEmpty()) {
            begin();
        }
    }

    private void begin() {
        List<Cell> headings = columns.stream()
                .map(column -> new Cell(column.heading(), Tone.STRONG))
                .toList();
        widths = new int[columns.size()];
        widen(headings);
        waiting.forEach(this::widen);
        narrowTheElastic();
        print(headings);
        waiting.forEach(this::print);
        waiting.clear();
    }

    private void widen(List<Cell> cells) {
        for (int i = 0; i < cells.size(); i++) {
            widths[i] = Math.max(widths[i], cells.get(i).text().length());
        }
    }

    private void narrowTheElastic() {
        int total = GAP.length() * (widths.length - 1);
        for (int width : widths) {
            total += width;
        }
        for (int i = 0; i < widths.length && total > WIDTH; i++) {
            if (columns.get(i).fit() != null && widths[i] > SHORTEST) {
                int narrowed = Math.max(SHORTEST, widths[i] - (total - WIDTH));
                total -= widths[i] - narrowed;
                widths[i] = narrowed;
            }
        }
    }

    private void print(List<Cell> cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            Column column = columns.get(i);
            String whole = cells.get(i).text();
            String text = column.fit() == null ? whole : column.fit().fit(whole, widths[i]);
            String padding = " ".repeat(Math.max(0, widths[i] - text.length()));
            String painted = style.paint(text, cells.get(i).tone());
            line.append(i == 0 ? "" : GAP).append(column.right() ? padding + painted : painted + padding);
        }
        out.println(line.toString().stripTrailing());
    }
}
