package dev.espalier.objects.kind;

import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.policy.Action;
import dev.espalier.policy.Condition;
import dev.espalier.policy.DefaultAction;
import dev.espalier.policy.PolicyDefinition;
import dev.espalier.policy.PolicyResult;
import dev.espalier.policy.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a policy definition of a RoutePolicy. Names of sets and of other policies are looked up when policies are compiled. */
final class PolicyDecoder {

    private static final Decoder<DefaultAction> DEFAULT_ACTION = Decoders.choice(Map.of(
            "accept", DefaultAction.ACCEPT,
            "reject", DefaultAction.REJECT,
            "nextPolicy", DefaultAction.NEXT_POLICY));

    private static final Decoder<PolicyResult> RESULT = Decoders.choice(
            Map.of("accept", PolicyResult.ACCEPT, "reject", PolicyResult.REJECT, "next", PolicyResult.NEXT));

    /** A statement before it has a name. */
    private record Draft(@Nullable String name, List<Condition> conditions, Outcome outcome) {}

    private record Outcome(List<Action> actions, PolicyResult result) {
        static final Outcome NONE = new Outcome(List.of(), PolicyResult.NEXT);
    }

    private PolicyDecoder() {}

    /** The decoder for a policy of this name. */
    static Decoder<PolicyDefinition> of(String policy) {
        return Decoders.object(fields -> new PolicyDefinition(
                policy,
                named(fields.optional(
                        "statements", Decoders.listOf(Decoders.object(PolicyDecoder::statement)), List.of())),
                fields.optional("defaultAction", DEFAULT_ACTION, DefaultAction.NEXT_POLICY)));
    }

    /** A statement without a name is called by its number. */
    private static List<Statement> named(List<Draft> drafts) {
        List<Statement> statements = new ArrayList<>();
        for (Draft draft : drafts) {
            String name = draft.name == null ? String.valueOf(statements.size() + 1) : draft.name;
            statements.add(new Statement(name, draft.conditions, draft.outcome.actions, draft.outcome.result));
        }
        return statements;
    }

    private static Draft statement(Fields fields) {
        return new Draft(
                fields.optional("name", Decoders.TEXT),
                fields.optional("conditions", Decoders.object(ConditionDecoder::decode), List.of()),
                fields.optional("actions", Decoders.object(PolicyDecoder::outcome), Outcome.NONE));
    }

    private static Outcome outcome(Fields fields) {
        return new Outcome(ActionDecoder.decode(fields), fields.optional("policyResult", RESULT, PolicyResult.NEXT));
    }
}
