package dev.espalier.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** BIRD 2. */
final class Bird implements PeerDaemon {

    private final Path directory;
    private final DaemonProcess process;

    Bird(Rig rig) {
        this.directory = rig.directory();
        this.process = new DaemonProcess(rig.theirs(), directory.resolve("bird.log"));
    }

    @Override
    public void start(PeerSetup setup) {
        DaemonProcess.write(directory.resolve("bird.conf"), configuration(setup));
        run(List.of());
    }

    @Override
    public void restart() {
        run(List.of("-R"));
    }

    private void run(List<String> flags) {
        List<String> argv = new ArrayList<>(
                List.of("bird", "-f", "-c", directory + "/bird.conf", "-s", control(), "-P", directory + "/bird.pid"));
        argv.addAll(flags);
        process.start(argv, List.of("birdc", "-s", control(), "show", "status"));
    }

    private String control() {
        return directory + "/bird.ctl";
    }

    private static String configuration(PeerSetup setup) {
        StringBuilder text = new StringBuilder("router id 10.9.0.2;\nprotocol device {}\n");
        routes(text, setup, false);
        routes(text, setup, true);
        text.append("protocol bgp espalier {\n local %s as %d;\n".formatted(setup.address(), setup.asn()));
        text.append(" neighbor %s as %d;\n"
                .formatted(
                        setup.listenRange()
                                ? "range " + (setup.overIpv6() ? "2001:db8:9::/64" : "10.9.0.0/24")
                                : setup.ourAddress(),
                        setup.ourAsn()));
        text.append(" connect delay time 1; connect retry time 1; error wait time 1, 2; hold time %d;\n"
                .formatted(setup.holdSeconds()));
        text.append(" enable extended messages on;\n");
        text.append(setup.passive() || setup.listenRange() ? " passive on;\n" : "");
        text.append(setup.listenRange() ? " dynamic name \"dyn\";\n" : "");
        text.append(setup.password() == null ? "" : " password \"" + setup.password() + "\";\n");
        text.append(setup.ttlSecurity() ? " ttl security on;\n" : "");
        text.append(
                setup.gracefulRestart()
                        ? " graceful restart on; graceful restart time 60;\n"
                        : " graceful restart off;\n");
        text.append(setup.fourOctetAs() ? "" : " enable as4 off;\n");
        // A static route is announced with its own next hop unless told otherwise.
        String channel = " ipv%s { import all; next hop self; export %s; };\n";
        text.append(setup.ipv4() ? channel.formatted("4", filter(setup, false)) : "");
        text.append(setup.ipv6() ? channel.formatted("6", filter(setup, true)) : "");
        text.append("}\n");
        return text.toString();
    }

    private static void routes(StringBuilder text, PeerSetup setup, boolean ipv6) {
        text.append(ipv6 ? "protocol static st6 { ipv6;\n" : "protocol static st4 { ipv4;\n");
        setup.announced().stream()
                .filter(route -> route.isIpv6() == ipv6)
                .forEach(route -> text.append(" route ").append(route.prefix()).append(" blackhole;\n"));
        text.append("}\n");
    }

    /** An export filter: of several attributes set beside a static route, BIRD 2.0.12 announces only the last. */
    private static String filter(PeerSetup setup, boolean ipv6) {
        StringBuilder text =
                new StringBuilder("filter { if source != RTS_STATIC then reject; bgp_origin = ORIGIN_IGP;");
        for (PeerSetup.Announced route : setup.announced()) {
            if (route.isIpv6() == ipv6) {
                text.append(" if net = ").append(route.prefix()).append(" then {");
                text.append(route.med() == null ? "" : " bgp_med = " + route.med() + ";");
                if (route.community() != null) {
                    String pair = route.community().replace(':', ',');
                    text.append(
                            " bgp_community.add((%s)); bgp_ext_community.add((rt,%s)); bgp_large_community.add((%s));"
                                    .formatted(
                                            pair, pair, route.largeCommunity().replace(':', ',')));
                }
                text.append(" }");
            }
        }
        return text.append(" accept; }").toString();
    }

    @Override
    public void change(PeerSetup setup) {
        DaemonProcess.write(directory.resolve("bird.conf"), configuration(setup));
        birdc("configure");
    }

    private String birdc(String... command) {
        List<String> argv = new ArrayList<>(List.of("birdc", "-s", control()));
        argv.addAll(List.of(command));
        return process.ask(argv.toArray(String[]::new));
    }

    @Override
    public boolean established() {
        return birdc("show", "protocols").contains("Established");
    }

    @Override
    public Optional<SeenRoute> route(String prefix) {
        // It ends with status 1 when there is none.
        String shown = process.asks(List.of("birdc", "-s", control(), "show", "route", "for", prefix, "all"))
                .output();
        if (!shown.contains(prefix) || !shown.contains("BGP.next_hop")) {
            return Optional.empty();
        }
        return Optional.of(new SeenRoute(
                attribute(shown, "next_hop").split(" ")[0],
                attribute(shown, "as_path"),
                attribute(shown, "origin").toLowerCase(java.util.Locale.ROOT),
                number(attribute(shown, "med")),
                number(attribute(shown, "local_pref")),
                tuples(attribute(shown, "community")),
                tuples(attribute(shown, "large_community")),
                tuples(attribute(shown, "ext_community"))));
    }

    /** The value behind {@code BGP.name:}, or nothing. */
    private static String attribute(String shown, String name) {
        Matcher matcher = Pattern.compile("BGP\\." + name + ": (.*)").matcher(shown);
        return matcher.find() ? matcher.group(1).strip() : "";
    }

    private static Long number(String text) {
        return text.isEmpty() ? null : Long.valueOf(text);
    }

    /** {@code (65001,5) (65001,6)} as {@code 65001:5}, {@code 65001:6}. */
    private static List<String> tuples(String text) {
        return Pattern.compile("\\(([^)]*)\\)")
                .matcher(text)
                .results()
                .map(tuple -> tuple.group(1).replace(", ", ":").replace(',', ':'))
                .toList();
    }

    @Override
    public void askForRefresh() {
        birdc("reload", "in", "espalier");
    }

    @Override
    public void shutDown(String text) {
        birdc("disable", "espalier", "\"" + text + "\"");
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
