package dev.espalier.bgp.engine;

import dev.espalier.bgp.CommunityKind;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.Decision;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.AttributeType;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a neighbour is told of a best path: whether it may hear of it, how the attributes change on the way out, and then the
 * export policy, which sees the attributes as they would be sent and has the last word. Pure but for one scratch object; the
 * same code announces and explains.
 */
final class ExportRules {

    /** Octets of a message besides the attributes kept: header, lengths, next hop and one prefix of the longest kind. */
    private static final int MESSAGE_OVERHEAD = 19 + 4 + 4 + 5 + 32 + 17;

    private static final int ALL_KINDS = CommunityKind.values().length;

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
        if (!RoleRules.mayLeave(key.role(), key.family(), attributes)) {
            return ExportRefusal.ROUTE_LEAK;
        }
        if (!key.longLived() && attributes.hasCommunity(Community.LLGR_STALE)) {
            return ExportRefusal.LLGR_STALE;
        }
        if (key.policy() == null && !key.internal()) {
            return ExportRefusal.NO_POLICY;
        }
        return key.nextHop().refusal(key, attributes, from);
    }

    /** The attributes as they go out, before the export policy. To be called only where {@link #refusal} had none. */
    static PathAttributes transform(ExportKey key, PathAttributes attributes, PathSource from) {
        PathAttributes.Builder out = attributes.toBuilder();
        key.nextHop().apply(key, attributes, from, out);
        RoleRules.markOnLeaving(key.role(), key.family(), key.asPath().seen(), attributes, out);
        return key.internal() ? toInternal(key, attributes, from, out) : toExternal(key, attributes, from, out);
    }

    private static PathAttributes toExternal(
            ExportKey key, PathAttributes attributes, PathSource from, PathAttributes.Builder out) {
        // RFC 7947 section 2.2: between its clients a route server is not there, which it is for what it says itself.
        boolean unseen = key.routeServerClient() && from.kind() == RouteSource.EBGP;
        if (!unseen) {
            out.asPath(key.asPath().rewrite(attributes.asPath()));
        }
        out.remove(AttributeType.LOCAL_PREF);
        out.remove(AttributeType.ORIGINATOR_ID);
        out.remove(AttributeType.CLUSTER_LIST);
        // RFC 4271 section 5.1.4: a neighbour's MED is not for a third AS. Our own goes out, and the policy may set
        // one.
        if (from.kind() != RouteSource.LOCAL && !unseen) {
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

    /**
     * Whether the link bandwidth in transformed attributes is to be replaced by the sum of those that share the traffic: then all of
     * it comes through us.
     */
    static boolean tellsCumulativeBandwidth(ExportKey key, PathAttributes transformed, PathSource from) {
        return key.cumulativeBandwidth()
                && from.kind() != RouteSource.LOCAL
                && transformed.nextHop() != null
                && transformed.nextHop().equals(key.nextHop().ourAddress());
    }

    /** What the export policy makes of transformed attributes: those to send, or null when it refuses. */
    @Nullable
    PathAttributes applyPolicy(
            ExportKey key, PathSource from, long high, long low, int length, PathAttributes transformed) {
        Policy policy = key.policy();
        PathAttributes wanted = policy == null
                ? transformed
                : policy.judge(fill(key, from, high, low, length, transformed)).attributes();
        if (wanted == null || key.nextHop().isReceiver(wanted)) {
            return null;
        }
        PathAttributes finished = finished(key, wanted);
        return finished != null && NextHopScope.canBeSaid(key, finished) ? finished : null;
    }

    /** What holds whatever a policy says; null when the route can then not be told. */
    private static @Nullable PathAttributes finished(ExportKey key, PathAttributes wanted) {
        IpAddress nextHop = wanted.nextHop() == null ? key.nextHop().ourAddress() : wanted.nextHop();
        if (nextHop == null) {
            return null; // "next hop self", and we have no address there
        }
        boolean foreignLocalPref = !key.internal() && wanted.hasLocalPref();
        boolean allKinds = key.communities().size() == ALL_KINDS;
        if (wanted.nextHop() != null && !foreignLocalPref && allKinds) {
            return drained(key, wanted);
        }
        PathAttributes.Builder out = wanted.toBuilder();
        if (wanted.nextHop() == null) {
            out.nextHop(nextHop);
        }
        if (foreignLocalPref) {
            out.remove(AttributeType.LOCAL_PREF); // RFC 4271 section 5.1.5
        }
        for (CommunityKind kind : CommunityKind.values()) {
            if (!key.communities().contains(kind)) {
                out.remove(typeOf(kind));
            }
        }
        if (!key.communities().contains(CommunityKind.STANDARD) && wanted.hasCommunity(Community.LLGR_STALE)) {
            out.communities(List.of(Community.LLGR_STALE)); // RFC 9494 section 4.3: it must not be lost
        }
        return drained(key, out.build());
    }

    /** Who shall find other ways than through us is told so (RFC 8326), also where it is told no other communities. */
    private static PathAttributes drained(ExportKey key, PathAttributes finished) {
        return key.gracefulShutdown() ? GracefulShutdown.told(key.internal(), finished) : finished;
    }

    private static int typeOf(CommunityKind kind) {
        return switch (kind) {
            case STANDARD -> AttributeType.COMMUNITIES;
            case EXTENDED -> AttributeType.EXTENDED_COMMUNITIES;
            case LARGE -> AttributeType.LARGE_COMMUNITIES;
        };
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

    /**
     * The whole judgement with its reason, for people.
     *
     * @param cumulativeBandwidth the sum of the link bandwidths that share the traffic; asked for only where it is told
     */
    Judgement judge(
            ExportKey key,
            PathSource from,
            SpeakerConfig.@Nullable Origination origination,
            long high,
            long low,
            int length,
            PathAttributes attributes,
            DoubleSupplier cumulativeBandwidth) {
        if (!isForPeer(key, origination)) {
            return Judgement.refused(ExportRefusal.NOT_FOR_THIS_PEER);
        }
        ExportRefusal refusal = refusal(key, attributes, from);
        if (refusal != null) {
            return Judgement.refused(refusal);
        }
        PathAttributes transformed = transform(key, attributes, from);
        if (tellsCumulativeBandwidth(key, transformed, from)) {
            transformed = LinkBandwidth.cumulative(key, transformed, (float) cumulativeBandwidth.getAsDouble());
        }
        String because = null;
        PathAttributes wanted = transformed;
        Policy policy = key.policy();
        if (policy != null) {
            Policy.Verdict verdict = policy.judge(fill(key, from, high, low, length, transformed));
            because = verdict.because();
            wanted = verdict.attributes();
        }
        if (wanted == null) {
            return new Judgement(null, ExportRefusal.POLICY, because);
        }
        if (key.nextHop().isReceiver(wanted)) {
            return new Judgement(null, ExportRefusal.OWN_NEXT_HOP, because);
        }
        PathAttributes sent = finished(key, wanted);
        if (sent == null) {
            return new Judgement(null, ExportRefusal.NO_NEXT_HOP, because);
        }
        if (!NextHopScope.canBeSaid(key, sent)) {
            return new Judgement(null, ExportRefusal.NEXT_HOP_UNUSABLE, because);
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
        route.source = InstallProtocol.of(from.kind());
        route.neighbor = key.neighbor();
        route.neighborAs = key.neighborAs();
        route.localAs = key.asPath().seen();
        return route;
    }
}
