/**
 * Routing policy: which routes pass, and how they are changed on the way. Shaped like OpenConfig's routing-policy model, with its names.
 *
 * <p><b>Owns</b> the definitions ({@link dev.espalier.policy.PolicyDefinition} and the {@link dev.espalier.policy.DefinedSet}s it
 * names), their compilation ({@link dev.espalier.policy.PolicyCompiler}) and the judging of one route
 * ({@link dev.espalier.policy.Policy#judge}). Names are looked up, sets indexed and patterns turned into automata once, when a
 * policy is compiled; a route then costs a few table look-ups. {@link dev.espalier.policy.Policy#explain} runs the same code and
 * keeps a line for every statement.
 *
 * <p><b>How a route is judged.</b> Statements are met in order. Where all conditions of one hold, its actions are done, and its
 * result decides: accept, reject, or go on with the next statement, which sees the changed attributes. After the last statement
 * comes the policy's default action, which may leave the route to the next policy of a chain
 * ({@link dev.espalier.policy.Policies#chain}). What nobody accepts is rejected.
 *
 * <p><b>Called by</b> {@code objects}, which decodes definitions and turns errors into places in files, and by the protocols,
 * which judge routes at import and export. <b>Must never</b> read a clock, keep a route, or change anything but the attributes
 * it returns: two judgements of one route by one policy are the same.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.policy {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.route;

    exports dev.espalier.policy;
}
