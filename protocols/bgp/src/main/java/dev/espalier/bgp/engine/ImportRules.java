package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpAddress;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.PathAttributes;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a path between Adj-RIB-In and the decision: the checks that RFC 4271 and RFC 4456 demand, then the import
 * policy. The same code judges a path when it arrives, when a policy changes, and when somebody asks why. One owner.
 */
final class ImportRules {

    private final SpeakerConfig speaker;
    private final PolicyRoute route = new PolicyRoute();

    ImportRules(SpeakerConfig speaker) {
        this.speaker = speaker;
        route.localAs = speaker.asn();
    }

    /**
     * The outcome.
     *
     * @param attributes those accepted; null when refused
     * @param refusal why it was refused; null when accepted
     * @param because the policy and statement that decided; null when no policy was asked
     */
    record Judgement(
            @Nullable PathAttributes attributes,
            @Nullable ImportRefusal refusal,
            @Nullable String because) {
        private static Judgement refused(ImportRefusal refusal) {
            return new Judgement(null, refusal, null);
        }
    }

    /** The checks that depend on the attributes only, so that a message with many prefixes needs them once. */
    @Nullable
    ImportRefusal loop(PathAttributes attributes, IpAddress ourAddress) {
        if (attributes.asPathLength() > 0 && attributes.asPath().occurrences(speaker.asn()) > 0) {
            return ImportRefusal.AS_LOOP;
        }
        if (attributes.hasOriginatorId()
                && attributes.originatorId() == speaker.routerId().value()) {
            return ImportRefusal.ORIGINATOR_LOOP;
        }
        if (attributes.clusterListLength() > 0 && attributes.clusterList().contains(speaker.clusterId())) {
            return ImportRefusal.CLUSTER_LOOP;
        }
        return ourAddress.equals(attributes.nextHop()) ? ImportRefusal.OWN_NEXT_HOP : null;
    }

    /** The attributes with which a path enters the decision; null when policy, or the lack of one, refuses it. */
    @Nullable
    PathAttributes accept(
            PeerConfig peer,
            PathSource source,
            Family family,
            long high,
            long low,
            int length,
            PathAttributes received) {
        Policy policy = peer.importPolicy();
        if (policy == null) {
            return source.external() ? null : last(peer, source, received, received);
        }
        return last(
                peer,
                source,
                received,
                policy.judge(fill(source, family, high, low, length, received)).attributes());
    }

    /** What the rules have to say after the policy. */
    private @Nullable PathAttributes last(
            PeerConfig peer, PathSource source, PathAttributes received, @Nullable PathAttributes accepted) {
        return accepted == null
                ? null
                : GracefulShutdown.accepted(speaker.honorGracefulShutdown(), peer, source, received, accepted);
    }

    /** The whole judgement with its reason, for people. */
    Judgement judge(
            PeerConfig peer,
            PathSource source,
            IpAddress ourAddress,
            Family family,
            long high,
            long low,
            int length,
            PathAttributes received) {
        ImportRefusal loop = loop(received, ourAddress);
        if (loop != null) {
            return Judgement.refused(loop);
        }
        Policy policy = peer.importPolicy();
        if (policy == null) {
            return source.external()
                    ? Judgement.refused(ImportRefusal.NO_POLICY)
                    : new Judgement(last(peer, source, received, received), null, null);
        }
        Policy.Verdict verdict = policy.judge(fill(source, family, high, low, length, received));
        return new Judgement(
                last(peer, source, received, verdict.attributes()),
                verdict.accepted() ? null : ImportRefusal.POLICY,
                verdict.because());
    }

    private PolicyRoute fill(
            PathSource source, Family family, long high, long low, int length, PathAttributes attributes) {
        route.family = family.addresses();
        route.high = high;
        route.low = low;
        route.length = length;
        route.attributes = attributes;
        route.source = source.kind();
        route.neighbor = source.address();
        route.neighborAs = source.asn();
        return route;
    }
}
