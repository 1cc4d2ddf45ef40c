package dev.espalier.lab;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a topology file says: the boxes of a small data centre, how they speak, and the pods on its nodes. {@link Fabric} makes
 * addresses, AS numbers and configurations of it. Immutable.
 *
 * @param name the lab's name; part of every namespace's name
 * @param mode who speaks BGP with whom
 * @param nodeDaemon what runs on the nodes
 * @param spines the spines' names
 * @param racks the racks, each with its ToR and its nodes
 * @param reflectors the nodes that reflect; empty except in mode {@link Mode#REFLECTORS}
 * @param pods the pods on nodes that run Espalier
 */
public record Topology(
        String name,
        Mode mode,
        NodeDaemon nodeDaemon,
        List<String> spines,
        List<Rack> racks,
        List<String> reflectors,
        Pods pods) {

    /** The longest name of a box or a lab; two of them make the name of a namespace. */
    static final int LONGEST_NAME = 24;

    private static final int MOST_SPINES = 16;
    private static final int MOST_RACKS = 100;
    private static final int MOST_NODES = 100;

    /** The name of the box that stands for all that is outside. */
    static final String WORLD = "world";

    /** Who speaks BGP with whom. */
    public enum Mode {
        /** Each node has an AS of its own and speaks eBGP with its ToR over a link of their own. */
        EBGP("ebgp"),
        /** One AS and one segment per rack; nodes speak iBGP with their ToR, which reflects. */
        IBGP_TOR("ibgp-tor"),
        /** One AS for nodes and ToRs; some nodes reflect for all others and towards the ToRs. */
        REFLECTORS("reflectors"),
        /** All nodes on one segment, each speaking iBGP with each other; ToRs and the spine only switch. */
        MESH("mesh");

        private final String word;

        Mode(String word) {
            this.word = word;
        }

        /** As written in a topology file. */
        public String word() {
            return word;
        }
    }

    /** What runs on the nodes. */
    public enum NodeDaemon {
        /** {@code espalier run}, of the same build as this lab. */
        ESPALIER,
        /** FRR, to compare. */
        FRR;

        /** As written in a topology file. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A rack.
     *
     * @param tor the name of its top-of-rack switch
     * @param nodes the names of its nodes
     */
    public record Rack(String tor, List<String> nodes) {

        /** Copies the list. */
        public Rack {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * The pods of each node that runs Espalier; FRR makes none.
     *
     * @param perNode how many, 0 to {@link #MOST}
     * @param encapsulation how packets between pods of different nodes travel
     * @param encapsulationMode when they travel so; without encapsulation it means nothing
     */
    public record Pods(int perNode, Encapsulation encapsulation, EncapsulationMode encapsulationMode) {

        /** As many as a block of 256 addresses has beside the node's own. */
        static final int MOST = 250;

        /** What a topology file without a word about pods means. */
        public static final Pods USUAL = new Pods(2, Encapsulation.NONE, EncapsulationMode.ALWAYS);

        /** No pods. */
        public static final Pods NONE = new Pods(0, Encapsulation.NONE, EncapsulationMode.ALWAYS);

        /** @throws IllegalArgumentException with a sentence for people when there are too many, or less than none */
        public Pods {
            if (perNode < 0 || perNode > MOST) {
                throw new IllegalArgumentException(
                        "there can be 0 to %d pods on a node, not %d".formatted(MOST, perNode));
            }
        }
    }

    /** How packets between pods of different nodes travel; {@code IpPool.encapsulation}. */
    public enum Encapsulation {
        /** As they are. */
        NONE,
        /** In IPv4 (RFC 2003). */
        IPIP,
        /** In UDP (RFC 7348). */
        VXLAN;

        /** As written in a topology file. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** When packets are encapsulated; {@code IpPool.encapsulationMode}. */
    public enum EncapsulationMode {
        /** On every way to another node. */
        ALWAYS("always"),
        /** Only to nodes of other subnets. */
        CROSS_SUBNET("crossSubnet");

        private final String word;

        EncapsulationMode(String word) {
            this.word = word;
        }

        /** As written in a topology file. */
        public String word() {
            return word;
        }
    }

    /** @throws IllegalArgumentException with a sentence for people when the parts do not fit together */
    public Topology {
        spines = List.copyOf(spines);
        racks = List.copyOf(racks);
        reflectors = List.copyOf(reflectors);
        checkName("the name", name);
        List<String> boxes = Stream.concat(
                        spines.stream(),
                        racks.stream().flatMap(rack -> Stream.concat(Stream.of(rack.tor), rack.nodes.stream())))
                .toList();
        boxes.forEach(box -> checkName("the box", box));
        if (boxes.contains(WORLD)) {
            throw new IllegalArgumentException("no box can be called '" + WORLD + "': that is what is outside");
        }
        boxes.stream()
                .filter(box -> boxes.indexOf(box) != boxes.lastIndexOf(box))
                .findFirst()
                .ifPresent(box -> {
                    throw new IllegalArgumentException("two boxes are called '" + box + "'");
                });
        checkCount("spines", spines.size(), MOST_SPINES);
        checkCount("racks", racks.size(), MOST_RACKS);
        List<String> nodes = racks.stream().flatMap(rack -> rack.nodes.stream()).toList();
        checkCount("nodes", nodes.size(), MOST_NODES);
        if (mode == Mode.MESH && spines.size() != 1) {
            throw new IllegalArgumentException(
                    "mode mesh is one switched segment and takes exactly one spine; more would make a loop");
        }
        if ((mode == Mode.REFLECTORS) == reflectors.isEmpty()) {
            throw new IllegalArgumentException(
                    "'reflectors' names nodes in mode reflectors, and nothing in any other mode");
        }
        reflectors.stream()
                .filter(reflector -> !nodes.contains(reflector))
                .findFirst()
                .ifPresent(reflector -> {
                    throw new IllegalArgumentException("the reflector '" + reflector + "' is not one of the nodes");
                });
    }

    /** The same under another name, so that it can be up beside another of its kind. */
    public Topology withName(String otherName) {
        return new Topology(otherName, mode, nodeDaemon, spines, racks, reflectors, pods);
    }

    /** The same with another daemon on the nodes. */
    public Topology withNodeDaemon(NodeDaemon daemon) {
        return new Topology(name, mode, daemon, spines, racks, reflectors, pods);
    }

    /** The same with other pods. */
    public Topology withPods(Pods others) {
        return new Topology(name, mode, nodeDaemon, spines, racks, reflectors, others);
    }

    /** Whether packets between pods travel in tunnels from node to node. */
    boolean hasTunnels() {
        return hasPods() && pods.encapsulation != Encapsulation.NONE;
    }

    /** Whether there are pods, and hence an outside for them to reach. */
    public boolean hasPods() {
        return nodeDaemon == NodeDaemon.ESPALIER && pods.perNode > 0;
    }

    private static void checkName(String what, String name) {
        if (!name.matches("[a-z][a-z0-9-]*") || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "%s '%s' must be made of lower-case letters, digits and dashes, begin with a letter and have at most %d characters"
                            .formatted(what, name, LONGEST_NAME));
        }
    }

    private static void checkCount(String what, int count, int most) {
        if (count < 1 || count > most) {
            throw new IllegalArgumentException("there must be 1 to %d %s, not %d".formatted(most, what, count));
        }
    }
}
