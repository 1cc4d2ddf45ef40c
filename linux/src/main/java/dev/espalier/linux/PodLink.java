package dev.espalier.linux;

import dev.espalier.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A pod's way to its host: a pair of interfaces, one on each side.
 *
 * @param handle for what it is, in one word: written on the host's interface, so that whoever finds it knows
 * @param ifname the name of the pod's interface
 * @param mac the hardware address of the pod's interface, such as {@code 02:00:00:00:00:01}
 * @param mtu of both interfaces, in octets
 * @param ipam the program that gave the addresses; empty where it was the daemon itself
 * @param addresses what the pod has, each for itself alone; at most one of each family is the source of what it sends
 */
public record PodLink(String handle, String ifname, String mac, int mtu, String ipam, List<IpAddress> addresses) {

    private static final Pattern HOST_NAME = Pattern.compile("(esp|ifb)[0-9a-f]{11}");

    /** Twelve octets of a digest would be enough; eleven digits and three letters are what a name has room for. */
    private static final int DIGITS = 11;

    /** Copies the list. */
    public PodLink {
        addresses = List.copyOf(addresses);
    }

    /** The name of the host's interface. */
    public String hostName() {
        return hostName(handle);
    }

    /** The name of the host's interface for a handle: the same for ever, and no other's in practice. */
    public static String hostName(String handle) {
        return "esp" + digest(handle).substring(0, DIGITS);
    }

    /** Whether a name is one that the host gives to an interface for a pod: {@link #hostName}, or that of {@link PodBandwidth}. */
    public static boolean isHostName(String name) {
        return HOST_NAME.matcher(name).matches();
    }

    /** The name of the interface by which the host slows down what a pod sends, where it does; see {@link PodBandwidth}. */
    static String shaperName(String handle) {
        return "ifb" + digest(handle).substring(0, DIGITS);
    }

    /** A hardware address for a handle that nobody has made a wish for: locally administered, the same for ever. */
    public static String macOf(String handle) {
        String digits = digest("mac " + handle);
        StringBuilder mac = new StringBuilder("02");
        for (int i = 0; i < 10; i += 2) {
            mac.append(':').append(digits, i, i + 2);
        }
        return mac.toString();
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java has SHA-256", impossible);
        }
    }
}
