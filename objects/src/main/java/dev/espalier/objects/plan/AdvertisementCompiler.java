package dev.espalier.objects.plan;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.SpeakerConfig.Origination;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.kind.AdvertisementSpec;
import dev.espalier.objects.kind.BgpPeerSpec;
import dev.espalier.policy.NearestName;
import dev.espalier.policy.Policy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes what one Router announces on its own account. */
final class AdvertisementCompiler {

    private final List<Decoded<BgpPeerSpec>> peers;
    private final PolicyLibrary policies;

    /**
     * @param peers those of the Router
     */
    AdvertisementCompiler(List<Decoded<BgpPeerSpec>> peers, PolicyLibrary policies) {
        this.peers = peers;
        this.policies = policies;
    }

    /** Which routes an aggregate sums up; null for all, and for an advertisement that is no aggregate. */
    static @Nullable Policy contributors(Decoded<AdvertisementSpec> advertisement, PolicyLibrary policies) {
        AdvertisementSpec.Aggregate aggregate = advertisement.spec().aggregate();
        return aggregate == null
                ? null
                : policies.find(aggregate.contributors(), advertisement, "spec.aggregate.contributors");
    }

    /** Reports every peer that is named but does not exist, on this node or another. */
    static void checkNames(
            List<Decoded<AdvertisementSpec>> advertisements, List<Decoded<BgpPeerSpec>> peers, boolean complete) {
        TreeSet<String> names = new TreeSet<>();
        peers.forEach(peer -> names.add(peer.name()));
        for (Decoded<AdvertisementSpec> advertisement : advertisements) {
            List<String> named = advertisement.spec().peers();
            for (int i = 0; complete && named != null && i < named.size(); i++) {
                if (!names.contains(named.get(i))) {
                    advertisement.error(
                            "spec.peers[" + i + "]",
                            "there is no BgpPeer '" + named.get(i) + "'",
                            NearestName.hint(named.get(i), names, 8));
                }
            }
        }
    }

    /** The prefixes of these advertisements; reports a prefix that two of them have. */
    Map<IpPrefix, Origination> compile(List<Decoded<AdvertisementSpec>> advertisements) {
        Map<IpPrefix, Origination> originated = new LinkedHashMap<>();
        for (Decoded<AdvertisementSpec> advertisement : advertisements) {
            AdvertisementSpec spec = advertisement.spec();
            Origination origination = new Origination(
                    spec.attributes(),
                    peersToTell(spec),
                    spec.discard(),
                    aggregate(advertisement),
                    advertisement.object().reference());
            for (int i = 0; i < spec.prefixes().size(); i++) {
                IpPrefix prefix = spec.prefixes().get(i);
                Origination earlier = originated.putIfAbsent(prefix, origination);
                if (earlier != null && !advertisement.isBroken()) {
                    advertisement.error(
                            "spec.prefixes[" + i + "]",
                            prefix + " is already advertised by " + earlier.because(),
                            "remove one of the two");
                }
            }
        }
        return originated;
    }

    private SpeakerConfig.@Nullable Aggregate aggregate(Decoded<AdvertisementSpec> advertisement) {
        AdvertisementSpec.Aggregate aggregate = advertisement.spec().aggregate();
        return aggregate == null
                ? null
                : new SpeakerConfig.Aggregate(
                        aggregate.summaryOnly(), aggregate.inheritCommunities(), contributors(advertisement, policies));
    }

    private @Nullable List<String> peersToTell(AdvertisementSpec spec) {
        List<String> named = spec.peers();
        Map<String, String> selector = spec.peerSelector();
        if (named == null && selector == null) {
            return null;
        }
        return peers.stream()
                .filter(peer -> named == null || named.contains(peer.name()))
                .filter(peer ->
                        selector == null || peer.object().labels().entrySet().containsAll(selector.entrySet()))
                .map(Decoded::name)
                .sorted()
                .toList();
    }
}
