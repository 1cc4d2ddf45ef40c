package dev.espalier.objects.plan;

import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import org.jspecify.annotations.Nullable;

/**
 * The flannel network that a node takes part in. Immutable.
 *
 * @param name of its object
 * @param etcd where the network's keys are
 * @param link the interface by which the nodes see each other
 * @param publicIp the node's address there
 * @param publicIpv6 the same in the other family; null for none
 * @param subnetFile what flannel's CNI plugin reads
 * @param ipMasq whether the plugin is told that it need not hide the pods' addresses
 */
public record FlannelPlan(
        String name,
        EtcdAddress etcd,
        String link,
        Ipv4Address publicIp,
        @Nullable Ipv6Address publicIpv6,
        String subnetFile,
        boolean ipMasq) {}
