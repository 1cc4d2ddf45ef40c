package dev.espalier.policy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A regular expression as routers know it, over the text of an AS path or a community. Immutable; any thread.
 *
 * <p>It is sought anywhere in the text. {@code ^} and {@code $} are the ends of the text, {@code _} is an end, a space, a comma
 * or a bracket, {@code .} any character. {@code [0-9]}, {@code [^0-9]}, {@code |}, {@code ( )}, {@code *}, {@code +}, {@code ?},
 * {@code {n}}, {@code {n,}} and {@code {n,m}} mean what they mean elsewhere; {@code \} takes the meaning from the next character.
 *
 * <p>The expression becomes a deterministic automaton once, so that a text of n characters costs n steps whatever the expression:
 * there is no backtracking that a hostile path could drive. What could blow up is the automaton, and that is refused beyond
 * {@value #MAX_STATES} states.
 */
public final class TextPattern {

    /** More than any expression that a person can read; about 80 kB at worst. */
    static final int MAX_STATES = 1000;

    /** The characters that a sort of text is made of; others in an expression are mistakes. */
    public enum Alphabet {
        /** What {@link dev.espalier.route.AsPath#toString} writes. */
        AS_PATH("0123456789 ,{}()[]", "an AS path"),
        /** A community, always as two numbers. */
        COMMUNITY("0123456789:", "a community"),
        /** What {@link dev.espalier.net.ExtendedCommunity#toString} writes. */
        EXT_COMMUNITY("0123456789abcdefxrtso:.nwihv-", "an extended community"),
        /** Three numbers. */
        LARGE_COMMUNITY("0123456789:", "a large community");

        private final String characters;
        private final String words;

        Alphabet(String characters, String words) {
            this.characters = characters;
            this.words = words;
        }

        /** What the text is, for people: {@code an AS path}. */
        String words() {
            return words;
        }

        /** How many characters there are; fewer than 64, so that a class of them fits a long. */
        int size() {
            return characters.length();
        }

        /** The number of a character; negative when it is not of this alphabet. */
        int indexOf(char character) {
            return characters.indexOf(character);
        }
    }

    private final String expression;
    private final Alphabet alphabet;
    /** The column of each ASCII character; characters outside the alphabet share the last one. */
    private final byte[] columns = new byte[128];
    /** The next state by state and column. */
    private final short[] next;
    /** States from which nothing can undo the match. */
    private final BitSet accepting;
    /** States that match if the text ends here. */
    private final BitSet acceptingAtEnd;

    /**
     * Compiles an expression.
     *
     * @throws IllegalArgumentException with a sentence for people that names the position (from 1) of a mistake
     */
    public static TextPattern compile(String expression, Alphabet alphabet) {
        TextPatternNode node = new TextPatternParser(expression, alphabet).parse();
        return new TextPattern(expression, alphabet, new Subsets(TextPatternGraph.of(expression, node), alphabet));
    }

    private TextPattern(String expression, Alphabet alphabet, Subsets subsets) {
        this.expression = expression;
        this.alphabet = alphabet;
        int width = alphabet.size() + 1;
        for (char c = 0; c < columns.length; c++) {
            int index = alphabet.indexOf(c);
            columns[c] = (byte) (index < 0 ? alphabet.size() : index);
        }
        next = new short[subsets.rows.size() * width];
        for (int state = 0; state < subsets.rows.size(); state++) {
            System.arraycopy(subsets.rows.get(state), 0, next, state * width, width);
        }
        accepting = subsets.accepting;
        acceptingAtEnd = subsets.acceptingAtEnd;
    }

    /** Whether the expression is found somewhere in the text. */
    public boolean matches(CharSequence text) {
        int width = alphabet.size() + 1;
        int state = 0;
        for (int i = 0; i < text.length(); i++) {
            if (accepting.get(state)) {
                return true;
            }
            char c = text.charAt(i);
            state = next[state * width + (c < columns.length ? columns[c] : alphabet.size())];
        }
        return acceptingAtEnd.get(state);
    }

    /** How many states the automaton has. */
    int states() {
        return next.length / (alphabet.size() + 1);
    }

    /** The expression as written. */
    @Override
    public String toString() {
        return expression;
    }

    /** The subset construction: each state of the automaton is the set of graph nodes that a text may have led to. */
    private static final class Subsets {
        final List<short[]> rows = new ArrayList<>();
        final BitSet accepting = new BitSet();
        final BitSet acceptingAtEnd = new BitSet();
        private final List<BitSet> sets = new ArrayList<>();
        private final Map<BitSet, Integer> numbers = new HashMap<>();
        private final TextPatternGraph graph;

        Subsets(TextPatternGraph graph, Alphabet alphabet) {
            this.graph = graph;
            BitSet entry = new BitSet();
            entry.set(graph.entry());
            // The only state at the beginning of the text; it is not in the map, since no character leads back to it.
            add(graph.closure(entry, true, false), graph.closure(entry, true, true));
            for (int state = 0; state < sets.size(); state++) {
                short[] row = new short[alphabet.size() + 1];
                for (int character = 0; character < row.length; character++) {
                    BitSet reached = graph.step(sets.get(state), character);
                    reached.set(graph.entry()); // the match may as well start here
                    row[character] = (short) numberOf(settled(graph.closure(reached, false, false)));
                }
                rows.add(row);
            }
        }

        /** A complete match stays complete, so that all states with one are the same. */
        private static BitSet settled(BitSet set) {
            if (set.get(TextPatternGraph.ACCEPT)) {
                set.clear();
                set.set(TextPatternGraph.ACCEPT);
            }
            return set;
        }

        private int numberOf(BitSet set) {
            Integer known = numbers.get(set);
            if (known != null) {
                return known;
            }
            if (sets.size() == MAX_STATES) {
                throw new IllegalArgumentException(
                        "'" + graph.expression() + "' is too complicated: it needs more than " + MAX_STATES
                                + " states; write several simpler expressions");
            }
            numbers.put(set, sets.size());
            return add(set, graph.closure(set, false, true));
        }

        private int add(BitSet set, BitSet atEnd) {
            int number = sets.size();
            sets.add(set);
            accepting.set(number, set.get(TextPatternGraph.ACCEPT));
            acceptingAtEnd.set(number, atEnd.get(TextPatternGraph.ACCEPT));
            return number;
        }
    }
}
