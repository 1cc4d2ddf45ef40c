package dev.espalier.objects.plan;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.objects.kind.BgpPeerSpec;
import dev.espalier.policy.NearestName;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The BfdProfiles of a set of objects. */
final class BfdProfiles {

    private final Map<String, BfdProfile> byName = new TreeMap<>();
    private final boolean complete;

    /**
     * Those that are there.
     *
     * @param complete whether all objects are there, so that a name can be said to be unknown
     */
    BfdProfiles(List<Decoded<BfdProfile>> profiles, boolean complete) {
        this.complete = complete;
        profiles.forEach(profile -> byName.put(profile.name(), profile.spec()));
    }

    Map<String, BfdProfile> byName() {
        return byName;
    }

    /** Reports a name that means nothing. */
    void check(Decoded<BgpPeerSpec> peer) {
        String name = peer.spec().bfdProfile();
        if (name != null && complete && !byName.containsKey(name)) {
            peer.error(
                    "spec.bfdProfile",
                    "there is no BfdProfile '" + name + "'",
                    NearestName.hint(name, byName.keySet(), 8));
        }
    }
}
