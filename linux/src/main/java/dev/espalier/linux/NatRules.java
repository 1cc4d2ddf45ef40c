package dev.espalier.linux;

import dev.espalier.net.IpPrefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * All that a host translates for its pods. Immutable; what means the same is equal, whatever the order it was given in.
 *
 * @param masqueraded sources whose packets leave the host with the host's address: the pools with {@code natOutgoing}
 * @param exempt destinations for which they keep their own: all pools, and what people list
 * @param tunnels names of the links to other hosts of the cluster, by which nothing leaves it; pods' own links are known
 * @param ports ports of the host that lead to pods
 * @param pods whether the host has pods at all. That is reason enough for a table: it has a pod answered that reaches itself by a
 *     translation of any origin, such as a Service, and keeps all from what listens on the host's 127.0.0.0/8 only
 */
public record NatRules(
        List<IpPrefix> masqueraded,
        List<IpPrefix> exempt,
        List<String> tunnels,
        List<PortMapping> ports,
        boolean pods) {

    private static final int LONGEST_LINK = 15;

    private static final Comparator<PortMapping> BY_CLAIM = Comparator.comparing(PortMapping::podAddress)
            .thenComparing(PortMapping::protocol)
            .thenComparing(PortMapping::hostPort)
            .thenComparing(mapping -> String.valueOf(mapping.hostAddress()))
            .thenComparing(PortMapping::podPort)
            .thenComparing(PortMapping::handle);

    /** Nothing. */
    public static final NatRules NONE = new NatRules(List.of(), List.of(), List.of(), List.of(), false);

    /**
     * Sorts everything, and leaves out what is there twice.
     *
     * @throws IllegalArgumentException with a sentence for people when two mappings want the same port, or a link's name is none
     */
    public NatRules {
        masqueraded = withoutCovered(masqueraded);
        exempt = withoutCovered(exempt);
        tunnels.forEach(NatRules::checkLink);
        tunnels = List.copyOf(new TreeSet<>(tunnels));
        ports = ports.stream().distinct().sorted(BY_CLAIM).toList();
        Map<PortMapping.Claim, PortMapping> claims = HashMap.newHashMap(ports.size());
        for (PortMapping each : ports) {
            PortMapping other = claims.putIfAbsent(each.claim(), each);
            if (other != null) {
                throw new IllegalArgumentException(each.claim() + " cannot lead to two pods: " + other.handle()
                        + " has it, and " + each.handle() + " wants it");
            }
        }
    }

    /** Whether there is nothing to translate. */
    public boolean isEmpty() {
        return masqueraded.isEmpty() && ports.isEmpty() && !pods;
    }

    /** The same with other ports. */
    public NatRules withPorts(List<PortMapping> others) {
        return new NatRules(masqueraded, exempt, tunnels, others, pods);
    }

    private static void checkLink(String name) {
        NftText.check("name of a link", name, LONGEST_LINK);
        if (name.endsWith("*")) {
            throw new IllegalArgumentException(
                    "the name of a link ends with an asterisk, which nft takes for any ending: '" + name + "'");
        }
    }

    /** Ascending. A prefix comes before those that it covers; the kernel takes no two that overlap. */
    private static List<IpPrefix> withoutCovered(List<IpPrefix> prefixes) {
        List<IpPrefix> kept = new ArrayList<>();
        for (IpPrefix each : new TreeSet<>(prefixes)) {
            if (kept.isEmpty() || !kept.getLast().covers(each)) {
                kept.add(each);
            }
        }
        return List.copyOf(kept);
    }
}
