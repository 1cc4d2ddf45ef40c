package dev.espalier.bgp.engine;

import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.PathAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A policy of the kinds that cannot keep a network from settling: it makes paths longer, sets the MED, refuses some prefixes, and
 * prefers what is {@link #TAGGED}, which every speaker of a scenario does alike. (Preferences that differ from speaker to speaker
 * may leave a network without any stable state, and no router is to blame for that.)
 *
 * @param prepended whose AS is put in front, {@code times} times
 * @param med the MED to set; -1 leaves it alone
 * @param refused which prefixes are refused: those whose third octet leaves this remainder when divided by 4; 0 for none
 * @param prefersTagged whether tagged routes get LOCAL_PREF 200
 * @param apart whether it claims to depend on the neighbour, so that no two neighbours share an update group
 */
record ScenarioPolicy(Asn prepended, int times, int med, int refused, boolean prefersTagged, boolean apart)
        implements Policy {

    static final Community TAGGED = Community.parse("65535:1000");

    static ScenarioPolicy acceptAll(boolean apart) {
        return new ScenarioPolicy(new Asn(1), 0, -1, 0, false, apart);
    }

    @Override
    public String name() {
        return "scenario";
    }

    @Override
    public boolean dependsOnNeighbor() {
        return apart;
    }

    @Override
    public Verdict judge(PolicyRoute route) {
        return new Verdict(apply(route.high, route.attributes), name(), null);
    }

    /** What becomes of a route; null when it is refused. */
    @Nullable
    PathAttributes apply(long high, PathAttributes attributes) {
        int thirdOctet = (int) (high >>> 40) & 0xFF;
        if (refused != 0 && (thirdOctet & 3) == refused) {
            return null;
        }
        PathAttributes.Builder changed = attributes.toBuilder();
        if (times > 0) {
            changed.asPath(attributes.asPath().prepend(prepended, times));
        }
        if (med >= 0) {
            changed.med(med);
        }
        if (prefersTagged && attributes.hasCommunity(TAGGED)) {
            changed.localPref(200);
        }
        return changed.build();
    }
}
