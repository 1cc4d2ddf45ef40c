package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.Community;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AttributeType;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a speaker should do with the routes it has, written down a second time as simply as possible and for one route at a time: no
 * tables, no groups, nothing kept. Slow, and by somebody who has only the RFCs before him.
 */
final class NaiveRules {

    private final SpeakerConfig speaker;
    private final ToLongFunction<Object> metricOfNextHop;

    /**
     * The rules of one speaker.
     *
     * @param metricOfNextHop how near a next hop is; negative when it cannot be reached
     */
    NaiveRules(SpeakerConfig speaker, ToLongFunction<Object> metricOfNextHop) {
        this.speaker = speaker;
        this.metricOfNextHop = metricOfNextHop;
    }

    /**
     * A route that takes part.
     *
     * @param peer whom it is from; null for our own
     * @param neighbour that neighbour as a speaker; null for our own
     */
    record Candidate(@Nullable PeerConfig peer, Network.@Nullable Router neighbour, PathAttributes attributes) {

        boolean isOurs() {
            return neighbour == null;
        }
    }

    /** What a received route becomes; null when it is refused. */
    @Nullable
    PathAttributes accept(PeerConfig from, Network.Router neighbour, IpPrefix prefix, PathAttributes received) {
        boolean loops = (" " + received.asPath() + " ").contains(" " + speaker.asn() + " ")
                || received.hasOriginatorId()
                        && received.originatorId() == speaker.routerId().value()
                || received.clusterList().contains(speaker.clusterId())
                || speaker.routerId().equals(received.nextHop());
        if (loops) {
            return null;
        }
        if (from.importPolicy() == null) {
            return isExternal(neighbour) ? null : received;
        }
        return ((ScenarioPolicy) from.importPolicy()).apply(prefix.address().high(), received);
    }

    /** RFC 4271 section 9.1.2, and the tie-breaks of RFC 4456 section 9. */
    @Nullable
    Candidate best(List<Candidate> candidates) {
        List<Candidate> left = equalForForwarding(candidates);
        left = smallest(
                left,
                candidate -> candidate.attributes.hasOriginatorId()
                        ? Integer.toUnsignedLong(candidate.attributes.originatorId())
                        : Integer.toUnsignedLong(address(candidate).value()));
        left = smallest(left, candidate -> candidate.attributes.clusterList().size());
        left = smallest(
                left, candidate -> Integer.toUnsignedLong(address(candidate).value()));
        return left.isEmpty() ? null : left.getFirst();
    }

    /** Those that no step up to the metric of the next hop puts aside. */
    List<Candidate> equalForForwarding(List<Candidate> candidates) {
        List<Candidate> left =
                candidates.stream().filter(candidate -> metric(candidate) >= 0).toList();
        left = smallest(
                left,
                candidate -> candidate.attributes.hasLocalPref()
                        ? -Integer.toUnsignedLong(candidate.attributes.localPref())
                        : -100);
        left = smallest(left, candidate -> candidate.isOurs() ? 0 : 1);
        left = smallest(left, candidate -> candidate.attributes.asPath().length());
        left = smallest(left, candidate -> candidate.attributes.origin().code());
        List<Candidate> beforeMed = left;
        left = left.stream()
                .filter(candidate -> beforeMed.stream().noneMatch(other -> beatsByMed(other, candidate)))
                .toList();
        left = smallest(
                left,
                candidate -> candidate.isOurs() || isExternal(Objects.requireNonNull(candidate.neighbour)) ? 0 : 1);
        return smallest(left, this::metric);
    }

    private boolean beatsByMed(Candidate one, Candidate other) {
        boolean comparable = speaker.alwaysCompareMed() || firstAs(one).equals(firstAs(other));
        return comparable && Integer.compareUnsigned(one.attributes.med(), other.attributes.med()) < 0;
    }

    /** The neighbouring AS by the path; empty within our own. */
    static String firstAs(Candidate candidate) {
        return candidate.attributes.asPath().toString().split(" ")[0];
    }

    private long metric(Candidate candidate) {
        return candidate.isOurs() ? 0 : metricOfNextHop.applyAsLong(candidate.attributes.nextHop());
    }

    private static List<Candidate> smallest(List<Candidate> of, ToLongFunction<Candidate> by) {
        long smallest = of.stream().mapToLong(by).min().orElse(0);
        return of.stream()
                .filter(candidate -> by.applyAsLong(candidate) == smallest)
                .toList();
    }

    /** Speakers of a scenario have their address as router id. */
    private static Ipv4Address address(Candidate candidate) {
        return candidate.neighbour == null ? Ipv4Address.UNSPECIFIED : candidate.neighbour.address;
    }

    private boolean isExternal(Network.Router neighbour) {
        return neighbour.asn != speaker.asn().value();
    }

    /** What a neighbour should be told of the best route; null when nothing. */
    @Nullable
    PathAttributes tell(PeerConfig to, Network.Router receiver, IpPrefix prefix, @Nullable Candidate best) {
        if (best == null || best.neighbour == receiver || !mayBeTold(to, receiver, best)) {
            return null;
        }
        boolean external = isExternal(receiver);
        boolean reflected = best.neighbour != null && !isExternal(best.neighbour) && !external;
        PathAttributes.Builder told = best.attributes.toBuilder();
        // All speakers of a scenario share one network, so that an external one too is told a third party's address
        // (RFC 4271
        // section 5.1.3).
        if (best.isOurs() || to.nextHopSelf() && !reflected) {
            told.nextHop(speaker.routerId());
        }
        if (external) {
            told.asPath(best.attributes.asPath().prepend(speaker.asn(), 1));
            told.remove(AttributeType.LOCAL_PREF)
                    .remove(AttributeType.ORIGINATOR_ID)
                    .remove(AttributeType.CLUSTER_LIST);
            if (!best.isOurs()) {
                told.remove(AttributeType.MULTI_EXIT_DISC);
            }
        } else if (!best.attributes.hasLocalPref()) {
            told.localPref(100);
        }
        if (reflected) {
            List<Ipv4Address> clusters = new ArrayList<>(best.attributes.clusterList());
            clusters.addFirst(speaker.clusterId());
            told.clusterList(clusters);
            if (!best.attributes.hasOriginatorId()) {
                told.originatorId(address(best).value());
            }
        }
        PathAttributes before = told.build();
        return to.exportPolicy() == null
                ? before
                : ((ScenarioPolicy) to.exportPolicy()).apply(prefix.address().high(), before);
    }

    private boolean mayBeTold(PeerConfig to, Network.Router receiver, Candidate best) {
        boolean itsOwn =
                best.attributes.hasOriginatorId() && best.attributes.originatorId() == receiver.address.value();
        if (receiver.address.equals(best.attributes.nextHop()) && !itsOwn) {
            return false; // it would send the packets to itself
        }
        if (isExternal(receiver)) {
            return to.exportPolicy() != null && !best.attributes.hasCommunity(Community.NO_EXPORT);
        }
        boolean learntInside = best.neighbour != null && !isExternal(best.neighbour);
        boolean fromClient = best.peer != null && best.peer.routeReflectorClient();
        return !learntInside || fromClient || to.routeReflectorClient();
    }
}
