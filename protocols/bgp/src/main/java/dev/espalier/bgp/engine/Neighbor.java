package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpAddress;
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
    private final boolean dynamic;
    private final int index;
    private PeerConfig config;
    private @Nullable Channel channel;
    private @Nullable PathSource source;
    private final Map<Family, Member> members = new EnumMap<>(Family.class);
    private final Set<Family> endOfRibReceived = EnumSet.noneOf(Family.class);
    private final Retained retained = new Retained();

    /**
     * A neighbour without a session.
     *
     * @param index its number as a source of paths, above 0
     * @param dynamic whether it appeared from a range
     */
    Neighbor(PeerConfig config, IpAddress address, int index, boolean dynamic) {
        this.config = config;
        this.address = address;
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
    }

    void down() {
        channel = null;
        members.clear();
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
