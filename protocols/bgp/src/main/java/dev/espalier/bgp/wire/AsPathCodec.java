package dev.espalier.bgp.wire;

import dev.espalier.net.Asn;
import dev.espalier.route.AsPath;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The encodings of AS_PATH: its check, and the way between the two-octet AS numbers of old speakers (with AS4_PATH
 * beside) and the four-octet ones used everywhere else (RFC 6793).
 */
final class AsPathCodec {

    private static final int MAX_SEGMENT = 255;

    private AsPathCodec() {}

    /**
     * What is wrong with the path in {@code [from, to)}; null when nothing is.
     *
     * @param asSize how many octets an AS number has: 2 or 4
     * @param confederation whether confederation segments are in order
     */
    static @Nullable String fault(byte[] octets, int from, int to, int asSize, boolean confederation) {
        int at = from;
        while (at < to) {
            if (to - at < 2) {
                return "has one octet left after its last segment";
            }
            int type = octets[at];
            int count = octets[at + 1] & 0xFF;
            if (type < AsPath.AS_SET || type > AsPath.AS_CONFED_SET) {
                return "has a segment of an unknown type";
            }
            if (type >= AsPath.AS_CONFED_SEQUENCE && !confederation) {
                return "has a confederation segment, but the peer is in no confederation with us (RFC 5065 section 5)";
            }
            if (count == 0) {
                return "has an empty segment";
            }
            int end = at + 2 + count * asSize;
            if (end > to) {
                return "has a segment that is longer than the attribute";
            }
            for (at += 2; at < end; at += asSize) {
                if ((asSize == 2 ? Octets.u16(octets, at) : Octets.i32(octets, at)) == 0) {
                    return "contains AS 0 (RFC 7607)";
                }
            }
        }
        return null;
    }

    /** A validated path of two-octet AS numbers in {@code [from, to)}, with four-octet ones. */
    static byte[] widen(byte[] octets, int from, int to) {
        byte[] wide = new byte[2 * (to - from)];
        int out = 0;
        for (int at = from; at < to; ) {
            int end = at + 2 + 2 * (octets[at + 1] & 0xFF);
            wide[out++] = octets[at++];
            wide[out++] = octets[at++];
            for (; at < end; at += 2, out += 4) {
                Octets.putU16(wide, out + 2, Octets.u16(octets, at));
            }
        }
        return Arrays.copyOf(wide, out);
    }

    /** A path with two-octet AS numbers, {@link Asn#AS_TRANS} where one does not fit (RFC 6793 section 4.2.2). */
    static byte[] narrow(byte[] path) {
        byte[] narrow = new byte[path.length];
        int out = 0;
        for (int at = 0; at < path.length; ) {
            int end = at + 2 + 4 * (path[at + 1] & 0xFF);
            narrow[out++] = path[at++];
            narrow[out++] = path[at++];
            for (; at < end; at += 4, out += 2) {
                Octets.putU16(narrow, out, narrow(Octets.i32(path, at)));
            }
        }
        return Arrays.copyOf(narrow, out);
    }

    /** An AS number in two octets. */
    static int narrow(int asn) {
        return fitsTwoOctets(asn) ? asn : Asn.AS_TRANS.bits();
    }

    static boolean fitsTwoOctets(int asn) {
        return asn >>> 16 == 0;
    }

    /**
     * Whether {@link #narrow(byte[])} loses something that AS4_PATH can carry. The path has no confederation segments.
     */
    static boolean hasFourOctetAs(byte[] path) {
        for (int at = 0; at < path.length; ) {
            int end = at + 2 + 4 * (path[at + 1] & 0xFF);
            for (at += 2; at < end; at += 4) {
                if (!fitsTwoOctets(Octets.i32(path, at))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A path without its confederation segments, which AS4_PATH must not have (RFC 6793 section 3). */
    static byte[] withoutConfederation(byte[] path) {
        byte[] kept = new byte[path.length];
        int out = 0;
        for (int at = 0; at < path.length; at += segmentLength(path, at)) {
            if (path[at] < AsPath.AS_CONFED_SEQUENCE) {
                System.arraycopy(path, at, kept, out, segmentLength(path, at));
                out += segmentLength(path, at);
            }
        }
        return out == path.length ? path : Arrays.copyOf(kept, out);
    }

    /**
     * The whole path from an old speaker's AS_PATH and AS4_PATH, both with four-octet AS numbers (RFC 6793 section
     * 4.2.3): as much of the beginning of AS_PATH as AS4_PATH is shorter, then AS4_PATH. If AS4_PATH is the longer one
     * it is wrong, and AS_PATH is all there is.
     */
    static byte[] merge(byte[] path, byte[] as4Path) {
        int hops = hops(path) - hops(as4Path);
        if (hops < 0) {
            return path;
        }
        byte[] merged = new byte[path.length + as4Path.length];
        int out = 0;
        int lastSegment = -1;
        for (int at = 0; at < path.length; at += segmentLength(path, at)) {
            boolean confederation = path[at] >= AsPath.AS_CONFED_SEQUENCE;
            if (!confederation && hops == 0) {
                break;
            }
            int count = path[at + 1] & 0xFF;
            int taken = path[at] == AsPath.AS_SEQUENCE ? Math.min(count, hops) : count;
            lastSegment = out;
            merged[out] = path[at];
            merged[out + 1] = (byte) taken;
            System.arraycopy(path, at + 2, merged, out + 2, 4 * taken);
            out += 2 + 4 * taken;
            hops -= confederation ? 0 : path[at] == AsPath.AS_SET ? 1 : taken;
            if (taken < count) {
                break;
            }
        }
        return join(merged, out, lastSegment, as4Path);
    }

    /** Appends a path; two sequences that meet become one, as they were before the old speaker came between. */
    private static byte[] join(byte[] octets, int length, int lastSegment, byte[] tail) {
        int skipped = 0;
        if (lastSegment >= 0
                && tail.length > 0
                && octets[lastSegment] == AsPath.AS_SEQUENCE
                && tail[0] == AsPath.AS_SEQUENCE
                && (octets[lastSegment + 1] & 0xFF) + (tail[1] & 0xFF) <= MAX_SEGMENT) {
            octets[lastSegment + 1] += tail[1];
            skipped = 2;
        }
        System.arraycopy(tail, skipped, octets, length, tail.length - skipped);
        return Arrays.copyOf(octets, length + tail.length - skipped);
    }

    /** As {@link AsPath#length()}. */
    private static int hops(byte[] path) {
        int hops = 0;
        for (int at = 0; at < path.length; at += segmentLength(path, at)) {
            hops += switch (path[at]) {
                case AsPath.AS_SEQUENCE -> path[at + 1] & 0xFF;
                case AsPath.AS_SET -> 1;
                default -> 0;
            };
        }
        return hops;
    }

    private static int segmentLength(byte[] path, int at) {
        return 2 + 4 * (path[at + 1] & 0xFF);
    }
}
