/**
 * State shared by several machines, in etcd (version 3).
 *
 * <p><b>Owns</b> the words that etcd's JSON gateway understands: {@link dev.espalier.stores.etcd.EtcdStateStore} is a
 * {@link dev.espalier.stores.state.StateStore} on them, and {@link dev.espalier.stores.etcd.EtcdKeys} has the leases and watches that
 * sharing keys with other programs needs. A document's version is the revision in which its key was last written, which etcd never uses
 * twice. <b>Called by</b> whoever holds state in a store, on threads that may block. <b>Must never</b> repeat a write of
 * which it is not known whether it was carried out, or print a password.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.stores.etcd {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.stores.state;
    requires com.fasterxml.jackson.databind;
    requires java.net.http;

    exports dev.espalier.stores.etcd;
}
