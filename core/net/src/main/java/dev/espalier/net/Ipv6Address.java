package dev.espalier.net;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * An IPv6 address.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record Ipv6Address(long high, long low) implements IpAddress {

    /** {@code ::}. */
    public static final Ipv6Address UNSPECIFIED = new Ipv6Address(0, 0);

    private static final int GROUPS = 8;

    @Override
    public AddressFamily family() {
        return AddressFamily.IPV6;
    }

    @Override
    public byte[] toBytes() {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    @Override
    public boolean isLoopback() {
        return high == 0 && low == 1;
    }

    @Override
    public boolean isLinkLocal() {
        return high >>> 54 == 0x3FA;
    }

    @Override
    public boolean isMulticast() {
        return high >>> 56 == 0xFF;
    }

    /** Whether this is an IPv4 address in IPv6 clothing, {@code ::ffff:0:0/96} (RFC 4291 section 2.5.5.2). */
    public boolean isIpv4Mapped() {
        return high == 0 && low >>> 32 == 0xFFFF;
    }

    /** The address in the sixteen octets that start at {@code offset}. */
    public static Ipv6Address ofBytes(byte[] octets, int offset) {
        ByteBuffer buffer = ByteBuffer.wrap(octets, offset, 16);
        return new Ipv6Address(buffer.getLong(), buffer.getLong());
    }

    /**
     * Reads the text forms of RFC 4291 section 2.2: eight groups, one {@code ::}, optionally an IPv4 address at the end.
     *
     * @throws IllegalArgumentException with a sentence for people; a zone ({@code %eth0}) is refused here too
     */
    public static Ipv6Address parse(String text) {
        int gap = text.indexOf("::");
        List<Integer> head = groups(text, gap < 0 ? text : text.substring(0, gap), gap < 0);
        List<Integer> tail = gap < 0 ? List.of() : groups(text, text.substring(gap + 2), true);
        int given = head.size() + tail.size();
        // "::" stands for at least one group of zeros
        if (gap < 0 ? given != GROUPS : given >= GROUPS) {
            throw notAnAddress(text);
        }
        long[] halves = new long[2];
        for (int i = 0; i < GROUPS; i++) {
            int fromEnd = i - (GROUPS - tail.size());
            int group = i < head.size() ? head.get(i) : fromEnd >= 0 ? tail.get(fromEnd) : 0;
            halves[i / 4] = halves[i / 4] << 16 | group;
        }
        return new Ipv6Address(halves[0], halves[1]);
    }

    private static List<Integer> groups(String whole, String part, boolean mayEndInIpv4) {
        List<Integer> groups = new ArrayList<>();
        if (part.isEmpty()) {
            return groups;
        }
        String[] words = part.split(":", -1);
        for (int i = 0; i < words.length; i++) {
            String word = words[i];
            if (i == words.length - 1 && mayEndInIpv4 && word.indexOf('.') >= 0) {
                int v4 = ipv4Tail(whole, word);
                groups.add(v4 >>> 16);
                groups.add(v4 & 0xFFFF);
            } else {
                groups.add(group(whole, word));
            }
        }
        return groups;
    }

    private static int ipv4Tail(String whole, String word) {
        try {
            return Ipv4Address.parse(word).value();
        } catch (IllegalArgumentException notIpv4) {
            throw notAnAddress(whole);
        }
    }

    private static int group(String whole, String word) {
        if (word.isEmpty() || word.length() > 4) {
            throw notAnAddress(whole);
        }
        int value = 0;
        for (int i = 0; i < word.length(); i++) {
            int digit = word.charAt(i) < 128 ? Character.digit(word.charAt(i), 16) : -1;
            if (digit < 0) {
                throw notAnAddress(whole);
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("'" + text + "' is not an IPv6 address");
    }

    /** The canonical text of RFC 5952: lower case, no leading zeros, the longest run of zero groups as {@code ::}. */
    @Override
    public String toString() {
        if (isIpv4Mapped()) {
            return "::ffff:" + new Ipv4Address((int) low); // RFC 5952 section 5
        }
        int runStart = -1;
        int runLength = 1; // a single zero group is not shortened (section 4.2.2)
        for (int i = 0; i < GROUPS; i++) {
            int length = zerosFrom(i);
            if (length > runLength) {
                runStart = i;
                runLength = length;
            }
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (i == runStart) {
                text.append("::");
                i += runLength - 1;
                continue;
            }
            if (i > 0 && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(group(i)));
        }
        return text.toString();
    }

    private int zerosFrom(int index) {
        int end = index;
        while (end < GROUPS && group(end) == 0) {
            end++;
        }
        return end - index;
    }

    private int group(int index) {
        long half = index < 4 ? high : low;
        return (int) (half >>> 48 - 16 * (index % 4)) & 0xFFFF;
    }

    /** Mixed, because tables keyed by addresses would otherwise see runs of equal low bits. */
    @Override
    public int hashCode() {
        long h = (high ^ low * 0x9E3779B97F4A7C15L) * 0xC2B2AE3D27D4EB4FL;
        return (int) (h >>> 32) ^ (int) h;
    }
}
