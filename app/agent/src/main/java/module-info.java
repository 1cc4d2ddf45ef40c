import org.jspecify.annotations.NullMarked;

/**
 * The daemon: puts the parts together, keeps them running, and answers questions about them.
 *
 * <p><b>Owns</b> the process, from its start to its end ({@link dev.espalier.agent.Agent}); the plan that runs, and the way from
 * one plan to the next; the loop of every routing instance; the journal of events, which is also the log; and the API on a Unix
 * socket, whose answers are the records of {@link dev.espalier.agent.api}.
 *
 * <p><b>Called by</b> {@code espalier run} and {@code espalier validate}, in the same process, and by whoever asks the API. It
 * is the only module that knows both the protocols and what implements their ports, {@code linux} and {@code transport}.
 *
 * <p>One change at a time: a reload waits for the one before. Questions wait for no change: each is a task on the loop that owns
 * the answer, and what comes back is immutable.
 *
 * <p><b>Must never</b> decide about routes, or explain a decision in words of its own: protocols and the routing table do both.
 * Must never apply a configuration that has an error, show a password, or remove a route from the kernel because the daemon
 * ends.
 */
@NullMarked
module dev.espalier.agent {
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires dev.espalier.bfd;
    requires dev.espalier.bgp;
    requires dev.espalier.capture;
    requires dev.espalier.cni;
    requires dev.espalier.flannel;
    requires dev.espalier.ipam;
    requires dev.espalier.library;
    requires dev.espalier.linux;
    requires dev.espalier.net;
    requires dev.espalier.objects;
    requires transitive dev.espalier.policy;
    requires transitive dev.espalier.route;
    requires dev.espalier.routing;
    requires dev.espalier.stores.etcd;
    requires dev.espalier.stores.files;
    requires dev.espalier.stores.state;
    requires transitive dev.espalier.transport;
    requires io.prometheus.metrics.model;
    requires io.prometheus.writer.text;
    requires java.management;
    requires jdk.management;
    requires jdk.unsupported;
    requires static transitive org.jspecify;

    exports dev.espalier.agent;
    exports dev.espalier.agent.api;

    // Jackson reads the components of the views.
    opens dev.espalier.agent.api to
            com.fasterxml.jackson.databind;
}
