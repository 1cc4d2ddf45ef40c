package dev.espalier.objects.kind;

import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which routes of another routing instance of the node are leaked into that of a Router.
 *
 * @param instance the name of the other instance
 * @param policy the RoutePolicies, in order, that let them pass; never empty
 */
public record ImportFromSpec(String instance, List<String> policy) {

    private static final Decoder<List<ImportFromSpec>> LIST = Decoders.someOf(Decoders.object(ImportFromSpec::decode));

    private static ImportFromSpec decode(Fields fields) {
        return new ImportFromSpec(
                fields.required("instance", Decoders.TEXT, ""), fields.required("policy", Words.NAMES, List.of()));
    }

    /** Decodes those of a Router; each instance may be named once, and not its own. */
    static List<ImportFromSpec> decodeAll(Fields router) {
        List<ImportFromSpec> all = router.optional("importFrom", LIST, List.of());
        Set<String> seen = new HashSet<>();
        for (ImportFromSpec one : all) {
            if (!seen.add(one.instance)) {
                router.error(
                        "importFrom",
                        "the instance '" + one.instance + "' is given twice",
                        "give it once, with the policies of both in 'policy'");
            }
        }
        return all;
    }
}
