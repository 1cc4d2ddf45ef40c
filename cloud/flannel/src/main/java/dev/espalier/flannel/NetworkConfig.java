package dev.espalier.flannel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's network, as the document under {@code config} says it.
 *
 * @param ipv4 the subnets that nodes get
 * @param ipv6 those of the second family, where {@code EnableIPv6} is on; otherwise null
 * @param backend how packets travel between nodes, in lower case: {@code host-gw}, {@code vxlan}
 */
public record NetworkConfig(SubnetRange ipv4, @Nullable SubnetRange ipv6, String backend) {

    /** The backend that this daemon has. */
    public static final String HOST_GW = "host-gw";

    /** What flannel's code takes for a document without {@code Backend}; its documentation says vxlan. */
    private static final String DEFAULT_BACKEND = "udp";

    /** What the document says of one family, and what it must keep to. */
    private record Rules(AddressFamily family, String network, String length, String min, String max, int usual) {
        static final Rules IPV4 = new Rules(AddressFamily.IPV4, "Network", "SubnetLen", "SubnetMin", "SubnetMax", 24);
        static final Rules IPV6 =
                new Rules(AddressFamily.IPV6, "IPv6Network", "IPv6SubnetLen", "IPv6SubnetMin", "IPv6SubnetMax", 64);

        /** A subnet has room for a bridge and a pod. */
        int longest() {
            return family.bits() - 2;
        }
    }

    /**
     * Reads the document. Fields that are not flannel's are passed over, as flannel does.
     *
     * @throws FlannelFormatException with the first thing that is wrong
     */
    public static NetworkConfig parse(String document) {
        JsonObject json = JsonObject.parse(document, "the network's config");
        if (!json.flag("EnableIPv4", true)) {
            throw new FlannelFormatException(
                    "EnableIPv4 is false, but a subnet's key in etcd always has an IPv4 part; set it to true");
        }
        SubnetRange ipv4 = range(json, Rules.IPV4);
        SubnetRange ipv6 = json.flag("EnableIPv6", false) ? range(json, Rules.IPV6) : null;
        return new NetworkConfig(ipv4, ipv6, backend(json));
    }

    private static String backend(JsonObject json) {
        JsonNode backend = json.get("Backend");
        if (backend == null) {
            return DEFAULT_BACKEND;
        }
        String type = new JsonObject(backend, "Backend").text("Type");
        return type == null || type.isEmpty() ? DEFAULT_BACKEND : type.toLowerCase(java.util.Locale.ROOT);
    }

    private static SubnetRange range(JsonObject json, Rules rules) {
        String text = json.text(rules.network);
        if (text == null || text.isEmpty()) {
            throw new FlannelFormatException(rules.network + " is missing; give it the prefix that all subnets are of");
        }
        IpPrefix network = network(text, rules);
        int length = length(json, rules, network);
        IpPrefix lowest = IpPrefix.of(network.address(), length);
        // The first one is left out unless asked for: its first address is that of the whole network.
        IpPrefix min = bound(json, rules.min, rules, network, length, SubnetRange.next(lowest));
        IpPrefix max = bound(json, rules.max, rules, network, length, highest(network, length));
        if (min.compareTo(max) > 0) {
            throw new FlannelFormatException(rules.min + " " + min.address() + " is above " + rules.max + " "
                    + max.address() + ", so there is no subnet");
        }
        return new SubnetRange(network, length, min, max);
    }

    /** Host bits are cleared, as flannel does when it prints its network. */
    private static IpPrefix network(String text, Rules rules) {
        try {
            int slash = text.indexOf('/');
            IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
            if (slash < 0 || address.family() != rules.family) {
                throw new IllegalArgumentException("no prefix of the family");
            }
            return IpPrefix.of(address, Integer.parseInt(text.substring(slash + 1)));
        } catch (IllegalArgumentException senseless) {
            throw new FlannelFormatException(rules.network + " '" + text + "' is no prefix; write it like "
                    + (rules.family == AddressFamily.IPV4 ? "10.244.0.0/16" : "fd00:10:244::/48"));
        }
    }

    private static int length(JsonObject json, Rules rules, IpPrefix network) {
        int given = json.number(rules.length, 0);
        if (given == 0) {
            if (network.length() > rules.longest() - 2) {
                throw new FlannelFormatException(rules.network + " " + network + " is too small for four subnets; it"
                        + " must be /" + (rules.longest() - 2) + " or larger");
            }
            return Math.max(rules.usual, network.length() + 2);
        }
        if (given > rules.longest()) {
            throw new FlannelFormatException(
                    rules.length + " " + given + " leaves no room for pods; it must be at most " + rules.longest());
        }
        if (given < network.length() + 2) {
            throw new FlannelFormatException(rules.length + " " + given + " makes less than four subnets of " + network
                    + "; it must be at least " + (network.length() + 2));
        }
        return given;
    }

    private static IpPrefix highest(IpPrefix network, int length) {
        long high = network.address().high() | ~IpPrefix.highMask(network.length()) & IpPrefix.highMask(length);
        long low = network.address().low() | ~IpPrefix.lowMask(network.length()) & IpPrefix.lowMask(length);
        return IpPrefix.of(network.family(), high, low, length);
    }

    private static IpPrefix bound(
            JsonObject json, String field, Rules rules, IpPrefix network, int length, IpPrefix otherwise) {
        String text = json.text(field);
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        IpAddress address;
        try {
            address = IpAddress.parse(text);
        } catch (IllegalArgumentException senseless) {
            throw new FlannelFormatException(field + " '" + text + "' is no address");
        }
        if (address.family() != rules.family || !network.contains(address)) {
            throw new FlannelFormatException(field + " " + address + " is not in " + rules.network + " " + network);
        }
        IpPrefix subnet = IpPrefix.of(address, length);
        if (!subnet.address().equals(address)) {
            throw new FlannelFormatException(field + " " + address + " is not the first address of a /" + length
                    + "; the nearest below it is " + subnet.address());
        }
        return subnet;
    }

    /** Whether a subnet, in each family that the network has, is one that it gives. */
    public boolean gives(SubnetKey subnet) {
        IpPrefix second = subnet.ipv6();
        return ipv4.has(subnet.ipv4()) && (ipv6 == null ? second == null : second != null && ipv6.has(second));
    }
}
