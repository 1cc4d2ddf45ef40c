package dev.espalier.lab;

/**
 * A veth pair: two ends, each a link of its own namespace, both up from the start. Nothing of it is ever in the host's own
 * namespace.
 *
 * @param a one end
 * @param b the other end
 */
public record Cable(End a, End b) {

    /**
     * One end of a cable.
     *
     * @param namespace where it is
     * @param link its name there, at most 15 characters
     */
    public record End(Namespace namespace, String link) {}

    /** A cable between these links of these namespaces. */
    public static Cable between(Namespace a, String linkOfA, Namespace b, String linkOfB) {
        return new Cable(new End(a, linkOfA), new End(b, linkOfB));
    }

    /**
     * Lays the cable.
     *
     * @throws LabException when a link of that name is there or a namespace is not
     */
    public Cable create() {
        Command.of(
                        "ip",
                        "link",
                        "add",
                        "name",
                        a.link,
                        "netns",
                        a.namespace.name(),
                        "type",
                        "veth",
                        "peer",
                        "name",
                        b.link,
                        "netns",
                        b.namespace.name())
                .output();
        setUp(true);
        return this;
    }

    /** Takes both ends up or down, as when somebody pulls the plug. */
    public void setUp(boolean up) {
        a.namespace.ip("link set dev " + a.link + (up ? " up" : " down"));
        b.namespace.ip("link set dev " + b.link + (up ? " up" : " down"));
    }
}
