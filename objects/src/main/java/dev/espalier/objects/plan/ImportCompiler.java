package dev.espalier.objects.plan;

import dev.espalier.bgp.ImportFrom;
import dev.espalier.objects.kind.ImportFromSpec;
import dev.espalier.objects.kind.RouterSpec;
import dev.espalier.policy.NearestName;
import dev.espalier.policy.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What a Router imports from other routing instances of its node. */
final class ImportCompiler {

    private final PolicyLibrary policies;
    private final boolean complete;
    private final Set<String> everywhere = new TreeSet<>();
    private final Set<String> here = new TreeSet<>();

    /** @param complete whether all objects are there, so that a name can be said to be unknown */
    ImportCompiler(List<Decoded<RouterSpec>> routers, PolicyLibrary policies, boolean complete) {
        this.policies = policies;
        this.complete = complete;
        for (Decoded<RouterSpec> router : routers) {
            String instance = router.spec().instance().name();
            everywhere.add(instance);
            if (router.selected()) {
                here.add(instance);
            }
        }
    }

    /**
     * Compiles, in the order of the configuration, which says who goes first; reports an instance that no Router serves, and the
     * Router's own. One that is for other nodes only is left out, so that one Router can serve nodes with and without it.
     */
    List<ImportFrom> compile(Decoded<RouterSpec> router) {
        List<ImportFrom> compiled = new ArrayList<>();
        List<ImportFromSpec> specs = router.spec().importFrom();
        for (int i = 0; i < specs.size(); i++) {
            ImportFromSpec one = specs.get(i);
            String field = "spec.importFrom[" + i + "]";
            check(router, one.instance(), field + ".instance");
            Policy policy = Objects.requireNonNull(policies.find(one.policy(), router, field + ".policy"));
            if (here.contains(one.instance())) {
                compiled.add(new ImportFrom(one.instance(), policy));
            }
        }
        return compiled;
    }

    private void check(Decoded<RouterSpec> router, String instance, String field) {
        if (instance.equals(router.spec().instance().name())) {
            router.error(field, "'" + instance + "' is the Router's own instance", "name another one");
        } else if (complete && !everywhere.contains(instance)) {
            router.error(
                    field,
                    "no Router serves a routing instance '" + instance + "'",
                    NearestName.hint(instance, everywhere, 8));
        }
    }
}
