package dev.espalier.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.espalier.interop.PeerSetup.Option;
import dev.espalier.lab.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** OpenBGPD, without its hands on the kernel's table. */
final class OpenBgpd implements PeerDaemon {

    private final Path directory;
    private final DaemonProcess process;
    private PeerSetup setup = PeerSetup.external();

    OpenBgpd(Rig rig) {
        this.directory = rig.directory();
        this.process = new DaemonProcess(rig.theirs(), directory.resolve("bgpd.log"));
    }

    @Override
    public void start(PeerSetup wanted) {
        // Its unprivileged processes lock themselves into this folder, which Debian's service would make.
        Command.of("install", "-d", "-m", "755", "/run/openbgpd").output();
        configure(wanted);
        restart();
    }

    @Override
    public void restart() {
        process.start(List.of("bgpd", "-d", "-f", file().toString()), List.of("bgpctl", "-s", socket(), "show"));
    }

    private void configure(PeerSetup wanted) {
        setup = wanted;
        DaemonProcess.write(file(), configuration(wanted));
        Command.of("chmod", "600", file().toString())
                .output(); // it refuses a file that others could read a password from
    }

    private Path file() {
        return directory.resolve("bgpd.conf");
    }

    private String socket() {
        return directory + "/bgpd.sock";
    }

    private String configuration(PeerSetup wanted) {
        StringBuilder text =
                new StringBuilder("AS %d\nrouter-id 10.9.0.2\nfib-update no\nconnect-retry 1\nholdtime %d\n"
                        .formatted(wanted.asn(), wanted.holdSeconds()));
        text.append("listen on ")
                .append(wanted.address() + (wanted.overLinkLocal() ? "%eth0" : ""))
                .append("\nsocket \"")
                .append(socket())
                .append("\"\n");
        for (PeerSetup.Announced route : wanted.announced()) {
            text.append("network ").append(route.prefix());
            List<String> sets = new ArrayList<>();
            if (route.med() != null) {
                sets.add("med " + route.med());
            }
            if (route.community() != null) {
                sets.add("community " + route.community());
                sets.add("large-community " + route.largeCommunity());
                sets.add("ext-community rt " + route.community());
            }
            text.append(sets.isEmpty() ? "" : " set { " + String.join(" ", sets) + " }")
                    .append('\n');
        }
        text.append("neighbor ")
                .append(
                        wanted.listenRange()
                                ? (wanted.overIpv6() ? "2001:db8:9::/64" : "10.9.0.0/24")
                                : wanted.ourAddress() + (wanted.overLinkLocal() ? "%eth0" : ""))
                .append(" {\n");
        text.append(" remote-as ").append(wanted.ourAsn()).append('\n');
        text.append(" announce IPv4 ")
                .append(wanted.ipv4() ? "unicast" : "none")
                .append('\n');
        text.append(" announce IPv6 ")
                .append(wanted.ipv6() ? "unicast" : "none")
                .append('\n');
        text.append(wanted.passive() ? " passive\n" : "");
        text.append(wanted.password() == null ? "" : " tcp md5sig password \"" + wanted.password() + "\"\n");
        text.append(wanted.ttlSecurity() ? " ttl-security yes\n" : "");
        text.append(wanted.fourOctetAs() ? "" : " announce as-4byte no\n");
        text.append(options(wanted));
        text.append(wanted.has(Option.LIMIT_OF_ONE) ? " max-prefix 1\n" : "");
        text.append(" announce restart no\n}\n");
        if (wanted.has(Option.THIRD_CORNER)) {
            // Passive: were both to connect at once, it might end one connection and keep away from the other for 30 s.
            text.append("neighbor %s {\n remote-as %d\n passive\n%s}\n"
                    .formatted(ThirdCorner.ADDRESS, ThirdCorner.asn(wanted), options(wanted)));
        }
        String side = wanted.internal() ? "ibgp" : "ebgp";
        return text.append("allow from ")
                .append(side)
                .append("\nallow to ")
                .append(side)
                .append('\n')
                .toString();
    }

    /** What goes beyond the basics. */
    private static String options(PeerSetup wanted) {
        StringBuilder text = new StringBuilder();
        text.append(wanted.has(Option.CUSTOMER) ? " announce policy customer\n" : "");
        text.append(wanted.has(Option.PROVIDER) ? " announce policy provider\n" : "");
        text.append(wanted.has(Option.ADD_PATHS) ? " announce add-path recv yes\n announce add-path send all\n" : "");
        text.append(wanted.has(Option.ENHANCED_REFRESH) ? " announce enhanced refresh yes\n" : "");
        text.append(wanted.has(Option.REFLECTOR) ? " route-reflector\n" : "");
        text.append(wanted.has(Option.MULTIHOP) ? " multihop 2\n" : "");
        return text.toString();
    }

    @Override
    public void change(PeerSetup wanted) {
        configure(wanted);
        bgpctl("reload");
    }

    private String bgpctl(String... command) {
        List<String> argv = new ArrayList<>(List.of("bgpctl", "-s", socket()));
        argv.addAll(List.of(command));
        return process.ask(argv.toArray(String[]::new));
    }

    @Override
    public boolean established() {
        JsonNode neighbors = process.askJson("bgpctl", "-s", socket(), "-j", "show", "neighbor")
                .path("neighbors");
        return neighbors
                .valueStream()
                .anyMatch(one -> one.path("state").asText().equals("Established"));
    }

    @Override
    public List<SeenRoute> routes(String prefix) {
        JsonNode rib = process.askJson("bgpctl", "-s", socket(), "-j", "show", "rib", "detail")
                .path("rib");
        return rib.valueStream()
                .filter(route -> route.path("prefix").asText().equals(prefix)
                        && withoutLink(route.path("neighbor")
                                        .path("remote_addr")
                                        .asText())
                                .equals(setup.ourAddress()))
                .map(OpenBgpd::seen)
                .toList();
    }

    private static String withoutLink(String address) {
        return address.replace("%eth0", "");
    }

    private static SeenRoute seen(JsonNode route) {
        return new SeenRoute(
                route.path("exit_nexthop").asText(),
                route.path("aspath").asText(),
                route.path("origin").asText().toLowerCase(Locale.ROOT),
                route.path("metric").asLong(),
                route.path("localpref").asLong(),
                texts(route.path("communities")),
                texts(route.path("large_communities")),
                texts(route.path("extended_communities")).stream()
                        .map(text -> text.replace(' ', ':'))
                        .toList(),
                mark(route),
                originator(route),
                texts(attribute(route, "cluster_list")));
    }

    /** A member of one of the attributes that have no member of their own in the route; missing when there is none. */
    private static JsonNode attribute(JsonNode route, String member) {
        for (JsonNode attribute : route.path("attributes")) {
            if (attribute.has(member)) {
                return attribute.path(member);
            }
        }
        return MissingNode.getInstance();
    }

    private static @Nullable Long mark(JsonNode route) {
        JsonNode as = attribute(route, "as");
        return as.isMissingNode() ? null : as.asLong();
    }

    private static @Nullable String originator(JsonNode route) {
        JsonNode id = attribute(route, "originator");
        return id.isMissingNode() ? null : id.asText();
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asText).toList();
    }

    @Override
    public void askForRefresh() {
        bgpctl("neighbor", setup.ourAddress(), "refresh");
    }

    @Override
    public void shutDown(String text) {
        bgpctl("neighbor", setup.ourAddress(), "down", text);
    }

    @Override
    public String status() {
        return bgpctl("show", "neighbor", setup.ourAddress()) + process.text();
    }

    @Override
    public void reset() {
        bgpctl("neighbor", setup.ourAddress(), "clear");
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
