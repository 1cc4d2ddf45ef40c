package dev.espalier.interop;

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
        return side;
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
                + object("Advertisement", "ours", advertisement);
    }

    private static String object(String kind, String name, Map<String, String> spec) {
        StringBuilder text = new StringBuilder("---\napiVersion: espalier.dev/v1alpha1\nkind: ").append(kind);
        text.append("\nmetadata: {name: ").append(name).append("}\nspec:\n");
        spec.forEach((field, value) ->
                text.append("  ").append(field).append(": ").append(value).append('\n'));
        return text.toString();
    }
}
