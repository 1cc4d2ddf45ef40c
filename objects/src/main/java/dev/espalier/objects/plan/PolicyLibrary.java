package dev.espalier.objects.plan;

import dev.espalier.objects.kind.Kind;
import dev.espalier.policy.DefaultAction;
import dev.espalier.policy.DefinedSet;
import dev.espalier.policy.NearestName;
import dev.espalier.policy.Policies;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyCompiler;
import dev.espalier.policy.PolicyDefinition;
import dev.espalier.policy.PolicyError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All policies of a set of objects, compiled, and the two that are built in: {@code accept-all} and {@code reject-all}. */
final class PolicyLibrary {

    private final Map<String, Policy> policies = new LinkedHashMap<>();
    private final TreeSet<String> names = new TreeSet<>();
    private final boolean complete;

    /**
     * Compiles all policies.
     *
     * @param complete whether all objects are there, so that a name can be said to be unknown
     */
    PolicyLibrary(Specs specs, boolean complete) {
        this.complete = complete;
        addBuiltIn(Policies.acceptAll());
        addBuiltIn(Policies.rejectAll());
        List<Decoded<PolicyDefinition>> definitions = specs.ofKind(Kind.ROUTE_POLICY);
        for (Decoded<PolicyDefinition> definition : definitions) {
            if (!names.add(definition.name())) {
                definition.error("metadata.name", "'" + definition.name() + "' is built in", "choose another name");
            }
        }
        Map<String, Decoded<?>> byReference = new LinkedHashMap<>();
        definitions.forEach(definition -> byReference.put(definition.object().reference(), definition));
        List<DefinedSet> sets = new ArrayList<>();
        for (Kind<DefinedSet> kind : Kind.SETS) {
            for (Decoded<DefinedSet> set : specs.ofKind(kind)) {
                byReference.put(set.object().reference(), set);
                sets.add(set.spec());
            }
        }
        compile(definitions, sets, byReference);
    }

    private void addBuiltIn(Policy policy) {
        policies.put(policy.name(), policy);
        names.add(policy.name());
    }

    private void compile(
            List<Decoded<PolicyDefinition>> definitions, List<DefinedSet> sets, Map<String, Decoded<?>> byReference) {
        switch (PolicyCompiler.compile(definitions.stream().map(Decoded::spec).toList(), sets)) {
            case PolicyCompiler.Compiled compiled -> compiled.policies().forEach(policies::putIfAbsent);
            case PolicyCompiler.Refused refused -> {
                if (complete) {
                    refused.errors().forEach(error -> report(error, byReference));
                }
            }
        }
    }

    private static void report(PolicyError error, Map<String, Decoded<?>> byReference) {
        Decoded<?> object = byReference.get(kind(error.subject()) + "/" + error.name());
        if (object == null) {
            throw new IllegalStateException("a policy error about an object that is not there: " + error);
        }
        object.error("spec." + error.path(), error.message(), "");
    }

    private static String kind(PolicyError.Subject subject) {
        return switch (subject) {
            case POLICY -> Kind.ROUTE_POLICY.name();
            case PREFIX_SET -> Kind.PREFIX_SET.name();
            case NEIGHBOR_SET -> Kind.NEIGHBOR_SET.name();
            case COMMUNITY_SET -> Kind.COMMUNITY_SET.name();
            case EXT_COMMUNITY_SET -> Kind.EXT_COMMUNITY_SET.name();
            case LARGE_COMMUNITY_SET -> Kind.LARGE_COMMUNITY_SET.name();
            case AS_PATH_SET -> Kind.AS_PATH_SET.name();
        };
    }

    /** Every policy by its name. */
    Map<String, Policy> all() {
        return policies;
    }

    /**
     * The policy that an object names in a field: one, or a chain of several. What no policy of a chain decides is rejected.
     *
     * @param chain the names, or null when there is no policy
     * @param field where they stand, such as {@code spec.importPolicy}
     */
    @Nullable
    Policy find(@Nullable List<String> chain, Decoded<?> user, String field) {
        if (chain == null) {
            return null;
        }
        List<Policy> found = new ArrayList<>();
        for (int i = 0; i < chain.size(); i++) {
            String name = chain.get(i);
            if (!names.contains(name) && complete) {
                user.error(
                        field + "[" + i + "]",
                        "there is no RoutePolicy '" + name + "'",
                        NearestName.hint(name, names, 8));
            }
            // with any error there will be no plan, so it does not matter what stands in here
            found.add(policies.getOrDefault(name, Policies.rejectAll()));
        }
        return found.size() == 1
                ? found.getFirst()
                : Policies.chain(String.join(", ", chain), found, DefaultAction.REJECT);
    }
}
