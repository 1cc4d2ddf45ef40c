package dev.espalier.lab;

import dev.espalier.lab.Topology.NodeDaemon;
import java.nio.file.Path;

/**
 * Which daemon runs on which box, and where it keeps its files.
 *
 * @param fabric the boxes
 * @param folder the lab's folder
 */
record BoxDaemons(Fabric fabric, Path folder) {

    boolean runsEspalier(Box box) {
        return box.speaker().isPresent()
                && box.role() == Box.Role.NODE
                && fabric.topology().nodeDaemon() == NodeDaemon.ESPALIER;
    }

    boolean runsFrr(Box box) {
        return box.speaker().isPresent() && !runsEspalier(box);
    }

    Frr frr(Box box) {
        return new Frr(fabric.namespace(box), folder(box));
    }

    EspalierNode espalier(Box box) {
        return new EspalierNode(fabric.namespace(box), folder(box));
    }

    int establishedSessions(Box box) {
        if (box.speaker().isEmpty()) {
            return 0;
        }
        return runsEspalier(box) ? espalier(box).establishedSessions() : frr(box).establishedSessions();
    }

    /** The log of what runs on a box. */
    Path log(Box box) {
        return runsEspalier(box) ? espalier(box).log() : frr(box).log();
    }

    private Path folder(Box box) {
        return folder.resolve("boxes").resolve(box.name());
    }
}
