package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.PrefixQueue;
import dev.espalier.bgp.table.Rib;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The aggregates of one family: which routes each sums up, and so whether it is up and with which attributes.
 *
 * <p>A route counts while it is the best of its prefix, is more specific than the aggregate, is no aggregate of ours itself, and
 * the aggregate's policy accepts it. A change of one route touches only the aggregates that contain it, and there only counts:
 * nothing is searched again. What was counted is remembered by prefix number (its attributes, and one bit for each aggregate).
 *
 * <p>One owner, the table's loop.
 */
final class Aggregates {

    private static final int NOTHING = -1;

    private final Rib rib;
    private final AttributeTable attributes;
    private final IntFunction<PathSource> sources;
    private final PathAttributes.Aggregator us;
    private final Outcome outcome;
    private final IntConsumer told;
    private final PrefixQueue queue = new PrefixQueue();
    private final PolicyRoute route = new PolicyRoute();

    private PrefixTable index;
    private List<Entry> entries = List.of();
    /** By prefix number: the attributes counted, plus one; 0 for none. An entry holds its prefix and its attributes. */
    private int[] counted = new int[64];

    /** Hears which aggregates are up. */
    @FunctionalInterface
    interface Outcome {
        /**
         * An aggregate came up, changed, or went down.
         *
         * @param attributes what is said of it; null when nothing more specific is left
         */
        void changed(IpPrefix prefix, @Nullable PathAttributes attributes);
    }

    private static final class Entry {
        private final IpPrefix prefix;
        private final SpeakerConfig.Origination origination;
        private final SpeakerConfig.Aggregate rules;
        private final Contributions contributions;
        private final BitSet routes = new BitSet();
        private boolean up;
        private boolean touched;

        Entry(IpPrefix prefix, SpeakerConfig.Origination origination, SpeakerConfig.Aggregate rules) {
            this.prefix = prefix;
            this.origination = origination;
            this.rules = rules;
            this.contributions = new Contributions(rules.inheritCommunities());
        }
    }

    /**
     * No aggregates.
     *
     * @param us who aggregates
     * @param outcome hears which are up
     * @param told hears of each prefix that is summarised, or no longer is
     */
    Aggregates(
            Rib rib,
            AttributeTable attributes,
            IntFunction<PathSource> sources,
            PathAttributes.Aggregator us,
            Outcome outcome,
            IntConsumer told) {
        this.rib = rib;
        this.attributes = attributes;
        this.sources = sources;
        this.us = us;
        this.outcome = outcome;
        this.told = told;
        this.index = new PrefixTable(rib.family().addresses());
    }

    /** Takes over which aggregates there are, of this family, and counts anew if that differs. */
    void configure(Map<IpPrefix, SpeakerConfig.Origination> originated) {
        List<Entry> wanted = new ArrayList<>();
        originated.forEach((prefix, origination) -> {
            if (origination.aggregate() != null && prefix.family() == index.family()) {
                wanted.add(new Entry(prefix, origination, origination.aggregate()));
            }
        });
        boolean same = wanted.size() == entries.size()
                && entries.stream().allMatch(entry -> entry.origination.equals(originated.get(entry.prefix)));
        if (same) {
            return;
        }
        entries.forEach(this::summaryChanged);
        forgetAll();
        index = new PrefixTable(index.family());
        Entry[] byNumber = new Entry[wanted.size()];
        wanted.forEach(entry -> byNumber[index.retain(entry.prefix)] = entry);
        entries = List.of(byNumber);
        rib.forEachBest(queue::add);
        entries.forEach(entry -> entry.touched = true);
    }

    private void forgetAll() {
        for (int id = 0; id < counted.length; id++) {
            if (counted[id] != 0) {
                attributes.release(counted[id] - 1);
                counted[id] = 0;
                rib.prefixes().release(id);
            }
        }
    }

    /** The best path of a prefix has changed. */
    void changed(int prefixId) {
        if (!entries.isEmpty()) {
            queue.add(prefixId);
        }
    }

    /**
     * Counts what has changed, and says which aggregates that concerns. To be called when best paths have been chosen.
     *
     * @return whether it concerned any
     */
    boolean settle() {
        boolean any = false;
        while (!queue.isEmpty()) {
            look(queue.poll());
        }
        for (Entry entry : entries) {
            if (entry.touched) {
                entry.touched = false;
                any = true;
                boolean up = entry.contributions.size() > 0;
                if (up != entry.up) {
                    entry.up = up;
                    summaryChanged(entry);
                }
                outcome.changed(
                        entry.prefix, up ? entry.contributions.attributes(entry.origination.attributes(), us) : null);
            }
        }
        return any;
    }

    private void summaryChanged(Entry entry) {
        if (entry.rules.summaryOnly()) {
            entry.routes.stream().forEach(told);
        }
    }

    private void look(int prefixId) {
        int path = rib.best(prefixId);
        if (path == Rib.NONE && rib.hasBest(prefixId)) {
            return; // is yet to be decided, which brings the prefix here again
        }
        int before = prefixId < counted.length ? counted[prefixId] - 1 : NOTHING;
        int now = path == Rib.NONE || isOurAggregate(prefixId, path) ? NOTHING : rib.accepted(path);
        if (before == NOTHING && now == NOTHING) {
            return;
        }
        if (now != NOTHING) {
            attributes.retain(now);
            fill(prefixId, path);
        }
        PrefixTable prefixes = rib.prefixes();
        index.longestMatch(prefixes.high(prefixId), prefixes.low(prefixId), prefixes.length(prefixId) - 1, number -> {
            count(entries.get(number), prefixId, before, now);
            return false; // all that contain it, not only the first
        });
        remember(prefixId, before, now);
    }

    private boolean isOurAggregate(int prefixId, int path) {
        return rib.source(path) == PathSource.SELF && index.find(rib.prefixes().prefix(prefixId)) != PrefixTable.NONE;
    }

    private void count(Entry entry, int prefixId, int before, int now) {
        boolean was = entry.routes.get(prefixId);
        boolean is = now != NOTHING && accepts(entry.rules.contributors(), now);
        if (was == is && (!is || before == now)) {
            return;
        }
        if (was) {
            entry.contributions.remove(attributes.get(before));
        }
        if (is) {
            entry.contributions.add(attributes.get(now));
        }
        entry.routes.set(prefixId, is);
        entry.touched = true;
    }

    private boolean accepts(@Nullable Policy contributors, int set) {
        if (contributors == null) {
            return true;
        }
        route.attributes = attributes.get(set);
        return contributors.judge(route).accepted();
    }

    private void fill(int prefixId, int path) {
        PathSource source = sources.apply(rib.source(path));
        route.family = rib.family().addresses();
        route.high = rib.prefixes().high(prefixId);
        route.low = rib.prefixes().low(prefixId);
        route.length = rib.prefixes().length(prefixId);
        route.source = InstallProtocol.of(source.kind());
        route.neighbor = source.address();
        route.neighborAs = source.asn();
        route.localAs = us.asn();
    }

    private void remember(int prefixId, int before, int now) {
        if (prefixId >= counted.length) {
            counted = Arrays.copyOf(counted, Math.max(prefixId + 1, counted.length + counted.length / 2));
        }
        counted[prefixId] = now + 1;
        if (before == NOTHING) {
            rib.prefixes().retain(prefixId);
        } else {
            attributes.release(before);
        }
        if (now == NOTHING) {
            rib.prefixes().release(prefixId);
        }
    }

    /** The longest aggregate that neighbours of a key are told in place of a prefix; null when there is none. */
    @Nullable
    IpPrefix summaryOf(ExportKey key, int prefixId) {
        if (entries.isEmpty()) {
            return null;
        }
        PrefixTable prefixes = rib.prefixes();
        int number = index.longestMatch(
                prefixes.high(prefixId), prefixes.low(prefixId), prefixes.length(prefixId) - 1, candidate -> {
                    Entry entry = entries.get(candidate);
                    return entry.up
                            && entry.rules.summaryOnly()
                            && entry.routes.get(prefixId)
                            && ExportRules.isForPeer(key, entry.origination);
                });
        return number == PrefixTable.NONE ? null : entries.get(number).prefix;
    }

    /**
     * Why an aggregate is not announced, with an example, as a sentence; null for a prefix that is none, and one that is up.
     * Looks at every more specific prefix.
     */
    @Nullable
    String whyDown(IpPrefix prefix) {
        int number = index.find(prefix);
        if (number == PrefixTable.NONE || entries.get(number).up) {
            return null;
        }
        Entry entry = entries.get(number);
        NoContributor[] why = {NoContributor.NOTHING_KNOWN};
        int[] example = {PrefixTable.NONE};
        rib.prefixes().forEachWithin(prefix, id -> {
            NoContributor one = doesNotCount(prefix, id);
            if (one.compareTo(why[0]) > 0) {
                why[0] = one;
                example[0] = id;
            }
        });
        return "our aggregate, of " + entry.origination.because() + ", is not announced: " + why[0]
                + (example[0] == PrefixTable.NONE ? "" : example(entry, example[0], why[0]));
    }

    private NoContributor doesNotCount(IpPrefix aggregate, int prefixId) {
        if (rib.first(prefixId) == Rib.NONE || rib.prefixes().length(prefixId) == aggregate.length()) {
            return NoContributor.NOTHING_KNOWN;
        }
        int best = rib.best(prefixId);
        if (best == Rib.NONE) {
            return NoContributor.NOTHING_CHOSEN;
        }
        return isOurAggregate(prefixId, best) ? NoContributor.ONLY_AGGREGATES : NoContributor.NOT_ACCEPTED;
    }

    private String example(Entry entry, int prefixId, NoContributor why) {
        String text = ", for example " + rib.prefixes().prefix(prefixId);
        Policy contributors = entry.rules.contributors();
        if (why != NoContributor.NOT_ACCEPTED || contributors == null) {
            return text;
        }
        int best = rib.best(prefixId);
        fill(prefixId, best);
        route.attributes = attributes.get(rib.accepted(best));
        return text + " (" + contributors.judge(route).because() + ")";
    }

    /** How many routes an aggregate sums up; 0 for a prefix that is none. */
    int sizeOf(IpPrefix prefix) {
        int number = index.find(prefix);
        return number == PrefixTable.NONE
                ? 0
                : entries.get(number).contributions.size();
    }
}
