package dev.espalier.interop;

import dev.espalier.lab.Cable;
import dev.espalier.lab.Namespace;
import java.util.List;
import java.util.Map;

/**
 * A host behind each router of a {@link Rig}, reached only through routes that BGP told: 10.77.1.0/24 is behind us, 10.77.2.0/24
 * behind the peer.
 */
record Hosts(Namespace behindUs, Namespace behindThem) implements AutoCloseable {

    static final String BEHIND_US = "10.77.1.1";
    static final String BEHIND_THEM = "10.77.2.1";

    static Hosts beside(Rig rig) {
        Hosts hosts = new Hosts(
                new Namespace(rig.ours().name() + "-h").create(),
                new Namespace(rig.theirs().name() + "-h").create());
        host(hosts.behindUs, rig.ours(), BEHIND_US, "10.77.1.254");
        host(hosts.behindThem, rig.theirs(), BEHIND_THEM, "10.77.2.254");
        return hosts;
    }

    private static void host(Namespace host, Namespace router, String address, String gateway) {
        Cable.between(host, "eth0", router, "host").create();
        router.ip("addr add " + gateway + "/24 dev host");
        router.sysctl(Map.of("net.ipv4.ip_forward", 1));
        host.ip(List.of("addr add " + address + "/24 dev eth0", "route add default via " + gateway));
    }

    @Override
    public void close() {
        behindUs.delete();
        behindThem.delete();
    }
}
