package dev.espalier.objects;

import dev.espalier.objects.decode.Context;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.objects.decode.Findings;
import dev.espalier.objects.document.Value;
import dev.espalier.objects.document.YamlReader.Document;
import dev.espalier.objects.document.YamlReader.Documents;
import dev.espalier.objects.kind.Kind;
import dev.espalier.policy.NearestName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tells the objects of some documents apart: their kinds, names and labels. */
final class ObjectReader {

    private static final String API_VERSION = "espalier.dev/v1alpha1";

    private static final Decoder<String> API = (value, context) -> {
        String text = Decoders.TEXT.decode(value, context);
        if (text != null && !text.equals(API_VERSION)) {
            context.error(value.place(), "'" + text + "' is not known", "write " + API_VERSION);
            return null;
        }
        return text;
    };

    private static final Decoder<String> KIND = (value, context) -> {
        String text = Decoders.TEXT.decode(value, context);
        if (text != null && !Kind.NAMES.contains(text)) {
            context.error(value.place(), "'" + text + "' is not a known kind", NearestName.hint(text, Kind.NAMES, 20));
            return null;
        }
        return text;
    };

    /** A name that Kubernetes accepts too, so that the same document works there. */
    private static final Decoder<String> NAME = (value, context) -> {
        String text = Decoders.TEXT.decode(value, context);
        if (text != null && (text.length() > 253 || !text.matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?"))) {
            context.error(
                    value.place(),
                    "'" + text + "' is not a name",
                    "use at most 253 lower-case letters, digits, '-' and '.', a letter or digit first and last");
            return null;
        }
        return text;
    };

    /** The spec is left for later. */
    private static final Decoder<Value> ANYTHING = (value, context) -> value;

    private record Metadata(String name, Map<String, String> labels, Map<String, String> annotations) {
        private static Metadata decode(Fields fields) {
            return new Metadata(
                    fields.required("name", NAME, ""),
                    fields.optional("labels", Decoders.TEXT_BY_NAME, Map.of()),
                    fields.optional("annotations", Decoders.TEXT_BY_NAME, Map.of()));
        }
    }

    private final Findings findings = new Findings();
    private final Map<String, ConfigObject> objects = new LinkedHashMap<>();
    private boolean complete = true;

    void read(Documents text) {
        int number = 1;
        for (Document document : text.documents()) {
            add(document, "document " + number);
            number++;
        }
        text.errors().forEach(findings::error);
        complete &= text.errors().isEmpty();
    }

    ObjectSet objects() {
        return new ObjectSet(List.copyOf(objects.values()), findings.errors(), complete);
    }

    private void add(Document document, String called) {
        if (!(document.root() instanceof Value.Mapping root)) {
            document.errors().forEach(findings::error);
            new Context(findings, called, "")
                    .error(
                            document.root().place(),
                            "an object must be a mapping, not "
                                    + document.root().words(),
                            "");
            complete = false;
            return;
        }
        Context context = new Context(findings, nameOf(root, called), "");
        document.errors().forEach(error -> context.error(error.place(), error.message(), error.hint()));
        ConfigObject object = Decoders.object(fields -> header(fields, root)).decode(root, context);
        if (object == null || object.kind().isEmpty() || object.name().isEmpty()) {
            complete = false;
            return;
        }
        ConfigObject earlier = objects.putIfAbsent(object.reference(), object);
        if (earlier != null) {
            context.field("metadata")
                    .field("name")
                    .error(
                            object.placeOf("metadata.name"),
                            "there is already a " + object.kind() + " of this name at "
                                    + earlier.placeOf("metadata.name"),
                            "rename or remove one of the two");
        }
    }

    private static ConfigObject header(Fields fields, Value.Mapping root) {
        fields.required("apiVersion", API, "");
        String kind = fields.required("kind", KIND, "");
        Metadata metadata =
                fields.required("metadata", Decoders.object(Metadata::decode), new Metadata("", Map.of(), Map.of()));
        fields.required("spec", ANYTHING, root);
        return new ConfigObject(kind, metadata.name, metadata.labels, metadata.annotations, root);
    }

    /** What to call an object while its header is being read: as much of {@code Kind/name} as it says. */
    private static String nameOf(Value.Mapping root, String otherwise) {
        if (!(root.get("kind") instanceof Value.Scalar kind) || !Kind.NAMES.contains(kind.text())) {
            return otherwise;
        }
        return root.get("metadata") instanceof Value.Mapping metadata
                        && metadata.get("name") instanceof Value.Scalar name
                ? kind.text() + "/" + name.text()
                : kind.text() + " in " + otherwise;
    }
}
