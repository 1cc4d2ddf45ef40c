package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the table of {@link PodNat} in the language of nft: one transaction that replaces the whole table. A pure function of the rules.
 *
 * <p>Only the first packet of a connection goes through the chains of type nat. However many prefixes and ports there are, it meets the same
 * few rules: all that is many is in sets and maps.
 */
final class NatScript {

    private static final String NAME = PodNat.FAMILY + " " + PodNat.TABLE;

    private static final int DIGEST_DIGITS = 16;

    private NatScript() {}

    /** The names of the maps of ports: of all addresses of the host, and of certain ones. */
    static String ports(AddressFamily family, boolean certainAddress) {
        return (certainAddress ? "address_ports" : "ports") + (family == AddressFamily.IPV4 ? '4' : '6');
    }

    /** What removes the table, and does not fail when there is none. */
    static String removal() {
        return "table " + NAME + "\ndelete table " + NAME + "\n";
    }

    /** What puts the rules in the place of those that are there. */
    static String replacement(NatRules rules) {
        return removal() + "table " + NAME + " {\n    comment \"" + comment(rules) + "\"\n" + contents(rules) + "}\n";
    }

    /** The comment of a table of these rules: by it a later run knows that they are in force. */
    static String comment(NatRules rules) {
        return "Espalier " + digest(contents(rules));
    }

    /**
     * What is in the table, and why.
     *
     * <ul>
     *   <li>guard: the links of pods route 127.0.0.0/8, so that mapped ports work there. The chain sees packets before connection tracking
     *       does: answers to what the host sent from 127.0.0.1 still have the address that was masqueraded for it, and pass.
     *   <li>output: ::1 is left out, because IPv6 has no way to route it to a pod. A connection is refused, instead of hanging.
     *   <li>postrouting, self: a pod that was sent back to itself would drop a packet from its own address, and answer past the host. A rule
     *       cannot compare two addresses of a packet. So the source is first put into a set as a pair with itself, and then source and
     *       destination are looked up there as a pair. That is done for translated connections between pods of this host only, and
     *       nobody need tell us of pods.
     * </ul>
     */
    private static String contents(NatRules rules) {
        AddressFamily four = AddressFamily.IPV4;
        AddressFamily six = AddressFamily.IPV6;
        return """
                    set masqueraded4 { type ipv4_addr; flags interval; %s }
                    set masqueraded6 { type ipv6_addr; flags interval; %s }
                    set exempt4 { type ipv4_addr; flags interval; %s }
                    set exempt6 { type ipv6_addr; flags interval; %s }
                    set self4 { type ipv4_addr . ipv4_addr; size 65535; flags dynamic,timeout; timeout 10s; }
                    set self6 { type ipv6_addr . ipv6_addr; size 65535; flags dynamic,timeout; timeout 10s; }
                    map ports4 { type inet_proto . inet_service : ipv4_addr . inet_service; %s }
                    map ports6 { type inet_proto . inet_service : ipv6_addr . inet_service; %s }
                    map address_ports4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; %s }
                    map address_ports6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; %s }
                    chain guard {
                        type filter hook prerouting priority -300; policy accept;
                        iifname "esp*" ip daddr 127.0.0.0/8 drop
                    }
                    chain prerouting {
                        type nat hook prerouting priority -100; policy accept;
                        fib daddr type local jump ports
                    }
                    chain output {
                        type nat hook output priority -100; policy accept;
                        ip6 daddr ::1 return
                        fib daddr type local jump ports
                    }
                    chain ports {
                        dnat ip to ip daddr . meta l4proto . th dport map @address_ports4
                        dnat ip to meta l4proto . th dport map @ports4
                        dnat ip6 to ip6 daddr . meta l4proto . th dport map @address_ports6
                        dnat ip6 to meta l4proto . th dport map @ports6
                    }
                    chain translated {
                        ip saddr 127.0.0.0/8 oifname "esp*" masquerade fully-random
                        iifname "esp*" oifname "esp*" update @self4 { ip saddr . ip saddr }
                        ip saddr . ip daddr @self4 masquerade fully-random
                        iifname "esp*" oifname "esp*" update @self6 { ip6 saddr . ip6 saddr }
                        ip6 saddr . ip6 daddr @self6 masquerade fully-random
                    }
                    chain postrouting {
                        type nat hook postrouting priority 100; policy accept;
                        ct status dnat jump translated
                        oifname "esp*" return
                %s
                        ip saddr @masqueraded4 ip daddr != @exempt4 masquerade fully-random
                        ip6 saddr @masqueraded6 ip6 daddr != @exempt6 masquerade fully-random
                    }
                """.formatted(
                        prefixes(rules.masqueraded(), four),
                        prefixes(rules.masqueraded(), six),
                        prefixes(rules.exempt(), four),
                        prefixes(rules.exempt(), six),
                        ports(rules.ports(), four, false),
                        ports(rules.ports(), six, false),
                        ports(rules.ports(), four, true),
                        ports(rules.ports(), six, true),
                        rules.tunnels().stream()
                                .map(link -> "        oifname \"" + link + "\" return")
                                .collect(Collectors.joining("\n")));
    }

    private static String prefixes(Collection<IpPrefix> prefixes, AddressFamily family) {
        return elements(
                prefixes.stream().filter(each -> each.family() == family).map(IpPrefix::toString));
    }

    private static String ports(Collection<PortMapping> mappings, AddressFamily family, boolean certainAddress) {
        return elements(mappings.stream()
                .filter(each -> each.podAddress().family() == family && (each.hostAddress() != null) == certainAddress)
                .map(NatScript::element));
    }

    private static String element(PortMapping mapping) {
        @Nullable IpAddress host = mapping.hostAddress();
        return (host == null ? "" : host + " . ") + mapping.protocol() + " . " + mapping.hostPort() + " comment \""
                + mapping.handle() + "\" : " + mapping.podAddress() + " . " + mapping.podPort();
    }

    private static String elements(Stream<String> elements) {
        String all = elements.collect(Collectors.joining(",\n        "));
        return all.isEmpty() ? "" : "elements = {\n        " + all + "\n    }";
    }

    private static String digest(String contents) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(contents.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGEST_DIGITS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java has SHA-256", impossible);
        }
    }
}
