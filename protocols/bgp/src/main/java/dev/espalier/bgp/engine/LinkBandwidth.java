package dev.espalier.bgp.engine;

import dev.espalier.net.ExtendedCommunity;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How traffic is shared by the link bandwidths that paths carry (draft-ietf-idr-link-bandwidth): in proportion to them if all
 * paths that share carry one, otherwise evenly. Pure.
 *
 * <p>The kernel takes weights of 1 to 256. Where the bandwidths are in a ratio of whole numbers that small, the weights are that
 * ratio exactly: 10, 10 and 40 Gbit/s become 1, 1 and 4. Otherwise the widest path gets 256 and the others are rounded to the
 * nearest, 1 at least: a weight is then off by half a unit at most, except that a path of almost nothing still gets 1.
 */
final class LinkBandwidth {

    /** What a path without a usable link bandwidth has. */
    static final float NONE = 0;

    private static final int MAX_WEIGHT = 256;
    /** Two rounded numbers of 24 bits, the path's and the widest one's, with a bit to spare. */
    private static final double PRECISION = 0x1p-22;

    private LinkBandwidth() {}

    /**
     * The link bandwidth of a path in octets per second, or {@link #NONE}. Of several, as of a transitive and a non-transitive
     * one, the largest counts; what is not a number above 0 does not.
     */
    static float of(PathAttributes attributes) {
        float largest = NONE;
        for (ExtendedCommunity community : attributes.extendedCommunities()) {
            if (community.isLinkBandwidth() && Float.isFinite(community.bytesPerSecond())) {
                largest = Math.max(largest, community.bytesPerSecond());
            }
        }
        return largest;
    }

    /** The sum of bandwidths; {@link #NONE} if any has none, for then it is not known. No more than the community can say. */
    static float sum(float[] bandwidths) {
        double sum = 0;
        for (float bandwidth : bandwidths) {
            if (bandwidth <= NONE) {
                return NONE;
            }
            sum += bandwidth;
        }
        return (float) Math.min(sum, Float.MAX_VALUE);
    }

    /**
     * What the neighbours of a key are told in place of the link bandwidths in attributes that are about to go out with our
     * address as next hop.
     *
     * @param sum the bandwidth of all paths that share the traffic; {@link #NONE} to say nothing of it
     */
    static PathAttributes cumulative(ExportKey key, PathAttributes attributes, float sum) {
        List<ExtendedCommunity> told = new ArrayList<>(attributes.extendedCommunities().stream()
                .filter(community -> !community.isLinkBandwidth())
                .toList());
        if (sum > NONE) {
            // The draft's own form is not transitive, which an external neighbour may refuse (RFC 4360 section 6).
            told.add(ExtendedCommunity.linkBandwidth(
                    !key.internal(), key.asPath().seen(), sum));
        }
        return told.equals(attributes.extendedCommunities())
                ? attributes
                : attributes.toBuilder().extendedCommunities(told).build();
    }

    /** The weights of paths with these bandwidths, 1 to 256 each; all 1 if any has none. */
    static int[] weights(float[] bandwidths) {
        int[] weights = new int[bandwidths.length];
        Arrays.fill(weights, 1);
        double widest = 0;
        for (float bandwidth : bandwidths) {
            if (bandwidth <= NONE) {
                return weights;
            }
            widest = Math.max(widest, bandwidth);
        }
        int heaviest = 1;
        while (heaviest < MAX_WEIGHT && !isExact(bandwidths, heaviest / widest)) {
            heaviest++;
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (int) Math.max(1, Math.round((double) bandwidths[i] * heaviest / widest));
        }
        return weights;
    }

    /** Whether bandwidths in these units are whole numbers, as far as their 24 bits of precision can say. */
    private static boolean isExact(float[] bandwidths, double unitsPerOctet) {
        for (float bandwidth : bandwidths) {
            double units = bandwidth * unitsPerOctet;
            if (Math.abs(units - Math.rint(units)) > units * PRECISION) {
                return false;
            }
        }
        return true;
    }
}
