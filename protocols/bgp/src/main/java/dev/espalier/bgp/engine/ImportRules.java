package dev.espalier.bgp.engine;

import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.wire.Family;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.PathAttributes;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a path between Adj-RIB-In and the decision: the checks that the RFCs demand, then the import policy. The same code judges a path when it arrives, when a policy changes, and when somebody asks why. One owner.
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
    ImportRefusal refusal(Arrival at, Family family, PathAttributes received) {
        ImportRefusal path = AsPathCheck.refusal(speaker.asn(), at, received);
        if (path != null) {
            return path;
        }
        if (received.hasOriginatorId()
                && received.originatorId() == speaker.routerId().value()) {
            return ImportRefusal.ORIGINATOR_LOOP;
        }
        if (received.clusterListLength() > 0 && received.clusterList().contains(speaker.clusterId())) {
            return ImportRefusal.CLUSTER_LOOP;
        }
        boolean ours =
                at.ourAddress().equals(received.nextHop()) || at.ourAddress().equals(received.linkLocalNextHop());
        if (ours) {
            return ImportRefusal.OWN_NEXT_HOP;
        }
        return RoleRules.leak(at.role(), family, at.source().asn(), received);
    }

    /** A path as the import policy sees it; the very same object when nothing is added. Only where {@link #refusal} had none. */
    PathAttributes entering(Arrival at, Family family, PathAttributes received) {
        PathAttributes marked = RoleRules.marked(at.role(), family, at.source().asn(), received);
        LocalAs localAs = at.localAs();
        return localAs == null || !localAs.prepend()
                ? marked
                : marked.toBuilder()
                        .asPath(marked.asPath().prepend(localAs.asn(), 1))
                        .build();
    }

    /**
     * The attributes with which a path enters the decision; null when policy, or the lack of one, refuses it.
     *
     * @param entering what {@link #entering} made of it
     */
    @Nullable
    PathAttributes accept(Arrival at, Family family, long high, long low, int length, PathAttributes entering) {
        Policy policy = at.peer().importPolicy();
        if (policy == null) {
            return at.source().external() ? null : last(at, entering, entering);
        }
        return last(
                at,
                entering,
                policy.judge(fill(at.source(), family, high, low, length, entering))
                        .attributes());
    }

    /**
     * What the rules have to say after the policy. "Next hop self" is for what we tell others: a route that comes in keeps its way.
     * And a route to be avoided is avoided whatever a policy prefers (RFC 8326).
     */
    private @Nullable PathAttributes last(Arrival at, PathAttributes entering, @Nullable PathAttributes accepted) {
        if (accepted == null) {
            return null;
        }
        PathAttributes reachable = accepted.nextHop() != null
                ? accepted
                : accepted.withNextHop(entering.nextHop(), entering.linkLocalNextHop());
        return GracefulShutdown.accepted(speaker.honorGracefulShutdown(), at, entering, reachable);
    }

    /** The whole judgement with its reason, for people. */
    Judgement judge(Arrival at, Family family, long high, long low, int length, PathAttributes received) {
        ImportRefusal refusal = refusal(at, family, received);
        if (refusal != null) {
            return Judgement.refused(refusal);
        }
        PathAttributes entering = entering(at, family, received);
        Policy policy = at.peer().importPolicy();
        if (policy == null) {
            return at.source().external()
                    ? Judgement.refused(ImportRefusal.NO_POLICY)
                    : new Judgement(last(at, entering, entering), null, null);
        }
        Policy.Verdict verdict = policy.judge(fill(at.source(), family, high, low, length, entering));
        return new Judgement(
                last(at, entering, verdict.attributes()),
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
        route.source = InstallProtocol.of(source.kind());
        route.neighbor = source.address();
        route.neighborAs = source.asn();
        return route;
    }
}
