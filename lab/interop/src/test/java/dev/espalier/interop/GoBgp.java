package dev.espalier.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        text.append(
                setup.listenRange()
                        ? "  peer-group-name = \"pg\"\n"
                        : "  neighbor-address = \"" + setup.ourAddress() + "\"\n");
        text.append(setup.password() == null ? "" : "  auth-password = \"" + setup.password() + "\"\n");
        text.append(" [%s.timers.config]\n  connect-retry = 1\n  hold-time = %d\n  idle-hold-time-after-reset = 1\n"
                .formatted(neighbour, setup.holdSeconds()));
        text.append(" [%s.transport.config]\n  passive-mode = %b\n".formatted(neighbour, setup.passive()));
        text.append(
                setup.ttlSecurity()
                        ? " [%s.ttl-security.config]\n  enabled = true\n  ttl-min = 255\n".formatted(neighbour)
                        : "");
        if (setup.gracefulRestart()) {
            text.append(" [%s.graceful-restart.config]\n  enabled = true\n  restart-time = 60\n".formatted(neighbour));
        }
        family(text, neighbour, "ipv4-unicast", setup.ipv4(), setup.gracefulRestart());
        family(text, neighbour, "ipv6-unicast", setup.ipv6(), setup.gracefulRestart());
        return text.toString();
    }

    private static void family(
            StringBuilder text, String neighbour, String name, boolean wanted, boolean gracefulRestart) {
        if (wanted) {
            text.append(" [[%s.afi-safis]]\n  [%s.afi-safis.config]\n   afi-safi-name = \"%s\"\n"
                    .formatted(neighbour, neighbour, name));
            text.append(
                    gracefulRestart
                            ? "  [%s.afi-safis.mp-graceful-restart.config]\n   enabled = true\n".formatted(neighbour)
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
    public Optional<SeenRoute> route(String prefix) {
        String family = prefix.contains(":") ? "ipv6" : "ipv4";
        for (JsonNode path :
                process.askJson("gobgp", "global", "rib", "-a", family, "-j").path(prefix)) {
            if (path.has("neighbor-ip")) {
                return Optional.of(seen(path.path("attrs")));
            }
        }
        return Optional.empty();
    }

    private static SeenRoute seen(JsonNode attributes) {
        String nextHop = "";
        String asPath = "";
        String origin = "";
        Long med = null;
        Long localPref = null;
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
                case 16 ->
                    attribute
                            .path("value")
                            .forEach(one ->
                                    extended.add("rt:" + one.path("value").asText()));
                case 32 ->
                    attribute
                            .path("value")
                            .forEach(one -> large.add(one.path("ASN").asLong() + ":"
                                    + one.path("LocalData1").asLong() + ":"
                                    + one.path("LocalData2").asLong()));
                default -> {} // the others have no place in a SeenRoute
            }
        }
        return new SeenRoute(nextHop, asPath, origin, med, localPref, communities, large, extended);
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
    public void kill() {
        process.kill();
    }

    @Override
    public void close() {
        process.stop();
    }
}
