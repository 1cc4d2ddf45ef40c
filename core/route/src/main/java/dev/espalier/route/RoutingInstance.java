package dev.espalier.route;

/**
 * A routing instance: a routing table of its own, with the peers, policies and routes that belong to it (a VRF). Every table,
 * session and route belongs to exactly one.
 *
 * @param name what people call it; {@code default} unless they named it
 * @param kernelTable the kernel's table number, 1 to 4294967295 as unsigned 32 bits; 254 is the kernel's main table
 */
public record RoutingInstance(String name, int kernelTable) {

    /** The instance of those who never asked for one: the kernel's main table. */
    public static final RoutingInstance DEFAULT = new RoutingInstance("default", 254);

    /** @throws IllegalArgumentException when the name is empty or the table is 0 (unspecified) or 255 (local) */
    public RoutingInstance {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a routing instance needs a name");
        }
        if (kernelTable == 0 || kernelTable == 255) {
            throw new IllegalArgumentException("routing instance '" + name + "' cannot use kernel table " + kernelTable
                    + ": the kernel keeps it for itself");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
