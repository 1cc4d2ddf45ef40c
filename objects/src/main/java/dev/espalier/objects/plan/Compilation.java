package dev.espalier.objects.plan;

import dev.espalier.objects.document.ConfigError;
import dev.espalier.policy.Policy;
import java.util.List;
import java.util.Map;

/** What became of a compilation: a plan, or errors; never some of both. */
public sealed interface Compilation {

    /**
     * Everything is in order.
     *
     * @param plan what to run
     * @param policies every policy by its name, used or not, and those that are built in
     * @param warnings what people should know, by place
     */
    record Compiled(Plan plan, Map<String, Policy> policies, List<ConfigError> warnings) implements Compilation {
        /** Keeps copies of the collections. */
        public Compiled {
            policies = Map.copyOf(policies);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Something is wrong, so nothing is to be run.
     *
     * @param errors at least one; all that were found, by place
     */
    record Refused(List<ConfigError> errors) implements Compilation {
        /** Keeps a copy of the list. */
        public Refused {
            errors = List.copyOf(errors);
        }
    }
}
