/**
 * A small data centre on one machine: every box a network namespace, ToRs and spines played by FRR, nodes by Espalier itself.
 *
 * <p>The nodes have pods, which the CNI plugin joins to them, and which reach each other and the world.
 *
 * <p><b>Owns</b> the topologies that ship with Espalier, what they come to (addresses, AS numbers, who speaks with whom: pure, in
 * {@code FabricPlan}), the making and removing of namespaces, cables and daemons, and the proof that packets get through.
 * Its parts ({@link dev.espalier.lab.Namespace}, {@link dev.espalier.lab.Frr}, {@link dev.espalier.lab.EspalierNode}) also
 * carry the tests against other daemons, and the rehearsal after which a daemon starts faster ({@code Rehearsal}).
 *
 * <p><b>Called by</b> the command line, which finds {@link dev.espalier.lab.LabCommand} as a service, by {@code ./espalier} after a
 * build, and by those tests.
 *
 * <p><b>Must never</b> touch the host's own namespace: no link, address, route or rule of it; trust a process number from a file;
 * or make a thing that it has not written down before, because {@code lab down} must remove everything also after a crash.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.lab {
    requires com.fasterxml.jackson.core;
    requires transitive com.fasterxml.jackson.databind;
    requires transitive dev.espalier.cli;
    requires dev.espalier.cni.shim;
    requires dev.espalier.linux;
    requires dev.espalier.net;
    requires dev.espalier.objects;
    requires static transitive org.jspecify;
    requires transitive info.picocli;

    exports dev.espalier.lab;

    provides dev.espalier.cli.Subcommand with
            dev.espalier.lab.LabCommand;

    // picocli fills the fields of the commands.
    opens dev.espalier.lab to
            info.picocli;
}
