package dev.espalier.agent.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the daemon is doing.
 *
 * @param version Espalier's
 * @param node what the cluster calls this node
 * @param pid the daemon's process id
 * @param uptimeSeconds since it was started
 * @param ready whether everything is started and no restart is still learning routes
 * @param notReadyBecause a sentence; null when ready
 * @param configuration the files it was told to read
 * @param missingCapabilities what it lacks of the rights it needs, by the kernel's name
 * @param instances what it runs
 * @param flannel the flannel network it takes part in; null for none
 */
public record StatusView(
        String version,
        String node,
        long pid,
        long uptimeSeconds,
        boolean ready,
        @Nullable String notReadyBecause,
        List<String> configuration,
        List<String> missingCapabilities,
        List<Instance> instances,
        @Nullable FlannelView flannel) {

    /**
     * One routing instance.
     *
     * @param name its name
     * @param kernelTable the kernel's table
     * @param asn our AS; 0 where no Router is for this instance
     * @param routerId our BGP identifier
     * @param listening the ports on which peers may connect
     * @param peers how many neighbours there are
     * @param established how many of them are established
     * @param paths paths of all families
     * @param attributeSets distinct sets of attributes among them
     * @param kernel routes by what the kernel thinks of them: {@code installed}, {@code stale}, {@code pending}, {@code failed}
     * @param restarting whether routes are still being learnt after a restart
     * @param awaited the peers that the restart waits for
     */
    public record Instance(
            String name,
            long kernelTable,
            long asn,
            String routerId,
            List<Integer> listening,
            int peers,
            int established,
            int paths,
            int attributeSets,
            Map<String, Integer> kernel,
            boolean restarting,
            List<String> awaited) {}
}
