package dev.espalier.route;

import dev.espalier.net.Asn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The ASes a route has come through, latest first (RFC 4271 section 4.3), kept as it travels: segments of a type octet, a count
 * octet and that many AS numbers of four octets each. Immutable; equal when the octets are.
 */
public final class AsPath {

    /** Segment type: ASes in any order; counts as one hop. */
    public static final int AS_SET = 1;
    /** Segment type: ASes in the order of travel, latest first. */
    public static final int AS_SEQUENCE = 2;
    /** Segment type: within a confederation (RFC 5065); counts as no hop. */
    public static final int AS_CONFED_SEQUENCE = 3;
    /** Segment type: within a confederation, in any order; counts as no hop. */
    public static final int AS_CONFED_SET = 4;

    /** The path of a route that starts here. */
    public static final AsPath EMPTY = new AsPath(new byte[0]);

    private static final int MAX_SEGMENT = 255;

    private final byte[] encoded;

    private AsPath(byte[] encoded) {
        this.encoded = encoded;
    }

    /**
     * One segment.
     *
     * @param type one of the four segment types
     * @param asns its AS numbers, 1 to 255 of them
     */
    public record Segment(int type, List<Asn> asns) {
        /** @throws IllegalArgumentException for an unknown type or a wrong number of ASes */
        public Segment {
            asns = List.copyOf(asns);
            if (type < AS_SET || type > AS_CONFED_SET || asns.isEmpty() || asns.size() > MAX_SEGMENT) {
                throw new IllegalArgumentException(
                        "AS_PATH segment of type " + type + " with " + asns.size() + " ASes");
            }
        }
    }

    /** The path whose four-octet encoding is given; the octets must have been validated, and are not copied. */
    static AsPath ofEncoded(byte[] encoded) {
        return encoded.length == 0 ? EMPTY : new AsPath(encoded);
    }

    /** A path of one sequence, latest AS first; longer than 255 ASes it becomes several segments. */
    public static AsPath sequence(List<Asn> asns) {
        List<Segment> segments = new ArrayList<>();
        for (int from = 0; from < asns.size(); from += MAX_SEGMENT) {
            segments.add(new Segment(AS_SEQUENCE, asns.subList(from, Math.min(from + MAX_SEGMENT, asns.size()))));
        }
        return of(segments);
    }

    /** A path of these segments. */
    public static AsPath of(List<Segment> segments) {
        int length = segments.stream().mapToInt(s -> 2 + 4 * s.asns().size()).sum();
        byte[] encoded = new byte[length];
        int at = 0;
        for (Segment segment : segments) {
            encoded[at++] = (byte) segment.type();
            encoded[at++] = (byte) segment.asns().size();
            for (Asn asn : segment.asns()) {
                putInt(encoded, at, asn.bits());
                at += 4;
            }
        }
        return ofEncoded(encoded);
    }

    /** The segments, latest first. */
    public List<Segment> segments() {
        List<Segment> segments = new ArrayList<>();
        for (int at = 0; at < encoded.length; at += 2 + 4 * count(at)) {
            List<Asn> asns = new ArrayList<>(count(at));
            for (int i = 0; i < count(at); i++) {
                asns.add(Asn.ofBits(intAt(encoded, at + 2 + 4 * i)));
            }
            segments.add(new Segment(encoded[at], asns));
        }
        return segments;
    }

    /** A copy of the encoding with four-octet AS numbers. */
    public byte[] encoded() {
        return encoded.clone();
    }

    /** How many octets {@link #encoded()} has. */
    public int encodedLength() {
        return encoded.length;
    }

    /** Whether the route has come through no AS. */
    public boolean isEmpty() {
        return encoded.length == 0;
    }

    /** The length that the decision process compares: an AS_SET counts one, confederation segments nothing. */
    public int length() {
        return length(encoded, 0, encoded.length);
    }

    static int length(byte[] path, int from, int to) {
        int length = 0;
        for (int at = from; at < to; at += 2 + 4 * (path[at + 1] & 0xFF)) {
            length += switch (path[at]) {
                case AS_SEQUENCE -> path[at + 1] & 0xFF;
                case AS_SET -> 1;
                default -> 0;
            };
        }
        return length;
    }

    /** How often an AS appears, in segments of any type. */
    public int occurrences(Asn asn) {
        int found = 0;
        for (int at = 0; at < encoded.length; at += 2 + 4 * count(at)) {
            for (int i = 0; i < count(at); i++) {
                if (intAt(encoded, at + 2 + 4 * i) == asn.bits()) {
                    found++;
                }
            }
        }
        return found;
    }

    /** This path with an AS put before it a number of times, as a speaker does towards an external peer. */
    public AsPath prepend(Asn asn, int times) {
        byte[] result = encoded;
        for (int i = 0; i < times; i++) {
            result = prependOnce(result, asn);
        }
        return ofEncoded(result);
    }

    /** RFC 4271 section 5.1.2: into the leading AS_SEQUENCE if there is one with room, otherwise as a new one. */
    private static byte[] prependOnce(byte[] path, Asn asn) {
        boolean room = path.length > 0 && path[0] == AS_SEQUENCE && (path[1] & 0xFF) < MAX_SEGMENT;
        int kept = room ? 2 : 0;
        byte[] result = new byte[6 + path.length - kept];
        result[0] = AS_SEQUENCE;
        result[1] = (byte) (room ? path[1] + 1 : 1);
        putInt(result, 2, asn.bits());
        System.arraycopy(path, kept, result, 6, path.length - kept);
        return result;
    }

    private int count(int segment) {
        return encoded[segment + 1] & 0xFF;
    }

    static int intAt(byte[] octets, int at) {
        return (octets[at] & 0xFF) << 24
                | (octets[at + 1] & 0xFF) << 16
                | (octets[at + 2] & 0xFF) << 8
                | (octets[at + 3] & 0xFF);
    }

    private static void putInt(byte[] octets, int at, int value) {
        octets[at] = (byte) (value >>> 24);
        octets[at + 1] = (byte) (value >>> 16);
        octets[at + 2] = (byte) (value >>> 8);
        octets[at + 3] = (byte) value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AsPath path && Arrays.equals(encoded, path.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }

    /** The ASes with spaces between; sets in braces, confederation segments in round and square brackets. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Segment segment : segments()) {
            if (!text.isEmpty()) {
                text.append(' ');
            }
            switch (segment.type()) {
                case AS_SEQUENCE -> join(text, "", segment, " ", "");
                case AS_SET -> join(text, "{", segment, ",", "}");
                case AS_CONFED_SEQUENCE -> join(text, "(", segment, " ", ")");
                default -> join(text, "[", segment, ",", "]");
            }
        }
        return text.toString();
    }

    private static void join(StringBuilder text, String open, Segment segment, String separator, String close) {
        text.append(open);
        String before = "";
        for (Asn asn : segment.asns()) {
            text.append(before).append(asn);
            before = separator;
        }
        text.append(close);
    }
}
