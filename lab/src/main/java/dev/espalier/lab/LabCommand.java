package dev.espalier.lab;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cli.Subcommand;
import dev.espalier.lab.Topology.NodeDaemon;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code espalier lab}: a small data centre in network namespaces on this machine. */
@CommandLine.Command(
        name = "lab",
        description = "A small data centre in network namespaces on this machine.",
        mixinStandardHelpOptions = true,
        subcommands = {LabCommand.Up.class, LabCommand.Down.class, LabCommand.Status.class, LabCommand.Exec.class})
public final class LabCommand implements Subcommand, Runnable {

    private static final int FAILED = 1;

    @Spec
    private @Nullable CommandSpec spec;

    /** For picocli, which fills the fields. */
    public LabCommand() {}

    /** Without a subcommand: which there are. */
    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(System.out);
        }
    }

    /** How a report is written. */
    enum Format {
        /** For people. */
        TABLE,
        /** For programs. */
        JSON;

        /** The word on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** {@code espalier lab up}. */
    @CommandLine.Command(
            name = "up",
            description = "Make a lab, wait until it is up, and show that packets get through.",
            mixinStandardHelpOptions = true)
    static final class Up implements Callable<Integer> {

        @Parameters(
                arity = "0..1",
                paramLabel = "TOPOLOGY",
                defaultValue = TopologyFile.DEFAULT,
                description = "a file, or one of those that ship: spine-leaf (the default), ibgp-tor, reflectors, mesh")
        private String topology = TopologyFile.DEFAULT;

        @Option(names = "--name", description = "another name for the lab, to have two of a kind")
        private @Nullable String name;

        @Option(names = "--node-daemon", description = "what runs on the nodes: espalier or frr")
        private @Nullable String nodeDaemon;

        @Option(
                names = {"-o", "--output"},
                description = "table or json")
        private Format format = Format.TABLE;

        @Override
        public Integer call() {
            return guarded(() -> {
                Lab lab = Lab.up(chosen(), format == Format.JSON ? silence() : System.out);
                List<BoxStatus> boxes = lab.status();
                if (format == Format.TABLE) {
                    System.out.printf("%n%s%n%n", LabReport.table(boxes));
                }
                Proof proof = lab.prove();
                List<PodProof> pods = lab.provePods();
                if (format == Format.JSON) {
                    ObjectNode report = LabReport.json(lab.topology(), boxes);
                    report.set("proof", LabReport.json(proof));
                    report.set("pods", LabReport.json(pods));
                    System.out.println(report.toPrettyString());
                } else {
                    System.out.printf("%s%n%n", LabReport.text(proof));
                    if (!pods.isEmpty()) {
                        System.out.printf("%s%n%n", LabReport.pairs(pods));
                    }
                    System.out.println(hint(lab));
                }
                return 0;
            });
        }

        private Topology chosen() {
            Topology chosen = TopologyFile.load(topology);
            try {
                chosen = name == null ? chosen : chosen.withName(name);
            } catch (IllegalArgumentException unfit) {
                throw new LabException("--name: " + unfit.getMessage(), unfit);
            }
            if (nodeDaemon == null) {
                return chosen;
            }
            for (NodeDaemon daemon : NodeDaemon.values()) {
                if (daemon.word().equals(nodeDaemon)) {
                    return chosen.withNodeDaemon(daemon);
                }
            }
            throw new LabException("--node-daemon is espalier or frr, not '" + nodeDaemon + "'");
        }

        private static String hint(Lab lab) {
            Topology topology = lab.topology();
            String node = topology.racks().getLast().nodes().getLast();
            String inside = "Look inside a box:  espalier lab exec %s -- ip route%n".formatted(node);
            String socket = "--socket %s/boxes/%s/api.sock%n".formatted(Manifest.folderOf(topology.name()), node);
            String daemon = "Ask a daemon:       espalier peers " + socket;
            String pods = "Look inside a pod:  espalier lab exec %s/pod-1 -- ip addr%n".formatted(node)
                    + "See a node's pods:  espalier pods " + socket;
            String end = "End the lab:        espalier lab down";
            return inside
                    + (topology.nodeDaemon() == NodeDaemon.ESPALIER ? daemon : "")
                    + (topology.hasPods() ? pods : "")
                    + end;
        }

        private static PrintStream silence() {
            return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        }
    }

    /** {@code espalier lab down}. */
    @CommandLine.Command(
            name = "down",
            description = "Remove a lab: processes, namespaces, files; also one that was left half-made.",
            mixinStandardHelpOptions = true)
    static final class Down implements Callable<Integer> {

        @Parameters(arity = "0..1", paramLabel = "NAME", description = "which lab, where there are several")
        private @Nullable String name;

        @Option(names = "--all", description = "all labs")
        private boolean all;

        @Override
        public Integer call() {
            return guarded(() -> {
                Machine.requireRoot("lab down");
                for (String lab : all ? Lab.names() : chosen(name)) {
                    System.out.println(
                            Lab.down(lab) ? "The lab '" + lab + "' is gone." : "There is no lab '" + lab + "'.");
                }
                return 0;
            });
        }

        private static List<String> chosen(@Nullable String name) {
            if (name == null && Lab.names().isEmpty()) {
                System.out.println("There is no lab.");
                return List.of();
            }
            return List.of(theOne(name));
        }
    }

    /** {@code espalier lab status}. */
    @CommandLine.Command(
            name = "status",
            description = "Show how each box of a lab does. Ends with status 1 when something is missing.",
            mixinStandardHelpOptions = true)
    static final class Status implements Callable<Integer> {

        @Parameters(arity = "0..1", paramLabel = "NAME", description = "which lab, where there are several")
        private @Nullable String name;

        @Option(
                names = {"-o", "--output"},
                description = "table or json")
        private Format format = Format.TABLE;

        @Override
        public Integer call() {
            return guarded(() -> {
                Machine.requireRoot("lab status");
                Lab lab = Lab.existing(theOne(name));
                List<BoxStatus> boxes = lab.status();
                System.out.println(
                        format == Format.JSON
                                ? LabReport.json(lab.topology(), boxes).toPrettyString()
                                : LabReport.table(boxes));
                return boxes.stream().allMatch(BoxStatus::isUp) ? 0 : FAILED;
            });
        }
    }

    /** {@code espalier lab exec}. */
    @CommandLine.Command(
            name = "exec",
            description = "Run a program in a box, such as: espalier lab exec node-1 -- ip route",
            mixinStandardHelpOptions = true)
    static final class Exec implements Callable<Integer> {

        @Option(names = "--lab", description = "which lab, where there are several")
        private @Nullable String name;

        @Parameters(index = "0", paramLabel = "BOX", description = "such as node-1, tor-1, or the pod node-1/pod-2")
        private String box = "";

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "COMMAND",
                description = "the program and its arguments")
        private List<String> command = List.of();

        @Override
        public Integer call() {
            return guarded(() -> {
                Machine.requireRoot("lab exec");
                Namespace namespace = Lab.existing(theOne(name)).namespace(box);
                return await(namespace.start(new ProcessBuilder(command).inheritIO()));
            });
        }

        private static int await(Process process) {
            try {
                return process.waitFor();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new LabException("interrupted", interrupted);
            }
        }
    }

    private static String theOne(@Nullable String name) {
        if (name != null) {
            return name;
        }
        List<String> labs = Lab.names();
        return switch (labs.size()) {
            case 0 -> throw new LabException("there is no lab; start one with 'espalier lab up'");
            case 1 -> labs.getFirst();
            default -> throw new LabException("there are several labs, say which: " + String.join(", ", labs));
        };
    }

    /** What goes wrong in a lab is told in one sentence, without a stack. */
    private static int guarded(IntSupplier work) {
        try {
            return work.getAsInt();
        } catch (LabException failure) {
            System.out.flush();
            System.err.println("espalier: " + failure.getMessage());
            return FAILED;
        }
    }
}
