package dev.espalier.policy;

import java.util.List;

/** Policies that need no definition, and policies made of others. */
public final class Policies {

    private static final Policy ACCEPT_ALL = builtIn("accept-all", DefaultAction.ACCEPT);
    private static final Policy REJECT_ALL = builtIn("reject-all", DefaultAction.REJECT);

    private Policies() {}

    /** Accepts every route as it is; called {@code accept-all}. */
    public static Policy acceptAll() {
        return ACCEPT_ALL;
    }

    /** Rejects every route; called {@code reject-all}. */
    public static Policy rejectAll() {
        return REJECT_ALL;
    }

    /**
     * Policies one after the other (OpenConfig {@code apply-policy}): the first that decides has decided. A policy whose default
     * action is {@link DefaultAction#NEXT_POLICY} hands the route on, changes included.
     *
     * @param name how verdicts call the chain when its default action decides
     * @param policies in order, each from {@link PolicyCompiler} or this class; may be empty
     * @param defaultAction what becomes of a route on which none of them decides
     * @throws IllegalArgumentException for a policy made elsewhere
     */
    public static Policy chain(String name, List<Policy> policies, DefaultAction defaultAction) {
        return new PolicyChain(name, policies, defaultAction);
    }

    private static Policy builtIn(String name, DefaultAction action) {
        return new CompiledPolicy(new PolicyDefinition(name, List.of(), action), List.of(), List.of(), List.of());
    }
}
