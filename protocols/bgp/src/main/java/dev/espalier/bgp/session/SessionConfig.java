package dev.espalier.bgp.session;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.IpAddress;
import java.util.HashSet;
import java.util.Set;

/** What of a {@link PeerConfig} concerns the session. */
final class SessionConfig {

    private SessionConfig() {}

    /** Whether two configurations lead to the same session, however else they differ. */
    static boolean same(PeerConfig one, PeerConfig other) {
        boolean sameRemote =
                one.remote() instanceof PeerConfig.Remote.Range a && other.remote() instanceof PeerConfig.Remote.Range b
                        ? a.range().equals(b.range())
                        : one.remote().equals(other.remote());
        return sameRemote
                && one.asn().equals(other.asn())
                && one.session().equals(other.session())
                && one.families().equals(other.families())
                && one.addPaths().receive() == other.addPaths().receive()
                && one.addPaths().sends() == other.addPaths().sends()
                && one.bfdStrict() == other.bfdStrict();
    }

    /** The links on which neighbours are that are known by nothing else. */
    static Set<String> interfaces(SpeakerConfig config) {
        Set<String> links = new HashSet<>();
        for (PeerConfig peer : config.peers()) {
            if (peer.remote() instanceof PeerConfig.Remote.Interface(String link)) {
                links.add(link);
            }
        }
        return links;
    }

    /**
     * What a range says, for one neighbour of it: it is at one address, and it is the one to connect.
     *
     * @param local by which of our addresses it knows us: from there it is watched, and connected to where that is done all the same,
     *     unless another one is configured
     */
    static PeerConfig waitingAt(PeerConfig range, IpAddress address, IpAddress local) {
        PeerConfig.Session session = range.session();
        return range.toBuilder()
                .remote(new PeerConfig.Remote.Address(address, null))
                .session(session.toBuilder()
                        .passive(true)
                        .source(session.source() == null ? local : session.source())
                        .build())
                .build();
    }
}
