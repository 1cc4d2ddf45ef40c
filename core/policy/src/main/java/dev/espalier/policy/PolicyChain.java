package dev.espalier.policy;

import java.util.List;

/** Policies one after the other, until one decides. */
final class PolicyChain extends EvaluatedPolicy {

    private final String name;
    private final List<EvaluatedPolicy> policies;
    private final DefaultAction defaultAction;

    PolicyChain(String name, List<Policy> policies, DefaultAction defaultAction) {
        this.name = name;
        this.policies = policies.stream().map(PolicyChain::evaluated).toList();
        this.defaultAction = defaultAction;
    }

    private static EvaluatedPolicy evaluated(Policy policy) {
        if (policy instanceof EvaluatedPolicy evaluated) {
            return evaluated;
        }
        throw new IllegalArgumentException("policy '" + policy.name() + "' is not from PolicyCompiler or Policies");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean dependsOnNeighbor() {
        return policies.stream().anyMatch(Policy::dependsOnNeighbor);
    }

    @Override
    PolicyResult evaluate(Evaluation evaluation) {
        for (EvaluatedPolicy policy : policies) {
            PolicyResult result = policy.evaluate(evaluation);
            if (result != PolicyResult.NEXT) {
                return result;
            }
        }
        return applyDefault(defaultAction, name, evaluation);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PolicyChain chain
                && name.equals(chain.name)
                && defaultAction == chain.defaultAction
                && policies.equals(chain.policies);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + policies.hashCode();
    }

    @Override
    public String toString() {
        return "chain '" + name + "' of " + policies;
    }
}
