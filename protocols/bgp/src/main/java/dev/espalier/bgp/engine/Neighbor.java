package dev.espalier.bgp.engine;

import dev.espalier.bgp.MaximumPrefixes;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the table's loop knows of one neighbour: its session while there is one, its seats in the update groups, and what is
 * still kept of a session that was lost (RFC 4724). Owned by that loop.
 */
final class Neighbor {

    private final IpAddress address;
    private final int link;
    private final boolean dynamic;
    private final int index;
    private PeerConfig config;
    private @Nullable Channel channel;
    private long sessionOrder;
    private @Nullable PathSource source;
    private final Map<Family, Member> members = new EnumMap<>(Family.class);
    private final Set<Family> endOfRibReceived = EnumSet.noneOf(Family.class);
    private final Retained retained = new Retained();
    private final Map<Family, InLimit> limits = new EnumMap<>(Family.class);
    private final Set<Family> heldBack = EnumSet.noneOf(Family.class);
    private boolean nextHopOfOthers;

    /**
     * A neighbour without a session.
     *
     * @param link the kernel's index of its link where the address is link-local, otherwise 0
     * @param index its number as a source of paths, above 0
     * @param dynamic whether it appeared from a range
     */
    Neighbor(PeerConfig config, IpAddress address, int link, int index, boolean dynamic) {
        this.config = config;
        this.address = address;
        this.link = link;
        this.index = index;
        this.dynamic = dynamic;
    }

    PeerConfig config() {
        return config;
    }

    void config(PeerConfig changed) {
        config = changed;
    }

    IpAddress address() {
        return address;
    }

    /** The kernel's index of its link where the address is link-local, otherwise 0. */
    int link() {
        return link;
    }

    int index() {
        return index;
    }

    boolean dynamic() {
        return dynamic;
    }

    @Nullable
    Channel channel() {
        return channel;
    }

    /** Where its session, or the last one it had, stands in the order in which sessions were made. */
    long sessionOrder() {
        return sessionOrder;
    }

    void sessionOrder(long order) {
        sessionOrder = order;
    }

    /** Who its paths come from; also after the session, while its paths are kept. Null before the first session. */
    @Nullable
    PathSource source() {
        return source;
    }

    void source(PathSource changed) {
        source = changed;
    }

    void up(Channel established, PathSource from) {
        channel = established;
        source = from;
        endOfRibReceived.clear();
        heldBack.clear();
        renewLimits();
    }

    /** Counts against the limits that are configured now, as if for the first time. */
    void renewLimits() {
        limits.clear();
        MaximumPrefixes.In limit = config.maximumPrefixes().in();
        if (limit != null) {
            for (Family family : Family.values()) {
                limits.put(family, new InLimit(limit));
            }
        }
    }

    /**
     * How it stands to the limit on what it may send; null where there is none, and while routes of an earlier session are kept,
     * which it may be about to replace by others.
     */
    @Nullable
    InLimit limit(Family family) {
        return retained.stale.contains(family) ? null : limits.get(family);
    }

    /**
     * Takes note of whether it is told less than there is, because of the limit on what it is sent.
     *
     * @return whether that is news
     */
    boolean heldBack(Family family, boolean now) {
        return now ? heldBack.add(family) : heldBack.remove(family);
    }

    /** Whether others name it as their next hop, or have in this session. */
    boolean isNextHopOfOthers() {
        return nextHopOfOthers;
    }

    void nextHopOfOthers(boolean named) {
        nextHopOfOthers = named;
    }

    void down() {
        channel = null;
        members.clear();
    }

    /** What the import rules go by for its paths. */
    Arrival arrival(PathSource from) {
        return new Arrival(
                config,
                from,
                channel == null
                        ? Ipv4Address.UNSPECIFIED
                        : channel.negotiated().local().address());
    }

    /** Its seat in an update group of each family that the session carries. */
    Map<Family, Member> members() {
        return members;
    }

    /** The families whose initial routes it has sent completely in this session. */
    Set<Family> endOfRibReceived() {
        return endOfRibReceived;
    }

    /** The families of which routes of an earlier session are still kept. */
    Set<Family> stale() {
        return retained.stale;
    }

    /** What is kept of it although it may not hold any more. */
    Retained retained() {
        return retained;
    }
}
