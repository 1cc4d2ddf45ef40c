package dev.espalier.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What ADD has made: the answer of a plugin, and what the plugins before it in a chain have answered.
 *
 * @param interfaces the interfaces, on both sides
 * @param ips the addresses
 * @param routes the container's routes
 * @param dns what the network says of name servers, passed on as it came; null for nothing
 */
public record CniResult(
        List<Interface> interfaces,
        List<Ip> ips,
        List<Route> routes,
        @Nullable JsonNode dns) {

    /** Copies the lists. */
    public CniResult {
        interfaces = List.copyOf(interfaces);
        ips = List.copyOf(ips);
        routes = List.copyOf(routes);
    }

    /**
     * An interface.
     *
     * @param name its name
     * @param mac its hardware address; may be empty
     * @param mtu its MTU; 0 where nobody says
     * @param sandbox the path of the namespace it is in; empty for the host's
     */
    public record Interface(String name, String mac, int mtu, String sandbox) {}

    /**
     * An address.
     *
     * @param address with the length of the prefix it is in
     * @param gateway the way out; null for none
     * @param interfaceIndex which of the interfaces has it, from 0; -1 where nobody says
     */
    public record Ip(Cidr address, @Nullable IpAddress gateway, int interfaceIndex) {}

    /**
     * An address and how much of it is the network's.
     *
     * @param address the address, all of it
     * @param length how many bits are the network's
     */
    public record Cidr(IpAddress address, int length) {

        /**
         * Reads one.
         *
         * @throws IllegalArgumentException when it is no address with a length
         */
        public static Cidr parse(String text) {
            int slash = text.indexOf('/');
            if (slash < 0) {
                throw new IllegalArgumentException("no prefix length in " + text);
            }
            IpAddress address = IpAddress.parse(text.substring(0, slash));
            int length = Integer.parseInt(text.substring(slash + 1));
            if (length < 0 || length > address.family().bits()) {
                throw new IllegalArgumentException("no prefix length of that family: " + text);
            }
            return new Cidr(address, length);
        }

        /** An address that is its own network. */
        public static Cidr host(IpAddress address) {
            return new Cidr(address, address.family().bits());
        }

        @Override
        public String toString() {
            return address + "/" + length;
        }
    }

    /**
     * A route of the container.
     *
     * @param destination where to
     * @param gateway by which way; null for the gateway of its addresses
     */
    public record Route(IpPrefix destination, @Nullable IpAddress gateway) {}

    /**
     * What another program answered.
     *
     * @throws CniException when it is no answer
     */
    public static CniResult parse(JsonNode document) {
        return read(Fields.of(document), document);
    }

    static CniResult read(Fields fields, JsonNode document) {
        List<Interface> interfaces = new ArrayList<>();
        for (Fields each : fields.objects("interfaces")) {
            interfaces.add(new Interface(
                    each.text("name"), each.text("mac"), (int) each.number("mtu", 0, 65_535, 0), each.text("sandbox")));
        }
        List<Ip> ips = new ArrayList<>();
        for (Fields each : fields.objects("ips")) {
            ips.add(new Ip(
                    each.required("address", "an address with a prefix length", Cidr::parse),
                    each.parsed("gateway", "an address", IpAddress::parse),
                    (int) each.number("interface", 0, Integer.MAX_VALUE, -1)));
        }
        List<Route> routes = new ArrayList<>();
        for (Fields each : fields.objects("routes")) {
            routes.add(new Route(
                    each.required("dst", "a prefix", IpPrefix::parse),
                    each.parsed("gw", "an address", IpAddress::parse)));
        }
        return new CniResult(interfaces, ips, routes, document.hasNonNull("dns") ? document.get("dns") : null);
    }

    /** In the words of a version. */
    public ObjectNode json(CniVersion version) {
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("cniVersion", version.text());
        for (Interface each : interfaces) {
            write(each, version, result.withArray("interfaces").addObject());
        }
        for (Ip each : ips) {
            write(each, version, result.withArray("ips").addObject());
        }
        for (Route each : routes) {
            ObjectNode route = result.withArray("routes")
                    .addObject()
                    .put("dst", each.destination().toString());
            if (each.gateway() != null) {
                route.put("gw", each.gateway().toString());
            }
        }
        if (dns != null) {
            result.set("dns", dns);
        }
        return result;
    }

    private static void write(Interface each, CniVersion version, ObjectNode to) {
        to.put("name", each.name());
        if (!each.mac().isEmpty()) {
            to.put("mac", each.mac());
        }
        if (each.mtu() > 0 && version.has(CniVersion.V1_1_0)) {
            to.put("mtu", each.mtu());
        }
        if (!each.sandbox().isEmpty()) {
            to.put("sandbox", each.sandbox());
        }
    }

    private static void write(Ip each, CniVersion version, ObjectNode to) {
        if (!version.has(CniVersion.V1_0_0)) {
            to.put("version", each.address().address().family() == AddressFamily.IPV4 ? "4" : "6");
        }
        to.put("address", each.address().toString());
        if (each.gateway() != null) {
            to.put("gateway", each.gateway().toString());
        }
        if (each.interfaceIndex() >= 0) {
            to.put("interface", each.interfaceIndex());
        }
    }
}
