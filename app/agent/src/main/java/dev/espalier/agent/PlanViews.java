package dev.espalier.agent;

import dev.espalier.agent.api.PlanView;
import dev.espalier.objects.document.ConfigError;
import dev.espalier.objects.plan.Compilation;
import dev.espalier.objects.plan.Plan;
import dev.espalier.objects.plan.PlanChange;
import dev.espalier.objects.plan.PlanDiff;
import java.util.List;
import java.util.Locale;

/** Turns compilations and differences into what the API shows. Pure. */
final class PlanViews {

    private PlanViews() {}

    /** What a compilation changes of what runs, or what is wrong with it. */
    static PlanView of(Compilation compilation, Plan running) {
        return switch (compilation) {
            case Compilation.Compiled(Plan plan, var policies, List<ConfigError> warnings) ->
                new PlanView(
                        true,
                        List.of(),
                        warnings.stream().map(PlanViews::problem).toList(),
                        PlanDiff.between(running, plan).stream()
                                .map(PlanViews::change)
                                .toList());
            case Compilation.Refused(List<ConfigError> errors) ->
                new PlanView(false, errors.stream().map(PlanViews::problem).toList(), List.of(), List.of());
        };
    }

    private static PlanView.Problem problem(ConfigError error) {
        String message = error.hint().isEmpty() ? error.message() : error.message() + "; " + error.hint();
        return new PlanView.Problem(
                error.place().file(),
                error.place().line(),
                error.place().column(),
                error.object(),
                error.field(),
                message,
                error.toString());
    }

    private static PlanView.Change change(PlanChange change) {
        return new PlanView.Change(
                change.subject() + " " + change.name(),
                change.field(),
                change.before() == null ? "" : change.before(),
                change.after() == null ? "" : change.after(),
                change.effect().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                change.toString());
    }
}
