package dev.espalier.objects.plan;

import dev.espalier.objects.ConfigObject;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.ObjectSet;
import dev.espalier.objects.decode.Context;
import dev.espalier.objects.decode.Findings;
import dev.espalier.objects.document.Value;
import dev.espalier.objects.kind.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Understands the specs of all objects, as far as they are for this node, and checks those of the others. */
final class Specs {

    private final ObjectSet objects;
    private final NodeFacts facts;
    private final Findings findings;

    Specs(ObjectSet objects, NodeFacts facts, Findings findings) {
        this.objects = objects;
        this.facts = facts;
        this.findings = findings;
    }

    /** All objects of a kind, in the order of the store; those whose spec is not even a mapping are left out. */
    <S> List<Decoded<S>> ofKind(Kind<S> kind) {
        List<Decoded<S>> decoded = new ArrayList<>();
        for (ConfigObject object : objects.ofKind(kind.name())) {
            Value spec = object.root().get("spec");
            if (spec == null || spec instanceof Value.Scalar scalar && scalar.isNothing()) {
                continue; // the reader has reported it
            }
            Context context = new Context(findings, object.reference(), "spec");
            boolean selected = !kind.perNode() || facts.matches(selector(spec));
            Value expanded = kind.perNode() ? new Templates(facts, selected).expand(spec, context) : spec;
            S made = kind.decoder().apply(object.name()).decode(expanded, context);
            if (made != null) {
                decoded.add(new Decoded<>(object, made, selected, findings));
            }
        }
        return decoded;
    }

    /** The node selector as it is written: it is needed before the spec can be understood. */
    private static Map<String, String> selector(Value spec) {
        Map<String, String> labels = new HashMap<>();
        if (spec instanceof Value.Mapping mapping && mapping.get("nodeSelector") instanceof Value.Mapping selector) {
            selector.entries().forEach((name, entry) -> {
                if (entry.value() instanceof Value.Scalar scalar) {
                    labels.put(name, scalar.text());
                }
            });
        }
        return labels;
    }
}
