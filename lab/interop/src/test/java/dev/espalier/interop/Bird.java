package dev.espalier.interop;

import dev.espalier.interop.PeerSetup.Option;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** BIRD 2. */
final class Bird implements PeerDaemon {

    /** Where in its answer begins a path that did not come from us. */
    private static final String END_OF_PATH = "--\n";

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
        text.append(setup.has(Option.BFD) ? "protocol bfd {}\n" : "");
        text.append(
                setup.has(Option.UNNUMBERED)
                        ? "protocol radv { interface \"eth0\" { max ra interval 4; default lifetime 0; }; }\n"
                        : "");
        text.append(setup.has(Option.THIRD_CORNER) ? third(setup) : "");
        text.append("protocol bgp espalier {\n local %s as %d;\n".formatted(setup.address(), setup.asn()));
        text.append(" neighbor %s as %d;\n"
                .formatted(
                        setup.listenRange()
                                ? "range " + (setup.overIpv6() ? "2001:db8:9::/64" : "10.9.0.0/24")
                                : setup.ourAddress() + (setup.overLinkLocal() ? "%eth0" : ""),
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
        text.append(session(setup));
        // A static route is announced with its own next hop unless told otherwise.
        String self = setup.has(Option.REFLECTOR) ? "keep" : "self";
        String channel = " ipv%s { import all; %snext hop %s; export %s; };\n";
        text.append(setup.ipv4() ? channel.formatted("4", channel(setup), self, filter(setup, false)) : "");
        text.append(setup.ipv6() ? channel.formatted("6", "", self, filter(setup, true)) : "");
        text.append("}\n");
        return text.toString();
    }

    /** What goes beyond the basics, for the session. */
    private static String session(PeerSetup setup) {
        StringBuilder text = new StringBuilder();
        text.append(setup.has(Option.CUSTOMER) ? " local role customer;\n" : "");
        text.append(setup.has(Option.PROVIDER) ? " local role provider;\n" : "");
        text.append(
                setup.has(Option.LONG_LIVED)
                        ? " graceful restart time 2; long lived graceful restart on; long lived stale time 600;\n"
                        : "");
        text.append(setup.has(Option.REFLECTOR) ? " rr client;\n" : "");
        text.append(setup.has(Option.BFD) ? " bfd on;\n" : "");
        text.append(setup.has(Option.MULTIHOP) ? " multihop 2;\n" : "");
        return text.toString();
    }

    private static String channel(PeerSetup setup) {
        return (setup.has(Option.ADD_PATHS) ? "add paths on; " : "")
                + (setup.has(Option.EXTENDED_NEXT_HOP) ? "extended next hop on; " : "")
                + (setup.has(Option.LIMIT_OF_ONE) ? "receive limit 1 action disable; " : "");
    }

    /** The session with the third corner. */
    private static String third(PeerSetup setup) {
        return """
                protocol bgp third {
                 local %s as %d; neighbor %s as %d;
                 connect delay time 1; connect retry time 1; error wait time 1, 2;
                 enable extended messages on; %s
                 ipv4 { import all; export all; add paths %s; };
                }
                """.formatted(
                        setup.address(),
                        setup.asn(),
                        ThirdCorner.ADDRESS,
                        ThirdCorner.asn(setup),
                        setup.has(Option.REFLECTOR) ? "rr client;" : "",
                        setup.has(Option.ADD_PATHS) ? "on" : "off");
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
        StringBuilder text = new StringBuilder("filter { if source != RTS_STATIC then %s; bgp_origin = ORIGIN_IGP;"
                .formatted(setup.has(Option.THIRD_CORNER) ? "accept" : "reject"));
        text.append(setup.has(Option.OUR_AS_IN_PATH) ? " bgp_path.prepend(" + setup.ourAsn() + ");" : "");
        text.append(
                setup.has(Option.LINK_BANDWIDTH)
                        ? " bgp_ext_community.add((generic, 0x%08x, 0x4e9502f9));".formatted(0x00040000 | setup.asn())
                        : "");
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
    public List<SeenRoute> routes(String prefix) {
        // It ends with status 1 when there is none.
        String shown = process.asks(List.of("birdc", "-s", control(), "show", "route", "for", prefix, "all"))
                .output();
        if (!shown.contains(prefix)) {
            return List.of();
        }
        return Pattern.compile("(?m)^(?=.*\\[(espalier|dyn)\\S* )")
                .splitAsStream(shown.replaceAll("(?m)^(?=.*\\[(static|third|st4|st6)\\S* )", END_OF_PATH))
                .map(path -> path.split(END_OF_PATH, 2)[0])
                .filter(path -> path.contains("BGP.next_hop"))
                .map(Bird::seen)
                .toList();
    }

    private static SeenRoute seen(String shown) {
        String mark = attribute(shown, "otc");
        String originator = attribute(shown, "originator_id");
        return new SeenRoute(
                attribute(shown, "next_hop").split(" ")[0],
                attribute(shown, "as_path"),
                attribute(shown, "origin").toLowerCase(java.util.Locale.ROOT),
                number(attribute(shown, "med")),
                number(attribute(shown, "local_pref")),
                tuples(attribute(shown, "community")),
                tuples(attribute(shown, "large_community")),
                tuples(attribute(shown, "ext_community")),
                number(mark),
                originator.isEmpty() ? null : originator,
                attribute(shown, "cluster_list").isEmpty()
                        ? List.of()
                        : List.of(attribute(shown, "cluster_list").split(" ")));
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
    public String status() {
        return birdc("show", "protocols", "all", "espalier");
    }

    @Override
    public void reset() {
        birdc("restart", "espalier");
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
