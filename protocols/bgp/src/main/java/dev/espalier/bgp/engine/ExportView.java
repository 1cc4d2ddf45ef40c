package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is told what of a prefix of one family, and why or why not: what was told comes from the Adj-RIB-Out, the reason from the
 * rules, asked anew. To be used on the table's loop.
 */
final class ExportView {

    private final LocRib locRib;
    private final UpdateGroups groups;
    private final Neighbors neighbors;
    private final Originations originations;
    private final AttributeTable attributes;
    private final ExportRules rules = new ExportRules();

    ExportView(
            LocRib locRib,
            UpdateGroups groups,
            Neighbors neighbors,
            Originations originations,
            AttributeTable attributes) {
        this.locRib = locRib;
        this.groups = groups;
        this.neighbors = neighbors;
        this.originations = originations;
        this.attributes = attributes;
    }

    /** What each neighbour with a session of the family is told of a prefix, one entry for each path it could be told. */
    List<PrefixSnapshot.Told> told(int prefixId) {
        return told(prefixId, neighbor -> true);
    }

    /** The same for some neighbours only. */
    List<PrefixSnapshot.Told> told(int prefixId, Predicate<Neighbor> wanted) {
        List<Integer> ranked = new ArrayList<>();
        locRib.rank(prefixId, ranked::add);
        List<PrefixSnapshot.Told> told = new ArrayList<>();
        for (Neighbor neighbor : neighbors.all()) {
            Member member = neighbor.members().get(locRib.family());
            if (member != null && wanted.test(neighbor)) {
                UpdateGroup group = groups.groupOf(member);
                List<Announcer.Sent> sent = group.announcer().sent(prefixId, neighbor.index());
                if (group.key().paths() == 0) {
                    told.add(best(neighbor, group, prefixId, ranked, sent));
                } else {
                    told.addAll(several(neighbor, group, prefixId, ranked, new ArrayList<>(sent)));
                }
            }
        }
        return told;
    }

    private PrefixSnapshot.Told best(
            Neighbor neighbor, UpdateGroup group, int prefixId, List<Integer> ranked, List<Announcer.Sent> sent) {
        String because = ranked.isEmpty()
                ? notAnnounced(ExportRefusal.NO_BEST_PATH, null)
                : verdict(group, neighbor, prefixId, ranked.getFirst()).because();
        PathAttributes out =
                sent.isEmpty() ? null : attributes.get(sent.getFirst().attributes());
        return entry(neighbor, null, null, out, because, group);
    }

    /**
     * Each path on its own, the best first.
     *
     * @param sent what the neighbour was told; what is explained is taken out
     */
    private List<PrefixSnapshot.Told> several(
            Neighbor neighbor, UpdateGroup group, int prefixId, List<Integer> ranked, List<Announcer.Sent> sent) {
        List<PrefixSnapshot.Told> told = new ArrayList<>();
        int places = group.key().paths();
        for (int path : ranked) {
            Verdict verdict = verdict(group, neighbor, prefixId, path);
            if (verdict.announced() && places-- <= 0) {
                verdict = new Verdict(
                        false,
                        "not announced: it is not among the best " + group.key().paths() + " that may be told");
            }
            Announcer.Sent out = take(sent, path);
            told.add(entry(neighbor, path, out, verdict.because(), group));
        }
        for (Announcer.Sent out : sent) {
            String because = "not announced any more: the path has gone";
            told.add(entry(
                    neighbor, nameOf(out.source()), out.pathId(), attributes.get(out.attributes()), because, group));
        }
        if (told.isEmpty()) {
            String because = notAnnounced(ExportRefusal.NO_BEST_PATH, null);
            told.add(entry(neighbor, null, null, null, because, group));
        }
        return told;
    }

    private Announcer.@Nullable Sent take(List<Announcer.Sent> sent, int path) {
        Rib rib = locRib.rib();
        OptionalInt id = groups.pathId(rib.source(path), rib.pathId(path));
        for (Announcer.Sent out : sent) {
            if (id.isPresent() && out.pathId() == id.getAsInt()) {
                sent.remove(out);
                return out;
            }
        }
        return null;
    }

    private PrefixSnapshot.Told entry(
            Neighbor neighbor, int path, Announcer.@Nullable Sent out, String because, UpdateGroup group) {
        return entry(
                neighbor,
                nameOf(locRib.rib().source(path)),
                out == null ? null : out.pathId(),
                out == null ? null : attributes.get(out.attributes()),
                because,
                group);
    }

    private static PrefixSnapshot.Told entry(
            Neighbor neighbor,
            @Nullable String source,
            @Nullable Integer pathId,
            @Nullable PathAttributes out,
            String because,
            UpdateGroup group) {
        String pending = group.hasWork() ? " (more is waiting to be sent)" : "";
        return new PrefixSnapshot.Told(
                neighbor.config().name(), neighbor.address(), source, pathId, out, because + pending);
    }

    private String nameOf(int source) {
        Neighbor neighbor = neighbors.byIndex(source);
        String instance = neighbors.leakingInstance(source);
        if (instance != null) {
            return "instance " + instance;
        }
        return neighbor == null ? "ourselves" : neighbor.config().name();
    }

    private record Verdict(boolean announced, String because) {}

    private Verdict verdict(UpdateGroup group, Neighbor neighbor, int prefixId, int path) {
        ExportKey key = group.key();
        Rib rib = locRib.rib();
        PathSource from = neighbors.source(rib.source(path));
        if (from.index() == neighbor.index()) {
            return new Verdict(false, notAnnounced(ExportRefusal.CAME_FROM_THERE, null));
        }
        IpPrefix summary = originations.aggregates(locRib.family()).summaryOf(key, prefixId);
        if (summary != null) {
            return new Verdict(false, notAnnounced(ExportRefusal.SUMMARISED, summary.toString()));
        }
        PrefixTable prefixes = rib.prefixes();
        ExportRules.Judgement judgement = rules.judge(
                key,
                from,
                from.index() == PathSource.SELF ? originations.of(locRib.family(), prefixId) : null,
                prefixes.high(prefixId),
                prefixes.low(prefixId),
                prefixes.length(prefixId),
                attributes.get(rib.accepted(path)));
        if (judgement.refusal() == null && group.holdsBack(prefixId)) {
            return new Verdict(false, notAnnounced(ExportRefusal.LIMIT, null));
        }
        return judgement.refusal() == null
                ? new Verdict(true, "announced" + (judgement.because() == null ? "" : " (" + judgement.because() + ")"))
                : new Verdict(false, notAnnounced(judgement.refusal(), judgement.because()));
    }

    private static String notAnnounced(ExportRefusal refusal, @Nullable String because) {
        return "not announced: " + refusal + (because == null ? "" : " (" + because + ")");
    }
}
