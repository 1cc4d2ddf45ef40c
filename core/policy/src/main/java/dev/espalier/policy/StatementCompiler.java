package dev.espalier.policy;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.policy.CompiledStatement.Change;
import dev.espalier.policy.CompiledStatement.Check;
import dev.espalier.policy.CompiledStatement.Test;
import dev.espalier.policy.PolicyError.Subject;
import dev.espalier.policy.SetLibrary.Ready;
import dev.espalier.policy.SetLibrary.Shelf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Compiles one statement: looks its names up, and makes tests and changes of its conditions and actions. */
final class StatementCompiler {

    /** Holds for no route: stands in for a condition that has been reported. */
    private static final Test NEVER = _ -> false;

    private final String policy;
    private final int index;
    private final SetLibrary library;
    private final Map<String, CompiledPolicy> callable;
    private final Set<DefinedSet> usedSets;
    private final Consumer<PolicyError> errors;

    /**
     * For one statement.
     *
     * @param callable the policies that the statement may call, by name; a call to another has been reported
     * @param usedSets takes the sets that the statement names
     */
    StatementCompiler(
            String policy,
            int index,
            SetLibrary library,
            Map<String, CompiledPolicy> callable,
            Set<DefinedSet> usedSets,
            Consumer<PolicyError> errors) {
        this.policy = policy;
        this.index = index;
        this.library = library;
        this.callable = callable;
        this.usedSets = usedSets;
        this.errors = errors;
    }

    CompiledStatement compile(Statement statement) {
        List<Check> checks = new ArrayList<>();
        List<Check> calls = new ArrayList<>();
        for (Condition condition : statement.conditions()) {
            List<Check> target = condition instanceof Condition.CallPolicy ? calls : checks;
            target.add(new Check(condition, test(condition)));
        }
        checks.addAll(calls); // last; see Condition.CallPolicy
        List<Change> changes = new ArrayList<>();
        for (Action action : statement.actions()) {
            changes.add(change(action));
        }
        return new CompiledStatement(policy, statement, checks, changes);
    }

    private Test test(Condition condition) {
        return switch (condition) {
            case Condition.MatchPrefixSet match ->
                single(match, library.prefixSets, (set, e) -> {
                    PolicyRoute route = e.route();
                    return set.matches(route.family, route.high, route.low, route.length);
                });
            case Condition.MatchNeighborSet match ->
                single(match, library.neighborSets, (set, e) -> {
                    IpAddress neighbor = e.route().neighbor;
                    return neighbor != null && set.matches(neighbor);
                });
            case Condition.MatchCommunitySet match ->
                communities(match, library.communitySets, Evaluation::communities);
            case Condition.MatchExtCommunitySet match ->
                communities(match, library.extCommunitySets, Evaluation::extCommunities);
            case Condition.MatchLargeCommunitySet match ->
                communities(match, library.largeCommunitySets, Evaluation::largeCommunities);
            case Condition.MatchAsPathSet match ->
                several(match, library.asPathSets, (set, e) -> anyMatches(set, e.asPathText()), (set, e) -> set.stream()
                        .allMatch(pattern -> pattern.matches(e.asPathText())));
            case Condition.AsPathLength length -> asPathLength(length);
            case Condition.MedEq med ->
                e -> e.attributes().hasMed() && e.attributes().med() == (int) med.value();
            case Condition.LocalPrefEq localPref ->
                e -> e.attributes().hasLocalPref() && e.attributes().localPref() == (int) localPref.value();
            case Condition.OriginEq origin -> e -> e.attributes().origin() == origin.origin();
            case Condition.RouteTypeEq type -> e -> RouteType.of(e.route().source) == type.routeType();
            case Condition.NextHopIn nextHopIn -> {
                PrefixMatcher blocks = PrefixMatcher.within(nextHopIn.prefixes());
                yield e -> {
                    IpAddress nextHop = e.attributes().nextHop();
                    return nextHop != null && blocks.matches(nextHop);
                };
            }
            case Condition.AfiSafiIn family -> {
                boolean ipv4 = family.families().contains(AddressFamily.IPV4);
                boolean ipv6 = family.families().contains(AddressFamily.IPV6);
                yield e -> e.route().family == AddressFamily.IPV4 ? ipv4 : ipv6;
            }
            case Condition.InstallProtocolEq protocol -> e -> e.route().source == protocol.source();
            case Condition.CallPolicy call -> {
                CompiledPolicy called = callable.get(call.policy());
                yield called == null ? NEVER : e -> called.evaluate(e) == PolicyResult.ACCEPT;
            }
        };
    }

    private static boolean anyMatches(List<TextPattern> patterns, String text) {
        for (TextPattern pattern : patterns) {
            if (pattern.matches(text)) {
                return true;
            }
        }
        return false;
    }

    private static Test asPathLength(Condition.AsPathLength length) {
        long value = length.value();
        return switch (length.operator()) {
            case EQ -> e -> e.attributes().asPathLength() == value;
            case GE -> e -> e.attributes().asPathLength() >= value;
            case LE -> e -> e.attributes().asPathLength() <= value;
        };
    }

    /** How a matcher is asked about a route. */
    private interface Question<M> {
        boolean ask(M matcher, Evaluation evaluation);
    }

    /** Compares one thing that every route has once. */
    private <M> Test single(Condition.MatchSet match, Shelf<M> shelf, Question<M> any) {
        Ready<M> set = find(match, shelf);
        if (set == null) {
            return NEVER;
        }
        M matcher = set.matcher();
        return switch (match.matchSetOptions()) {
            case ANY -> e -> any.ask(matcher, e);
            case INVERT -> e -> !any.ask(matcher, e);
            case ALL -> {
                report(match, "'all' cannot be asked here, since a route has one only; write 'any' or 'invert'");
                yield NEVER;
            }
        };
    }

    /** Compares things that a route may have several of. */
    private <M> Test several(Condition.MatchSet match, Shelf<M> shelf, Question<M> any, Question<M> all) {
        if (match.matchSetOptions() != MatchSetOptions.ALL) {
            return single(match, shelf, any);
        }
        Ready<M> set = find(match, shelf);
        if (set == null) {
            return NEVER;
        }
        if (set.isEmpty()) {
            report(match, "'" + match.set() + "' is empty, so that 'all' would match every route");
            return NEVER;
        }
        M matcher = set.matcher();
        return e -> all.ask(matcher, e);
    }

    private <T extends Comparable<T>> Test communities(
            Condition.MatchSet match, Shelf<CommunityMatcher<T>> shelf, Function<Evaluation, List<T>> attached) {
        return several(
                match,
                shelf,
                (set, e) -> set.matchesAny(attached.apply(e)),
                (set, e) -> set.matchesAll(attached.apply(e)));
    }

    private <M> @org.jspecify.annotations.Nullable Ready<M> find(Condition.MatchSet match, Shelf<M> shelf) {
        Ready<M> set = shelf.find(match.set());
        if (set == null) {
            report(match, shelf.unknown(match.set()));
        } else {
            usedSets.add(set.definition());
        }
        return set;
    }

    private Change change(Action action) {
        ActionCompiler compiler = new ActionCompiler(
                library,
                usedSets,
                message -> errors.accept(new PolicyError(
                        Subject.POLICY, policy, "statements[" + index + "].actions." + action.field(), message)));
        return compiler.compile(action);
    }

    private void report(Condition condition, String message) {
        errors.accept(new PolicyError(
                Subject.POLICY, policy, "statements[" + index + "].conditions." + condition.field(), message));
    }
}
