package dev.espalier.bgp.engine;

import dev.espalier.bgp.AsPathOptions.RemovePrivateAs;
import dev.espalier.net.Asn;
import dev.espalier.route.AsPath;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the AS path changes on its way to an external neighbour. Immutable, and part of the {@link ExportKey}.
 *
 * @param ours our AS
 * @param seen the AS that the neighbour knows us by; mostly ours (RFC 7705)
 * @param bothAses whether ours follows where the two differ
 * @param removePrivate what becomes of AS numbers for private use, or null
 * @param override whether the neighbour's AS is replaced by the one it knows us by
 * @param neighborAs the neighbour's AS where one of the two before asks for it, otherwise null
 */
record AsPathExport(
        Asn ours,
        Asn seen,
        boolean bothAses,
        @Nullable RemovePrivateAs removePrivate,
        boolean override,
        @Nullable Asn neighborAs) {

    /** The rule of RFC 4271 section 5.1.2 alone. */
    static AsPathExport plain(Asn ours) {
        return new AsPathExport(ours, ours, false, null, false, null);
    }

    /** The path as the neighbour is told it: cleaned first, then with us before it. */
    AsPath rewrite(AsPath path) {
        AsPath cleaned = path;
        if (removePrivate != null && (removePrivate.all() || isAllPrivate(path))) {
            cleaned = withoutPrivate(cleaned, removePrivate.replace());
        }
        if (override) {
            cleaned = overridden(cleaned);
        }
        return (bothAses ? cleaned.prepend(ours, 1) : cleaned).prepend(seen, 1);
    }

    private static boolean isAllPrivate(AsPath path) {
        return path.segments().stream()
                .allMatch(segment -> segment.asns().stream().allMatch(Asn::isPrivate));
    }

    /** Confederation segments are left alone: their numbers are private by nature, and are not ours to judge. */
    private AsPath withoutPrivate(AsPath path, boolean replace) {
        List<AsPath.Segment> segments = new ArrayList<>();
        for (AsPath.Segment segment : path.segments()) {
            boolean confederation =
                    segment.type() == AsPath.AS_CONFED_SEQUENCE || segment.type() == AsPath.AS_CONFED_SET;
            List<Asn> kept = new ArrayList<>();
            for (Asn asn : segment.asns()) {
                boolean stays = confederation || !asn.isPrivate() || asn.equals(neighborAs);
                if (stays || replace) {
                    kept.add(stays ? asn : seen);
                }
            }
            if (!kept.isEmpty()) {
                segments.add(new AsPath.Segment(segment.type(), kept));
            }
        }
        return AsPath.of(segments);
    }

    private AsPath overridden(AsPath path) {
        if (neighborAs == null || path.occurrences(neighborAs) == 0) {
            return path;
        }
        return AsPath.of(path.segments().stream()
                .map(segment -> new AsPath.Segment(
                        segment.type(),
                        segment.asns().stream()
                                .map(asn -> asn.equals(neighborAs) ? seen : asn)
                                .toList()))
                .toList());
    }
}
