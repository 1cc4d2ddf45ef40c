package dev.espalier.policy;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.policy.Action.SetCommunityOption;
import dev.espalier.policy.CompiledStatement.Change;
import dev.espalier.policy.SetLibrary.Ready;
import dev.espalier.policy.SetLibrary.Shelf;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/** Compiles one action. A change that changes nothing gives back the very same attributes. */
final class ActionCompiler {

    /** Stands in for an action that has been reported. */
    private static final Change NOTHING = Evaluation::attributes;

    private final SetLibrary library;
    private final Set<DefinedSet> usedSets;
    private final Consumer<String> errors;

    /**
     * For one action.
     *
     * @param usedSets takes the sets that the action names
     * @param errors takes sentences about what is wrong with the action
     */
    ActionCompiler(SetLibrary library, Set<DefinedSet> usedSets, Consumer<String> errors) {
        this.library = library;
        this.usedSets = usedSets;
        this.errors = errors;
    }

    Change compile(Action action) {
        return switch (action) {
            case Action.SetLocalPref set -> {
                int value = (int) set.value();
                yield e -> {
                    PathAttributes old = e.attributes();
                    return old.hasLocalPref() && old.localPref() == value
                            ? old
                            : old.toBuilder().localPref(value).build();
                };
            }
            case Action.SetMed set -> e -> withMed(e.attributes(), set);
            case Action.SetOrigin set ->
                e -> e.attributes().origin() == set.origin()
                        ? e.attributes()
                        : e.attributes().toBuilder().origin(set.origin()).build();
            case Action.SetNextHop set -> e -> withNextHop(e, set.address());
            case Action.SetAsPathPrepend set ->
                e -> {
                    Asn asn = set.asn() == null ? e.route().localAs : set.asn();
                    PathAttributes old = e.attributes();
                    return old.toBuilder()
                            .asPath(old.asPath().prepend(asn, set.repeatN()))
                            .build();
                };
            case Action.SetCommunity set ->
                communities(
                        set,
                        CommunitySyntax.COMMUNITY,
                        library.communitySets,
                        Evaluation::communities,
                        PathAttributes.Builder::communities);
            case Action.SetExtCommunity set ->
                communities(
                        set,
                        CommunitySyntax.EXT_COMMUNITY,
                        library.extCommunitySets,
                        Evaluation::extCommunities,
                        PathAttributes.Builder::extendedCommunities);
            case Action.SetLargeCommunity set ->
                communities(
                        set,
                        CommunitySyntax.LARGE_COMMUNITY,
                        library.largeCommunitySets,
                        Evaluation::largeCommunities,
                        PathAttributes.Builder::largeCommunities);
            case Action.SetLinkBandwidth set -> e -> withLinkBandwidth(e, set);
        };
    }

    private static PathAttributes withLinkBandwidth(Evaluation evaluation, Action.SetLinkBandwidth set) {
        List<ExtendedCommunity> before = evaluation.extCommunities();
        List<ExtendedCommunity> after = new ArrayList<>(before);
        after.removeIf(ExtendedCommunity::isLinkBandwidth);
        after.add(ExtendedCommunity.linkBandwidth(set.transitive(), evaluation.route().localAs, set.bytesPerSecond()));
        after.sort(null);
        return after.equals(before)
                ? evaluation.attributes()
                : evaluation.attributes().toBuilder().extendedCommunities(after).build();
    }

    private static PathAttributes withMed(PathAttributes old, Action.SetMed set) {
        long present = Integer.toUnsignedLong(old.med());
        long changed =
                switch (set.change()) {
                    case SET -> set.value();
                    case ADD -> Math.min(present + set.value(), Ranges.MAX_UNSIGNED_32);
                    case SUBTRACT -> Math.max(present - set.value(), 0);
                };
        return old.hasMed() && changed == present
                ? old
                : old.toBuilder().med((int) changed).build();
    }

    private static PathAttributes withNextHop(
            Evaluation evaluation, @org.jspecify.annotations.Nullable IpAddress address) {
        PathAttributes old = evaluation.attributes();
        boolean untellable = address != null
                && address.family() == AddressFamily.IPV4
                && evaluation.route().family == AddressFamily.IPV6;
        return untellable ? old : old.withNextHop(address, null);
    }

    private <T extends Comparable<T>> Change communities(
            Action.SetCommunities<T> set,
            CommunitySyntax<T> syntax,
            Shelf<CommunityMatcher<T>> shelf,
            Function<Evaluation, List<T>> attached,
            BiFunction<PathAttributes.Builder, List<T>, PathAttributes.Builder> attach) {
        List<CommunityMatcher<T>> named = named(set, shelf);
        boolean nothingNamed = set.inline().isEmpty() && set.sets().isEmpty();
        if (nothingNamed && set.option() != SetCommunityOption.REPLACE) {
            errors.accept("names neither communities nor sets; only 'replace' may, to remove them all");
            return NOTHING;
        }
        Function<List<T>, List<T>> edit =
                switch (set.option()) {
                    case ADD -> adding(values(set, named));
                    case REMOVE -> removing(CommunityMatcher.ofValues(syntax, set.inline()), named);
                    case REPLACE -> replacing(values(set, named));
                };
        return e -> {
            List<T> before = attached.apply(e);
            List<T> after = edit.apply(before);
            return after.equals(before)
                    ? e.attributes()
                    : attach.apply(e.attributes().toBuilder(), after).build();
        };
    }

    private <T extends Comparable<T>> List<CommunityMatcher<T>> named(
            Action.SetCommunities<T> set, Shelf<CommunityMatcher<T>> shelf) {
        List<CommunityMatcher<T>> named = new ArrayList<>();
        for (String name : set.sets()) {
            Ready<CommunityMatcher<T>> ready = shelf.find(name);
            if (ready == null) {
                errors.accept(shelf.unknown(name));
                continue;
            }
            usedSets.add(ready.definition());
            if (ready.matcher().hasPatterns() && set.option() != SetCommunityOption.REMOVE) {
                errors.accept(
                        "'" + name + "' has patterns among its members, and a pattern can be removed but not added");
            }
            named.add(ready.matcher());
        }
        return named;
    }

    private static <T extends Comparable<T>> List<T> values(
            Action.SetCommunities<T> set, List<CommunityMatcher<T>> named) {
        Set<T> values = new TreeSet<>(set.inline());
        named.forEach(matcher -> values.addAll(matcher.values()));
        return List.copyOf(values);
    }

    private static <T> Function<List<T>, List<T>> adding(List<T> values) {
        return before -> {
            if (before.containsAll(values)) {
                return before;
            }
            List<T> after = new ArrayList<>(before);
            after.addAll(values); // the builder sorts, and keeps each once
            return after;
        };
    }

    private static <T extends Comparable<T>> Function<List<T>, List<T>> removing(
            CommunityMatcher<T> inline, List<CommunityMatcher<T>> named) {
        return before -> {
            List<T> after = inline.without(before);
            for (CommunityMatcher<T> matcher : named) {
                after = matcher.without(after);
            }
            return after;
        };
    }

    private static <T> Function<List<T>, List<T>> replacing(List<T> values) {
        return _ -> values;
    }
}
