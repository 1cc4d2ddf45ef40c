package dev.espalier.interop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.interop.PeerSetup.Option;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** GoBGP 3. Its routes come through its command line; it programs no kernel. */
final class GoBgp implements PeerDaemon {

    private static final List<String> ORIGINS = List.of("igp", "egp", "incomplete");

    private final Path directory;
    private final DaemonProcess process;
    private PeerSetup setup = PeerSetup.external();

    GoBgp(Rig rig) {
        this.directory = rig.directory();
        this.process = new DaemonProcess(rig.theirs(), directory.resolve("gobgpd.log"));
    }

    @Override
    public void start(PeerSetup wanted) {
        setup = wanted;
        DaemonProcess.write(directory.resolve("gobgpd.toml"), configuration(setup));
        run(List.of());
        setup.announced().forEach(this::add);
    }

    @Override
    public void restart() {
        run(List.of("-r"));
        setup.announced().forEach(this::add);
    }

    private void run(List<String> flags) {
        List<String> argv = new ArrayList<>(List.of(
                "gobgpd",
                "-t",
                "toml",
                "-f",
                directory + "/gobgpd.toml",
                "--api-hosts",
                "127.0.0.1:50051",
                "--pprof-disable"));
        argv.addAll(flags);
        process.start(argv, List.of("gobgp", "global"));
    }

    private static String configuration(PeerSetup setup) {
        String neighbour = setup.listenRange() ? "peer-groups" : "neighbors";
        StringBuilder text =
                new StringBuilder("[global.config]\n as = %d\n router-id = \"10.9.0.2\"\n".formatted(setup.asn()));
        if (setup.listenRange()) {
            text.append("[[dynamic-neighbors]]\n [dynamic-neighbors.config]\n  prefix = \"%s\"\n  peer-group = \"pg\"\n"
                    .formatted(setup.overIpv6() ? "2001:db8:9::/64" : "10.9.0.0/24"));
        }
        text.append("[[%s]]\n [%s.config]\n  peer-as = %d\n".formatted(neighbour, neighbour, setup.ourAsn()));
        text.append(handle(setup));
        text.append(setup.password() == null ? "" : "  auth-password = \"" + setup.password() + "\"\n");
        text.append(" [%s.timers.config]\n  connect-retry = 1\n  hold-time = %d\n  idle-hold-time-after-reset = 1\n"
                .formatted(neighbour, setup.holdSeconds()));
        text.append(" [%s.transport.config]\n  passive-mode = %b\n".formatted(neighbour, setup.passive()));
        text.append(
                setup.ttlSecurity()
                        ? " [%s.ttl-security.config]\n  enabled = true\n  ttl-min = 255\n".formatted(neighbour)
                        : "");
        if (setup.gracefulRestart()) {
            text.append(" [%s.graceful-restart.config]\n  enabled = true\n  restart-time = %d\n"
                    .formatted(neighbour, setup.has(Option.LONG_LIVED) ? 2 : 60));
            text.append("  notification-enabled = %b\n  long-lived-enabled = %b\n"
                    .formatted(setup.has(Option.AFTER_NOTIFICATIONS), setup.has(Option.LONG_LIVED)));
        }
        text.append(
                setup.has(Option.MULTIHOP)
                        ? " [%s.ebgp-multihop.config]\n  enabled = true\n  multihop-ttl = 2\n".formatted(neighbour)
                        : "");
        reflector(text, setup, neighbour);
        family(text, setup, neighbour, "ipv4-unicast", setup.ipv4());
        family(text, setup, neighbour, "ipv6-unicast", setup.ipv6());
        if (setup.has(Option.THIRD_CORNER)) {
            text.append("[[neighbors]]\n [neighbors.config]\n  peer-as = %d\n  neighbor-address = \"%s\"\n"
                    .formatted(ThirdCorner.asn(setup), ThirdCorner.ADDRESS));
            text.append(" [neighbors.timers.config]\n  connect-retry = 1\n  idle-hold-time-after-reset = 1\n");
            reflector(text, setup, "neighbors");
            family(text, setup, "neighbors", "ipv4-unicast", true);
        }
        return text.toString();
    }

    private static String handle(PeerSetup setup) {
        if (setup.listenRange()) {
            return "  peer-group-name = \"pg\"\n";
        }
        return setup.has(Option.UNNUMBERED)
                ? "  neighbor-interface = \"eth0\"\n"
                : "  neighbor-address = \"" + setup.ourAddress() + (setup.overLinkLocal() ? "%eth0" : "") + "\"\n";
    }

    private static void reflector(StringBuilder text, PeerSetup setup, String neighbour) {
        if (setup.has(Option.REFLECTOR)) {
            text.append(
                    " [%s.route-reflector.config]\n  route-reflector-client = true\n  route-reflector-cluster-id = \"10.9.0.2\"\n"
                            .formatted(neighbour));
        }
    }

    private static void family(StringBuilder text, PeerSetup setup, String neighbour, String name, boolean wanted) {
        if (wanted) {
            text.append(" [[%s.afi-safis]]\n  [%s.afi-safis.config]\n   afi-safi-name = \"%s\"\n"
                    .formatted(neighbour, neighbour, name));
            text.append(
                    setup.gracefulRestart()
                            ? "  [%s.afi-safis.mp-graceful-restart.config]\n   enabled = true\n".formatted(neighbour)
                            : "");
            text.append(
                    setup.has(Option.LONG_LIVED)
                            ? "  [%s.afi-safis.long-lived-graceful-restart.config]\n   enabled = true\n   restart-time = 600\n"
                                    .formatted(neighbour)
                            : "");
            text.append(
                    setup.has(Option.ADD_PATHS)
                            ? "  [%s.afi-safis.add-paths.config]\n   receive = true\n   send-max = 8\n"
                                    .formatted(neighbour)
                            : "");
            text.append(
                    setup.has(Option.LIMIT_OF_ONE)
                            ? "  [%s.afi-safis.prefix-limit.config]\n   max-prefixes = 1\n".formatted(neighbour)
                            : "");
        }
    }

    private void add(PeerSetup.Announced route) {
        List<String> argv = new ArrayList<>(List.of("gobgp", "global", "rib", "add", route.prefix(), "origin", "igp"));
        if (route.isIpv6()) {
            argv.addAll(List.of("nexthop", Rig.THEIRS_6));
        }
        if (route.med() != null) {
            argv.addAll(List.of("med", route.med().toString()));
        }
        if (route.community() != null) {
            argv.addAll(List.of(
                    "community",
                    route.community(),
                    "large-community",
                    route.largeCommunity(),
                    "rt",
                    route.community()));
        }
        if (setup.has(Option.OUR_AS_IN_PATH)) {
            argv.addAll(List.of("aspath", Long.toString(setup.ourAsn())));
        }
        argv.addAll(List.of("-a", route.isIpv6() ? "ipv6" : "ipv4"));
        process.ask(argv.toArray(String[]::new));
    }

    @Override
    public void change(PeerSetup wanted) {
        for (PeerSetup.Announced old : setup.announced()) {
            if (wanted.announced().stream().noneMatch(route -> route.prefix().equals(old.prefix()))) {
                process.ask("gobgp", "global", "rib", "del", old.prefix(), "-a", old.isIpv6() ? "ipv6" : "ipv4");
            }
        }
        wanted.announced().stream()
                .filter(route -> !setup.announced().contains(route))
                .forEach(this::add);
        setup = wanted;
    }

    @Override
    public boolean established() {
        return process.ask("gobgp", "neighbor").contains("Establ");
    }

    @Override
    public List<SeenRoute> routes(String prefix) {
        List<SeenRoute> routes = new ArrayList<>();
        String family = prefix.contains(":") ? "ipv6" : "ipv4";
        for (JsonNode path :
                process.askJson("gobgp", "global", "rib", "-a", family, "-j").path(prefix)) {
            if (path.has("neighbor-ip") && !path.path("neighbor-ip").asText().equals(ThirdCorner.ADDRESS)) {
                routes.add(seen(path.path("attrs")));
            }
        }
        return routes;
    }

    private static SeenRoute seen(JsonNode attributes) {
        String nextHop = "";
        String asPath = "";
        String origin = "";
        Long med = null;
        Long localPref = null;
        String originator = null;
        List<String> clusters = new ArrayList<>();
        List<String> communities = new ArrayList<>();
        List<String> large = new ArrayList<>();
        List<String> extended = new ArrayList<>();
        for (JsonNode attribute : attributes) {
            switch (attribute.path("type").asInt()) {
                case 1 -> origin = ORIGINS.get(attribute.path("value").asInt());
                case 2 ->
                    asPath = attribute
                            .path("as_paths")
                            .valueStream()
                            .map(GoBgp::segment)
                            .collect(Collectors.joining(" "));
                case 3, 14 -> nextHop = attribute.path("nexthop").asText();
                case 4 -> med = attribute.path("metric").asLong();
                case 5 -> localPref = attribute.path("value").asLong();
                case 8 ->
                    attribute
                            .path("communities")
                            .forEach(one -> communities.add((one.asLong() >> 16) + ":" + (one.asLong() & 0xFFFF)));
                case 9 -> originator = attribute.path("value").asText();
                case 10 -> attribute.path("value").forEach(one -> clusters.add(one.asText()));
                case 16 -> attribute.path("value").forEach(one -> extended.add(extended(one)));
                case 32 ->
                    attribute
                            .path("value")
                            .forEach(one -> large.add(one.path("ASN").asLong() + ":"
                                    + one.path("LocalData1").asLong() + ":"
                                    + one.path("LocalData2").asLong()));
                default -> {} // the others have no place in a SeenRoute
            }
        }
        return new SeenRoute(
                nextHop, asPath, origin, med, localPref, communities, large, extended, null, originator, clusters);
    }

    private static String extended(JsonNode community) {
        return community.has("bandwidth")
                ? "lb:" + community.path("asn").asLong() + ":"
                        + community.path("bandwidth").asLong()
                : "rt:" + community.path("value").asText();
    }

    /** A sequence as numbers, a set (type 1) in braces. */
    private static String segment(JsonNode segment) {
        String numbers =
                segment.path("asns").valueStream().map(JsonNode::asText).collect(Collectors.joining(" "));
        return segment.path("segment_type").asInt() == 1 ? "{" + numbers + "}" : numbers;
    }

    @Override
    public void askForRefresh() {
        process.ask("gobgp", "neighbor", setup.ourAddress(), "softresetin");
    }

    @Override
    public void shutDown(String text) {
        process.ask("gobgp", "neighbor", setup.ourAddress(), "disable");
    }

    @Override
    public String status() {
        return process.ask("gobgp", "neighbor", setup.ourAddress()) + process.text();
    }

    @Override
    public void reset() {
        process.ask("gobgp", "neighbor", setup.ourAddress(), "reset");
    }

    @Override
    public void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.stop();
    }
}
