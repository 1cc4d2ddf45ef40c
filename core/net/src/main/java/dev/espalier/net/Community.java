package dev.espalier.net;

import java.util.Map;

/**
 * A community (RFC 1997): 32 bits, usually written {@code AS:VALUE}.
 *
 * @param bits the value, the AS in the upper 16 bits
 */
public record Community(int bits) implements Comparable<Community> {

    /** RFC 8326. */
    public static final Community GRACEFUL_SHUTDOWN = new Community(0xFFFF0000);
    /** RFC 9494. */
    public static final Community LLGR_STALE = new Community(0xFFFF0006);
    /** RFC 9494. */
    public static final Community NO_LLGR = new Community(0xFFFF0007);
    /** RFC 7999. */
    public static final Community BLACKHOLE = new Community(0xFFFF029A);
    /** Not outside the confederation (RFC 1997). */
    public static final Community NO_EXPORT = new Community(0xFFFFFF01);
    /** To nobody (RFC 1997). */
    public static final Community NO_ADVERTISE = new Community(0xFFFFFF02);
    /** Not to any external peer, other members of the confederation included (RFC 1997). */
    public static final Community NO_EXPORT_SUBCONFED = new Community(0xFFFFFF03);
    /** RFC 3765. */
    public static final Community NO_PEER = new Community(0xFFFFFF04);

    private static final Map<String, Community> NAMED = Map.of(
            "graceful-shutdown", GRACEFUL_SHUTDOWN,
            "llgr-stale", LLGR_STALE,
            "no-llgr", NO_LLGR,
            "blackhole", BLACKHOLE,
            "no-export", NO_EXPORT,
            "no-advertise", NO_ADVERTISE,
            "no-export-subconfed", NO_EXPORT_SUBCONFED,
            "no-peer", NO_PEER);

    /**
     * Reads {@code AS:VALUE} (each 0 to 65535) or the name of a well-known community, such as {@code no-export}.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    public static Community parse(String text) {
        Community named = NAMED.get(text.toLowerCase(java.util.Locale.ROOT));
        if (named != null) {
            return named;
        }
        int colon = text.indexOf(':');
        try {
            long asn = Decimal.parse(text.substring(0, Math.max(colon, 0)), 0xFFFF);
            long value = Decimal.parse(text.substring(colon + 1), 0xFFFF);
            return new Community((int) (asn << 16 | value));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a community; write it like 65000:100, or use a name such as no-export",
                    notANumber);
        }
    }

    @Override
    public int compareTo(Community other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    /** The well-known name, or {@code AS:VALUE}. */
    @Override
    public String toString() {
        for (Map.Entry<String, Community> entry : NAMED.entrySet()) {
            if (entry.getValue().bits == bits) {
                return entry.getKey();
            }
        }
        return (bits >>> 16) + ":" + (bits & 0xFFFF);
    }
}
