package dev.espalier.policy;

import java.util.Collection;
import java.util.Comparator;

/** Says that a name is unknown, and which known one was probably meant. */
final class NearestName {

    private NearestName() {}

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
        String nearest = known.stream()
                .min(Comparator.<String>comparingInt(each -> distance(name, each))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
        // Beyond a third of the letters it is no typing error.
        return distance(name, nearest) <= Math.max(1, name.length() / 3)
                ? sentence + "; did you mean '" + nearest + "'?"
                : sentence + "; known is " + listed(known);
    }

    private static String listed(Collection<String> known) {
        int shown = 5;
        String names = known.stream()
                .sorted()
                .limit(shown)
                .map(each -> "'" + each + "'")
                .collect(java.util.stream.Collectors.joining(", "));
        return known.size() > shown ? names + " and " + (known.size() - shown) + " more" : names;
    }

    /** How many letters must be put in, taken out or changed (Levenshtein). */
    static int distance(String first, String second) {
        int[] previous = new int[second.length() + 1];
        for (int j = 0; j <= second.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= first.length(); i++) {
            int[] current = new int[second.length() + 1];
            current[0] = i;
            for (int j = 1; j <= second.length(); j++) {
                int changed = previous[j - 1] + (first.charAt(i - 1) == second.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(changed, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[second.length()];
    }
}
