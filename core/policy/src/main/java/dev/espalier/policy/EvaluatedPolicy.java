package dev.espalier.policy;

/** A policy of this module: unlike others, it can leave a route undecided, for a chain or a caller to go on with. */
abstract sealed class EvaluatedPolicy implements Policy permits CompiledPolicy, PolicyChain {

    /**
     * Takes the route through this policy.
     *
     * @return {@code NEXT} when nobody here decides; the evaluation then holds the changes made on the way
     */
    abstract PolicyResult evaluate(Evaluation evaluation);

    @Override
    public final Verdict judge(PolicyRoute route) {
        Evaluation evaluation = new Evaluation(route, false);
        return evaluation.verdict(evaluate(evaluation));
    }

    @Override
    public final Explanation explain(PolicyRoute route) {
        Evaluation evaluation = new Evaluation(route, true);
        Verdict verdict = evaluation.verdict(evaluate(evaluation));
        return new Explanation(verdict, evaluation.traceLines());
    }

    /** Ends a policy or a chain in which no statement has decided. */
    static PolicyResult applyDefault(DefaultAction defaultAction, String name, Evaluation evaluation) {
        evaluation.decidedBy(name, null);
        if (evaluation.traced()) {
            evaluation.trace(new TraceLine(name, null, true, Wording.of(defaultAction)));
        }
        return switch (defaultAction) {
            case ACCEPT -> PolicyResult.ACCEPT;
            case REJECT -> PolicyResult.REJECT;
            case NEXT_POLICY -> PolicyResult.NEXT;
        };
    }
}
