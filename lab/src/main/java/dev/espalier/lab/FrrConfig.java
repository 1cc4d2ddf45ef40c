package dev.espalier.lab;

import dev.espalier.lab.Speaker.Neighbour;
import dev.espalier.lab.Speaker.Trait;
import dev.espalier.lab.Speaker.Where;
import dev.espalier.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/** Writes a {@link Speaker} down as FRR's unified configuration. Pure. */
final class FrrConfig {

    private static final String LOCAL_ONLY = "LOCAL-ONLY";
    private static final String NOTHING = "NOTHING";
    private static final String KEEPING_NEXT_HOPS = "KEEPING-NEXT-HOPS";

    private final StringBuilder text = new StringBuilder();

    private FrrConfig() {}

    /**
     * The configuration for a box.
     *
     * @param hostname the box's name
     * @param localSubnet where the next hops are that lie directly behind this box; needed only for
     *     {@link Trait#HEARS_LOCAL_ONLY}
     */
    static String of(String hostname, Speaker speaker, @Nullable IpPrefix localSubnet) {
        FrrConfig config = new FrrConfig();
        config.line("hostname " + hostname);
        // A node knows the next hops of other racks only through its default route.
        config.line("ip nht resolve-via-default");
        config.filters(localSubnet);
        if (speaker.neighbours().stream().anyMatch(neighbour -> neighbour.is(Trait.NEXT_HOP_KEPT))) {
            config.nextHopsOfPods();
        }
        config.router(speaker);
        return config.text.toString();
    }

    private void filters(@Nullable IpPrefix localSubnet) {
        if (localSubnet != null) {
            line("ip prefix-list LOCAL-SUBNET permit " + localSubnet + " le 32");
            line("route-map " + LOCAL_ONLY + " permit 10");
            line(" match ip next-hop prefix-list LOCAL-SUBNET");
            line("exit");
            // The subnet itself is originated here, so its next hop is nobody's.
            line("route-map " + LOCAL_ONLY + " permit 20");
            line(" match ip address prefix-list LOCAL-SUBNET");
            line("exit");
        }
        line("route-map " + NOTHING + " deny 10");
        line("exit");
    }

    /** Only theirs: a next hop of the fabric's own subnets means nothing two boxes further on. */
    private void nextHopsOfPods() {
        line("ip prefix-list PODS permit " + FabricPlan.ALL_PODS + " le 32");
        line("route-map " + KEEPING_NEXT_HOPS + " permit 10");
        line(" match ip address prefix-list PODS");
        line(" set ip next-hop unchanged");
        line("exit");
        line("route-map " + KEEPING_NEXT_HOPS + " permit 20");
        line("exit");
    }

    private void router(Speaker speaker) {
        line("router bgp " + speaker.asn());
        line(" bgp router-id " + speaker.routerId());
        line(" no bgp ebgp-requires-policy");
        line(" no bgp network import-check");
        line(" bgp bestpath as-path multipath-relax");
        line(" bgp graceful-restart");
        line(" timers bgp 3 9");
        speaker.neighbours().forEach(this::session);
        line(" address-family ipv4 unicast");
        speaker.originates().forEach(prefix -> line("  network " + prefix));
        line("  maximum-paths 8");
        line("  maximum-paths ibgp 8");
        speaker.neighbours().forEach(this::traits);
        line(" exit-address-family");
        line("exit");
    }

    private void session(Neighbour neighbour) {
        String handle = handle(neighbour);
        String remoteAs = neighbour.internal() ? "internal" : "external";
        if (neighbour.where() instanceof Where.Within range) {
            line(" neighbor " + handle + " peer-group");
            line(" neighbor " + handle + " remote-as " + remoteAs);
            line(" bgp listen range " + range.range() + " peer-group " + handle);
        } else {
            line(" neighbor " + handle + " remote-as " + remoteAs);
            line(" neighbor " + handle + " timers connect 1");
            if (neighbour.where() instanceof Where.At at) {
                at.source().ifPresent(source -> line(" neighbor " + handle + " update-source " + source));
            }
        }
        if (neighbour.is(Trait.NEXT_HOP_KEPT)) {
            // What it tells has next hops that are not on the link between us.
            line(" neighbor " + handle + " disable-connected-check");
        }
    }

    private void traits(Neighbour neighbour) {
        for (Trait trait : neighbour.traits()) {
            line("  neighbor " + handle(neighbour) + " "
                    + switch (trait) {
                        case REFLECTOR_CLIENT -> "route-reflector-client";
                        case NEXT_HOP_SELF -> "next-hop-self";
                        case NEXT_HOP_KEPT -> "route-map " + KEEPING_NEXT_HOPS + " out";
                        case OWN_AS_ALLOWED -> "allowas-in 1";
                        case HEARS_NOTHING -> "route-map " + NOTHING + " out";
                        case HEARS_LOCAL_ONLY -> "route-map " + LOCAL_ONLY + " out";
                    });
        }
    }

    private static String handle(Neighbour neighbour) {
        return switch (neighbour.where()) {
            case Where.At at -> at.address().toString();
            case Where.DefaultGateway gateway -> gateway.expected().toString();
            case Where.Within range -> neighbour.name();
        };
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
