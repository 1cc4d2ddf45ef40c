package dev.espalier.lab;

import dev.espalier.lab.Topology.Encapsulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a lab needs of the machine it is on. */
final class Machine {

    private Machine() {}

    /**
     * Content only for root.
     *
     * @param command what was asked for, without {@code espalier}
     */
    static void requireRoot(String command) {
        if (!isRoot()) {
            throw new LabException("'espalier %s' needs root, because it works in network namespaces; try it with sudo"
                    .formatted(command));
        }
    }

    /** Content when the programs are there that the topology needs. */
    static void requireTools(Topology topology) {
        require("ip", "iproute2");
        require("ping", "iputils-ping");
        if (topology.hasPods()) {
            require("nft", "nftables");
            requireTunnels(topology.pods().encapsulation());
        }
        boolean onlyEspalier =
                topology.mode() == Topology.Mode.MESH && topology.nodeDaemon() == Topology.NodeDaemon.ESPALIER;
        if (!onlyEspalier && !Frr.isInstalled()) {
            throw new LabException("FRR is not installed; on Debian: apt-get install frr");
        }
    }

    /** Has the kernel make such a device, in a namespace that goes with the command. */
    private static void requireTunnels(Encapsulation encapsulation) {
        if (encapsulation == Encapsulation.IPIP
                && !Command.of("unshare", "--net", "ip", "link", "add", "probe", "type", "ipip", "remote", "192.0.2.1")
                        .run()
                        .succeeded()) {
            throw new LabException(
                    "this kernel has no IPIP (module ipip), which the topology asks for; 'encapsulation: vxlan' may do");
        }
    }

    static boolean isRoot() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        } catch (IOException unknown) {
            return false;
        }
    }

    private static void require(String program, String debianPackage) {
        if (!Command.isInstalled(program)) {
            throw new LabException(
                    "'%s' is not installed; on Debian: apt-get install %s".formatted(program, debianPackage));
        }
    }
}
