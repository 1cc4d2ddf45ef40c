package dev.espalier.lab;

import dev.espalier.lab.Speaker.Neighbour;
import dev.espalier.lab.Speaker.Trait;
import dev.espalier.lab.Speaker.Where;
import dev.espalier.net.IpPrefix;
import java.util.Locale;

/** Writes a {@link Speaker} down as Espalier's objects. Pure. */
final class EspalierConfig {

    private final StringBuilder text = new StringBuilder();

    private EspalierConfig() {}

    /** The objects for a box. */
    static String of(Speaker speaker) {
        EspalierConfig config = new EspalierConfig();
        config.begin("Router", "default");
        config.line("  asn: " + speaker.asn());
        config.line("  routerId: " + speaker.routerId());
        config.line("  multipathRelax: true");
        config.line("  timers: {holdTime: 9, keepaliveInterval: 3, connectRetry: 1}");
        speaker.neighbours().forEach(config::peer);
        if (!speaker.originates().isEmpty()) {
            config.begin("Advertisement", "pods");
            config.line("  prefixes:");
            for (IpPrefix prefix : speaker.originates()) {
                config.line("  - " + prefix);
            }
        }
        return config.text.toString();
    }

    private void peer(Neighbour neighbour) {
        begin("BgpPeer", neighbour.name().toLowerCase(Locale.ROOT));
        switch (neighbour.where()) {
            case Where.At at -> {
                line("  address: " + at.address());
                at.source().ifPresent(source -> line("  sourceAddress: " + source));
            }
            case Where.Within within -> line("  listenRange: {prefix: " + within.range() + "}");
            case Where.DefaultGateway _ -> line("  discover: defaultGateway");
        }
        line("  asn: " + (neighbour.internal() ? "internal" : "external"));
        if (!neighbour.internal()) {
            // RFC 8212: without a policy an external peer is told nothing and believed nothing.
            line("  importPolicy: [accept-all]");
            line("  exportPolicy: [accept-all]");
        }
        neighbour.traits().forEach(this::trait);
    }

    private void trait(Trait trait) {
        switch (trait) {
            case REFLECTOR_CLIENT -> line("  routeReflectorClient: true");
            case NEXT_HOP_SELF -> line("  nextHopSelf: true");
            case NEXT_HOP_KEPT, OWN_AS_ALLOWED, HEARS_NOTHING, HEARS_LOCAL_ONLY ->
                throw new IllegalStateException("no Espalier node of a lab needs " + trait);
        }
    }

    private void begin(String kind, String name) {
        if (!text.isEmpty()) {
            line("---");
        }
        line("apiVersion: espalier.dev/v1alpha1");
        line("kind: " + kind);
        line("metadata: {name: " + name + "}");
        line("spec:");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
