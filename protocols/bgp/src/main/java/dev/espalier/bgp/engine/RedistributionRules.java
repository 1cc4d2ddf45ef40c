package dev.espalier.bgp.engine;

import dev.espalier.bgp.Redistribute;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.SpeakerConfig.Origination;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What BGP says of a route of the host that is not ours, and why or why not. A function of the route and the configuration; kept
 * as an object because policies are asked with one and the same {@link PolicyRoute}.
 */
final class RedistributionRules {

    private final SpeakerConfig config;
    private final PolicyRoute route = new PolicyRoute();

    /** The rules of a configuration. */
    RedistributionRules(SpeakerConfig config) {
        this.config = config;
        route.localAs = config.asn();
    }

    /**
     * A verdict.
     *
     * @param origination how it is announced; null when it is not
     * @param refusal why it is not; null when it is
     * @param because what the policy said; null when it was not asked
     */
    record Judgement(
            @Nullable Origination origination,
            @Nullable RedistributionRefusal refusal,
            @Nullable String because) {

        private static Judgement refused(RedistributionRefusal refusal) {
            return new Judgement(null, refusal, null);
        }
    }

    /** Whether there is anything to be redistributed. */
    boolean wantAny() {
        return !config.redistribute().isEmpty();
    }

    /**
     * Judges a route.
     *
     * @param usable whether packets can leave by it
     */
    Judgement judge(ForeignRoute candidate, boolean usable) {
        InstallProtocol from = InstallProtocol.ofKernelRoute(candidate.protocol());
        Redistribute wanted = wanted(from);
        if (wanted == null) {
            return Judgement.refused(RedistributionRefusal.NOT_WANTED);
        }
        IpPrefix prefix = candidate.prefix();
        if (prefix.length() == 0 && !wanted.defaultRoute()) {
            return Judgement.refused(RedistributionRefusal.DEFAULT_ROUTE);
        }
        if (prefix.length() > 0 && !meansSomethingToOthers(prefix.address())) {
            return Judgement.refused(RedistributionRefusal.NOT_FOR_OTHERS);
        }
        if (!usable) {
            return Judgement.refused(RedistributionRefusal.LINK_DOWN);
        }
        Policy.Verdict verdict = wanted.policy().judge(fill(from, prefix, attributes(candidate.metric())));
        PathAttributes accepted = verdict.attributes();
        if (accepted == null) {
            return new Judgement(null, RedistributionRefusal.POLICY, verdict.because());
        }
        String because = "the " + word(from) + " route of this host, redistributed by " + verdict.because();
        return new Judgement(new Origination(accepted, null, false, because), null, verdict.because());
    }

    private @Nullable Redistribute wanted(InstallProtocol from) {
        for (Redistribute candidate : config.redistribute()) {
            if (candidate.from() == from) {
                return candidate;
            }
        }
        return null;
    }

    private static boolean meansSomethingToOthers(IpAddress address) {
        return !(address.isMulticast() || address.isLoopback() || address.isLinkLocal());
    }

    /**
     * What a policy sees, and neighbours are told where it changes nothing. INCOMPLETE says that the route was learnt by other
     * means than BGP's (RFC 4271 section 5.1.1); the MED is the kernel's metric.
     *
     * @param metric the kernel's, 0 to 2^32-1
     */
    private static PathAttributes attributes(long metric) {
        return PathAttributes.builder()
                .origin(Origin.INCOMPLETE)
                .med((int) metric)
                .build();
    }

    private PolicyRoute fill(InstallProtocol from, IpPrefix prefix, PathAttributes attributes) {
        route.family = prefix.family();
        route.high = prefix.address().high();
        route.low = prefix.address().low();
        route.length = prefix.length();
        route.attributes = attributes;
        route.source = from;
        return route;
    }

    private static String word(InstallProtocol from) {
        return from.name().toLowerCase(Locale.ROOT);
    }
}
