package dev.espalier.policy;

import java.util.List;

/**
 * A routing policy as people write it (OpenConfig {@code policy-definition}): statements in order, and what becomes of a route
 * on which no statement decides. Immutable.
 *
 * @param name how other policies, peers and people call it
 * @param statements in the order in which a route meets them
 * @param defaultAction what happens after the last statement
 */
public record PolicyDefinition(String name, List<Statement> statements, DefaultAction defaultAction) {
    /** Keeps a copy of the list. */
    public PolicyDefinition {
        statements = List.copyOf(statements);
    }
}
