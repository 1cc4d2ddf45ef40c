package dev.espalier.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * A small data centre on this machine: every box a network namespace, nothing in the host's own. Its files are in
 * {@code /run/espalier-lab/NAME}: the manifest, the topology, and a folder per box with configuration and log. Everything here
 * needs root. One thread at a time.
 */
public final class Lab {

    /** How many steps {@link #up} tells of, without pods. */
    static final int STEPS = 7;

    /** For a lab without nodes; each node adds to it, as its Java has to start. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration PATIENCE_PER_NODE = Duration.ofSeconds(3);

    private final Fabric fabric;
    private final BoxDaemons daemons;
    private final Survey survey;
    private final PodSurvey pods;

    private Lab(Topology topology) {
        this.fabric = FabricPlan.of(topology);
        this.daemons = new BoxDaemons(fabric, Manifest.folderOf(topology.name()));
        this.survey = new Survey(fabric, daemons);
        this.pods = new PodSurvey(fabric, daemons);
    }

    /**
     * Makes a lab and waits until all sessions are up and all routes are in the kernels. After a failure what was made stays, to
     * be looked at; {@link #down} removes it.
     *
     * @throws LabException when the machine cannot do it, a lab of this name is there, or something is not up in time; the
     *     message says what, and where to look
     */
    public static Lab up(Topology topology, PrintStream out) {
        Machine.requireRoot("lab up");
        Lab lab = new Lab(topology);
        Progress progress = new Progress(out, topology.hasPods() ? STEPS + 1 : STEPS);
        progress.step("look at this machine", () -> requireMachine(topology));
        try (Manifest manifest = Manifest.open(topology.name())) {
            lab.make(manifest, progress);
        }
        return lab;
    }

    /**
     * The lab of this name, made before.
     *
     * @throws LabException when there is none, or it is not complete enough to say what it was to be
     */
    public static Lab existing(String name) {
        if (!Manifest.exists(name)) {
            throw new LabException("there is no lab '%s'; start one with 'espalier lab up'".formatted(name));
        }
        try {
            return new Lab(TopologyFile.parse(topologyFile(name).toString(), Files.readString(topologyFile(name))));
        } catch (IOException incomplete) {
            throw new LabException(
                    "the lab '%s' was left half-made; remove it with 'espalier lab down %s'".formatted(name, name),
                    incomplete);
        }
    }

    /** The names of the labs on this machine, also half-made ones. */
    public static List<String> names() {
        return Manifest.labs();
    }

    /**
     * Removes a lab, also one that was left half-made: processes, namespaces with all in them, files. Content when there is none.
     *
     * @return whether there was one
     * @throws LabException when something resists; what was removed until then is gone, and a further try takes up there
     */
    public static boolean down(String name) {
        if (!Manifest.exists(name)) {
            return false;
        }
        try (Manifest manifest = Manifest.open(name)) {
            List<Namespace> namespaces = manifest.namespaces();
            // First whoever may still be making things, then those who live in them.
            Processes.end(manifest.runs().stream()
                    .filter(run -> !run.equals(Command.RUN))
                    .flatMap(run -> Processes.markedBy(run).stream())
                    .toList());
            Collection<ProcessHandle> residents = Processes.inside(namespaces);
            Processes.end(residents);
            List<Long> pids = residents.stream().map(ProcessHandle::pid).toList();
            Frr.removeTraces(namespaces, pids);
            Namespace.deleteAll(namespaces);
            manifest.delete();
        }
        return true;
    }

    /** The topology it was made of. */
    public Topology topology() {
        return fabric.topology();
    }

    /** How each box does, spines first. */
    public List<BoxStatus> status() {
        return survey.boxes();
    }

    /**
     * The namespace of a box, or of a pod such as {@code node-1/pod-2}.
     *
     * @throws LabException when there is no box of this name; the message names those there are
     */
    public Namespace namespace(String box) {
        return fabric.box(box)
                .map(fabric::namespace)
                .or(() -> fabric.pods().stream()
                        .filter(pod -> pod.name().equals(box))
                        .findFirst()
                        .map(fabric::namespace))
                .orElseThrow(() -> new LabException("the lab '%s' has no box '%s'; it has %s"
                        .formatted(
                                topology().name(),
                                box,
                                String.join(
                                        ", ",
                                        fabric.boxes().stream().map(Box::name).toList()))));
    }

    /**
     * Sends packets from the first node's pods to those of the last node, which is in another rack where there are two.
     *
     * @throws LabException when packets are lost, or go another way than the kernels' routes say
     */
    public Proof prove() {
        List<Box> nodes = fabric.boxes(Box.Role.NODE);
        return Proof.between(fabric, nodes.getFirst(), nodes.getLast());
    }

    /**
     * Sends packets between pods of one node, of one rack and of different racks, and from a pod to the outside: one pair of each kind that
     * there is.
     *
     * @return nothing without pods
     * @throws LabException when something does not arrive; the message says between whom, and where packets stop
     */
    public List<PodProof> provePods() {
        return PodPairs.of(fabric).stream().map(this::prove).toList();
    }

    private PodProof prove(PodPairs.Pair pair) {
        Box node = fabric.box(pair.from().node()).orElseThrow();
        Endpoint from = endpoint(pair.from());
        return PodProof.between(
                fabric,
                pair.kind(),
                from,
                pair.to().map(this::endpoint).orElseGet(this::world),
                pair.to().isPresent() ? from.address() : node.addresses().getFirst());
    }

    private Endpoint world() {
        Box world = fabric.box(Topology.WORLD).orElseThrow();
        return new Endpoint(
                world.name(), fabric.namespace(world), world.addresses().getFirst());
    }

    private Endpoint endpoint(Pod pod) {
        Endpoint endpoint = pods.joined(fabric.box(pod.node()).orElseThrow()).get(pod);
        if (endpoint == null) {
            throw new LabException(pod + " has no address; 'espalier lab status' says more");
        }
        return endpoint;
    }

    /** The pods that have an address, by node. */
    List<Endpoint> pods() {
        return fabric.boxes(Box.Role.NODE).stream()
                .filter(_ -> topology().hasPods())
                .flatMap(node -> pods.joined(node).values().stream())
                .toList();
    }

    private static void requireMachine(Topology topology) {
        Machine.requireTools(topology);
        if (Manifest.exists(topology.name())) {
            throw new LabException("a lab '%s' is already there; remove it with 'espalier lab down %s'"
                    .formatted(topology.name(), topology.name()));
        }
    }

    private void make(Manifest manifest, Progress progress) {
        FabricBuilder builder = new FabricBuilder(fabric, daemons);
        manifest.recordRun();
        progress.step(fabric.boxes().size() + " network namespaces", () -> {
            write(topologyFile(topology().name()), TopologyFile.text(topology()));
            builder.namespaces(manifest);
        });
        progress.step(fabric.wires().size() + " cables and their addresses", () -> {
            builder.cables();
            builder.addresses();
        });
        progress.step("FRR on " + names(fabric.boxes().stream().filter(daemons::runsFrr)), builder::frr);
        progress.step("Espalier on " + names(fabric.boxes().stream().filter(daemons::runsEspalier)), builder::espalier);
        progress.step("BGP sessions", this::awaitSessions);
        if (topology().hasPods()) {
            PodBuilder pods = new PodBuilder(fabric, daemons);
            progress.step(fabric.pods().size() + " pods, by the CNI plugin", () -> {
                pods.namespaces(manifest);
                pods.join();
            });
        }
        progress.step("routes in every kernel", this::awaitRoutes);
    }

    private void awaitSessions() {
        if (!Pause.until(patience(), () -> survey.withoutSessions().isEmpty())) {
            throw notInTime();
        }
    }

    private void awaitRoutes() {
        if (!Pause.until(patience(), () -> survey.boxes().stream().allMatch(BoxStatus::isUp))) {
            throw notInTime();
        }
    }

    private Duration patience() {
        return PATIENCE.plus(
                PATIENCE_PER_NODE.multipliedBy(fabric.boxes(Box.Role.NODE).size()));
    }

    private LabException notInTime() {
        List<String> complaints = new ArrayList<>();
        survey.boxes().forEach(box -> box.complaint().ifPresent(complaints::add));
        return new LabException("not up after %d s: %s"
                .formatted(
                        patience().toSeconds(),
                        complaints.isEmpty() ? "just too late" : String.join("; ", complaints)));
    }

    private static String names(Stream<Box> boxes) {
        List<String> names = boxes.map(Box::name).toList();
        return names.isEmpty() ? "no box" : String.join(", ", names);
    }

    private static Path topologyFile(String lab) {
        return Manifest.folderOf(lab).resolve("topology.yaml");
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new LabException("cannot write " + file + ": " + failure.getMessage(), failure);
        }
    }
}
