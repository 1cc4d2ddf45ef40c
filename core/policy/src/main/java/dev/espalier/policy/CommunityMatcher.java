package dev.espalier.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares communities of one sort with the members of a set. Immutable; any thread.
 *
 * @param <T> the sort of community
 */
final class CommunityMatcher<T extends Comparable<T>> {

    private final CommunitySyntax<T> syntax;
    private final Set<T> values;
    private final List<TextPattern> patterns;

    /** Members that are values are compared as values; the others as text. */
    CommunityMatcher(CommunitySyntax<T> syntax, Set<T> values, List<TextPattern> patterns) {
        this.syntax = syntax;
        this.values = Set.copyOf(values);
        this.patterns = List.copyOf(patterns);
    }

    /** A matcher for some values. */
    static <T extends Comparable<T>> CommunityMatcher<T> ofValues(CommunitySyntax<T> syntax, List<T> values) {
        return new CommunityMatcher<>(syntax, Set.copyOf(new TreeSet<>(values)), List.of());
    }

    /** Whether there is no member. */
    boolean isEmpty() {
        return values.isEmpty() && patterns.isEmpty();
    }

    /** Whether there are members that are patterns. */
    boolean hasPatterns() {
        return !patterns.isEmpty();
    }

    /** The members that are values. */
    Set<T> values() {
        return values;
    }

    /** Whether one community matches some member. */
    boolean matches(T community) {
        if (values.contains(community)) {
            return true;
        }
        if (patterns.isEmpty()) {
            return false;
        }
        String text = syntax.text().apply(community);
        for (TextPattern pattern : patterns) {
            if (pattern.matches(text)) {
                return true;
            }
        }
        return false;
    }

    /** Whether some community matches some member. */
    boolean matchesAny(List<T> communities) {
        for (T community : communities) {
            if (matches(community)) {
                return true;
            }
        }
        return false;
    }

    /** Whether every member is matched by some community. */
    boolean matchesAll(List<T> communities) {
        if (!communities.containsAll(values)) {
            return false;
        }
        List<String> texts = patterns.isEmpty()
                ? List.of()
                : communities.stream().map(syntax.text()).toList();
        return patterns.stream().allMatch(pattern -> texts.stream().anyMatch(pattern::matches));
    }

    /** The communities that match no member; the very same list when none does. */
    List<T> without(List<T> communities) {
        if (!matchesAny(communities)) {
            return communities;
        }
        List<T> kept = new ArrayList<>(communities);
        kept.removeIf(this::matches);
        return kept;
    }
}
