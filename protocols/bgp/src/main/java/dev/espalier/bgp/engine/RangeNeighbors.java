package dev.espalier.bgp.engine;

import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours from ranges, over a restart of ours: those that this run knows, to be noted for the next one, and those that an
 * earlier run knew and that have not come back yet. The latter stay noted until it is clear that they do not come, so that a
 * second restart right after the first forgets nobody.
 *
 * <p>Owned by the table's loop.
 */
final class RangeNeighbors {

    private record Key(IpAddress address, int link) {
        Key(RememberedNeighbor neighbor) {
            this(neighbor.address(), neighbor.link());
        }
    }

    /** One that is not wanted any more, and why. */
    record Dropped(RememberedNeighbor neighbor, Unwanted why) {}

    private final NeighborMemory memory;
    private final boolean remembers;
    private final Map<Key, RememberedNeighbor> missing = new LinkedHashMap<>();
    private final Map<Key, RememberedNeighbor> known = new LinkedHashMap<>();
    /** Those of the earlier run that the configuration at the start did not want; to be told once. */
    private final List<Dropped> dropped;

    private boolean noted;

    RangeNeighbors(NeighborMemory memory, SpeakerConfig config) {
        this.memory = memory;
        List<RememberedNeighbor> earlier = memory.ofEarlierRun();
        this.remembers = earlier != null;
        for (RememberedNeighbor neighbor : earlier == null ? List.<RememberedNeighbor>of() : earlier) {
            missing.put(new Key(neighbor), neighbor);
        }
        this.dropped = judge(config);
    }

    /** Whether it is known who may come from a range after a restart; otherwise it may be anybody. */
    boolean remembers() {
        return remembers;
    }

    /** Those that have not come back yet. */
    Collection<RememberedNeighbor> missing() {
        return List.copyOf(missing.values());
    }

    /** Those of the earlier run that were not wanted at the start. */
    List<Dropped> droppedAtStart() {
        return dropped;
    }

    /** Forgets those that a configuration does not want, and says whom. */
    List<Dropped> judge(SpeakerConfig config) {
        Map<String, Integer> taken = new HashMap<>();
        known.values().forEach(neighbor -> taken.merge(neighbor.peer(), 1, Integer::sum));
        Set<IpAddress> configured = config.peers().stream()
                .map(PeerConfig::remote)
                .filter(PeerConfig.Remote.Address.class::isInstance)
                .map(remote -> ((PeerConfig.Remote.Address) remote).address())
                .collect(Collectors.toSet());
        List<Dropped> unwanted = new ArrayList<>();
        for (RememberedNeighbor neighbor : missing()) {
            Unwanted why = configured.contains(neighbor.address())
                    ? Unwanted.ADDRESS_CONFIGURED
                    : judge(neighbor, config, taken.getOrDefault(neighbor.peer(), 0));
            if (why == null) {
                taken.merge(neighbor.peer(), 1, Integer::sum);
            } else {
                missing.remove(new Key(neighbor));
                noted = false;
                unwanted.add(new Dropped(neighbor, why));
            }
        }
        return unwanted;
    }

    private static @Nullable Unwanted judge(RememberedNeighbor neighbor, SpeakerConfig config, int taken) {
        PeerConfig range = config.rangeOf(neighbor.address());
        if (range == null || !(range.remote() instanceof PeerConfig.Remote.Range(var prefix, int limit))) {
            return Unwanted.RANGE_GONE;
        }
        if (!range.name().equals(neighbor.peer())) {
            return Unwanted.OTHER_RANGE;
        }
        LocalAs localAs = range.session().localAs();
        Asn own = localAs == null ? config.asn() : localAs.asn();
        if (!range.asn().admits(neighbor.asn(), own)) {
            return Unwanted.OTHER_AS;
        }
        if (neighbor.families().stream().noneMatch(range.families()::contains)) {
            return Unwanted.NO_FAMILY;
        }
        return taken < limit ? null : Unwanted.NO_ROOM;
    }

    /** A session with a neighbour of a range is up. */
    void up(PeerConfig range, Negotiated negotiated) {
        RememberedNeighbor neighbor = new RememberedNeighbor(
                range.name(),
                negotiated.remote().address(),
                negotiated.remote().link(),
                negotiated.local().address(),
                negotiated.peerAs(),
                negotiated.options().families());
        Key key = new Key(neighbor);
        missing.remove(key);
        noted &= neighbor.equals(known.put(key, neighbor));
    }

    /** Nothing is kept of a neighbour any more; nothing happens where it is not from a range. */
    void gone(IpAddress address, int link) {
        noted &= known.remove(new Key(address, link)) == null;
    }

    /**
     * A neighbour that has not come back in its time is not expected any more.
     *
     * @return whether it has indeed not come
     */
    boolean giveUp(RememberedNeighbor neighbor) {
        boolean stillMissing = missing.remove(new Key(neighbor)) != null;
        noted &= !stillMissing;
        return stillMissing;
    }

    /** Notes what has changed since the last time. */
    void note() {
        if (!noted) {
            noted = true;
            memory.note(Stream.concat(known.values().stream(), missing.values().stream())
                    .toList());
        }
    }
}
