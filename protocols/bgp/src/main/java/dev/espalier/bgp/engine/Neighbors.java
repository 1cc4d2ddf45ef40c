package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours that the tables know, each with a small number that its paths carry. Number 0 is ourselves. Owned by the
 * table's loop.
 */
final class Neighbors {

    /** The configured peer, which may be a range, and the address, with its link where it means nothing without. */
    private record Key(String peer, IpAddress address, int link) {}

    private final Map<Key, Neighbor> byKey = new LinkedHashMap<>();
    private final IdentityHashMap<Channel, Neighbor> byChannel = new IdentityHashMap<>();
    private final Map<IpAddress, Neighbor> byAddress = new HashMap<>();
    private final List<@Nullable Neighbor> byIndex = new ArrayList<>();
    /** Other routing instances that leak paths into this one, by number. */
    private final Map<Integer, Leaking> leaking = new HashMap<>();

    private PathSource self;

    private record Leaking(String instance, PathSource source) {}

    Neighbors(SpeakerConfig config) {
        self = selfOf(config);
        byIndex.add(null);
    }

    private static PathSource selfOf(SpeakerConfig config) {
        return new PathSource(
                PathSource.SELF, RouteSource.LOCAL, config.asn(), config.routerId(), Ipv4Address.UNSPECIFIED, false, 0);
    }

    /** Takes over who we are. */
    void configure(SpeakerConfig config) {
        self = selfOf(config);
    }

    /** The neighbour of a configured peer at an address, noted now if it was not known. */
    Neighbor at(PeerConfig config, IpAddress address, int link, boolean dynamic) {
        Key key = new Key(config.name(), address, link);
        Neighbor known = byKey.get(key);
        if (known != null) {
            return known;
        }
        int index = freeIndex();
        Neighbor neighbor = new Neighbor(config, address, link, index, dynamic);
        byKey.put(key, neighbor);
        byAddress.put(address, neighbor);
        if (index == byIndex.size()) {
            byIndex.add(neighbor);
        } else {
            byIndex.set(index, neighbor);
        }
        return neighbor;
    }

    /** The smallest number that no source has. */
    int freeIndex() {
        int index = 1;
        while (index < byIndex.size() && byIndex.get(index) != null || leaking.containsKey(index)) {
            index++;
        }
        return index;
    }

    /**
     * Notes another routing instance, which is no neighbour but a source of paths too, under a number that was free or is its own.
     *
     * @return what was known of it before; null when nothing was
     */
    @Nullable
    PathSource leaking(String instance, PathSource source) {
        while (byIndex.size() <= source.index()) {
            byIndex.add(null);
        }
        Leaking before = leaking.put(source.index(), new Leaking(instance, source));
        return before == null ? null : before.source();
    }

    /** Forgets another routing instance of which no path is left. */
    void forgetLeaking(int index) {
        leaking.remove(index);
    }

    /** The routing instance that a number stands for; null when it is that of a neighbour, or ourselves. */
    @Nullable
    String leakingInstance(int index) {
        Leaking other = leaking.get(index);
        return other == null ? null : other.instance();
    }

    /** The neighbour of a configured peer at an address; null when the tables do not know it. */
    @Nullable
    Neighbor find(PeerConfig config, IpAddress address, int link) {
        return byKey.get(new Key(config.name(), address, link));
    }

    /** Forgets a neighbour of which no path is left. */
    void forget(Neighbor neighbor) {
        byKey.values().remove(neighbor);
        byAddress.remove(neighbor.address(), neighbor);
        byIndex.set(neighbor.index(), null);
    }

    /** Its session has come up. */
    void up(Neighbor neighbor, Channel channel, PathSource source) {
        neighbor.up(channel, source);
        byChannel.put(channel, neighbor);
    }

    /**
     * The neighbour that a path of somebody else names as its next hop; null when it is none, or known to be named already.
     *
     * @param attributes those of the path, which has a next hop
     */
    @Nullable
    Neighbor newlyNamed(PathAttributes attributes) {
        Neighbor neighbor = byAddress.get(attributes.nextHop());
        if (neighbor == null || neighbor.isNextHopOfOthers() || !names(attributes, neighbor)) {
            return null;
        }
        neighbor.nextHopOfOthers(true);
        return neighbor;
    }

    /** Its own route that comes back over another reflector does not count: it would refuse that itself (RFC 4456). */
    static boolean names(PathAttributes attributes, Neighbor neighbor) {
        PathSource source = neighbor.source();
        boolean itsOwn = attributes.hasOriginatorId()
                && source != null
                && attributes.originatorId() == source.routerId().value();
        return neighbor.address().equals(attributes.nextHop()) && !itsOwn;
    }

    /** Its session has ended. */
    void down(Neighbor neighbor) {
        byChannel.values().remove(neighbor);
        neighbor.down();
    }

    /** The neighbour whose session this is; null when that has ended or never came up here. */
    @Nullable
    Neighbor with(Channel channel) {
        return byChannel.get(channel);
    }

    Collection<Neighbor> all() {
        return List.copyOf(byKey.values());
    }

    /** The source of a number that paths carry. */
    PathSource source(int index) {
        if (index == PathSource.SELF) {
            return self;
        }
        Neighbor neighbor = byIndex.get(index);
        if (neighbor == null && leaking.containsKey(index)) {
            return leaking.get(index).source();
        }
        PathSource source = neighbor == null ? null : neighbor.source();
        if (source == null) {
            throw new IllegalStateException("no neighbour has number " + index);
        }
        return source;
    }

    /** The neighbour of a number; null for ourselves, and for another routing instance. */
    @Nullable
    Neighbor byIndex(int index) {
        return byIndex.get(index);
    }
}
