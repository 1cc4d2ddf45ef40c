package dev.espalier.flannel;

import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import org.jspecify.annotations.Nullable;

/**
 * What a subnet's key says of its node.
 *
 * @param publicIp where the node is reached
 * @param publicIpv6 the same in the other family; null for none
 * @param backend how it is reached, such as {@code host-gw}; empty where that is not said, as in a reservation
 */
public record LeaseAttributes(
        Ipv4Address publicIp, @Nullable Ipv6Address publicIpv6, String backend) {

    /**
     * Reads a value. What the backend keeps there for itself ({@code BackendData}) is of no use to this one, and passed over.
     *
     * @throws FlannelFormatException when flannel could not read it either
     */
    public static LeaseAttributes parse(String value) {
        JsonObject json = JsonObject.parse(value, "the lease");
        String backend = json.text("BackendType");
        String ipv6 = json.text("PublicIPv6");
        String ipv4 = json.text("PublicIP");
        try {
            return new LeaseAttributes(
                    ipv4 == null ? Ipv4Address.UNSPECIFIED : Ipv4Address.parse(ipv4),
                    ipv6 == null ? null : Ipv6Address.parse(ipv6),
                    backend == null ? "" : backend);
        } catch (IllegalArgumentException senseless) {
            throw new FlannelFormatException("the lease has an address that is none: " + senseless.getMessage());
        }
    }

    /** The value of a key, octet by octet as flannel writes it for a backend without data. */
    public String json() {
        return "{\"PublicIP\":\"" + publicIp + "\",\"PublicIPv6\":"
                + (publicIpv6 == null ? "null" : "\"" + publicIpv6 + "\"") + ",\"BackendType\":\"" + backend + "\"}";
    }
}
