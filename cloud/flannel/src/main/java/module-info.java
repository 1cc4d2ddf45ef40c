/**
 * What flannel keeps in etcd, and what its backend host-gw makes of it: so that our nodes and flannel's can be in one cluster.
 *
 * <p><b>Owns</b> the words of flannel's keys and values, octet by octet ({@link dev.espalier.flannel.NetworkConfig},
 * {@link dev.espalier.flannel.SubnetKey}, {@link dev.espalier.flannel.LeaseAttributes}) and of its file for the CNI plugin
 * ({@link dev.espalier.flannel.SubnetEnv}); how a node comes to its subnet and keeps it ({@link dev.espalier.flannel.LeaseFsm}, pure); and
 * which routes the others' subnets want ({@link dev.espalier.flannel.HostGateway}, pure).
 *
 * <p>Three things are unlike flannel, on purpose: a lost lease is taken again and ends nothing, routes of leases that ended while we
 * were down go when we are back, and what an operator has reserved stays reserved.
 *
 * <p><b>Called by</b> the agent. <b>Must never</b> ask etcd, read a clock, touch a file or a route.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.flannel {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.net;
    requires com.fasterxml.jackson.databind;

    exports dev.espalier.flannel;
}
