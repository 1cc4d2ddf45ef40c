package dev.espalier.flannel;

import dev.espalier.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which subnet a node takes: the one that is kept under its address already, else the one it had, else any of the first hundred that
 * are free. By chance, so that nodes that start together do not all ask for the same. Pure.
 */
final class SubnetChoice {

    /** Among how many free ones chance decides. */
    private static final int CANDIDATES = 100;

    private SubnetChoice() {}

    /** The subnet that is kept for a node, if it is one that the network gives; of several the one it had. */
    static Optional<Network.Lease> own(
            Network network, NetworkConfig config, LeaseAttributes us, @Nullable SubnetKey had) {
        List<Network.Lease> ours = network.leases().stream()
                .filter(lease -> lease.attributes().publicIp().equals(us.publicIp()) && config.gives(lease.subnet()))
                .toList();
        return Stream.concat(ours.stream().filter(lease -> lease.subnet().equals(had)), ours.stream())
                .findFirst();
    }

    /** A subnet that nobody has: the one the node had, if it can be; empty when there is none left. */
    static Optional<SubnetKey> free(
            Network network, NetworkConfig config, @Nullable SubnetKey had, RandomGenerator random) {
        List<IpPrefix> taken4 = new ArrayList<>();
        List<IpPrefix> taken6 = new ArrayList<>();
        for (Network.Lease lease : network.leases()) {
            taken4.add(lease.subnet().ipv4());
            Optional.ofNullable(lease.subnet().ipv6()).ifPresent(taken6::add);
        }
        if (had != null && config.gives(had) && isFree(had, taken4, taken6)) {
            return Optional.of(had);
        }
        Optional<IpPrefix> ipv4 = any(config.ipv4(), taken4, random);
        SubnetRange second = config.ipv6();
        if (second == null) {
            return ipv4.map(SubnetKey::of);
        }
        Optional<IpPrefix> ipv6 = any(second, taken6, random);
        return ipv4.flatMap(one -> ipv6.map(other -> new SubnetKey(one, other)));
    }

    private static boolean isFree(SubnetKey subnet, List<IpPrefix> taken4, List<IpPrefix> taken6) {
        return SubnetRange.isFree(subnet.ipv4(), taken4)
                && (subnet.ipv6() == null || SubnetRange.isFree(Objects.requireNonNull(subnet.ipv6()), taken6));
    }

    private static Optional<IpPrefix> any(SubnetRange range, List<IpPrefix> taken, RandomGenerator random) {
        List<IpPrefix> free = range.free(taken, CANDIDATES);
        return free.isEmpty() ? Optional.empty() : Optional.of(free.get(random.nextInt(free.size())));
    }
}
