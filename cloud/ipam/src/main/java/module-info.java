/**
 * Who has which address: pools are cut into blocks, nodes claim blocks, and what a node runs gets addresses out of them.
 *
 * <p><b>Owns</b> the choice of blocks and addresses ({@link dev.espalier.ipam.Choice}, pure) and their documents in a
 * {@link dev.espalier.stores.state.StateStore} ({@link dev.espalier.ipam.Ipam}, which reads, chooses and writes until nobody was
 * faster).
 *
 * <p><b>One document for each block</b>, with its owner and all its allocations; nothing else is stored. So every change is one
 * compare-and-set, no two documents can contradict each other, and a daemon that dies at any instant has either allocated or not.
 * Each allocation says for whom it is (the handle: network, container and interface), which is all the intent log there is: to ask
 * again for the same handle gives the same address, and what no container owns is found by comparison.
 *
 * <p><b>Called by</b> the agent, on threads that may block. <b>Must never</b> touch the kernel, choose at random, or give an address
 * that it has not read to be free in the very version that it replaces.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.ipam {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.net;
    requires transitive dev.espalier.stores.state;
    requires com.fasterxml.jackson.databind;

    exports dev.espalier.ipam;
}
