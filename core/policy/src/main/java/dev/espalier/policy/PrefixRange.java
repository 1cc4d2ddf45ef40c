package dev.espalier.policy;

import dev.espalier.net.IpPrefix;

/**
 * A prefix, and the lengths that match at or below it (OpenConfig {@code masklength-range}): {@code 10.0.0.0/8} with
 * {@code 16..24} matches 10.1.0.0/16 and 10.1.2.0/24, not 10.0.0.0/8 itself.
 *
 * @param prefix the block that must cover the route's prefix
 * @param minLength the shortest length that matches; at least the prefix's own
 * @param maxLength the longest length that matches
 */
public record PrefixRange(IpPrefix prefix, int minLength, int maxLength) {

    /** @throws IllegalArgumentException for lengths that no prefix within the block has */
    public PrefixRange {
        if (minLength < prefix.length()
                || maxLength < minLength
                || maxLength > prefix.family().bits()) {
            throw new IllegalArgumentException("the lengths " + minLength + ".." + maxLength + " do not fit " + prefix
                    + "; they must lie between " + prefix.length() + " and "
                    + prefix.family().bits() + ", the smaller first");
        }
    }

    /** The prefix itself and nothing below it. */
    public static PrefixRange exact(IpPrefix prefix) {
        return new PrefixRange(prefix, prefix.length(), prefix.length());
    }

    /** The prefix and everything below it. */
    public static PrefixRange orLonger(IpPrefix prefix) {
        return new PrefixRange(prefix, prefix.length(), prefix.family().bits());
    }

    /**
     * Reads a mask length range: {@code exact} or {@code MIN..MAX}.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    public static PrefixRange of(IpPrefix prefix, String masklengthRange) {
        if (masklengthRange.equals("exact")) {
            return exact(prefix);
        }
        int dots = masklengthRange.indexOf("..");
        if (dots < 0) {
            throw notARange(masklengthRange);
        }
        int min = length(masklengthRange, masklengthRange.substring(0, dots));
        int max = length(masklengthRange, masklengthRange.substring(dots + 2));
        return new PrefixRange(prefix, min, max);
    }

    private static int length(String range, String digits) {
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw notARange(range);
        }
        return Integer.parseInt(digits);
    }

    private static IllegalArgumentException notARange(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not a mask length range; write 'exact', or two lengths like 16..24");
    }

    /** {@code 10.0.0.0/8}, or with lengths {@code 10.0.0.0/8 16..24}. */
    @Override
    public String toString() {
        boolean exact = minLength == prefix.length() && maxLength == prefix.length();
        return exact ? prefix.toString() : prefix + " " + minLength + ".." + maxLength;
    }
}
