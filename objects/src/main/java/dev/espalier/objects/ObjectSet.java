package dev.espalier.objects;

import dev.espalier.objects.document.ConfigError;
import dev.espalier.objects.document.YamlReader;
import dev.espalier.objects.document.YamlReader.Documents;
import java.util.List;

/**
 * The objects of one store. What was wrong with their text is kept beside them, so that compiling finds all errors in one go;
 * a set with errors has no plan. Immutable.
 *
 * @param objects those that could be told apart: each has a known kind and a name of its own
 * @param errors what was wrong so far
 * @param complete whether every object of the store is here; while that is not so, nobody can say that a name is unknown
 */
public record ObjectSet(List<ConfigObject> objects, List<ConfigError> errors, boolean complete) {

    /** No objects. */
    public static final ObjectSet EMPTY = new ObjectSet(List.of(), List.of(), true);

    /** Keeps copies of the lists. */
    public ObjectSet {
        objects = List.copyOf(objects);
        errors = List.copyOf(errors);
    }

    /** The objects in some texts: those of one store, in the order in which people would read them. */
    public static ObjectSet of(List<Documents> texts) {
        ObjectReader reader = new ObjectReader();
        texts.forEach(reader::read);
        return reader.objects();
    }

    /**
     * The objects in one YAML or JSON text.
     *
     * @param file what to call it in errors
     */
    public static ObjectSet parse(String file, String text) {
        return of(List.of(YamlReader.read(file, text)));
    }

    /** The objects of a kind, in the order of the store. */
    public List<ConfigObject> ofKind(String kind) {
        return objects.stream().filter(object -> object.kind().equals(kind)).toList();
    }

    /** A set that could not be read at all. */
    public static ObjectSet unreadable(List<ConfigError> errors) {
        return new ObjectSet(List.of(), errors, false);
    }
}
