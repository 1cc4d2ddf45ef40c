package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the table of {@link PodNat} in the language of nft: one transaction that replaces the whole table. A pure function of the rules.
 *
 * <p>Only the first packet of a connection goes through these chains. However many prefixes and ports there are, it meets the same few
 * rules: all that is many is in sets and maps.
 */
final class NatScript {

    /** The names of the maps of ports: of all addresses of the host, and of certain ones. */
    static String ports(AddressFamily family, boolean certainAddress) {
        return (certainAddress ? "address_ports" : "ports") + digit(family);
    }

    /** How the table's comment begins; the digest of its contents follows. */
    static final String COMMENT = "Espalier ";

    private static final int DIGEST_DIGITS = 16;

    private final StringBuilder text = new StringBuilder(2000);
    private final NatRules rules;

    private NatScript(NatRules rules) {
        this.rules = rules;
    }

    /** What removes the table, and does not fail when there is none. */
    static String removal() {
        return "table " + PodNat.FAMILY + " " + PodNat.TABLE + "\ndelete table " + PodNat.FAMILY + " " + PodNat.TABLE
                + "\n";
    }

    /** What puts the rules in the place of those that are there. */
    static String replacement(NatRules rules) {
        String body = new NatScript(rules).body();
        return removal() + "table " + PodNat.FAMILY + " " + PodNat.TABLE + " {\n\tcomment \"" + COMMENT + digest(body)
                + "\"\n" + body + "}\n";
    }

    /** The comment of a table of these rules: by it a later run knows that they are in force. */
    static String comment(NatRules rules) {
        return COMMENT + digest(new NatScript(rules).body());
    }

    private String body() {
        for (AddressFamily family : AddressFamily.values()) {
            set("masqueraded" + digit(family), family, prefixes(rules.masqueraded().stream(), family));
            set("exempt" + digit(family), family, prefixes(rules.exempt().stream(), family));
            self(family);
            map(family, false);
            map(family, true);
        }
        if (rules.pods()) {
            // Pods' links route 127.0.0.0/8, so that mapped ports work there. Before connection tracking: answers to
            // what the host itself
            // sent from 127.0.0.1 still have the address that was masqueraded for it, and pass.
            chain(
                    "guard",
                    "filter hook prerouting priority -300",
                    List.of("iifname \"esp*\" ip daddr 127.0.0.0/8 drop"));
        }
        chain("prerouting", "nat hook prerouting priority -100", List.of("fib daddr type local jump ports"));
        // ::1 is left out, because IPv6 has no way to route it to a pod: such a connection would hang instead of being
        // refused
        chain(
                "output",
                "nat hook output priority -100",
                List.of("ip6 daddr ::1 return", "fib daddr type local jump ports"));
        chain(
                "ports",
                null,
                Stream.of(AddressFamily.values())
                        .flatMap(family -> Stream.of(
                                "dnat " + ip(family) + " to " + ip(family) + " daddr . meta l4proto . th dport map @"
                                        + ports(family, true),
                                "dnat " + ip(family) + " to meta l4proto . th dport map @" + ports(family, false)))
                        .toList());
        chain("postrouting", "nat hook postrouting priority 100", postrouting());
        return text.toString();
    }

    private List<String> postrouting() {
        Stream<String> selves = Stream.of(AddressFamily.values()).flatMap(NatScript::answeringItself);
        Stream<String> localhost = Stream.of("ct status dnat ip saddr 127.0.0.0/8 masquerade fully-random");
        Stream<String> inside = Stream.concat(
                Stream.of("oifname \"esp*\" return"),
                rules.tunnels().stream().map(link -> "oifname \"" + link + "\" return"));
        Stream<String> outgoing = Stream.of(AddressFamily.values())
                .map(family -> ip(family) + " saddr @masqueraded" + digit(family) + " " + ip(family)
                        + " daddr != @exempt" + digit(family) + " masquerade fully-random");
        return Stream.of(selves, localhost, inside, outgoing)
                .flatMap(each -> each)
                .toList();
    }

    /**
     * A pod that was sent back to itself would drop a packet from its own address, and answer past the host. A rule cannot compare two
     * addresses of a packet. So the source is first put into a set as a pair with itself, and then source and destination are looked
     * up there as a pair. That is done for translated connections between pods of this host only, and nobody need tell us of pods.
     */
    private static Stream<String> answeringItself(AddressFamily family) {
        String source = ip(family) + " saddr";
        return Stream.of(
                "ct status dnat iifname \"esp*\" oifname \"esp*\" update @self" + digit(family) + " { " + source + " . "
                        + source + " }",
                "ct status dnat " + source + " . " + ip(family) + " daddr @self" + digit(family)
                        + " masquerade fully-random");
    }

    // ---- the language

    private void set(String name, AddressFamily family, List<String> elements) {
        text.append("\tset ").append(name).append(" {\n\t\ttype ").append(type(family));
        text.append("\n\t\tflags interval\n");
        elements(elements);
        text.append("\t}\n");
    }

    private void self(AddressFamily family) {
        text.append("\tset self").append(digit(family)).append(" {\n\t\ttype ");
        text.append(type(family)).append(" . ").append(type(family));
        text.append("\n\t\tsize 65535\n\t\tflags dynamic,timeout\n\t\ttimeout 10s\n\t}\n");
    }

    private void map(AddressFamily family, boolean certainAddress) {
        text.append("\tmap ").append(ports(family, certainAddress)).append(" {\n\t\ttype ");
        text.append(certainAddress ? type(family) + " . " : "").append("inet_proto . inet_service : ");
        text.append(type(family)).append(" . inet_service\n");
        elements(rules.ports().stream()
                .filter(each -> each.podAddress().family() == family && (each.hostAddress() != null) == certainAddress)
                .map(NatScript::element)
                .toList());
        text.append("\t}\n");
    }

    private static String element(PortMapping mapping) {
        @Nullable IpAddress host = mapping.hostAddress();
        return (host == null ? "" : host + " . ") + mapping.protocol() + " . " + mapping.hostPort() + " comment \""
                + mapping.handle() + "\" : " + mapping.podAddress() + " . " + mapping.podPort();
    }

    private void elements(List<String> elements) {
        if (!elements.isEmpty()) {
            StringJoiner lines = new StringJoiner(",\n\t\t\t", "\t\telements = {\n\t\t\t", "\n\t\t}\n");
            elements.forEach(lines::add);
            text.append(lines);
        }
    }

    private void chain(String name, @Nullable String hook, List<String> lines) {
        text.append("\tchain ").append(name).append(" {\n");
        if (hook != null) {
            text.append("\t\ttype ").append(hook).append("; policy accept;\n");
        }
        lines.forEach(line -> text.append("\t\t").append(line).append('\n'));
        text.append("\t}\n");
    }

    private static List<String> prefixes(Stream<IpPrefix> prefixes, AddressFamily family) {
        return prefixes.filter(each -> each.family() == family)
                .map(Object::toString)
                .toList();
    }

    private static String ip(AddressFamily family) {
        return family == AddressFamily.IPV4 ? "ip" : "ip6";
    }

    private static String type(AddressFamily family) {
        return family == AddressFamily.IPV4 ? "ipv4_addr" : "ipv6_addr";
    }

    private static char digit(AddressFamily family) {
        return family == AddressFamily.IPV4 ? '4' : '6';
    }

    private static String digest(String body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGEST_DIGITS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java has SHA-256", impossible);
        }
    }
}
