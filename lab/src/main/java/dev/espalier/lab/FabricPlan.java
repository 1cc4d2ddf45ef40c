package dev.espalier.lab;

import dev.espalier.lab.Box.Port;
import dev.espalier.lab.Box.Role;
import dev.espalier.lab.Fabric.Wire;
import dev.espalier.lab.Speaker.Neighbour;
import dev.espalier.lab.Speaker.Trait;
import dev.espalier.lab.Speaker.Where;
import dev.espalier.lab.Topology.Mode;
import dev.espalier.lab.Topology.Rack;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a {@link Fabric} of a {@link Topology}: who has which address and which AS, and who speaks with whom. Pure.
 *
 * <p>Addresses, with spine s, rack r, place i of a node in its rack and number n of a node in the fabric, all from 1:
 *
 * <pre>
 * spine s - ToR r     100.64.s.2(r-1)/31 and the address after it
 * rack r, routed      172.16.r.2i/31 at the ToR, 172.16.r.(2i+1)/31 at the node
 * rack r, switched    172.16.r.1/24 at the ToR, 172.16.r.(10+i)/24 at the node
 * mesh                172.16.0.(10+n)/24
 * pods of node n      10.42.n.0/26, with more than 60 pods 10.42.n.0/24; the node itself answers on the address after the first
 * spine 1 - world     203.0.113.0/31 and the address after it; mesh: 172.16.0.1/24
 * </pre>
 *
 * <p>AS numbers: spines 65000; ToR r 65000+r; node n 65100+n in mode {@code ebgp}, its rack's in mode {@code ibgp-tor}. In modes
 * {@code reflectors} (with the ToRs) and {@code mesh} all nodes share 65100.
 *
 * <p>With tunnels ToRs and spines pass next hops of pods on as they are, since a tunnel ends at the next hop. They know the blocks all the same;
 * packets in tunnels do not need that.
 */
final class FabricPlan {

    private static final Asn SPINES = new Asn(65000);
    private static final Asn CLUSTER = new Asn(65100);
    /** All addresses of nodes. */
    static final IpPrefix ALL_RACKS = IpPrefix.parse("172.16.0.0/16");

    /** All addresses of pods. */
    static final IpPrefix ALL_PODS = IpPrefix.parse("10.42.0.0/16");

    private static final int SWITCHED_LENGTH = 24;
    private static final int CABLE_LENGTH = 31;
    private static final int POD_BLOCK_LENGTH = 26;
    /** So many pods fit into that, beside what the node keeps for itself. */
    private static final int MOST_IN_BLOCK = 60;

    private static final int LARGE_POD_BLOCK_LENGTH = 24;
    private static final IpPrefix OUTSIDE = IpPrefix.parse("203.0.113.0/31");
    private static final String WORLD_LINK = "world";

    private final Topology topology;
    private final List<Seat> seats = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();

    /** Where a node sits: its name, rack r, place i in the rack, number n in the fabric; all from 1. */
    private record Seat(String node, int rack, int place, int number) {}

    private FabricPlan(Topology topology) {
        this.topology = topology;
        for (int rack = 1; rack <= topology.racks().size(); rack++) {
            List<String> nodes = topology.racks().get(rack - 1).nodes();
            for (int place = 1; place <= nodes.size(); place++) {
                seats.add(new Seat(nodes.get(place - 1), rack, place, seats.size() + 1));
            }
        }
    }

    /** The fabric of this topology. */
    static Fabric of(Topology topology) {
        return new FabricPlan(topology).fabric();
    }

    private Fabric fabric() {
        List<Box> boxes = new ArrayList<>();
        for (int spine = 1; spine <= topology.spines().size(); spine++) {
            boxes.add(spine(spine));
        }
        for (int rack = 1; rack <= topology.racks().size(); rack++) {
            boxes.add(tor(rack));
        }
        for (Seat seat : seats) {
            boxes.add(node(seat));
        }
        if (topology.hasPods()) {
            boxes.add(world());
        }
        return new Fabric(topology, boxes, wires);
    }

    private boolean isMesh() {
        return topology.mode() == Mode.MESH;
    }

    // Spines.

    private Box spine(int spine) {
        List<Port> ports = new ArrayList<>();
        List<Neighbour> neighbours = new ArrayList<>();
        for (int rack = 1; rack <= topology.racks().size(); rack++) {
            String link = "tor" + rack;
            ports.add(isMesh() ? Port.switched(link) : Port.addressed(link, spineEnd(spine, rack), CABLE_LENGTH));
            neighbours.add(Neighbour.external(torName(rack), new Where.At(torEnd(spine, rack)), towardsFabric()));
            wires.add(new Wire(spineName(spine), link, torName(rack), "spine" + spine));
        }
        boolean border = spine == 1 && topology.hasPods();
        if (border) {
            ports.add(
                    isMesh()
                            ? Port.switched(WORLD_LINK)
                            : Port.addressed(WORLD_LINK, OUTSIDE.address(), OUTSIDE.length()));
        }
        List<IpPrefix> originates = border ? List.of(OUTSIDE) : List.of();
        Optional<Speaker> speaker = isMesh()
                ? Optional.empty()
                : Optional.of(new Speaker(SPINES, address(10, 255, 0, spine), originates, neighbours));
        return new Box(
                spineName(spine),
                Role.SPINE,
                0,
                ports,
                isMesh(),
                Optional.empty(),
                Optional.empty(),
                speaker,
                isMesh() ? 0 : neighbours.size());
    }

    // The world, at the first spine.

    private Box world() {
        wires.add(new Wire(spineName(1), WORLD_LINK, Topology.WORLD, "eth0"));
        Port port = isMesh()
                ? Port.addressed("eth0", address(172, 16, 0, 1), SWITCHED_LENGTH)
                : Port.addressed("eth0", address(203, 0, 113, 1), OUTSIDE.length());
        return new Box(
                Topology.WORLD,
                Role.WORLD,
                0,
                List.of(port),
                false,
                isMesh() ? Optional.empty() : Optional.of(OUTSIDE.address()),
                Optional.empty(),
                Optional.empty(),
                0);
    }

    // ToRs.

    private Box tor(int rack) {
        List<Port> ports = new ArrayList<>();
        for (int spine = 1; spine <= topology.spines().size(); spine++) {
            String link = "spine" + spine;
            ports.add(isMesh() ? Port.switched(link) : Port.addressed(link, torEnd(spine, rack), CABLE_LENGTH));
        }
        boolean routed = topology.mode() == Mode.EBGP;
        for (Seat seat : seatsOf(rack)) {
            String link = "node" + seat.place;
            ports.add(routed ? Port.addressed(link, gateway(seat), CABLE_LENGTH) : Port.switched(link));
            wires.add(new Wire(torName(rack), link, seat.node, "eth0"));
        }
        if (!routed && !isMesh()) {
            ports.add(Port.addressed(Port.BRIDGE, rackGateway(rack), SWITCHED_LENGTH));
        }
        return new Box(
                torName(rack),
                Role.TOR,
                rack,
                ports,
                !routed,
                Optional.empty(),
                Optional.empty(),
                torSpeaker(rack),
                torSessions(rack));
    }

    private Optional<Speaker> torSpeaker(int rack) {
        if (isMesh()) {
            return Optional.empty();
        }
        boolean oneAs = topology.mode() == Mode.REFLECTORS;
        List<Neighbour> neighbours = new ArrayList<>();
        for (int spine = 1; spine <= topology.spines().size(); spine++) {
            Where where = new Where.At(spineEnd(spine, rack));
            // With one AS for all ToRs the other racks come back with our own AS in the path. What the reflectors told
            // us about
            // other racks must not be told to the spines: they would send it here instead of there.
            neighbours.add(
                    oneAs
                            ? Neighbour.external(spineName(spine), where, Trait.OWN_AS_ALLOWED, Trait.HEARS_LOCAL_ONLY)
                            : Neighbour.external(spineName(spine), where, towardsFabric()));
        }
        switch (topology.mode()) {
            case EBGP ->
                neighbours.add(Neighbour.external("NODES", new Where.Within(rackSubnet(rack)), towardsFabric()));
            case IBGP_TOR ->
                neighbours.add(Neighbour.internal("NODES", new Where.Within(rackSubnet(rack)), towardsClients()));
            case REFLECTORS ->
                reflectorSeats()
                        .forEach(seat -> neighbours.add(Neighbour.internal(
                                seat.node,
                                new Where.At(nodeAddress(seat), Optional.of(rackGateway(rack))),
                                Trait.HEARS_NOTHING)));
            case MESH -> throw new IllegalStateException("a ToR of a mesh does not speak");
        }
        return Optional.of(new Speaker(
                oneAs ? CLUSTER : new Asn(65000 + rack),
                oneAs ? rackGateway(rack) : address(10, 255, 1, rack),
                List.of(rackSubnet(rack)),
                neighbours));
    }

    /** What is special about external neighbours within the fabric: with tunnels the node stays the next hop all the way. */
    private Trait[] towardsFabric() {
        return topology.hasTunnels() ? new Trait[] {Trait.NEXT_HOP_KEPT} : new Trait[0];
    }

    private Trait[] towardsClients() {
        return topology.hasTunnels()
                ? new Trait[] {Trait.REFLECTOR_CLIENT}
                : new Trait[] {Trait.REFLECTOR_CLIENT, Trait.NEXT_HOP_SELF};
    }

    private int torSessions(int rack) {
        return switch (topology.mode()) {
            case EBGP, IBGP_TOR -> topology.spines().size() + seatsOf(rack).size();
            case REFLECTORS -> topology.spines().size() + topology.reflectors().size();
            case MESH -> 0;
        };
    }

    // Nodes.

    private Box node(Seat seat) {
        int length = topology.mode() == Mode.EBGP ? CABLE_LENGTH : SWITCHED_LENGTH;
        int blockLength = topology.pods().perNode() > MOST_IN_BLOCK ? LARGE_POD_BLOCK_LENGTH : POD_BLOCK_LENGTH;
        IpPrefix pods = new IpPrefix(address(10, 42, seat.number, 0), blockLength);
        List<Neighbour> neighbours = neighboursOf(seat);
        return new Box(
                seat.node,
                Role.NODE,
                seat.rack,
                List.of(Port.addressed("eth0", nodeAddress(seat), length)),
                false,
                isMesh() ? Optional.empty() : Optional.of(gateway(seat)),
                Optional.of(pods),
                Optional.of(new Speaker(nodeAsn(seat), nodeAddress(seat), List.of(pods), neighbours)),
                nodeSessions(seat));
    }

    private List<Neighbour> neighboursOf(Seat seat) {
        return switch (topology.mode()) {
            case EBGP -> List.of(Neighbour.external(torName(seat.rack), new Where.DefaultGateway(gateway(seat))));
            case IBGP_TOR -> List.of(Neighbour.internal(torName(seat.rack), new Where.DefaultGateway(gateway(seat))));
            case REFLECTORS -> reflectorNeighbours(seat);
            case MESH ->
                seats.stream()
                        .filter(other -> !other.equals(seat))
                        .map(other -> Neighbour.internal(other.node, new Where.At(nodeAddress(other))))
                        .toList();
        };
    }

    private List<Neighbour> reflectorNeighbours(Seat seat) {
        List<Neighbour> neighbours = new ArrayList<>();
        reflectorSeats().stream()
                .filter(reflector -> !reflector.equals(seat))
                .forEach(reflector ->
                        neighbours.add(Neighbour.internal(reflector.node, new Where.At(nodeAddress(reflector)))));
        if (isReflector(seat)) {
            neighbours.add(Neighbour.internal("CLIENTS", new Where.Within(ALL_RACKS), Trait.REFLECTOR_CLIENT));
        }
        return neighbours;
    }

    private int nodeSessions(Seat seat) {
        return switch (topology.mode()) {
            case EBGP, IBGP_TOR -> 1;
            case REFLECTORS ->
                isReflector(seat)
                        ? seats.size() - 1 + topology.racks().size()
                        : topology.reflectors().size();
            case MESH -> seats.size() - 1;
        };
    }

    private Asn nodeAsn(Seat seat) {
        return switch (topology.mode()) {
            case EBGP -> new Asn(65100 + seat.number);
            case IBGP_TOR -> new Asn(65000 + seat.rack);
            case REFLECTORS, MESH -> CLUSTER;
        };
    }

    private boolean isReflector(Seat seat) {
        return topology.reflectors().contains(seat.node);
    }

    private List<Seat> reflectorSeats() {
        return seats.stream().filter(this::isReflector).toList();
    }

    private List<Seat> seatsOf(int rack) {
        return seats.stream().filter(seat -> seat.rack == rack).toList();
    }

    // Names and addresses.

    private String spineName(int spine) {
        return topology.spines().get(spine - 1);
    }

    private String torName(int rack) {
        Rack there = topology.racks().get(rack - 1);
        return there.tor();
    }

    private static IpAddress spineEnd(int spine, int rack) {
        return address(100, 64, spine, 2 * (rack - 1));
    }

    private static IpAddress torEnd(int spine, int rack) {
        return address(100, 64, spine, 2 * (rack - 1) + 1);
    }

    private static IpPrefix rackSubnet(int rack) {
        return new IpPrefix(address(172, 16, rack, 0), SWITCHED_LENGTH);
    }

    private static IpAddress rackGateway(int rack) {
        return address(172, 16, rack, 1);
    }

    private IpAddress gateway(Seat seat) {
        return topology.mode() == Mode.EBGP ? address(172, 16, seat.rack, 2 * seat.place) : rackGateway(seat.rack);
    }

    private IpAddress nodeAddress(Seat seat) {
        return switch (topology.mode()) {
            case EBGP -> address(172, 16, seat.rack, 2 * seat.place + 1);
            case IBGP_TOR, REFLECTORS -> address(172, 16, seat.rack, 10 + seat.place);
            case MESH -> address(172, 16, 0, 10 + seat.number);
        };
    }

    private static Ipv4Address address(int a, int b, int c, int d) {
        return new Ipv4Address(a << 24 | b << 16 | c << 8 | d);
    }
}
