package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig.Origination;
import dev.espalier.net.IpPrefix;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who wants which prefix announced: the configuration, and owners that come and go at run time. Several may want the same prefix,
 * as two services that share an address do; then it is announced until the last of them withdraws, in the words of the
 * configuration before all others, and otherwise of whoever asked first. Plain data, owned by the table's loop.
 */
final class Claims {

    /** The owner of what is configured, which nobody else may call himself. */
    static final String CONFIGURATION = "the configuration";

    private final Map<IpPrefix, SequencedMap<String, Origination>> atRunTime = new HashMap<>();
    private final Map<String, Set<IpPrefix>> byOwner = new HashMap<>();
    private Map<IpPrefix, Origination> configured = Map.of();

    /**
     * Takes over what is configured.
     *
     * @return the prefixes concerned, the former ones first
     */
    Set<IpPrefix> configure(Map<IpPrefix, Origination> wanted) {
        Set<IpPrefix> concerned = new LinkedHashSet<>(configured.keySet());
        concerned.addAll(wanted.keySet());
        configured = new LinkedHashMap<>(wanted);
        return concerned;
    }

    /** An owner wants a prefix announced so; that takes the place of what it wanted before. */
    void put(String owner, IpPrefix prefix, Origination origination) {
        atRunTime.computeIfAbsent(prefix, none -> new LinkedHashMap<>()).put(owner, origination);
        byOwner.computeIfAbsent(owner, none -> new LinkedHashSet<>()).add(prefix);
    }

    /** An owner does not want a prefix announced any more; nothing happens where it did not. */
    void remove(String owner, IpPrefix prefix) {
        SequencedMap<String, Origination> wanted = atRunTime.get(prefix);
        Set<IpPrefix> owned = byOwner.get(owner);
        if (wanted == null || owned == null || wanted.remove(owner) == null) {
            return;
        }
        if (wanted.isEmpty()) {
            atRunTime.remove(prefix);
        }
        owned.remove(prefix);
        if (owned.isEmpty()) {
            byOwner.remove(owner);
        }
    }

    /** What an owner wants announced at run time, in the order in which it asked; a copy. */
    Set<IpPrefix> of(String owner) {
        return new LinkedHashSet<>(byOwner.getOrDefault(owner, Set.of()));
    }

    /** Those who want something at run time; a copy. */
    Set<String> owners() {
        return Set.copyOf(byOwner.keySet());
    }

    /** The prefixes that somebody wants announced at run time; a copy. */
    List<IpPrefix> prefixesAtRunTime() {
        return List.copyOf(atRunTime.keySet());
    }

    /** How a prefix is to be announced; null when nobody wants it. */
    @Nullable
    Origination inForce(IpPrefix prefix) {
        Origination first = configured.get(prefix);
        SequencedMap<String, Origination> others = atRunTime.get(prefix);
        return first != null || others == null ? first : others.firstEntry().getValue();
    }

    /** Whose words are in force for a prefix; null when nobody wants it. */
    @Nullable
    String speaksFor(IpPrefix prefix) {
        SequencedMap<String, Origination> others = atRunTime.get(prefix);
        if (configured.containsKey(prefix)) {
            return CONFIGURATION;
        }
        return others == null ? null : others.firstEntry().getKey();
    }
}
