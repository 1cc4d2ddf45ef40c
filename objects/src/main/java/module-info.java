/**
 * The configuration: objects of the kinds that Espalier knows, and their compilation to the plan of one node.
 *
 * <p><b>Owns</b> the way from text to plan: {@link dev.espalier.objects.document} reads YAML (JSON is a part of it) into values
 * that know their line and column; {@code decode} and {@code kind} turn the values of one object into a record;
 * {@link dev.espalier.objects.ObjectSet} holds the objects of one store; {@link dev.espalier.objects.plan.Compiler} makes from
 * them, and from what the node knows of itself ({@link dev.espalier.objects.NodeFacts}), the
 * {@link dev.espalier.objects.plan.Plan}; {@link dev.espalier.objects.plan.PlanDiff} says what changes between two plans.
 *
 * <p><b>Called by</b> the stores, which bring text, and by the agent, which runs plans.
 *
 * <p><b>Errors are values</b> ({@link dev.espalier.objects.document.ConfigError}). All that is wrong with a set of objects is
 * found in one go, each error with its file, line, column, object and field. A set in which anything is wrong has no plan, so
 * nothing is half-applied.
 *
 * <p><b>Must never</b> open a file, ask the kernel, read a clock, or keep state: the same objects and facts give an equal plan.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.objects {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.bfd;
    requires transitive dev.espalier.bgp;
    requires org.snakeyaml.engine;

    exports dev.espalier.objects;
    exports dev.espalier.objects.document;
    exports dev.espalier.objects.plan;
}
