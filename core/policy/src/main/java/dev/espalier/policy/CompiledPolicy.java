package dev.espalier.policy;

import java.util.List;

/** A policy made from a definition. Equal to another when definition, sets and called policies are. */
final class CompiledPolicy extends EvaluatedPolicy {

    private final PolicyDefinition definition;
    private final CompiledStatement[] statements;
    private final List<DefinedSet> sets;
    private final List<CompiledPolicy> called;
    private final boolean dependsOnNeighbor;

    /**
     * From compiled parts.
     *
     * @param sets every set that the statements name, in the order of the first mention
     * @param called every policy that the statements call, in the order of the first mention
     */
    CompiledPolicy(
            PolicyDefinition definition,
            List<CompiledStatement> statements,
            List<DefinedSet> sets,
            List<CompiledPolicy> called) {
        this.definition = definition;
        this.statements = statements.toArray(CompiledStatement[]::new);
        this.sets = List.copyOf(sets);
        this.called = List.copyOf(called);
        this.dependsOnNeighbor = definition.statements().stream()
                        .flatMap(statement -> statement.conditions().stream())
                        .anyMatch(Condition.MatchNeighborSet.class::isInstance)
                || called.stream().anyMatch(CompiledPolicy::dependsOnNeighbor);
    }

    @Override
    public String name() {
        return definition.name();
    }

    @Override
    public boolean dependsOnNeighbor() {
        return dependsOnNeighbor;
    }

    @Override
    PolicyResult evaluate(Evaluation evaluation) {
        for (CompiledStatement statement : statements) {
            PolicyResult result = statement.evaluate(evaluation);
            if (result != PolicyResult.NEXT) {
                return result;
            }
        }
        return applyDefault(definition.defaultAction(), definition.name(), evaluation);
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || other instanceof CompiledPolicy policy
                        && definition.equals(policy.definition)
                        && sets.equals(policy.sets)
                        && called.equals(policy.called);
    }

    /** Of the definition alone: policies that differ in a set only are rare. */
    @Override
    public int hashCode() {
        return definition.hashCode();
    }

    @Override
    public String toString() {
        return "policy '" + definition.name() + "'";
    }
}
