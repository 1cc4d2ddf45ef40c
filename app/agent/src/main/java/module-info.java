import org.jspecify.annotations.NullMarked;

/** The daemon: wires everything. */
@NullMarked
module dev.espalier.agent {
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires dev.espalier.bgp;
    requires dev.espalier.capture;
    requires dev.espalier.linux;
    requires dev.espalier.net;
    requires dev.espalier.objects;
    requires dev.espalier.policy;
    requires transitive dev.espalier.route;
    requires dev.espalier.routing;
    requires dev.espalier.stores.files;
    requires transitive dev.espalier.transport;
    requires io.prometheus.metrics.model;
    requires io.prometheus.writer.text;
    requires java.management;
    requires jdk.unsupported;
    requires static transitive org.jspecify;

    exports dev.espalier.agent;
    exports dev.espalier.agent.api;

    // Jackson reads the components of the views.
    opens dev.espalier.agent.api to
            com.fasterxml.jackson.databind;
}
