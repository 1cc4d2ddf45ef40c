package dev.espalier.lab;

import dev.espalier.net.IpAddress;

/**
 * Where packets begin or end. Immutable.
 *
 * @param name what people call it: a box, or a pod such as {@code node-1/pod-2}
 * @param namespace where it is
 * @param address its address
 */
record Endpoint(String name, Namespace namespace, IpAddress address) {

    /** The node itself, by its address among those of pods. */
    static Endpoint ofNode(Fabric fabric, Box node) {
        return new Endpoint(
                node.name(), fabric.namespace(node), node.podAddress().orElseThrow());
    }

    /** Name and address. */
    @Override
    public String toString() {
        return name + " (" + address + ")";
    }
}
