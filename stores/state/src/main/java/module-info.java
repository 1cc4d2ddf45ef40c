/**
 * State that several writers share: who has which block of addresses, and who which address.
 *
 * <p><b>Owns</b> the port {@link dev.espalier.stores.state.StateStore}, which is all that an allocator may ask of a store, and the
 * store of a single machine, {@link dev.espalier.stores.state.FileStateStore}. Stores of several machines (etcd, the Kubernetes API)
 * implement the same port elsewhere. It is narrow on purpose: single documents with a version, because the Kubernetes API has no
 * transaction over two. <b>Called by</b> the allocators of the cloud modules, on threads that may block. <b>Must never</b> know what
 * the documents mean.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.stores.state {
    requires static transitive org.jspecify;

    exports dev.espalier.stores.state;
}
