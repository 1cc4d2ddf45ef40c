/** BGP: codec, state machine, tables and engine. */
@org.jspecify.annotations.NullMarked
module dev.espalier.bgp {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.policy;
    requires transitive dev.espalier.routing;
    requires transitive dev.espalier.route;

    exports dev.espalier.bgp;
    exports dev.espalier.bgp.engine;
    exports dev.espalier.bgp.fsm;
    exports dev.espalier.bgp.session;
    exports dev.espalier.bgp.wire;
}
