package dev.espalier.cli;

/** How numbers, paths and long sentences are put for people. */
final class Words {

    private static final int MINUTE = 60;
    private static final int HOUR = 60 * MINUTE;
    private static final int DAY = 24 * HOUR;

    private Words() {}

    /** A time span with two units, such as {@code 3d04h}, {@code 2h05m}, {@code 5m03s} or {@code 12s}. */
    static String duration(long seconds) {
        if (seconds < MINUTE) {
            return seconds + "s";
        }
        if (seconds < HOUR) {
            return two(seconds, MINUTE, "m", 1, "s");
        }
        return seconds < DAY ? two(seconds, HOUR, "h", MINUTE, "m") : two(seconds, DAY, "d", HOUR, "h");
    }

    private static String two(long seconds, int large, String largeUnit, int small, String smallUnit) {
        long rest = seconds % large / small;
        return seconds / large + largeUnit + (rest < 10 ? "0" : "") + rest + smallUnit;
    }

    /** {@code 1 peer}, {@code 2 peers}. */
    static String count(long number, String one) {
        return number + " " + one + (number == 1 ? "" : "s");
    }

    /**
     * An AS path that fits: the neighbour and those behind it say where a path goes, the last says whose prefix it is; what is
     * left out is counted.
     */
    static String asPath(String path, int width) {
        if (path.length() <= width) {
            return path;
        }
        String[] asns = path.split(" ");
        int last = asns.length - 1;
        // The origin letter stands behind the path, and belongs to the last AS.
        String end = asns[last].length() == 1 && last > 0 ? asns[last - 1] + " " + asns[last] : asns[last];
        int lastKept = asns[last].length() == 1 && last > 0 ? last - 1 : last;
        StringBuilder head = new StringBuilder();
        int kept = 0;
        while (kept < lastKept) {
            String more = head + asns[kept] + " ";
            if (kept > 0 && (more + left(lastKept - kept - 1) + end).length() > width) {
                break;
            }
            head.append(asns[kept++]).append(' ');
        }
        return kept == lastKept ? path : head + left(lastKept - kept) + end;
    }

    private static String left(int count) {
        return "+" + count + " ";
    }

    /** Breaks a text at blanks; all lines but the first begin with the indentation. */
    static String wrap(String text, int indentation) {
        StringBuilder wrapped = new StringBuilder();
        int column = indentation;
        for (String word : text.split(" ")) {
            boolean first = wrapped.isEmpty();
            if (!first && column + 1 + word.length() > Table.WIDTH) {
                wrapped.append(System.lineSeparator()).append(" ".repeat(indentation));
                column = indentation;
            } else if (!first) {
                wrapped.append(' ');
                column++;
            }
            wrapped.append(word);
            column += word.length();
        }
        return wrapped.toString();
    }

    /** A text that begins large and ends with a full stop: what the engines say begins small and has none. */
    static String sentence(String text) {
        if (text.isEmpty()) {
            return text;
        }
        String end = text.endsWith(".") || text.endsWith("!") || text.endsWith("?") ? "" : ".";
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + end;
    }
}
