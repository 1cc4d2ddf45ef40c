package dev.espalier.interop;

import dev.espalier.interop.PeerSetup.Option;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Our configuration for a session with the other daemon: the mirror of its {@link PeerSetup}, with single fields replaced. One
 * thread.
 */
final class OurSide {

    private final Map<String, String> router = new LinkedHashMap<>();
    private final Map<String, String> peer = new LinkedHashMap<>();
    private final Map<String, String> advertisement = new LinkedHashMap<>();
    private final StringBuilder more = new StringBuilder();

    private OurSide() {}

    /** A session that fits what the other daemon was told; we announce 10.1.0.0/24 and 2001:db8:1::/48. */
    static OurSide of(PeerSetup setup) {
        OurSide side = new OurSide();
        side.router("asn", Long.toString(setup.ourAsn()));
        side.router("routerId", Rig.OURS);
        side.router("timers", "{connectRetry: 1}");
        side.router("gracefulRestart", "{enabled: " + setup.gracefulRestart() + ", restartTime: 60}");
        side.peer("address", "\"" + setup.address() + "\"");
        side.peer("asn", setup.internal() ? "internal" : Long.toString(setup.asn()));
        side.peer(
                "families",
                setup.ipv4() && setup.ipv6()
                        ? "[ipv4-unicast, ipv6-unicast]"
                        : setup.ipv6() ? "[ipv6-unicast]" : "[ipv4-unicast]");
        side.peer("timers", "{holdTime: " + setup.holdSeconds() + "}");
        if (!setup.internal()) {
            side.peer("importPolicy", "[accept-all]").peer("exportPolicy", "[accept-all]");
        }
        if (setup.password() != null) {
            side.peer("password", "\"" + setup.password() + "\"");
        }
        if (setup.ttlSecurity()) {
            side.peer("ttlSecurity", "{hops: 1}");
        }
        side.advertisement.put("prefixes", "[10.1.0.0/24, \"2001:db8:1::/48\"]");
        side.options(setup);
        return side;
    }

    /** Our part of what goes beyond the basics. */
    private void options(PeerSetup setup) {
        if (setup.overLinkLocal()) {
            peer("address", "\"" + setup.address() + "%eth0\"");
        }
        if (setup.has(Option.CUSTOMER)) {
            peer("role", "provider").peer("roleStrict", "true");
        }
        if (setup.has(Option.PROVIDER)) {
            peer("role", "customer").peer("roleStrict", "true");
        }
        if (setup.has(Option.ADD_PATHS)) {
            peer("addPaths", "{receive: true, send: all}");
        }
        if (setup.has(Option.EXTENDED_NEXT_HOP)) {
            peer("extendedNextHop", "true");
        }
        if (setup.has(Option.LONG_LIVED)) {
            router("gracefulRestart", "{restartTime: 2, longLivedStaleTime: 600}");
        }
        if (setup.has(Option.MULTIHOP)) {
            peer("ebgpMultihop", "2");
        }
        if (setup.has(Option.BFD)) {
            peer("bfdProfile", "usual");
            more.append(object("BfdProfile", "usual", Map.of("detectMultiplier", "3")));
        }
        if (setup.has(Option.THIRD_CORNER)) {
            peer("router", "main");
            advertisement.put("router", "main");
            advertisement.put("prefixes", "[10.1.0.0/24, " + ThirdCorner.TOLD_TO_US + "]");
        }
    }

    /** With other objects beside. */
    OurSide and(String objects) {
        more.append(objects);
        return this;
    }

    OurSide router(String field, String value) {
        router.put(field, value);
        return this;
    }

    OurSide peer(String field, String value) {
        peer.put(field, value);
        return this;
    }

    OurSide without(String field) {
        peer.remove(field);
        return this;
    }

    OurSide prefixes(String list) {
        advertisement.put("prefixes", list);
        return this;
    }

    OurSide aggregate(String map) {
        advertisement.put("aggregate", map);
        return this;
    }

    OurSide attributes(String map) {
        advertisement.put("attributes", map);
        return this;
    }

    /** The objects as YAML. */
    String objects() {
        return object("Router", "main", router)
                + object("BgpPeer", "them", peer)
                + object("Advertisement", "ours", advertisement)
                + more;
    }

    private static String object(String kind, String name, Map<String, String> spec) {
        StringBuilder text = new StringBuilder("---\napiVersion: espalier.dev/v1alpha1\nkind: ").append(kind);
        text.append("\nmetadata: {name: ").append(name).append("}\nspec:\n");
        spec.forEach((field, value) ->
                text.append("  ").append(field).append(": ").append(value).append('\n'));
        return text.toString();
    }
}
