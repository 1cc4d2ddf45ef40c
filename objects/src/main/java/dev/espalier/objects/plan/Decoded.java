package dev.espalier.objects.plan;

import dev.espalier.objects.ConfigObject;
import dev.espalier.objects.decode.Context;
import dev.espalier.objects.decode.Findings;

/**
 * An object whose spec is understood.
 *
 * @param object the object
 * @param spec its spec; holds stand-ins when an error was found in it
 * @param selected whether it is for this node
 * @param findings where further errors go
 */
record Decoded<S>(ConfigObject object, S spec, boolean selected, Findings findings) {

    String name() {
        return object.name();
    }

    /** Whether an error was found in it. */
    boolean isBroken() {
        return findings.hasErrorIn(object.reference());
    }

    /** Reports an error at a field, such as {@code spec.importPolicy[0]}. */
    void error(String path, String message, String hint) {
        context(path).error(object.placeOf(path), message, hint);
    }

    /** Reports a warning at a field. */
    void warning(String path, String message, String hint) {
        context(path).warning(object.placeOf(path), message, hint);
    }

    private Context context(String path) {
        return new Context(findings, object.reference(), path);
    }
}
