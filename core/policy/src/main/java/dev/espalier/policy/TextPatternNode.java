package dev.espalier.policy;

import java.util.List;

/** A regular expression, taken apart. */
sealed interface TextPatternNode {

    /** No upper bound of a {@link Repeat}. */
    int UNBOUNDED = -1;

    /**
     * One character out of some.
     *
     * @param characters bit n stands for character n of the alphabet
     */
    record OneOf(long characters) implements TextPatternNode {}

    /** The beginning of the text. */
    record Begin() implements TextPatternNode {}

    /** The end of the text. */
    record End() implements TextPatternNode {}

    /** One after the other; none matches the empty text. */
    record Sequence(List<TextPatternNode> parts) implements TextPatternNode {}

    /** One of several. */
    record Choice(List<TextPatternNode> branches) implements TextPatternNode {}

    /**
     * The same several times.
     *
     * @param max the largest number of times, or {@link #UNBOUNDED}
     */
    record Repeat(TextPatternNode part, int min, int max) implements TextPatternNode {}
}
