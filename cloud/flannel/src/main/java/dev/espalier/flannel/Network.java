package dev.espalier.flannel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that flannel keeps in etcd for one network, at one moment. Immutable.
 *
 * @param config the document of the network; null when there is none
 * @param leases the subnets that somebody has, in the order of their keys
 * @param unreadable what stands among them and cannot be understood, by key, with the reason
 * @param revision of etcd up to which this is true
 */
public record Network(@Nullable String config, List<Lease> leases, Map<String, String> unreadable, long revision) {

    /** Where the document is, below the network's prefix. */
    public static final String CONFIG = "config";

    /** Where the subnets are, below the network's prefix. */
    public static final String SUBNETS = "subnets/";

    /** Keeps copies. */
    public Network {
        leases = List.copyOf(leases);
        unreadable = Map.copyOf(unreadable);
    }

    /**
     * A key as etcd has it.
     *
     * @param key below the network's prefix
     * @param value what it says
     * @param revision in which it was last written
     * @param leased whether it ends by itself
     */
    public record Entry(String key, String value, long revision, boolean leased) {}

    /**
     * A subnet that a node has, or that an operator keeps for one.
     *
     * @param subnet which
     * @param attributes whose
     * @param value the same as it is written
     * @param revision in which it was last written
     * @param reserved whether it stays until somebody removes it: an operator's reservation
     */
    public record Lease(SubnetKey subnet, LeaseAttributes attributes, String value, long revision, boolean reserved) {}

    /** Understands what etcd has. */
    public static Network of(Collection<Entry> entries, long revision) {
        String config = null;
        List<Lease> leases = new ArrayList<>();
        Map<String, String> unreadable = new TreeMap<>();
        for (Entry entry : entries) {
            if (entry.key().equals(CONFIG)) {
                config = entry.value();
            } else if (entry.key().startsWith(SUBNETS)) {
                try {
                    leases.add(lease(entry));
                } catch (FlannelFormatException senseless) {
                    unreadable.put(entry.key(), String.valueOf(senseless.getMessage()));
                }
            }
        }
        return new Network(config, leases, unreadable, revision);
    }

    private static Lease lease(Entry entry) {
        return new Lease(
                SubnetKey.parse(entry.key().substring(SUBNETS.length())),
                LeaseAttributes.parse(entry.value()),
                entry.value(),
                entry.revision(),
                !entry.leased());
    }

    /** Who has exactly this subnet. */
    public Optional<Lease> lease(SubnetKey subnet) {
        return leases.stream().filter(lease -> lease.subnet().equals(subnet)).findFirst();
    }
}
