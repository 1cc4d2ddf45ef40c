package dev.espalier.lab;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One box of a fabric. Immutable.
 *
 * @param name as in the topology
 * @param role what it is there for
 * @param rack its rack, from 1; 0 for a spine and for the world
 * @param ports its links that carry an address or belong to its bridge
 * @param switched whether it joins the ports without an address in one bridge
 * @param gateway where its route to all that is farther away points, see {@link #beyondGateway}
 * @param podBlock the block of a node
 * @param speaker what it says by BGP; empty for a plain switch
 * @param sessions how many sessions it should have
 */
record Box(
        String name,
        Role role,
        int rack,
        List<Port> ports,
        boolean switched,
        Optional<IpAddress> gateway,
        Optional<IpPrefix> podBlock,
        Optional<Speaker> speaker,
        int sessions) {

    private static final IpPrefix EVERYTHING = IpPrefix.parse("0.0.0.0/0");

    Box {
        ports = List.copyOf(ports);
    }

    /** What a box is there for. */
    enum Role {
        SPINE,
        TOR,
        NODE,
        /** What is outside: it knows the nodes, and nothing of their pods. */
        WORLD
    }

    /**
     * A link of a box.
     *
     * @param link its name in the namespace; {@link #BRIDGE} is the bridge itself
     * @param address its address with the length of its subnet, such as {@code 10.0.0.1/31}; empty for a port of the bridge
     */
    record Port(String link, Optional<InterfaceAddress> address) {

        /** The name of the bridge that joins the unaddressed ports of a box. */
        static final String BRIDGE = "rack";

        static Port addressed(String link, IpAddress address, int length) {
            return new Port(link, Optional.of(new InterfaceAddress(address, length)));
        }

        static Port switched(String link) {
            return new Port(link, Optional.empty());
        }
    }

    /** An address on a link, with the length of the subnet around it. */
    record InterfaceAddress(IpAddress address, int length) {

        @Override
        public String toString() {
            return address + "/" + length;
        }
    }

    /**
     * What a box reaches through its gateway. The world knows the way to the nodes only: what a pod sends it with the pod's own address,
     * it cannot answer.
     */
    IpPrefix beyondGateway() {
        return role == Role.WORLD ? FabricPlan.ALL_RACKS : EVERYTHING;
    }

    /** The first address of a node's block, which the node itself has: no pod gets it. */
    Optional<IpAddress> podAddress() {
        return podBlock.map(
                block -> IpAddress.of(block.family(), block.address().high() + (1L << 32), 0));
    }

    /** All addresses that answer on this box. */
    List<IpAddress> addresses() {
        return Stream.concat(
                        ports.stream().flatMap(port -> port.address().stream()).map(InterfaceAddress::address),
                        podAddress().stream())
                .toList();
    }
}
