package dev.espalier.objects.plan;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.net.IpAddress;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.kind.BgpPeerSpec;
import dev.espalier.objects.kind.RouterSpec;
import dev.espalier.objects.kind.RouterSpec.Listen;
import dev.espalier.policy.NearestName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the Routers of a node apart: two of them may use the same addresses only where something else tells whose a connection
 * is. That is the device their sockets are bound to, or the port. Lives as long as one compilation.
 */
final class Separation {

    private final NodeFacts facts;
    private final List<Decoded<RouterSpec>> listening = new ArrayList<>();
    private final Map<Connection, String> connections = new HashMap<>();

    /** What makes a connection of ours to a neighbour different from every other one. */
    private record Connection(
            IpAddress remote,
            int port,
            @Nullable IpAddress source,
            @Nullable String link) {}

    Separation(NodeFacts facts) {
        this.facts = facts;
    }

    /** Reports a device that is not there, and a place on which another Router listens already. */
    void check(Decoded<RouterSpec> router) {
        if (router.isBroken()) {
            return;
        }
        checkDevice(router);
        for (Decoded<RouterSpec> other : listening) {
            if (sameDevice(router, other)
                    && overlap(router.spec().listen(), other.spec().listen())) {
                router.error(
                        "spec.listen",
                        "port " + router.spec().listen().port() + " is already that of "
                                + other.object().reference() + " on this node",
                        "bind one of them to a 'device', such as a VRF, or give it another listen port or other addresses");
                return;
            }
        }
        listening.add(router);
    }

    private void checkDevice(Decoded<RouterSpec> router) {
        String device = router.spec().device();
        List<String> known =
                facts.interfaces().stream().map(NodeFacts.Interface::name).toList();
        if (device != null && !known.contains(device)) {
            String hint = NearestName.hint(device, known, 8);
            router.error("spec.device", "node " + facts.name() + " has no device '" + device + "'", hint);
        }
    }

    private static boolean sameDevice(Decoded<RouterSpec> one, Decoded<RouterSpec> other) {
        return Objects.equals(one.spec().device(), other.spec().device());
    }

    private static boolean overlap(Listen one, Listen other) {
        return one.port() == other.port()
                && one.addresses().stream()
                        .anyMatch(address -> other.addresses().stream().anyMatch(taken -> overlap(address, taken)));
    }

    /** IPv6 listeners leave IPv4 alone, so only addresses of one family can be in each other's way. */
    private static boolean overlap(IpAddress one, IpAddress other) {
        return one.family() == other.family() && (one.equals(other) || one.isUnspecified() || other.isUnspecified());
    }

    /**
     * Reports a neighbour that another Router of this node reaches in exactly the same way: the neighbour would see one router
     * twice, and what it opens could be for either.
     */
    void check(Decoded<RouterSpec> router, Decoded<BgpPeerSpec> peer, PeerConfig.Remote remote) {
        if (!(remote instanceof PeerConfig.Remote.Address(IpAddress address, String link))) {
            return;
        }
        Connection connection = new Connection(
                address,
                peer.spec().port(),
                peer.spec().sourceAddress(),
                link == null ? router.spec().device() : link);
        String other = connections.putIfAbsent(
                connection, peer.object().reference() + " of " + router.object().reference());
        if (other != null) {
            peer.error(
                    "spec",
                    address + " is already the neighbour of " + other + ", and nothing tells it from this one of "
                            + router.object().reference(),
                    "bind one of the Routers to a 'device', or give one of the peers another 'port' or 'sourceAddress'");
        }
    }
}
