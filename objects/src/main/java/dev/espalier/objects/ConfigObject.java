package dev.espalier.objects;

import dev.espalier.objects.document.Place;
import dev.espalier.objects.document.Value;
import java.util.Map;

/**
 * One object as its store holds it. What its spec means is seen when it is compiled, for that may depend on the node.
 *
 * @param kind a kind that Espalier knows
 * @param name unique among the objects of its kind
 * @param labels for selectors
 * @param annotations for people, and for other programs
 * @param root the whole object, for its spec and for places
 */
public record ConfigObject(
        String kind, String name, Map<String, String> labels, Map<String, String> annotations, Value.Mapping root) {

    /** Keeps copies of the maps. */
    public ConfigObject {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    /** How errors call it: {@code BgpPeer/tor-1}. */
    public String reference() {
        return kind + "/" + name;
    }

    /** The place of a field, such as {@code spec.importPolicy[0]}, or of what is there around it. */
    public Place placeOf(String path) {
        return root.placeOf(path);
    }
}
