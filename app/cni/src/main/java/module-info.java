/**
 * {@code espalier-cni}: the program that a container runtime starts for each pod that comes or goes (CNI).
 *
 * <p><b>Owns</b> nothing but a call's way to the daemon and back: the environment and standard input go over its Unix socket as they
 * came, and what it answers goes to standard output. When nobody answers, it says so in the runtime's own terms, so that the runtime
 * tries again.
 *
 * <p><b>Called by</b> container runtimes, as {@code espalier cni install} has set it up: with a Java runtime of its own, linked from
 * {@code java.base} and this module, because the JVM's start is nearly all that a call costs.
 *
 * <p><b>Must never</b> need a library, or a part of the JDK that makes code at run time (lambdas, regular expressions, streams,
 * {@code String.format}); nor know what a configuration means, which is the daemon's business.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.cni.shim {
    requires static transitive org.jspecify;

    exports dev.espalier.cni.shim;
}
