package dev.espalier.lab;

import dev.espalier.lab.Topology.Encapsulation;
import dev.espalier.lab.Topology.EncapsulationMode;
import dev.espalier.lab.Topology.Mode;
import dev.espalier.lab.Topology.NodeDaemon;
import dev.espalier.lab.Topology.Pods;
import dev.espalier.lab.Topology.Rack;
import dev.espalier.objects.document.ConfigError;
import dev.espalier.objects.document.Place;
import dev.espalier.objects.document.Value;
import dev.espalier.objects.document.Value.Listing;
import dev.espalier.objects.document.Value.Mapping;
import dev.espalier.objects.document.Value.Scalar;
import dev.espalier.objects.document.YamlReader;
import dev.espalier.objects.document.YamlReader.Documents;
import dev.espalier.policy.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads topology files. The whole language:
 *
 * <pre>{@code
 * name: spine-leaf            # the lab's name
 * mode: ebgp                  # ebgp, ibgp-tor, reflectors or mesh; see Topology.Mode
 * nodeDaemon: espalier        # espalier (the default) or frr
 * spines: [spine-1, spine-2]
 * racks:
 *   - tor: tor-1
 *     nodes: [node-1, node-2]
 * reflectors: [node-1]        # only in mode reflectors
 * pods: 2                     # on each node that runs Espalier, 0 to 250; 2 is the default
 * encapsulation: none         # how packets between nodes' pods travel: none (the default), ipip or vxlan
 * encapsulationMode: always   # always (the default), or crossSubnet: as they are where both nodes are on one subnet
 * }</pre>
 *
 * <p>Every error names file, line and column.
 */
public final class TopologyFile {

    /** The topology of {@code lab up} without an argument. */
    public static final String DEFAULT = "spine-leaf";

    /** The topologies that ship with Espalier, by name. */
    public static final List<String> SHIPPED = List.of(DEFAULT, "ibgp-tor", "reflectors", "mesh");

    private static final List<String> FIELDS = List.of(
            "name",
            "mode",
            "nodeDaemon",
            "spines",
            "racks",
            "reflectors",
            "pods",
            "encapsulation",
            "encapsulationMode");
    private static final List<String> RACK_FIELDS = List.of("tor", "nodes");

    private final String file;

    private TopologyFile(String file) {
        this.file = file;
    }

    /**
     * Reads a file, or one of the {@link #SHIPPED} topologies when the word is the name of one and no such file exists.
     *
     * @throws LabException when there is neither, or the file is not a topology
     */
    public static Topology load(String nameOrPath) {
        Path path = Path.of(nameOrPath);
        try {
            if (Files.exists(path) || !SHIPPED.contains(nameOrPath)) {
                return parse(nameOrPath, Files.readString(path));
            }
            try (InputStream shipped = TopologyFile.class.getResourceAsStream("topologies/" + nameOrPath + ".yaml")) {
                if (shipped == null) {
                    throw new LabException("the topology '" + nameOrPath + "' is missing from this build");
                }
                return parse(nameOrPath + ".yaml", new String(shipped.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException failure) {
            throw new LabException(
                    "cannot read the topology '%s' (%s); shipped ones are %s"
                            .formatted(nameOrPath, failure.getClass().getSimpleName(), String.join(", ", SHIPPED)),
                    failure);
        }
    }

    /**
     * Reads a topology from its text.
     *
     * @param file what to call it in errors
     * @throws LabException {@code file:line:column: sentence}
     */
    public static Topology parse(String file, String text) {
        return new TopologyFile(file).read(text);
    }

    /** A topology as the text of a file that {@link #parse} reads back. */
    static String text(Topology topology) {
        StringBuilder text = new StringBuilder();
        text.append("name: ").append(topology.name());
        text.append("\nmode: ").append(topology.mode().word());
        text.append("\nnodeDaemon: ").append(topology.nodeDaemon().word());
        text.append("\nspines: ").append(topology.spines());
        text.append("\nracks:\n");
        for (Rack rack : topology.racks()) {
            text.append("  - tor: %s\n    nodes: %s\n".formatted(rack.tor(), rack.nodes()));
        }
        text.append("reflectors: ").append(topology.reflectors());
        text.append("\npods: ").append(topology.pods().perNode());
        text.append("\nencapsulation: ").append(topology.pods().encapsulation().word());
        if (topology.pods().encapsulation() != Encapsulation.NONE) {
            text.append("\nencapsulationMode: ")
                    .append(topology.pods().encapsulationMode().word());
        }
        return text.append('\n').toString();
    }

    private Topology read(String text) {
        Documents documents = YamlReader.read(file, text);
        documents.errors().forEach(TopologyFile::refuse);
        documents.documents().forEach(document -> document.errors().forEach(TopologyFile::refuse));
        if (documents.documents().size() != 1) {
            throw new LabException("%s: a topology is one document, not %d"
                    .formatted(file, documents.documents().size()));
        }
        Value root = documents.documents().getFirst().root();
        Mapping fields = fields(root, FIELDS);
        Value nodeDaemon = fields.get("nodeDaemon");
        try {
            return new Topology(
                    text(required(fields, "name")),
                    oneOf(required(fields, "mode"), List.of(Mode.values()), Mode::word),
                    nodeDaemon == null
                            ? NodeDaemon.ESPALIER
                            : oneOf(nodeDaemon, List.of(NodeDaemon.values()), NodeDaemon::word),
                    words(fields.get("spines")),
                    list(required(fields, "racks")).stream()
                            .map(TopologyFile::rack)
                            .toList(),
                    words(fields.get("reflectors")),
                    pods(fields));
        } catch (IllegalArgumentException unfit) {
            throw new LabException(file + ": " + unfit.getMessage(), unfit);
        }
    }

    private static void refuse(ConfigError error) {
        throw new LabException(error.toString());
    }

    private static Pods pods(Mapping fields) {
        Value encapsulation = fields.get("encapsulation");
        Encapsulation chosen = encapsulation == null
                ? Encapsulation.NONE
                : oneOf(encapsulation, List.of(Encapsulation.values()), Encapsulation::word);
        Value mode = fields.get("encapsulationMode");
        if (mode != null && chosen == Encapsulation.NONE) {
            throw error(mode.place(), "there is no encapsulation whose mode this could be; say 'encapsulation: vxlan'");
        }
        return new Pods(
                podsPerNode(fields.get("pods")),
                chosen,
                mode == null
                        ? EncapsulationMode.ALWAYS
                        : oneOf(mode, List.of(EncapsulationMode.values()), EncapsulationMode::word));
    }

    private static int podsPerNode(@Nullable Value value) {
        if (value == null) {
            return Pods.USUAL.perNode();
        }
        String text = text(value);
        if (!text.matches("\\d{1,3}") || Integer.parseInt(text) > Pods.MOST) {
            throw error(value.place(), "must be a number of pods from 0 to %d, not '%s'".formatted(Pods.MOST, text));
        }
        return Integer.parseInt(text);
    }

    private static Rack rack(Value value) {
        Mapping fields = fields(value, RACK_FIELDS);
        return new Rack(text(required(fields, "tor")), words(required(fields, "nodes")));
    }

    private static Mapping fields(Value value, List<String> known) {
        if (!(value instanceof Mapping mapping)) {
            throw error(
                    value.place(),
                    "must have the fields %s, and is %s".formatted(String.join(", ", known), value.words()));
        }
        mapping.entries().forEach((name, entry) -> {
            if (!known.contains(name)) {
                throw error(
                        entry.key(),
                        "unknown field '%s'; %s".formatted(name, NearestName.hint(name, known, known.size())));
            }
        });
        return mapping;
    }

    private static Value required(Mapping fields, String name) {
        Value value = fields.get(name);
        if (value == null) {
            throw error(fields.place(), "field '" + name + "' is missing");
        }
        return value;
    }

    private static List<String> words(@Nullable Value value) {
        return value == null
                ? List.of()
                : list(value).stream().map(TopologyFile::text).toList();
    }

    private static List<Value> list(Value value) {
        if (value instanceof Listing listing) {
            return listing.items();
        }
        throw error(value.place(), "must be a list, not " + value.words());
    }

    private static String text(Value value) {
        if (value instanceof Scalar scalar) {
            return scalar.text();
        }
        throw error(value.place(), "must be one word, not " + value.words());
    }

    private static <T> T oneOf(Value value, List<T> choices, Function<T, String> word) {
        String text = text(value);
        List<String> words = choices.stream().map(word).toList();
        if (!words.contains(text)) {
            throw error(value.place(), "'%s' is none of %s".formatted(text, String.join(", ", words)));
        }
        return choices.get(words.indexOf(text));
    }

    private static LabException error(Place place, String sentence) {
        return new LabException(place + ": " + sentence);
    }
}
