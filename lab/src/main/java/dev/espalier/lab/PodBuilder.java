package dev.espalier.lab;

import java.util.List;

/** Makes the pods of a fabric: namespaces, written down in the manifest before, that the CNI plugin then joins to their nodes. */
final class PodBuilder {

    /** A call is a JVM that starts and a daemon that works: more at once would only wait for a processor. */
    private static final int AT_ONCE = 2 * Runtime.getRuntime().availableProcessors();

    private final Fabric fabric;
    private final BoxDaemons daemons;

    PodBuilder(Fabric fabric, BoxDaemons daemons) {
        this.fabric = fabric;
        this.daemons = daemons;
    }

    void namespaces(Manifest manifest) {
        List<Namespace> namespaces =
                fabric.pods().stream().map(fabric::namespace).toList();
        namespaces.forEach(manifest::recordNamespace);
        Namespace.createAll(namespaces);
    }

    void join() {
        InParallel.forEach(fabric.pods(), AT_ONCE, pod -> {
            Box node = fabric.box(pod.node()).orElseThrow();
            new CniPlugin(daemons.espalier(node).socket()).add(fabric.namespace(pod));
        });
    }
}
