package dev.espalier.interop;

import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.net.Asn;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AsPath;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The third corner, where several paths or a reflector need one. Towards the other daemon it is a second Router in our process, at
 * an address of its own; towards us, who would not talk to ourselves, it is a {@link Feeder}.
 */
final class ThirdCorner {

    /** Its address towards the other daemon, in our namespace. */
    static final String ADDRESS = "10.9.0.3";

    /** Its address towards us, in the other namespace. */
    static final String OTHER_ADDRESS = "10.9.0.4";

    /** It tells this to the other daemon only; the daemon announces it, too, where it announces several paths. */
    static final String TOLD_TO_THEM = "10.5.0.0/24";

    /** It tells this to us only. */
    static final String TOLD_TO_US = "10.6.0.0/24";

    /** The next hop of all it tells: an address on the shared network that neither end has. */
    private static final String NEXT_HOP = "10.9.0.77";

    private ThirdCorner() {}

    /** Its AS: ours among internal peers, else a third one. */
    static long asn(PeerSetup setup) {
        return setup.internal() ? setup.ourAsn() : 65003;
    }

    /**
     * The objects of its Router, and our session with it.
     *
     * @param attributes of what it tells the other daemon, as for an Advertisement
     */
    static String objects(PeerSetup setup, String attributes) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: third}
                spec:
                  asn: %d
                  routerId: %s
                  instance: third
                  kernelTable: 100
                  listen: {addresses: [%s]}
                  timers: {connectRetry: 1}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: third-to-them}
                spec: {router: third, address: %s, sourceAddress: %s, asn: %s, exportPolicy: [beside], importPolicy: [reject-all]}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: us-to-third}
                spec: {router: main, address: %s, passive: true, asn: %s, exportPolicy: [reject-all], importPolicy: [accept-all]%s}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: RoutePolicy
                metadata: {name: beside}
                spec: {statements: [{actions: {setNextHop: %s, policyResult: accept}}]}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Advertisement
                metadata: {name: told-to-them}
                spec: {router: third, peers: [third-to-them], prefixes: [%s], attributes: %s}
                """.formatted(
                        asn(setup),
                        ADDRESS,
                        ADDRESS,
                        setup.address(),
                        ADDRESS,
                        setup.internal() ? "internal" : Long.toString(setup.asn()),
                        OTHER_ADDRESS,
                        setup.internal() ? "internal" : Long.toString(asn(setup)),
                        setup.internal() ? ", routeReflectorClient: true" : "",
                        NEXT_HOP,
                        TOLD_TO_THEM,
                        attributes);
    }

    /**
     * Tells us {@link #TOLD_TO_US}.
     *
     * @param path the AS path of it
     */
    static Feed feed(PeerSetup setup, Long... path) {
        PathAttributes.Builder attributes = PathAttributes.builder()
                .origin(Origin.IGP)
                .asPath(AsPath.sequence(Stream.of(path).map(Asn::new).toList()))
                .nextHop(Ipv4Address.parse(NEXT_HOP));
        if (setup.internal()) {
            attributes.localPref(100);
        }
        List<byte[]> messages = new ArrayList<>();
        UpdatePacker packer = new UpdatePacker(
                new SessionOptions(true, false, false, Set.of(Family.values()), Set.of(), Set.of()), messages::add);
        packer.begin(Family.IPV4_UNICAST, attributes.build());
        IpPrefix prefix = IpPrefix.parse(TOLD_TO_US);
        packer.add(0, prefix.address().high(), 0, prefix.length());
        packer.end();
        return new Feed(asn(setup), setup.internal(), messages, Set.of(prefix), Set.of(), Set.of());
    }
}
