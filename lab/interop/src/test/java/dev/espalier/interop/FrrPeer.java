package dev.espalier.interop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.interop.PeerSetup.Option;
import dev.espalier.lab.Frr;
import dev.espalier.lab.Frr.Daemon;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** FRR's bgpd and zebra. */
final class FrrPeer implements PeerDaemon {

    private final Frr frr;
    private PeerSetup setup = PeerSetup.external();

    FrrPeer(Rig rig) {
        this.frr = new Frr(rig.theirs(), rig.directory().resolve("frr"));
    }

    /** The daemons, for what only FRR can do. */
    Frr frr() {
        return frr;
    }

    @Override
    public void start(PeerSetup wanted) {
        setup = wanted;
        frr.start(
                configuration(wanted),
                wanted.has(Option.BFD)
                        ? List.of(Daemon.ZEBRA, Daemon.BFDD, Daemon.BGPD)
                        : List.of(Daemon.ZEBRA, Daemon.BGPD));
    }

    @Override
    public void restart() {
        frr.start(Daemon.BGPD);
    }

    private static String configuration(PeerSetup setup) {
        String handle = handle(setup);
        StringBuilder text = new StringBuilder();
        setup.announced().forEach(route -> routeMap(text, route, setup));
        text.append(
                "router bgp %d\n bgp router-id 10.9.0.2\n no bgp ebgp-requires-policy\n no bgp network import-check\n"
                        .formatted(setup.asn()));
        text.append(" no bgp default ipv4-unicast\n");
        text.append(
                setup.gracefulRestart()
                        ? " bgp graceful-restart\n bgp graceful-restart preserve-fw-state\n bgp graceful-restart restart-time 60\n"
                        : "");
        text.append(
                setup.has(Option.LONG_LIVED)
                        ? " bgp graceful-restart restart-time 2\n bgp long-lived-graceful-restart stale-time 600\n"
                        : "");
        text.append(setup.has(Option.AFTER_NOTIFICATIONS) ? " no bgp hard-administrative-reset\n" : "");
        text.append(setup.listenRange() ? " neighbor PG peer-group\n" : "");
        neighbour(
                text, handle, (setup.has(Option.UNNUMBERED) ? "interface remote-as " : "remote-as ") + setup.ourAsn());
        options(text, setup, handle);
        if (setup.has(Option.THIRD_CORNER)) {
            neighbour(text, ThirdCorner.ADDRESS, "remote-as " + ThirdCorner.asn(setup));
            neighbour(text, ThirdCorner.ADDRESS, "timers connect 1");
            neighbour(text, ThirdCorner.ADDRESS, "advertisement-interval 0");
        }
        neighbour(text, handle, "timers %d %d".formatted(setup.holdSeconds() / 3, setup.holdSeconds()));
        neighbour(text, handle, "timers connect 1");
        if (setup.passive()) {
            neighbour(text, handle, "passive");
        }
        if (setup.password() != null) {
            neighbour(text, handle, "password " + setup.password());
        }
        if (setup.ttlSecurity()) {
            neighbour(text, handle, "ttl-security hops 1");
        }
        text.append(setup.listenRange() ? " bgp listen range 10.9.0.0/24 peer-group PG\n" : "");
        family(text, setup, handle, "ipv4", setup.ipv4());
        family(text, setup, handle, "ipv6", setup.ipv6());
        return text.append("exit\n").toString();
    }

    private static String handle(PeerSetup setup) {
        return setup.listenRange() ? "PG" : setup.has(Option.UNNUMBERED) ? "eth0" : setup.ourAddress();
    }

    /** What goes beyond the basics, for the session. */
    private static void options(StringBuilder text, PeerSetup setup, String handle) {
        if (setup.overLinkLocal() && !setup.has(Option.UNNUMBERED)) {
            neighbour(text, handle, "interface eth0");
        }
        if (setup.has(Option.CUSTOMER)) {
            neighbour(text, handle, "local-role customer");
        }
        if (setup.has(Option.PROVIDER)) {
            neighbour(text, handle, "local-role provider");
        }
        if (setup.has(Option.EXTENDED_NEXT_HOP)) {
            neighbour(text, handle, "capability extended-nexthop");
        }
        if (setup.has(Option.MULTIHOP)) {
            neighbour(text, handle, "ebgp-multihop 2");
        }
        if (setup.has(Option.BFD)) {
            neighbour(text, handle, "bfd");
        }
    }

    private static void neighbour(StringBuilder text, String handle, String what) {
        text.append(" neighbor ").append(handle).append(' ').append(what).append('\n');
    }

    private static void family(StringBuilder text, PeerSetup setup, String handle, String family, boolean wanted) {
        if (wanted) {
            text.append(" address-family ").append(family).append(" unicast\n");
            neighbour(text, handle, "activate");
            neighbourFamily(text, setup, handle);
            if (setup.has(Option.LIMIT_OF_ONE)) {
                neighbour(text, handle, "maximum-prefix 1");
            }
            if (setup.has(Option.THIRD_CORNER)) {
                neighbour(text, ThirdCorner.ADDRESS, "activate");
                neighbourFamily(text, setup, ThirdCorner.ADDRESS);
            }
            setup.announced().stream()
                    .filter(route -> route.isIpv6() == family.equals("ipv6"))
                    .forEach(route -> text.append("  ").append(network(route)).append('\n'));
            text.append(" exit-address-family\n");
        }
    }

    private static void neighbourFamily(StringBuilder text, PeerSetup setup, String handle) {
        if (setup.has(Option.ADD_PATHS)) {
            neighbour(text, handle, "addpath-tx-all-paths");
        }
        if (setup.has(Option.REFLECTOR)) {
            neighbour(text, handle, "route-reflector-client");
        }
    }

    private static String network(PeerSetup.Announced route) {
        return "network " + route.prefix() + " route-map " + mapName(route);
    }

    private static String mapName(PeerSetup.Announced route) {
        return "RM-" + route.prefix().replaceAll("[^0-9a-f]", "-");
    }

    private static void routeMap(StringBuilder text, PeerSetup.Announced route, PeerSetup setup) {
        text.append("route-map ").append(mapName(route)).append(" permit 10\n");
        text.append(" set metric ")
                .append(route.med() == null ? 0 : route.med())
                .append('\n');
        if (route.community() != null) {
            text.append(" set community ").append(route.community()).append('\n');
            text.append(" set large-community ").append(route.largeCommunity()).append('\n');
            text.append(" set extcommunity rt ").append(route.community()).append('\n');
        }
        text.append(setup.has(Option.OUR_AS_IN_PATH) ? " set as-path prepend " + setup.ourAsn() + "\n" : "");
        text.append(setup.has(Option.LINK_BANDWIDTH) ? " set extcommunity bandwidth 10000\n" : "");
        text.append("exit\n");
    }

    @Override
    public void change(PeerSetup wanted) {
        for (PeerSetup.Announced old : setup.announced()) {
            if (wanted.announced().stream().noneMatch(route -> route.prefix().equals(old.prefix()))) {
                family(old, "no network " + old.prefix());
            }
        }
        for (PeerSetup.Announced route : wanted.announced()) {
            if (!setup.announced().contains(route)) {
                StringBuilder map = new StringBuilder();
                routeMap(map, route, wanted);
                List<String> commands = new ArrayList<>(List.of("configure terminal"));
                map.toString().lines().forEach(commands::add);
                frr.vtysh(commands.toArray(String[]::new));
                family(route, network(route));
            }
        }
        setup = wanted;
    }

    private void family(PeerSetup.Announced route, String command) {
        frr.vtysh(
                "configure terminal",
                "router bgp " + setup.asn(),
                "address-family " + (route.isIpv6() ? "ipv6" : "ipv4") + " unicast",
                command);
    }

    @Override
    public boolean established() {
        return neighbour().path("bgpState").asText().equals("Established");
    }

    /** What FRR knows about us. */
    JsonNode neighbour() {
        return frr.vtyshJson("show bgp neighbors " + setup.ourAddress() + " json")
                .path(setup.ourAddress());
    }

    @Override
    public List<SeenRoute> routes(String prefix) {
        List<SeenRoute> routes = new ArrayList<>();
        String family = prefix.contains(":") ? "ipv6" : "ipv4";
        for (JsonNode path : frr.vtyshJson("show bgp " + family + " unicast " + prefix + " json")
                .path("paths")) {
            if (isOurs(path.path("peer"))) {
                routes.add(seen(path));
            }
        }
        return routes;
    }

    private boolean isOurs(JsonNode peer) {
        return setup.has(Option.UNNUMBERED)
                ? peer.path("interface").asText().equals("eth0")
                : peer.path("peerId").asText().equals(setup.ourAddress());
    }

    private static SeenRoute seen(JsonNode path) {
        return new SeenRoute(
                path.path("nexthops").path(0).path("ip").asText(),
                path.path("aspath").path("string").asText().replace("Local", ""),
                path.path("origin").asText().toLowerCase(Locale.ROOT),
                path.has("metric") ? path.path("metric").asLong() : null,
                path.has("locPrf") ? path.path("locPrf").asLong() : null,
                words(path.path("community").path("string").asText()),
                words(path.path("largeCommunity").path("string").asText()),
                words(path.path("extendedCommunity").path("string").asText()).stream()
                        .map(text -> text.toLowerCase(Locale.ROOT))
                        .toList(),
                path.has("otc") ? path.path("otc").asLong() : null,
                path.has("originatorId") ? path.path("originatorId").asText() : null,
                path.path("clusterList")
                        .path("list")
                        .valueStream()
                        .map(JsonNode::asText)
                        .toList());
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split(" "));
    }

    @Override
    public void askForRefresh() {
        frr.vtysh("clear bgp " + (setup.ipv4() ? "ipv4" : "ipv6") + " unicast * in");
    }

    @Override
    public void shutDown(String text) {
        frr.vtysh(
                "configure terminal",
                "router bgp " + setup.asn(),
                "neighbor " + setup.ourAddress() + " shutdown message " + text);
    }

    @Override
    public String status() {
        return frr.vtysh("show bgp neighbors " + handle(setup));
    }

    @Override
    public void reset() {
        frr.vtysh("clear bgp " + handle(setup));
    }

    @Override
    public void kill() {
        frr.kill(Daemon.BGPD);
    }

    @Override
    public void close() {
        frr.stop();
    }
}
