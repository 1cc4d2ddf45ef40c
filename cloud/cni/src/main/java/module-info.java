/**
 * The Container Network Interface, versions 0.3.1 to 1.1.0, as a plugin sees it.
 *
 * <p><b>Owns</b> the reading of a call ({@link dev.espalier.cni.CniRequest}: environment and standard input), the writing of an answer
 * ({@link dev.espalier.cni.CniResult}, in the words of each version), and the errors with their numbers
 * ({@link dev.espalier.cni.CniException}).
 *
 * <p><b>Called by</b> the agent, which does what is asked. Everything here is pure: no file, no kernel, no clock.
 *
 * <p><b>Must never</b> take a configuration that it does not understand for one that it does: a field of the wrong kind is an
 * error with its name, and a version that is not known is refused before anything else is looked at.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.cni {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.net;
    requires transitive com.fasterxml.jackson.databind;

    exports dev.espalier.cni;
}
