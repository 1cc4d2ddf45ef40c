package dev.espalier.objects.decode;

import dev.espalier.objects.document.ConfigError;
import dev.espalier.objects.document.Place;

/**
 * Where a decoder is: in which object, at which field. Immutable, but for the findings it writes to.
 *
 * @param findings where errors go
 * @param object the object, such as {@code BgpPeer/tor-1}
 * @param path the field within it, such as {@code spec.timers}; empty at its root
 */
public record Context(Findings findings, String object, String path) {

    /** One field deeper. */
    public Context field(String name) {
        return new Context(findings, object, path.isEmpty() ? name : path + "." + name);
    }

    /** At one item of a list; the first is 0. */
    public Context item(int index) {
        return new Context(findings, object, path + "[" + index + "]");
    }

    /** Reports an error here. */
    public void error(Place place, String message, String hint) {
        findings.error(new ConfigError(place, object, path, message, hint));
    }

    /** Reports a warning here. */
    public void warning(Place place, String message, String hint) {
        findings.warning(new ConfigError(place, object, path, message, hint));
    }
}
