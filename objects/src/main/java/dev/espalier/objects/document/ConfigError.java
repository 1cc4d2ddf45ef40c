package dev.espalier.objects.document;

/**
 * Something wrong in the configuration: where, in what, and what to do about it. Never holds a secret.
 *
 * @param place where in the text
 * @param object the object, such as {@code BgpPeer/tor-1}; empty when there is none, as in a file that is not YAML
 * @param field the path of the field within the object, such as {@code spec.timers.holdTime}; empty when the whole is meant
 * @param message what is wrong
 * @param hint what to try; empty when the message says it all
 */
public record ConfigError(Place place, String object, String field, String message, String hint)
        implements Comparable<ConfigError> {

    /** An error about a whole file. */
    public static ConfigError ofFile(String file, String message, String hint) {
        return new ConfigError(Place.ofFile(file), "", "", message, hint);
    }

    /** The order in which people read: by file, line and column. */
    @Override
    public int compareTo(ConfigError other) {
        int byPlace = place.compareTo(other.place);
        int byField = byPlace != 0 ? byPlace : field.compareTo(other.field);
        return byField != 0 ? byField : message.compareTo(other.message);
    }

    /** {@code file:line:column: kind/name: field: message; hint}, without the parts that are empty. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(place).append(": ");
        if (!object.isEmpty()) {
            text.append(object).append(": ");
        }
        if (!field.isEmpty()) {
            text.append(field).append(": ");
        }
        text.append(message);
        return hint.isEmpty() ? text.toString() : text.append("; ").append(hint).toString();
    }
}
