package dev.espalier.flannel;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The file that tells flannel's CNI plugin which addresses the pods of this node have, usually {@code /run/flannel/subnet.env}. */
public final class SubnetEnv {

    private static final String SUBNET = "FLANNEL_SUBNET=";
    private static final String IPV6_SUBNET = "FLANNEL_IPV6_SUBNET=";

    private SubnetEnv() {}

    /**
     * The text of the file.
     *
     * @param mtu of the pods' interfaces, in octets
     * @param ipMasq whether whoever writes this hides the pods' addresses from the rest of the world, so that the plugin need not
     */
    public static String text(NetworkConfig network, SubnetKey subnet, int mtu, boolean ipMasq) {
        StringBuilder text = new StringBuilder()
                .append("FLANNEL_NETWORK=")
                .append(network.ipv4().network())
                .append('\n')
                .append(SUBNET)
                .append(gateway(subnet.ipv4()))
                .append('\n');
        IpPrefix second = subnet.ipv6();
        SubnetRange range = network.ipv6();
        if (range != null && second != null) {
            text.append("FLANNEL_IPV6_NETWORK=")
                    .append(range.network())
                    .append('\n')
                    .append(IPV6_SUBNET)
                    .append(gateway(second))
                    .append('\n');
        }
        return text.append("FLANNEL_MTU=")
                .append(mtu)
                .append("\nFLANNEL_IPMASQ=")
                .append(ipMasq)
                .append('\n')
                .toString();
    }

    /** The first address that somebody can have, with the length of the subnet: the plugin gives it to the bridge. */
    private static String gateway(IpPrefix subnet) {
        int bits = subnet.family().bits();
        return SubnetRange.next(new IpPrefix(subnet.address(), bits)).address() + "/" + subnet.length();
    }

    /** The subnet that a file names, whoever wrote it; empty when it names none that could be. */
    public static Optional<SubnetKey> subnet(String text) {
        IpPrefix ipv4 = named(text, SUBNET);
        try {
            return ipv4 == null ? Optional.empty() : Optional.of(new SubnetKey(ipv4, named(text, IPV6_SUBNET)));
        } catch (IllegalArgumentException mixedUp) {
            return Optional.empty();
        }
    }

    private static @Nullable IpPrefix named(String text, String variable) {
        for (String line : text.lines().toList()) {
            if (line.startsWith(variable)) {
                return prefix(line.substring(variable.length()).strip());
            }
        }
        return null;
    }

    private static @Nullable IpPrefix prefix(String text) {
        try {
            int slash = text.indexOf('/');
            return slash < 0
                    ? null
                    : IpPrefix.of(
                            IpAddress.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        } catch (IllegalArgumentException damaged) {
            return null; // as good as no file: the subnet is then chosen anew
        }
    }
}
