package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.Decision;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.AttributeType;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a neighbour is told of a best path: whether it may hear of it, how the attributes change on the way out, and then the
 * export policy, which sees the attributes as they would be sent and has the last word. Pure but for one scratch object; the
 * same code announces and explains.
 */
final class ExportRules {

    /** Octets of a message besides the attributes kept: header, lengths, next hop and one prefix of the longest kind. */
    private static final int MESSAGE_OVERHEAD = 19 + 4 + 4 + 5 + 32 + 17;

    private final PolicyRoute route = new PolicyRoute();

    /**
     * The outcome.
     *
     * @param attributes those to send; null when refused
     * @param refusal why nothing is sent; null when something is
     * @param because the policy and statement that decided; null when no policy was asked
     */
    record Judgement(
            @Nullable PathAttributes attributes,
            @Nullable ExportRefusal refusal,
            @Nullable String because) {
        static Judgement refused(ExportRefusal refusal) {
            return new Judgement(null, refusal, null);
        }
    }

    /**
     * Whether a path may go to the neighbours of a key at all. The answer is the same for every prefix with these attributes
     * from this source, the advertisement of our own routes aside.
     */
    static @Nullable ExportRefusal refusal(ExportKey key, PathAttributes attributes, PathSource from) {
        boolean reflected = key.internal() && from.kind() == RouteSource.IBGP;
        if (reflected && !key.client() && !from.client()) {
            return ExportRefusal.NOT_REFLECTED;
        }
        if (attributes.hasCommunity(Community.NO_ADVERTISE)) {
            return ExportRefusal.NO_ADVERTISE;
        }
        boolean withinAs =
                attributes.hasCommunity(Community.NO_EXPORT) || attributes.hasCommunity(Community.NO_EXPORT_SUBCONFED);
        if (!key.internal() && withinAs) {
            return ExportRefusal.NO_EXPORT;
        }
        if (!key.longLived() && attributes.hasCommunity(Community.LLGR_STALE)) {
            return ExportRefusal.LLGR_STALE;
        }
        if (key.policy() == null && !key.internal()) {
            return ExportRefusal.NO_POLICY;
        }
        return needsOurAddress(key, attributes, from) && key.ourAddress() == null ? ExportRefusal.NO_NEXT_HOP : null;
    }

    /** RFC 4271 section 5.1.3; "self" never applies to a reflected route, whose next hop a reflector leaves alone. */
    private static boolean needsOurAddress(ExportKey key, PathAttributes attributes, PathSource from) {
        return !key.internal()
                || attributes.nextHop() == null
                || (key.nextHopSelf() && from.kind() != RouteSource.IBGP);
    }

    /** The attributes as they go out, before the export policy. To be called only where {@link #refusal} had none. */
    static PathAttributes transform(ExportKey key, PathAttributes attributes, PathSource from) {
        PathAttributes.Builder out = attributes.toBuilder();
        if (needsOurAddress(key, attributes, from)) {
            out.nextHop(key.ourAddress());
        }
        return key.internal() ? toInternal(key, attributes, from, out) : toExternal(key, attributes, from, out);
    }

    private static PathAttributes toExternal(
            ExportKey key, PathAttributes attributes, PathSource from, PathAttributes.Builder out) {
        out.asPath(attributes.asPath().prepend(key.localAs(), 1));
        out.remove(AttributeType.LOCAL_PREF);
        out.remove(AttributeType.ORIGINATOR_ID);
        out.remove(AttributeType.CLUSTER_LIST);
        // RFC 4271 section 5.1.4: a neighbour's MED is not for a third AS. Our own goes out, and the policy may set
        // one.
        if (from.kind() != RouteSource.LOCAL) {
            out.remove(AttributeType.MULTI_EXIT_DISC);
        }
        List<ExtendedCommunity> extended = attributes.extendedCommunities();
        if (!extended.isEmpty()) {
            out.extendedCommunities(
                    extended.stream().filter(ExtendedCommunity::isTransitive).toList());
        }
        return out.build();
    }

    private static PathAttributes toInternal(
            ExportKey key, PathAttributes attributes, PathSource from, PathAttributes.Builder out) {
        if (!attributes.hasLocalPref()) {
            out.localPref(Decision.DEFAULT_LOCAL_PREF);
        }
        if (from.kind() == RouteSource.IBGP) {
            // RFC 4456 section 8: the originator is named once, every reflector adds itself.
            if (!attributes.hasOriginatorId()) {
                out.originatorId(from.routerId().value());
            }
            List<Ipv4Address> clusters = new ArrayList<>();
            clusters.add(key.clusterId());
            clusters.addAll(attributes.clusterList());
            out.clusterList(clusters);
        }
        return out.build();
    }

    /** What the export policy makes of transformed attributes: those to send, or null when it refuses. */
    @Nullable
    PathAttributes applyPolicy(
            ExportKey key, PathSource from, long high, long low, int length, PathAttributes transformed) {
        Policy policy = key.policy();
        return policy == null
                ? allowed(key, transformed)
                : allowed(
                        key,
                        policy.judge(fill(key, from, high, low, length, transformed))
                                .attributes());
    }

    /**
     * What holds whatever a policy says: LOCAL_PREF is not for external peers (RFC 4271 section 5.1.5), and who shall find other
     * ways is told so (RFC 8326).
     */
    private static @Nullable PathAttributes allowed(ExportKey key, @Nullable PathAttributes wanted) {
        if (wanted == null) {
            return null;
        }
        PathAttributes told = key.internal() || !wanted.hasLocalPref()
                ? wanted
                : wanted.toBuilder().remove(AttributeType.LOCAL_PREF).build();
        return key.gracefulShutdown() ? GracefulShutdown.told(key.internal(), told) : told;
    }

    /** Whether attributes leave room for a prefix in a message; RFC 6793 may need the AS path a second time. */
    static boolean fits(ExportKey key, PathAttributes attributes) {
        int length = attributes.encoded().length + MESSAGE_OVERHEAD;
        if (!key.fourOctetAs()) {
            length += attributes.asPath().encodedLength() + 16;
        }
        return length <= key.maxMessageLength();
    }

    /** Whether an announcement of our own is meant for the neighbours of a key. */
    static boolean isForPeer(ExportKey key, SpeakerConfig.@Nullable Origination origination) {
        return origination == null
                || origination.peers() == null
                || (key.peerName() != null && origination.peers().contains(key.peerName()));
    }

    /** The whole judgement with its reason, for people. */
    Judgement judge(
            ExportKey key,
            PathSource from,
            SpeakerConfig.@Nullable Origination origination,
            long high,
            long low,
            int length,
            PathAttributes attributes) {
        if (!isForPeer(key, origination)) {
            return Judgement.refused(ExportRefusal.NOT_FOR_THIS_PEER);
        }
        ExportRefusal refusal = refusal(key, attributes, from);
        if (refusal != null) {
            return Judgement.refused(refusal);
        }
        PathAttributes transformed = transform(key, attributes, from);
        String because = null;
        PathAttributes sent = allowed(key, transformed);
        Policy policy = key.policy();
        if (policy != null) {
            Policy.Verdict verdict = policy.judge(fill(key, from, high, low, length, transformed));
            because = verdict.because();
            sent = allowed(key, verdict.attributes());
        }
        if (sent == null) {
            return new Judgement(null, ExportRefusal.POLICY, because);
        }
        return fits(key, sent) ? new Judgement(sent, null, because) : Judgement.refused(ExportRefusal.TOO_LONG);
    }

    private PolicyRoute fill(
            ExportKey key, PathSource from, long high, long low, int length, PathAttributes attributes) {
        route.family = key.family().addresses();
        route.high = high;
        route.low = low;
        route.length = length;
        route.attributes = attributes;
        route.source = from.kind();
        route.neighbor = key.neighbor();
        route.neighborAs = key.neighborAs();
        route.localAs = key.localAs();
        return route;
    }
}
