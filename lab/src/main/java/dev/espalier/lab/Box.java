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
 * @param rack its rack, from 1; 0 for a spine
 * @param ports its links that carry an address or belong to its bridge
 * @param switched whether it joins the ports without an address in one bridge
 * @param gateway where its default route points
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

    Box {
        ports = List.copyOf(ports);
    }

    /** What a box is there for. */
    enum Role {
        SPINE,
        TOR,
        NODE
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

    /** The first address of a node's block: its pods answer there. */
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
