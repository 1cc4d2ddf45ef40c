package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.Fib;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.NextHop;
import dev.espalier.route.RouteSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says why, by the rules that decide: nothing is stored for it. */
final class Explainer {

    private final AddressFamily family;
    private final PrefixTable prefixes;
    private final RouteRows rows;
    private final ForeignRoutes foreign;
    private final GroupTable groups;
    private final KernelView kernel;

    /** Tells what the kernel holds for a prefix; null when it rightly holds nothing. */
    interface KernelView {
        @Nullable
        KernelStatus status(AddressFamily family, int id);
    }

    Explainer(PrefixTable prefixes, RouteRows rows, ForeignRoutes foreign, GroupTable groups, KernelView kernel) {
        this.family = prefixes.family();
        this.prefixes = prefixes;
        this.rows = rows;
        this.foreign = foreign;
        this.groups = groups;
        this.kernel = kernel;
    }

    /** Which of our candidates is used, -1 for none: the most preferred one that resolves. */
    int chosen(int id) {
        for (int candidate = 0; candidate < rows.size(id); candidate++) {
            if (groups.get(rows.group(id, candidate)).isResolved()) {
                return candidate;
            }
        }
        return -1;
    }

    /** The route used for a prefix; null when there is none, or it is only a stale one. */
    @Nullable
    TableRoute route(int id) {
        ForeignRoute kernels = foreign.winner(id);
        int chosen = kernels == null ? chosen(id) : -1;
        if (chosen < 0 && kernels == null) {
            kernels = foreign.first(id);
        }
        if (kernels != null) {
            return new TableRoute(
                    prefixes.prefix(id),
                    RouteSource.KERNEL,
                    RouteSource.KERNEL.preference(),
                    kernels.metric(),
                    List.of(),
                    kernels.hops(),
                    kernel(id));
        }
        if (chosen < 0) {
            return null;
        }
        NextHopGroup group = groups.get(rows.group(id, chosen));
        return new TableRoute(
                prefixes.prefix(id),
                rows.source(id, chosen),
                rows.preference(id, chosen),
                rows.metric(id, chosen),
                group.members,
                group.hops(),
                kernel(id));
    }

    /** Whether the kernel holds our route, and why or why not. */
    KernelStatus kernel(int id) {
        KernelStatus status = kernel.status(family, id);
        if (status != null) {
            return status;
        }
        if (rows.size(id) == 0) {
            return new KernelStatus.NotWanted(KernelStatus.NotWanted.Reason.NO_ROUTE, "no source has a route for it");
        }
        ForeignRoute winner = foreign.winner(id);
        if (winner != null) {
            return new KernelStatus.NotWanted(KernelStatus.NotWanted.Reason.KERNEL_ROUTE_WINS, wins(winner));
        }
        if (chosen(id) < 0) {
            return new KernelStatus.NotWanted(
                    KernelStatus.NotWanted.Reason.NEXT_HOP_UNRESOLVABLE,
                    "no next hop can be reached: "
                            + groups.get(rows.group(id, 0)).resolved().because());
        }
        return new KernelStatus.NotWanted(
                KernelStatus.NotWanted.Reason.NOT_INSTALLED, "not installed: installRoutes is false");
    }

    private static String wins(ForeignRoute route) {
        return "the kernel's own route (" + ForeignRoutes.describe(route) + ") wins";
    }

    /** All that is known of a prefix. */
    Explanation explain(int id) {
        List<Explanation.Candidate> candidates = new ArrayList<>();
        ForeignRoute winner = foreign.winner(id);
        int chosen = chosen(id);
        ForeignRoute best = winner != null || chosen >= 0 ? winner : foreign.first(id);
        for (ForeignRoute route : foreign.routes(id)) {
            candidates.add(kernelCandidate(route, best));
        }
        int ours = 0;
        for (int candidate = 0; candidate < rows.size(id); candidate++) {
            Explanation.Candidate row = candidate(id, candidate, chosen, winner);
            // ours go before those of the kernel that do not win
            candidates.add(winner == null ? ours++ : candidates.size(), row);
        }
        return new Explanation(prefixes.prefix(id), List.copyOf(candidates), kernel(id));
    }

    private static Explanation.Candidate kernelCandidate(ForeignRoute route, @Nullable ForeignRoute best) {
        Explanation.Verdict verdict;
        String because;
        if (route.equals(best)) {
            verdict = Explanation.Verdict.BEST;
            because = wins(route);
        } else if (best != null) {
            verdict = Explanation.Verdict.METRIC_HIGHER;
            because = "the kernel has a route with the smaller metric " + best.metric();
        } else {
            verdict = Explanation.Verdict.KERNEL_METRIC_HIGHER;
            because = "its metric " + route.metric() + " is above that of our routes, " + Fib.METRIC;
        }
        return new Explanation.Candidate(
                RouteSource.KERNEL,
                RouteSource.KERNEL.preference(),
                route.metric(),
                List.of(),
                route.hops(),
                List.of(),
                verdict,
                because);
    }

    private Explanation.Candidate candidate(int id, int candidate, int chosen, @Nullable ForeignRoute winner) {
        NextHopGroup group = groups.get(rows.group(id, candidate));
        Reasoned reasoned = reason(id, candidate, chosen, winner, group);
        List<NextHop> nextHops = group.members;
        return new Explanation.Candidate(
                rows.source(id, candidate),
                rows.preference(id, candidate),
                rows.metric(id, candidate),
                nextHops,
                group.hops(),
                group.backup,
                reasoned.verdict,
                reasoned.because);
    }

    private record Reasoned(Explanation.Verdict verdict, String because) {}

    private Reasoned reason(int id, int candidate, int chosen, @Nullable ForeignRoute winner, NextHopGroup group) {
        if (!group.isResolved()) {
            return new Reasoned(
                    Explanation.Verdict.UNRESOLVABLE,
                    "no next hop can be reached: " + group.resolved().because());
        }
        if (winner != null) {
            return new Reasoned(Explanation.Verdict.KERNEL_ROUTE_WINS, wins(winner));
        }
        if (candidate == chosen) {
            return new Reasoned(Explanation.Verdict.BEST, best(id, chosen) + standsIn(group));
        }
        RouteSource other = rows.source(id, chosen);
        if (rows.preference(id, chosen) != rows.preference(id, candidate)) {
            return new Reasoned(
                    Explanation.Verdict.PREFERENCE_HIGHER,
                    "the route from " + other + " has the smaller preference " + rows.preference(id, chosen));
        }
        if (rows.metric(id, chosen) != rows.metric(id, candidate)) {
            return new Reasoned(
                    Explanation.Verdict.METRIC_HIGHER,
                    "the route from " + other + " has the smaller metric " + rows.metric(id, chosen));
        }
        return new Reasoned(
                Explanation.Verdict.SOURCE_ORDER,
                "preference and metric are those of the route from " + other + ", which goes first");
    }

    private static String standsIn(NextHopGroup group) {
        return group.resolved().standsIn()
                ? "; its backup is in use until its source has decided anew, because none of its next hops is"
                : "";
    }

    private String best(int id, int chosen) {
        if (rows.size(id) == 1) {
            return "the only route";
        }
        return chosen == 0
                ? "smallest preference " + rows.preference(id, chosen)
                : "smallest preference " + rows.preference(id, chosen) + " of those whose next hops can be reached";
    }
}
