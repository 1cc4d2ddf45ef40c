package dev.espalier.bgp.engine;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.PathAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything BGP knows of one prefix at one moment, with its reasons, for people.
 *
 * @param prefix the prefix
 * @param paths what neighbours (and we ourselves) say of it, the best first
 * @param told who is told of it, or why not; empty unless asked for
 * @param deferred whether no path is chosen yet because neighbours are still sending after a restart of ours
 */
public record PrefixSnapshot(IpPrefix prefix, List<Path> paths, List<Told> told, boolean deferred) {

    /** Copies the lists. */
    public PrefixSnapshot {
        paths = List.copyOf(paths);
        told = List.copyOf(told);
    }

    /** What a path is good for. */
    public enum Role {
        /** The best one. */
        BEST,
        /** As good for forwarding as the best one, and used beside it. */
        MULTIPATH,
        /** Packets take it at once when no next hop in use is left. */
        BACKUP,
        /** Not used, but would be if better ones went. */
        CANDIDATE,
        /** Refused by the import rules or policy, or without a next hop that can be reached. */
        REFUSED
    }

    /**
     * One path.
     *
     * @param peer the name of the configured peer; null for our own announcement, and for a leaked path
     * @param from the neighbour's address; null for our own announcement, and for a leaked path
     * @param leakedFrom the routing instance of this host that the path is leaked from; null for all other paths
     * @param pathId the path identifier (RFC 7911); 0 without
     * @param received the attributes as received
     * @param accepted the attributes after the import policy; null when refused
     * @param stale whether its neighbour has restarted and not yet said it again
     * @param role what it is good for
     * @param because the reason for the role, a sentence for people
     */
    public record Path(
            @Nullable String peer,
            @Nullable IpAddress from,
            @Nullable String leakedFrom,
            int pathId,
            PathAttributes received,
            @Nullable PathAttributes accepted,
            boolean stale,
            Role role,
            String because) {}

    /**
     * What one neighbour was told; with ADD-PATH (RFC 7911), what it was told of one path.
     *
     * @param peer the name of the configured peer
     * @param address the neighbour's
     * @param path with ADD-PATH: the peer whose path it is, "instance" and a name for a leaked one, or "ourselves"; otherwise null, it is the best one
     * @param pathId the identifier under which the path is announced; null when it is not, or without ADD-PATH
     * @param attributes those announced; null when nothing is
     * @param because the reason, a sentence for people
     */
    public record Told(
            String peer,
            IpAddress address,
            @Nullable String path,
            @Nullable Integer pathId,
            @Nullable PathAttributes attributes,
            String because) {}
}
