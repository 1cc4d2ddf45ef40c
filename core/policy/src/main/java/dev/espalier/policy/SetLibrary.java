package dev.espalier.policy;

import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.LargeCommunity;
import dev.espalier.policy.PolicyError.Subject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All sets, made ready for matching, by sort and name. A set with a wrong member is here too, so that the policies that name it
 * are not reported as well.
 */
final class SetLibrary {

    /**
     * A set made ready.
     *
     * @param definition what it was made from
     * @param matcher what it became
     * @param isEmpty whether it has no member
     */
    record Ready<M>(DefinedSet definition, M matcher, boolean isEmpty) {}

    /** The sets of one sort. */
    static final class Shelf<M> {
        private final Subject subject;
        private final TreeMap<String, Ready<M>> sets = new TreeMap<>();

        Shelf(Subject subject) {
            this.subject = subject;
        }

        /** The set of this name, or null. */
        @Nullable
        Ready<M> find(String name) {
            return sets.get(name);
        }

        /** Why {@link #find} found nothing. */
        String unknown(String name) {
            return NearestName.unknown(subject.words(), name, sets.keySet());
        }

        private void put(DefinedSet definition, M matcher, int members) {
            sets.put(definition.name(), new Ready<>(definition, matcher, members == 0));
        }
    }

    final Shelf<PrefixMatcher> prefixSets = new Shelf<>(Subject.PREFIX_SET);
    final Shelf<PrefixMatcher> neighborSets = new Shelf<>(Subject.NEIGHBOR_SET);
    final Shelf<CommunityMatcher<Community>> communitySets = new Shelf<>(Subject.COMMUNITY_SET);
    final Shelf<CommunityMatcher<ExtendedCommunity>> extCommunitySets = new Shelf<>(Subject.EXT_COMMUNITY_SET);
    final Shelf<CommunityMatcher<LargeCommunity>> largeCommunitySets = new Shelf<>(Subject.LARGE_COMMUNITY_SET);
    final Shelf<List<TextPattern>> asPathSets = new Shelf<>(Subject.AS_PATH_SET);

    private final Consumer<PolicyError> errors;

    /** Makes the sets ready, and reports what is wrong with them. */
    SetLibrary(Collection<? extends DefinedSet> sets, Consumer<PolicyError> errors) {
        this.errors = errors;
        record Key(Subject subject, String name) {}
        Set<Key> seen = new HashSet<>();
        for (DefinedSet set : sets) {
            Subject subject = Subject.of(set);
            if (seen.add(new Key(subject, set.name()))) {
                add(set);
            } else {
                errors.accept(new PolicyError(
                        subject, set.name(), "name", "there is another " + subject.words() + " of this name"));
            }
        }
    }

    private void add(DefinedSet set) {
        switch (set) {
            case DefinedSet.PrefixSet prefixes ->
                prefixSets.put(
                        set,
                        new PrefixMatcher(prefixes.prefixes()),
                        prefixes.prefixes().size());
            case DefinedSet.NeighborSet neighbors ->
                neighborSets.put(
                        set,
                        PrefixMatcher.within(neighbors.addresses()),
                        neighbors.addresses().size());
            case DefinedSet.CommunitySet communities ->
                addCommunities(set, communities.members(), CommunitySyntax.COMMUNITY, communitySets);
            case DefinedSet.ExtCommunitySet communities ->
                addCommunities(set, communities.members(), CommunitySyntax.EXT_COMMUNITY, extCommunitySets);
            case DefinedSet.LargeCommunitySet communities ->
                addCommunities(set, communities.members(), CommunitySyntax.LARGE_COMMUNITY, largeCommunitySets);
            case DefinedSet.AsPathSet paths -> addPaths(paths);
        }
    }

    private <T extends Comparable<T>> void addCommunities(
            DefinedSet set, List<String> members, CommunitySyntax<T> syntax, Shelf<CommunityMatcher<T>> shelf) {
        Set<T> values = new HashSet<>();
        List<TextPattern> patterns = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            String member = members.get(i);
            try {
                if (CommunitySyntax.isExpression(member)) {
                    patterns.add(TextPattern.compile(member, syntax.alphabet()));
                } else if (member.contains("*")) {
                    patterns.add(syntax.wildcard(member));
                } else {
                    values.add(syntax.parse().apply(member));
                }
            } catch (IllegalArgumentException wrong) {
                report(set, i, wrong);
            }
        }
        shelf.put(set, new CommunityMatcher<>(syntax, values, patterns), members.size());
    }

    private void addPaths(DefinedSet.AsPathSet set) {
        List<TextPattern> patterns = new ArrayList<>();
        for (int i = 0; i < set.members().size(); i++) {
            try {
                patterns.add(TextPattern.compile(set.members().get(i), TextPattern.Alphabet.AS_PATH));
            } catch (IllegalArgumentException wrong) {
                report(set, i, wrong);
            }
        }
        asPathSets.put(set, List.copyOf(patterns), set.members().size());
    }

    private void report(DefinedSet set, int member, IllegalArgumentException wrong) {
        errors.accept(new PolicyError(
                Subject.of(set), set.name(), "members[" + member + "]", String.valueOf(wrong.getMessage())));
    }
}
