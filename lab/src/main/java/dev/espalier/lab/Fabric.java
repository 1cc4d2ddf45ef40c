package dev.espalier.lab;

import dev.espalier.net.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a {@link Topology} comes to: every box with its addresses and what it says, and the cables between them. Made by
 * {@link FabricPlan}, a pure function; nothing here touches the machine. Immutable.
 *
 * @param topology what it was made of
 * @param boxes spines first, then ToRs, then nodes, then the world where there are pods to reach it
 * @param wires the cables
 */
record Fabric(Topology topology, List<Box> boxes, List<Wire> wires) {

    Fabric {
        boxes = List.copyOf(boxes);
        wires = List.copyOf(wires);
    }

    /** A cable between a link of one box and a link of another. */
    record Wire(String boxA, String linkA, String boxB, String linkB) {}

    /** The namespace in which a box lives. */
    Namespace namespace(Box box) {
        return namespace(box.name());
    }

    /** The namespace in which the box of this name lives. */
    Namespace namespace(String box) {
        return new Namespace("esp-" + topology.name() + "-" + box);
    }

    /** The namespace in which a pod lives. Boxes have no underscore in their names. */
    Namespace namespace(Pod pod) {
        return new Namespace("esp-%s-%s_pod-%d".formatted(topology.name(), pod.node(), pod.number()));
    }

    /** All pods, the first of every node before the second of any: so the nodes share the work of making them. */
    List<Pod> pods() {
        int perNode = topology.hasPods() ? topology.pods().perNode() : 0;
        return IntStream.rangeClosed(1, perNode)
                .boxed()
                .flatMap(number -> boxes(Box.Role.NODE).stream().map(node -> new Pod(node.name(), number)))
                .toList();
    }

    /** The boxes of a role, in the topology's order. */
    List<Box> boxes(Box.Role role) {
        return boxes.stream().filter(box -> box.role() == role).toList();
    }

    /** The box of this name. */
    Optional<Box> box(String name) {
        return boxes.stream().filter(box -> box.name().equals(name)).findFirst();
    }

    /** The box that answers on this address. */
    Optional<Box> owner(IpAddress address) {
        return boxes.stream().filter(box -> box.addresses().contains(address)).findFirst();
    }
}
