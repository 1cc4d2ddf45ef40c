package dev.espalier.linux;

import java.nio.charset.StandardCharsets;

/** What may stand between quotation marks in the language of nft, which knows no way to write one inside. */
final class NftText {

    private NftText() {}

    /**
     * Checks a text.
     *
     * @param what it is, for the error
     * @param longest in octets of UTF-8
     * @throws IllegalArgumentException with a sentence for people when it is empty, too long or contains what cannot be quoted
     */
    static void check(String what, String text, int longest) {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > longest) {
            throw new IllegalArgumentException(
                    "the " + what + " has " + length + " octets, not 1 to " + longest + ": '" + text + "'");
        }
        if (text.chars().anyMatch(each -> each == '"' || Character.isISOControl(each))) {
            throw new IllegalArgumentException("the " + what
                    + " contains a quotation mark or a control character, which nft cannot take: '" + text
                    + "'");
        }
    }
}
