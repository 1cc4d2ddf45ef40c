package dev.espalier.net;

/**
 * Reads numbers as configuration and the wire's people write them: the digits 0 to 9 and nothing else. The JDK's parsers also take a
 * plus sign and the digits of other scripts, which a typing error or a copy from a web page brings in.
 */
final class Decimal {

    private static final int MAX_DIGITS = 18;

    private Decimal() {}

    /**
     * The number from 0 to {@code max} that the text writes.
     *
     * @throws NumberFormatException when it writes none
     */
    static long parse(String text, long max) {
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9' || i == MAX_DIGITS) {
                throw new NumberFormatException("'" + text + "' is not a number");
            }
            value = 10 * value + (digit - '0');
        }
        if (text.isEmpty() || value > max) {
            throw new NumberFormatException("'" + text + "' is not a number from 0 to " + max);
        }
        return value;
    }
}
