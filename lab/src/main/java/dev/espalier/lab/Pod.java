package dev.espalier.lab;

/**
 * A pod of a lab: a namespace that the node's daemon joins to the node when the CNI plugin asks for it. Immutable.
 *
 * @param node the name of its node
 * @param number which of the node's pods, from 1
 */
record Pod(String node, int number) {

    /** As people call it, such as {@code node-1/pod-2}. */
    String name() {
        return node + "/pod-" + number;
    }

    @Override
    public String toString() {
        return name();
    }
}
