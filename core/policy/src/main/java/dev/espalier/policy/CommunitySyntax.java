package dev.espalier.policy;

import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.LargeCommunity;
import dev.espalier.policy.TextPattern.Alphabet;
import java.util.function.Function;

/**
 * What differs between the three sorts of communities when a member of a set is read.
 *
 * @param <T> the sort of community
 * @param parse reads a value
 * @param text writes a value as patterns see it
 * @param alphabet what that text is made of
 * @param number what {@code *} stands for, as a regular expression
 * @param example values and patterns that are right, for errors
 */
record CommunitySyntax<T>(
        Function<String, T> parse, Function<T, String> text, Alphabet alphabet, String number, String example) {

    /** Patterns see numbers also where people see a name such as {@code no-export}. */
    static final CommunitySyntax<Community> COMMUNITY = new CommunitySyntax<>(
            Community::parse,
            c -> (c.bits() >>> 16) + ":" + (c.bits() & 0xFFFF),
            Alphabet.COMMUNITY,
            "[0-9]+",
            "65000:100, no-export, 65000:* or ^65000:1..$");

    static final CommunitySyntax<ExtendedCommunity> EXT_COMMUNITY = new CommunitySyntax<>(
            ExtendedCommunity::parse,
            ExtendedCommunity::toString,
            Alphabet.EXT_COMMUNITY,
            "[0-9.]+",
            "rt:65000:1, rt:65000:* or ^soo:");

    static final CommunitySyntax<LargeCommunity> LARGE_COMMUNITY = new CommunitySyntax<>(
            LargeCommunity::parse,
            LargeCommunity::toString,
            Alphabet.LARGE_COMMUNITY,
            "[0-9]+",
            "65000:1:2, 65000:1:* or ^65000:1:[0-9]$");

    /**
     * What makes a text a regular expression. A dot alone does not: it is more often a typing error, or part of an address; and
     * a misspelt name shall be an error rather than an expression that never matches.
     */
    private static final String MARKS_OF_AN_EXPRESSION = "^$[(|+?\\_";

    /** Whether a text is meant as a regular expression. */
    static boolean isExpression(String member) {
        return member.chars().anyMatch(c -> MARKS_OF_AN_EXPRESSION.indexOf(c) >= 0);
    }

    /**
     * Reads a value in which {@code *} stands for whole numbers.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    TextPattern wildcard(String member) {
        for (String part : member.split(":", -1)) {
            if (part.contains("*") && !part.equals("*")) {
                throw refused(member, null);
            }
        }
        try {
            T _ = parse.apply(member.replace('*', '0')); // has the right shape, whatever the numbers
        } catch (IllegalArgumentException misshapen) {
            throw refused(member, misshapen);
        }
        String expression = "^" + member.replace(".", "\\.").replace("*", number) + "$";
        return TextPattern.compile(expression, alphabet);
    }

    private IllegalArgumentException refused(
            String member, @org.jspecify.annotations.Nullable IllegalArgumentException cause) {
        return new IllegalArgumentException(
                "'" + member + "' is not " + alphabet.words() + " with * for whole numbers; write it like " + example,
                cause);
    }
}
