package dev.espalier.policy;

import dev.espalier.policy.PolicyError.Subject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns definitions into policies that judge. Pure; any thread. Errors are values: all of them are found in one go, and while
 * there is one, nothing is compiled.
 */
public final class PolicyCompiler {

    private final Map<String, PolicyDefinition> definitions = new LinkedHashMap<>();
    private final Map<String, CompiledPolicy> compiled = new HashMap<>();
    /** The policies being compiled, each calling the next. */
    private final LinkedHashSet<String> calling = new LinkedHashSet<>();

    private final List<PolicyError> errors = new ArrayList<>();
    private final SetLibrary library;

    /** What became of a compilation: all of it, or nothing. */
    public sealed interface Compilation {}

    /**
     * Every policy.
     *
     * @param policies by name, in the order of the definitions
     */
    public record Compiled(Map<String, Policy> policies) implements Compilation {
        /** Keeps an immutable copy that has the same order. */
        public Compiled {
            policies = Collections.unmodifiableMap(new LinkedHashMap<>(policies));
        }
    }

    /**
     * Nothing was compiled.
     *
     * @param errors every error found, at least one: those in sets first, then those in policies
     */
    public record Refused(List<PolicyError> errors) implements Compilation {
        /** Keeps a copy of the list. */
        public Refused {
            errors = List.copyOf(errors);
        }
    }

    /**
     * Compiles all policies with the sets they name.
     *
     * @param policies their names must be unique
     * @param sets of all sorts; names must be unique within a sort, and a set that nobody names does no harm
     */
    public static Compilation compile(Collection<PolicyDefinition> policies, Collection<? extends DefinedSet> sets) {
        return new PolicyCompiler(sets).compileAll(policies);
    }

    private PolicyCompiler(Collection<? extends DefinedSet> sets) {
        library = new SetLibrary(sets, errors::add);
    }

    private Compilation compileAll(Collection<PolicyDefinition> policies) {
        for (PolicyDefinition policy : policies) {
            if (definitions.putIfAbsent(policy.name(), policy) != null) {
                errors.add(
                        new PolicyError(Subject.POLICY, policy.name(), "name", "there is another policy of this name"));
            }
        }
        Map<String, Policy> result = new LinkedHashMap<>();
        for (PolicyDefinition definition : definitions.values()) {
            result.put(definition.name(), compile(definition));
        }
        return errors.isEmpty() ? new Compiled(result) : new Refused(errors);
    }

    /** Compiles a policy, after those it calls; each once. */
    private CompiledPolicy compile(PolicyDefinition definition) {
        CompiledPolicy known = compiled.get(definition.name());
        if (known != null) {
            return known;
        }
        calling.add(definition.name());
        Map<String, CompiledPolicy> called = compileCalled(definition);
        calling.remove(definition.name());
        CompiledPolicy policy = link(definition, called);
        compiled.put(definition.name(), policy);
        return policy;
    }

    private Map<String, CompiledPolicy> compileCalled(PolicyDefinition definition) {
        Map<String, CompiledPolicy> called = new LinkedHashMap<>();
        for (int i = 0; i < definition.statements().size(); i++) {
            for (Condition condition : definition.statements().get(i).conditions()) {
                if (!(condition instanceof Condition.CallPolicy call)) {
                    continue;
                }
                String path = "statements[" + i + "].conditions." + call.field();
                PolicyDefinition target = definitions.get(call.policy());
                if (target == null) {
                    String message = NearestName.unknown("policy", call.policy(), definitions.keySet());
                    errors.add(new PolicyError(Subject.POLICY, definition.name(), path, message));
                } else if (calling.contains(call.policy())) {
                    errors.add(new PolicyError(Subject.POLICY, definition.name(), path, circle(call.policy())));
                } else {
                    called.put(call.policy(), compile(target));
                }
            }
        }
        return called;
    }

    /** A sentence about the way from a policy back to itself. */
    private String circle(String policy) {
        List<String> way = new ArrayList<>(calling);
        List<String> around = way.subList(way.indexOf(policy), way.size());
        return "policies call each other in a circle: " + String.join(" -> ", around) + " -> " + policy;
    }

    private CompiledPolicy link(PolicyDefinition definition, Map<String, CompiledPolicy> called) {
        Set<DefinedSet> usedSets = new LinkedHashSet<>();
        Set<String> names = new HashSet<>();
        List<CompiledStatement> statements = new ArrayList<>();
        for (int i = 0; i < definition.statements().size(); i++) {
            Statement statement = definition.statements().get(i);
            if (!names.add(statement.name())) {
                String path = "statements[" + i + "].name";
                String message = "there is another statement '" + statement.name() + "' in this policy";
                errors.add(new PolicyError(Subject.POLICY, definition.name(), path, message));
            }
            StatementCompiler compiler =
                    new StatementCompiler(definition.name(), i, library, called, usedSets, errors::add);
            statements.add(compiler.compile(statement));
        }
        return new CompiledPolicy(definition, statements, List.copyOf(usedSets), List.copyOf(called.values()));
    }
}
