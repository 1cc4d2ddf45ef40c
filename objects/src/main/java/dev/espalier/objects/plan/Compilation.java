package dev.espalier.objects.plan;

import dev.espalier.objects.document.ConfigError;
import java.util.List;

/** What became of a compilation: a plan, or errors; never some of both. */
public sealed interface Compilation {

    /**
     * Everything is in order.
     *
     * @param plan what to run
     * @param warnings what people should know, by place
     */
    record Compiled(Plan plan, List<ConfigError> warnings) implements Compilation {
        /** Keeps a copy of the list. */
        public Compiled {
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
