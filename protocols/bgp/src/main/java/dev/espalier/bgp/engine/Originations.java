package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpPrefix;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What we announce on our own account: paths like any other, whose source is ourselves. Owned by the table's loop.
 */
final class Originations {

    private final AttributeTable attributes;
    private final Map<Family, LocRib> locRibs;
    private Map<IpPrefix, SpeakerConfig.Origination> current = Map.of();
    private boolean namedPeers;

    /**
     * Nothing announced yet.
     *
     * @param locRibs by family; may be filled later
     */
    Originations(AttributeTable attributes, Map<Family, LocRib> locRibs) {
        this.attributes = attributes;
        this.locRibs = locRibs;
    }

    /** Whether some announcement is for named peers only. */
    boolean someAreForNamedPeers() {
        return namedPeers;
    }

    /** Our own announcement of a prefix number, or null. */
    SpeakerConfig.@Nullable Origination of(Family family, int prefixId) {
        LocRib locRib = locRibs.get(family);
        return locRib == null ? null : current.get(locRib.rib().prefixes().prefix(prefixId));
    }

    /** Announces these prefixes, and no others of our own. */
    void replaceBy(Map<IpPrefix, SpeakerConfig.Origination> wanted) {
        Map<IpPrefix, SpeakerConfig.Origination> before = current;
        current = new HashMap<>(wanted);
        namedPeers = wanted.values().stream().anyMatch(origination -> origination.peers() != null);
        before.forEach((prefix, origination) -> {
            if (!wanted.containsKey(prefix)) {
                withdraw(prefix);
            }
        });
        wanted.forEach((prefix, origination) -> {
            if (!origination.equals(before.get(prefix))) {
                announce(prefix, origination);
            }
        });
    }

    private void announce(IpPrefix prefix, SpeakerConfig.Origination origination) {
        LocRib locRib = locRib(prefix);
        Rib rib = locRib.rib();
        int received = attributes.intern(origination.attributes());
        int accepted = attributes.intern(origination.attributes());
        int id = rib.prefixes().retain(prefix);
        int path = rib.find(id, PathSource.SELF, 0);
        if (path == Rib.NONE) {
            rib.add(id, PathSource.SELF, 0, received, accepted);
        } else {
            rib.replace(path, received, accepted);
            rib.prefixes().release(id);
        }
        locRib.changed(id);
    }

    private void withdraw(IpPrefix prefix) {
        LocRib locRib = locRib(prefix);
        Rib rib = locRib.rib();
        int id = rib.prefixes().find(prefix);
        int path = rib.find(id, PathSource.SELF, 0);
        locRib.changed(id);
        rib.remove(path);
    }

    private LocRib locRib(IpPrefix prefix) {
        LocRib locRib = locRibs.get(Family.unicast(prefix.family()));
        if (locRib == null) {
            throw new IllegalStateException("no table for " + prefix.family());
        }
        return locRib;
    }
}
