package dev.espalier.agent;

import dev.espalier.agent.api.Daemon;
import dev.espalier.agent.api.ExplainView;
import dev.espalier.agent.api.PathView;
import dev.espalier.agent.api.RouteQuery;
import dev.espalier.agent.api.RouteView;
import dev.espalier.bgp.engine.PrefixSnapshot;
import dev.espalier.bgp.engine.SpeakerView;
import dev.espalier.library.instance.Instance;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Answers one question about routes. The prefixes are asked for once, then the answer is made in pieces, so that the owner of
 * the tables never works on it for long; between two pieces the tables may change, and each piece shows what is true then.
 */
final class RouteListing {

    private static final int PIECE = 256;

    private final RouteQuery query;
    private final Instance instance;
    private final IntFunction<String> links;

    RouteListing(RouteQuery query, Instance instance, IntFunction<String> links) {
        this.query = query;
        this.instance = instance;
        this.links = links;
    }

    void run(Consumer<RouteView> each) {
        List<IpPrefix> prefixes = prefixes();
        int shown = 0;
        for (int from = 0; from < prefixes.size(); from += PIECE) {
            List<IpPrefix> piece = prefixes.subList(from, Math.min(from + PIECE, prefixes.size()));
            for (RouteView route : instance.ask(view -> piece(view, piece))) {
                if (query.limit() > 0 && shown++ == query.limit()) {
                    return;
                }
                each.accept(route);
            }
        }
    }

    private List<RouteView> piece(Instance.View view, List<IpPrefix> prefixes) {
        SpeakerView speaker = view.speaker().view();
        List<RouteView> routes = new ArrayList<>(prefixes.size());
        for (IpPrefix prefix : prefixes) {
            speaker.prefix(prefix)
                    .map(found ->
                            Views.route(query.instance(), found, view.table().explain(prefix), links))
                    .map(this::narrowed)
                    .filter(route -> !route.paths().isEmpty())
                    .ifPresent(routes::add);
        }
        return routes;
    }

    /** The route with those paths only that were asked for. */
    private RouteView narrowed(RouteView route) {
        List<PathView> paths = route.paths().stream()
                .filter(path -> query.view() == RouteQuery.View.ALL
                        || path.role().equals("best")
                        || path.role().equals("multipath"))
                .filter(path -> query.peer() == null
                        || query.peer().equals(path.peer())
                        || query.peer().equals(path.from()))
                .toList();
        return new RouteView(route.instance(), route.prefix(), paths, route.kernel());
    }

    private List<IpPrefix> prefixes() {
        if (query.prefix() == null) {
            List<IpPrefix> all = new ArrayList<>();
            if (!"ipv6".equals(query.family())) {
                all.addAll(within(IpPrefix.DEFAULT_IPV4));
            }
            if (!"ipv4".equals(query.family())) {
                all.addAll(within(IpPrefix.DEFAULT_IPV6));
            }
            return all;
        }
        IpPrefix wanted = parse(query.prefix());
        return switch (query.match()) {
            case EXACT -> List.of(wanted);
            case MORE_SPECIFICS -> within(wanted);
            case LONGEST ->
                instance.ask(view -> view.speaker().view().longestMatch(wanted))
                        .map(List::of)
                        .orElse(List.of());
        };
    }

    private List<IpPrefix> within(IpPrefix prefix) {
        return instance.ask(view -> view.speaker().view().prefixesWithin(prefix));
    }

    /** A prefix, or an address as the prefix that holds only it. */
    private static IpPrefix parse(String text) {
        try {
            return text.indexOf('/') < 0 ? IpAddress.parse(text).toPrefix() : IpPrefix.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw new Daemon.RequestException(String.valueOf(malformed.getMessage()));
        }
    }

    /**
     * Everything about the prefix asked for.
     *
     * @param leaks what other routing instances make of a prefix; asked on the caller's thread
     */
    Optional<ExplainView> explain(Function<IpPrefix, List<ExplainView.Leak>> leaks) {
        List<IpPrefix> prefixes = prefixes();
        if (prefixes.isEmpty()) {
            return Optional.empty();
        }
        IpPrefix prefix = prefixes.getFirst();
        List<ExplainView.Leak> leaked = leaks.apply(prefix);
        return instance.ask(view -> explain(view, prefix, leaked));
    }

    private Optional<ExplainView> explain(Instance.View view, IpPrefix prefix, List<ExplainView.Leak> leaks) {
        PrefixSnapshot bgp = view.speaker().view().explain(prefix).orElse(null);
        String redistribution = view.speaker().view().redistribution(prefix);
        ExplainView all = Views.explain(
                query.instance(), prefix.toString(), bgp, view.table().explain(prefix), redistribution, leaks, links);
        boolean nothing = bgp == null && all.candidates().isEmpty() && redistribution == null && leaks.isEmpty();
        return nothing ? Optional.empty() : Optional.of(all);
    }
}
