package dev.espalier.library;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Redistribute;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.PathAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon's configuration makes sure of before the engine sees it, for those who make the engine's values themselves. Each
 * mistake is an IllegalArgumentException with one sentence: what, where, and what it may be.
 */
final class ConfigCheck {

    private static final int LONGEST_RESTART = 4095; // RFC 4724 section 3: 12 bits
    private static final int LONGEST_ABSENCE = 0xFF_FFFF; // RFC 9494 section 3.1: 24 bits

    private ConfigCheck() {}

    /** @param knowsHostRoutes whether somebody tells the speaker which routes the host has */
    static void check(SpeakerConfig config, boolean knowsHostRoutes) {
        require(
                knowsHostRoutes || config.redistribute().isEmpty(),
                "nobody tells this speaker the host's routes, so none can be redistributed: give builder.links, or leave "
                        + "redistribute empty");
        require(
                config.redistribute().stream()
                                .map(Redistribute::from)
                                .distinct()
                                .count()
                        == config.redistribute().size(),
                "redistribute names a source twice: give it once, with a chain of policies");
        require(
                config.importFrom().isEmpty(),
                "importFrom names other routing instances, and this speaker is alone with its own: leave it empty");
        require(
                !config.routerId().isUnspecified(),
                "the router id is 0.0.0.0: give an address that no other speaker has");
        range("the port", config.port(), 0, 65535);
        range("drainSeconds", config.drainSeconds(), 0, 3600);
        range("maximumPaths", config.maximumPaths(), 1, 256);
        Set<String> names = new HashSet<>();
        Set<PeerConfig.Remote> remotes = new HashSet<>();
        for (PeerConfig peer : config.peers()) {
            require(!peer.name().isBlank(), "a peer has no name");
            require(names.add(peer.name()), "two peers are called '" + peer.name() + "': names must be unique");
            require(
                    remotes.add(peer.remote()),
                    "the peer '" + peer.name() + "' is where another one is: " + peer.remote());
            check(peer, config);
        }
        config.originated().forEach((prefix, origination) -> {
            checkPrefix(prefix);
            checkAttributes(prefix, origination.attributes());
            checkPeers(prefix, origination.peers(), config);
        });
    }

    private static void check(PeerConfig peer, SpeakerConfig config) {
        String of = " of the peer '" + peer.name() + "'";
        PeerConfig.Session session = peer.session();
        require(!peer.families().isEmpty(), "the peer '" + peer.name() + "' has no address family");
        range("the port" + of, session.port(), 1, 65535);
        range("the TTL" + of, session.ttl(), 1, 255);
        range("the minimum TTL" + of, session.minimumTtl(), 0, 255);
        range("the hold time" + of, session.holdSeconds(), 0, 65535);
        require(
                session.holdSeconds() == 0 || session.holdSeconds() >= 3,
                "the hold time" + of + " is " + session.holdSeconds() + " s: it must be 0, or at least 3 (RFC 4271)");
        range("the keepalive interval" + of, session.keepaliveSeconds(), 0, 21845);
        range("the connect retry time" + of, session.connectRetrySeconds(), 1, 65535);
        range("the restart time" + of, session.gracefulRestart(), 0, LONGEST_RESTART);
        range("the long-lived stale time" + of, session.longLivedStaleTime(), 0, LONGEST_ABSENCE);
        range("the send hold time" + of, session.sendHoldSeconds(), 0, Integer.MAX_VALUE);
        boolean waits = session.passive() || peer.remote() instanceof PeerConfig.Remote.Range;
        require(
                !waits || !config.listen().isEmpty(),
                "the peer '" + peer.name() + "' is to connect to us, but the speaker listens nowhere: set listen");
        if (peer.remote() instanceof PeerConfig.Remote.Range(IpPrefix range, int limit)) {
            range("the limit of neighbours from " + range + of, limit, 1, Integer.MAX_VALUE);
        }
    }

    static void checkPrefix(IpPrefix prefix) {
        IpAddress address = prefix.address();
        boolean usual =
                prefix.length() == 0 || !(address.isMulticast() || address.isLoopback() || address.isLinkLocal());
        require(usual, prefix + " cannot be announced: it is a multicast, loopback or link-local prefix");
    }

    static void checkAttributes(IpPrefix prefix, PathAttributes attributes) {
        IpAddress nextHop = attributes.nextHop();
        if (nextHop == null) {
            return;
        }
        require(
                !(nextHop.isUnspecified() || nextHop.isMulticast() || nextHop.isLoopback() || nextHop.isLinkLocal()),
                "the next hop " + nextHop + " of " + prefix + " is not the address of a router; leave it out to be it");
        require(
                nextHop.family() == prefix.family(),
                "the next hop " + nextHop + " is not of the family of " + prefix + "; leave it out to be the next hop");
    }

    static void checkPeers(IpPrefix prefix, @Nullable List<String> peers, SpeakerConfig config) {
        List<String> known = config.peers().stream().map(PeerConfig::name).toList();
        for (String peer : peers == null ? List.<String>of() : peers) {
            require(
                    known.contains(peer),
                    prefix + " is for the peer '" + peer + "', which is not configured; the peers are " + known);
        }
    }

    private static void range(String what, int value, int least, int most) {
        require(value >= least && value <= most, what + " is " + value + ": it must be " + least + " to " + most);
    }

    private static void require(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
