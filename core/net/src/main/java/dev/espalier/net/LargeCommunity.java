package dev.espalier.net;

/**
 * A large community (RFC 8092): three unsigned 32-bit numbers.
 *
 * @param administrator the AS that defines what the others mean (32 bits, unsigned)
 * @param data1 first number (32 bits, unsigned)
 * @param data2 second number (32 bits, unsigned)
 */
public record LargeCommunity(int administrator, int data1, int data2) implements Comparable<LargeCommunity> {

    /**
     * Reads {@code A:B:C}.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    public static LargeCommunity parse(String text) {
        String[] words = text.split(":", -1);
        try {
            if (words.length != 3) {
                throw new NumberFormatException();
            }
            return new LargeCommunity(number(words[0]), number(words[1]), number(words[2]));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a large community; write it like 65000:1:2", notANumber);
        }
    }

    private static int number(String word) {
        return (int) Decimal.parse(word, 0xFFFF_FFFFL);
    }

    @Override
    public int compareTo(LargeCommunity other) {
        int byAdministrator = Integer.compareUnsigned(administrator, other.administrator);
        if (byAdministrator != 0) {
            return byAdministrator;
        }
        int byData1 = Integer.compareUnsigned(data1, other.data1);
        return byData1 != 0 ? byData1 : Integer.compareUnsigned(data2, other.data2);
    }

    @Override
    public String toString() {
        return Integer.toUnsignedString(administrator) + ":" + Integer.toUnsignedString(data1) + ":"
                + Integer.toUnsignedString(data2);
    }
}
