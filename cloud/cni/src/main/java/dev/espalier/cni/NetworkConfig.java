package dev.espalier.cni;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.cni.CniException.Code;
import dev.espalier.net.IpAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The plugin's configuration in a call, with what the runtime has added for this container.
 *
 * @param name the network's
 * @param mtu of the pods' interfaces; 0 for what the paths allow
 * @param ipam who gives addresses: {@code espalier} is the daemon itself, anything else a program in {@code CNI_PATH}
 * @param pools the names of the pools that addresses shall come from; empty for all that serve the pod
 * @param mac the hardware address that the interface must have; empty for any
 * @param ips the addresses that it must have; empty for any
 * @param portMappings the ports of the host that lead to it
 * @param bandwidth how much may go in and out; null for any
 * @param previous what plugins before this one in the chain have made; null for the first
 * @param valid the attachments that exist, for GC
 * @param document all of it as it came, for a program that gives addresses
 */
public record NetworkConfig(
        String name,
        int mtu,
        String ipam,
        List<String> pools,
        String mac,
        List<IpAddress> ips,
        List<PortMapping> portMappings,
        @Nullable Bandwidth bandwidth,
        @Nullable CniResult previous,
        List<Attachment> valid,
        JsonNode document) {

    /** The name of our own IPAM, which is also taken where none is named. */
    public static final String OWN_IPAM = "espalier";

    private static final int LARGEST_MTU = 65_535;
    private static final int LEAST_MTU = 68; // RFC 791
    private static final int PORTS = 65_535;

    /** Copies the lists. */
    public NetworkConfig {
        pools = List.copyOf(pools);
        ips = List.copyOf(ips);
        portMappings = List.copyOf(portMappings);
        valid = List.copyOf(valid);
    }

    /**
     * A port of the host that leads into the container.
     *
     * @param hostPort the host's, 1 to 65535
     * @param containerPort the container's, 1 to 65535
     * @param protocol {@code tcp}, {@code udp} or {@code sctp}
     * @param hostIp the host's address for which it holds; null for all
     */
    public record PortMapping(
            int hostPort,
            int containerPort,
            String protocol,
            @Nullable IpAddress hostIp) {}

    /**
     * How much may go in and out of a container.
     *
     * @param ingressRate bits a second into it; 0 for any number
     * @param ingressBurst bits that may come at once
     * @param egressRate bits a second out of it; 0 for any number
     * @param egressBurst bits that may go at once
     */
    public record Bandwidth(long ingressRate, long ingressBurst, long egressRate, long egressBurst) {}

    static NetworkConfig read(Fields fields, JsonNode document, CniVersion version, CniCommand command) {
        String name = fields.text("name");
        if (!CniRequest.isName(name) && command != CniCommand.VERSION) {
            throw new CniException(
                    Code.BAD_CONFIGURATION,
                    name.isEmpty() ? "the configuration has no name" : "the network's name is '" + name + "'",
                    "it must be letters, digits, '_', '.' and '-', the first a letter or digit");
        }
        Fields runtime = fields.object("runtimeConfig");
        CniResult previous =
                fields.has("prevResult") ? CniResult.read(fields.object("prevResult"), fields.raw("prevResult")) : null;
        if (command == CniCommand.CHECK && previous == null) {
            throw new CniException(
                    Code.BAD_CONFIGURATION, "CHECK needs prevResult", "the runtime passes on what ADD answered");
        }
        String ipam = fields.object("ipam").text("type");
        return new NetworkConfig(
                name,
                (int) fields.number("mtu", LEAST_MTU, LARGEST_MTU, 0),
                ipam.isEmpty() ? OWN_IPAM : ipam,
                fields.object("ipam").texts("pools"),
                mac(runtime.text("mac")),
                ips(runtime),
                runtime.objects("portMappings").stream()
                        .map(NetworkConfig::portMapping)
                        .toList(),
                runtime.has("bandwidth") ? bandwidth(runtime.object("bandwidth")) : null,
                previous,
                valid(fields, name, command),
                document);
    }

    /** Whether the daemon gives the addresses itself. */
    public boolean ownIpam() {
        return ipam.equals(OWN_IPAM);
    }

    private static String mac(String text) {
        String mac = text.toLowerCase(Locale.ROOT);
        if (!mac.isEmpty() && !mac.matches("[0-9a-f]{2}(:[0-9a-f]{2}){5}")) {
            throw new CniException(
                    Code.BAD_CONFIGURATION,
                    "runtimeConfig.mac is '" + text + "'",
                    "it must be six octets such as 02:11:22:33:44:55");
        }
        return mac;
    }

    /** With or without a prefix length: an address of a pod stands for itself alone. */
    private static List<IpAddress> ips(Fields runtime) {
        return runtime.texts("ips").stream()
                .map(text -> {
                    try {
                        return IpAddress.parse(text.replaceFirst("/[0-9]+$", ""));
                    } catch (IllegalArgumentException senseless) {
                        throw new CniException(
                                Code.BAD_CONFIGURATION, "runtimeConfig.ips has '" + text + "'", "it must be addresses");
                    }
                })
                .toList();
    }

    private static PortMapping portMapping(Fields mapping) {
        String protocol = mapping.text("protocol").toLowerCase(Locale.ROOT);
        if (!List.of("", "tcp", "udp", "sctp").contains(protocol)) {
            throw new CniException(
                    Code.BAD_CONFIGURATION,
                    "runtimeConfig.portMappings has protocol '" + protocol + "'",
                    "it must be tcp, udp or sctp");
        }
        IpAddress host =
                mapping.text("hostIP").isEmpty() ? null : mapping.parsed("hostIP", "an address", IpAddress::parse);
        return new PortMapping(
                (int) mapping.number("hostPort", 0, PORTS, 0),
                (int) mapping.number("containerPort", 1, PORTS, 0),
                protocol.isEmpty() ? "tcp" : protocol,
                host != null && host.isUnspecified() ? null : host);
    }

    private static Bandwidth bandwidth(Fields bandwidth) {
        return new Bandwidth(
                bandwidth.number("ingressRate", 0, Long.MAX_VALUE, 0),
                bandwidth.number("ingressBurst", 0, Long.MAX_VALUE, 0),
                bandwidth.number("egressRate", 0, Long.MAX_VALUE, 0),
                bandwidth.number("egressBurst", 0, Long.MAX_VALUE, 0));
    }

    /** Without the list nothing may be removed: one that was forgotten is not one that is empty. */
    private static List<Attachment> valid(Fields fields, String network, CniCommand command) {
        String key = "cni.dev/valid-attachments";
        if (command == CniCommand.GC && !fields.has(key)) {
            throw new CniException(
                    Code.BAD_CONFIGURATION, "GC needs " + key, "the runtime lists the attachments that exist");
        }
        return fields.objects(key).stream()
                .map(each -> new Attachment(network, each.text("containerID"), each.text("ifname")))
                .toList();
    }
}
