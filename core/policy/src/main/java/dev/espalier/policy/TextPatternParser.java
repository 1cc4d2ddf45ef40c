package dev.espalier.policy;

import dev.espalier.policy.TextPattern.Alphabet;
import java.util.ArrayList;
import java.util.List;

/** Reads a regular expression by recursive descent, and says where it is wrong. */
final class TextPatternParser {

    private static final int MAX_LENGTH = 500;
    private static final int MAX_REPEAT = 255;

    /** What {@code _} stands for besides the ends of the text. */
    private static final String DELIMITERS = " ,{}()[]";

    private final String expression;
    private final Alphabet alphabet;
    private int at;

    TextPatternParser(String expression, Alphabet alphabet) {
        this.expression = expression;
        this.alphabet = alphabet;
    }

    TextPatternNode parse() {
        if (expression.isEmpty()) {
            throw new IllegalArgumentException(
                    "an empty regular expression matches everything; write .* if that is meant");
        }
        if (expression.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a regular expression has at most " + MAX_LENGTH + " characters, not "
                    + expression.length() + "; write several shorter ones");
        }
        TextPatternNode node = choice();
        if (at < expression.length()) {
            throw wrong(at, "')' closes nothing"); // choice() stops early at nothing else
        }
        return node;
    }

    private TextPatternNode choice() {
        List<TextPatternNode> branches = new ArrayList<>();
        branches.add(sequence());
        while (accept('|')) {
            branches.add(sequence());
        }
        return branches.size() == 1 ? branches.getFirst() : new TextPatternNode.Choice(branches);
    }

    private TextPatternNode sequence() {
        List<TextPatternNode> parts = new ArrayList<>();
        while (at < expression.length() && peek() != '|' && peek() != ')') {
            parts.add(repeated());
        }
        return new TextPatternNode.Sequence(parts);
    }

    private TextPatternNode repeated() {
        TextPatternNode node = single();
        while (at < expression.length()) {
            switch (peek()) {
                case '*' -> node = new TextPatternNode.Repeat(node, 0, TextPatternNode.UNBOUNDED);
                case '+' -> node = new TextPatternNode.Repeat(node, 1, TextPatternNode.UNBOUNDED);
                case '?' -> node = new TextPatternNode.Repeat(node, 0, 1);
                case '{' -> {
                    node = counted(node);
                    continue;
                }
                default -> {
                    return node;
                }
            }
            at++;
        }
        return node;
    }

    private TextPatternNode counted(TextPatternNode node) {
        int open = at++;
        int min = count(open);
        int max = min;
        if (accept(',')) {
            max = at < expression.length() && peek() == '}' ? TextPatternNode.UNBOUNDED : count(open);
        }
        if (!accept('}') || (max != TextPatternNode.UNBOUNDED && max < min)) {
            throw notACount(open);
        }
        return new TextPatternNode.Repeat(node, min, max);
    }

    private int count(int open) {
        int start = at;
        int count = 0;
        while (at < expression.length() && peek() >= '0' && peek() <= '9' && count <= MAX_REPEAT) {
            count = count * 10 + (expression.charAt(at++) - '0');
        }
        if (at == start || count > MAX_REPEAT) {
            throw notACount(open);
        }
        return count;
    }

    private IllegalArgumentException notACount(int open) {
        return wrong(
                open,
                "a count is written {2}, {2,} or {2,4}, up to " + MAX_REPEAT
                        + "; the bracket of an AS_SET is written \\{");
    }

    private TextPatternNode single() {
        int start = at;
        char c = expression.charAt(at++);
        return switch (c) {
            case '^' -> new TextPatternNode.Begin();
            case '$' -> new TextPatternNode.End();
            case '_' ->
                new TextPatternNode.Choice(List.of(
                        new TextPatternNode.Begin(),
                        new TextPatternNode.End(),
                        new TextPatternNode.OneOf(delimiters())));
            case '.' -> new TextPatternNode.OneOf(all());
            case '[' -> new TextPatternNode.OneOf(bracketed(start));
            case '(' -> group(start);
            case '\\' -> new TextPatternNode.OneOf(escaped(start));
            case '*', '+', '?', '{' -> throw wrong(start, "'" + c + "' repeats nothing");
            default -> new TextPatternNode.OneOf(1L << indexOf(c, start));
        };
    }

    private TextPatternNode group(int open) {
        TextPatternNode inner = choice();
        if (!accept(')')) {
            throw wrong(open, "'(' is not closed");
        }
        return inner;
    }

    private long escaped(int backslash) {
        if (at == expression.length()) {
            throw wrong(backslash, "'\\' is followed by nothing");
        }
        char c = expression.charAt(at++);
        if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
            throw wrong(backslash, "'\\" + c + "' is not known here; write [0-9] for a digit");
        }
        return 1L << indexOf(c, backslash);
    }

    /** The inside of {@code [...]}; as everywhere, {@code ]} stands for itself when it comes first. */
    private long bracketed(int open) {
        boolean negated = accept('^');
        long characters = 0;
        int first = at;
        while (at < expression.length() && (peek() != ']' || at == first)) {
            int start = at;
            int from = indexOf(expression.charAt(at++), start);
            int to = from;
            if (at + 1 < expression.length() && peek() == '-' && expression.charAt(at + 1) != ']') {
                at++;
                to = indexOf(expression.charAt(at++), start);
                requireRange(start, from, to);
            }
            for (int i = from; i <= to; i++) {
                characters |= 1L << i;
            }
        }
        if (!accept(']')) {
            throw wrong(open, "'[' is not closed");
        }
        return negated ? all() & ~characters : characters;
    }

    /** Only digits and letters stand in an order that people know. */
    private void requireRange(int start, int from, int to) {
        char first = expression.charAt(start);
        char last = expression.charAt(start + 2);
        boolean digits = Character.isDigit(first) && Character.isDigit(last);
        boolean letters = first >= 'a' && last <= 'f';
        if (from > to || !(digits || letters)) {
            throw wrong(start, "'" + first + "-" + last + "' is not a range; write the smaller first, like 0-9");
        }
    }

    private long all() {
        return (1L << alphabet.size()) - 1;
    }

    private long delimiters() {
        long characters = 0;
        for (int i = 0; i < DELIMITERS.length(); i++) {
            int index = alphabet.indexOf(DELIMITERS.charAt(i));
            characters |= index < 0 ? 0 : 1L << index;
        }
        return characters;
    }

    private int indexOf(char c, int position) {
        int index = alphabet.indexOf(c);
        if (index < 0) {
            throw wrong(position, "'" + c + "' never occurs in " + alphabet.words());
        }
        return index;
    }

    private char peek() {
        return expression.charAt(at);
    }

    private boolean accept(char c) {
        boolean there = at < expression.length() && peek() == c;
        at += there ? 1 : 0;
        return there;
    }

    private IllegalArgumentException wrong(int position, String sentence) {
        return new IllegalArgumentException(
                "'" + expression + "' is wrong at character " + (position + 1) + ": " + sentence);
    }
}
