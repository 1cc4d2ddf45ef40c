package dev.espalier.bgp.discovery;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The two messages of router discovery (RFC 4861 sections 4.1 and 4.2), as far as they concern us. Immutable. */
sealed interface RouterMessage {

    /**
     * The hardware address of the sender, six octets as {@code 02:00:00:00:00:01}; empty when the message does not say it.
     */
    String macAddress();

    /** Router solicitation: please advertise. */
    record Solicitation(String macAddress) implements RouterMessage {}

    /**
     * Router advertisement: here is a router.
     *
     * @param lifetimeSeconds how long hosts may take it as a default router, 0 to 65535; 0 for not at all
     */
    record Advertisement(int lifetimeSeconds, String macAddress) implements RouterMessage {}

    /** ICMPv6 types. */
    int SOLICITATION = 133;

    /** ICMPv6 type. */
    int ADVERTISEMENT = 134;

    /** The message that these octets are; null when they are none that RFC 4861 section 6.1 lets pass. */
    static @Nullable RouterMessage decode(byte[] octets) {
        int type = octets.length < 2 ? 0 : octets[0] & 0xFF;
        int optionsAt = type == ADVERTISEMENT ? 16 : 8;
        boolean known = type == SOLICITATION || type == ADVERTISEMENT;
        if (!known || octets[1] != 0 || octets.length < optionsAt) {
            return null;
        }
        String macAddress = macAddress(octets, optionsAt);
        if (macAddress == null) {
            return null;
        }
        return type == SOLICITATION
                ? new Solicitation(macAddress)
                : new Advertisement((octets[6] & 0xFF) << 8 | octets[7] & 0xFF, macAddress);
    }

    /** The source link-layer address option (type 1); empty without one, null when the options are malformed. */
    private static @Nullable String macAddress(byte[] octets, int optionsAt) {
        String found = "";
        int at = optionsAt;
        while (at < octets.length) {
            // type, and length in units of 8 octets, of which 0 is malformed
            int length = at + 1 < octets.length ? 8 * (octets[at + 1] & 0xFF) : 0;
            if (length == 0 || at + length > octets.length) {
                return null;
            }
            if (octets[at] == 1 && length == 8) {
                found = HexFormat.ofDelimiter(":").formatHex(octets, at + 2, at + 8);
            }
            at += length;
        }
        return found;
    }

    /**
     * The octets. What is not a component is 0: an advertisement configures nothing on hosts, it only says that there is a router.
     */
    default byte[] encode() {
        boolean advertisement = this instanceof Advertisement;
        byte[] octets = new byte[advertisement ? 16 : 8];
        octets[0] = (byte) (advertisement ? ADVERTISEMENT : SOLICITATION);
        if (this instanceof Advertisement(int lifetime, String mac)) {
            octets[6] = (byte) (lifetime >>> 8);
            octets[7] = (byte) lifetime;
        }
        if (macAddress().isEmpty()) {
            return octets;
        }
        byte[] mac = HexFormat.ofDelimiter(":").parseHex(macAddress());
        byte[] whole = Arrays.copyOf(octets, octets.length + 8);
        whole[octets.length] = 1;
        whole[octets.length + 1] = 1;
        System.arraycopy(mac, 0, whole, octets.length + 2, Math.min(6, mac.length));
        return whole;
    }
}
