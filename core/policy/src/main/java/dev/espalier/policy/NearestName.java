package dev.espalier.policy;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;

/** Guesses which name was meant, for all who look names up. */
public final class NearestName {

    private static final int SHOWN = 5;

    private NearestName() {}

    /**
     * {@code did you mean 'x'?} for the nearest known name; all the names when none is near and there are at most
     * {@code listed}; otherwise nothing.
     */
    public static String hint(String given, Collection<String> known, int listed) {
        return known.stream()
                .filter(name -> distance(given, name) <= tolerance(given))
                .min(Comparator.<String>comparingInt(name -> distance(given, name))
                        .thenComparing(name -> name))
                .map(name -> "did you mean '" + name + "'?")
                .orElseGet(() -> known.isEmpty() || known.size() > listed ? "" : "known: " + sorted(known));
    }

    /**
     * A sentence: {@code there is no prefix set 'custmers'; did you mean 'customers'?}
     *
     * @param what what the name should have named
     * @param known all names there are
     */
    static String unknown(String what, String name, Collection<String> known) {
        String sentence = "there is no " + what + " '" + name + "'";
        if (known.isEmpty()) {
            return sentence + ", and no other " + what + " either";
        }
        String hint = hint(name, known, 0);
        return sentence + "; " + (hint.isEmpty() ? "known is " + someOf(known) : hint);
    }

    private static String someOf(Collection<String> known) {
        String names = known.stream()
                .sorted()
                .limit(SHOWN)
                .map(each -> "'" + each + "'")
                .collect(Collectors.joining(", "));
        return known.size() > SHOWN ? names + " and " + (known.size() - SHOWN) + " more" : names;
    }

    private static String sorted(Collection<String> names) {
        return String.join(", ", names.stream().sorted().toList());
    }

    /** A third of the letters may be wrong; in short names, two. */
    private static int tolerance(String given) {
        return Math.max(2, given.length() / 3);
    }

    /**
     * How many letters to insert, remove, replace or swap with their neighbour to get from one name to the other (optimal
     * string alignment); upper and lower case are the same.
     */
    static int distance(String from, String to) {
        String a = from.toLowerCase(Locale.ROOT);
        String b = to.toLowerCase(Locale.ROOT);
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : step(d, a, b, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int step(int[][] d, String a, String b, int i, int j) {
        int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
    }
}
