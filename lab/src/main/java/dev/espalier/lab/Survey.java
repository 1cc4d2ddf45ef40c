package dev.espalier.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.net.IpPrefix;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Looks at each box of a lab: the sessions its daemon has, the routes its kernel has, and what is missing of both. */
final class Survey {

    /** Routes that no daemon made. */
    private static final Set<String> NOT_LEARNED = Set.of("kernel", "boot", "static");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Fabric fabric;
    private final BoxDaemons daemons;
    private final PodSurvey pods;

    Survey(Fabric fabric, BoxDaemons daemons) {
        this.fabric = fabric;
        this.daemons = daemons;
        this.pods = new PodSurvey(fabric, daemons);
    }

    List<BoxStatus> boxes() {
        return InParallel.map(fabric.boxes(), this::box);
    }

    /** The boxes that miss a session, without a look at their routes. */
    List<Box> withoutSessions() {
        return InParallel.map(
                        fabric.boxes(),
                        box -> sessions(box) == box.sessions() ? Optional.<Box>empty() : Optional.of(box))
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private BoxStatus box(Box box) {
        int sessions = sessions(box);
        int joined = joinedPods(box);
        Map<String, Integer> routes = learnedRoutes(box);
        return new BoxStatus(
                box.name(),
                box.role().name().toLowerCase(Locale.ROOT),
                box.speaker().isEmpty() ? "-" : daemons.runsEspalier(box) ? "espalier" : "frr",
                box.speaker().map(speaker -> speaker.asn().toString()).orElse("-"),
                sessions,
                box.sessions(),
                joined,
                expectedPods(box),
                routes.size(),
                complaint(box, sessions, joined, routes));
    }

    private int expectedPods(Box box) {
        return fabric.topology().hasPods() && box.role() == Box.Role.NODE
                ? fabric.topology().pods().perNode()
                : 0;
    }

    private Optional<String> complaint(Box box, int sessions, int joined, Map<String, Integer> routes) {
        String where = box.speaker().isEmpty() ? "" : "; see " + daemons.log(box);
        if (sessions != box.sessions()) {
            return Optional.of("%s has %d of %d sessions%s".formatted(box.name(), sessions, box.sessions(), where));
        }
        if (box.speaker().isEmpty()) {
            return Optional.empty();
        }
        if (joined != expectedPods(box)) {
            return Optional.of("%s has %d of %d pods%s".formatted(box.name(), joined, expectedPods(box), where));
        }
        Optional<String> lost = box.role() == Box.Role.TOR ? lostOutside(routes) : Optional.empty();
        return lost.map(outside -> box.name() + " has no route to " + outside + where)
                .or(() -> missingBlock(box, routes, where));
    }

    /** What lies behind a spine and is not among the routes of a ToR. */
    private Optional<String> lostOutside(Map<String, Integer> routes) {
        return fabric.boxes(Box.Role.SPINE).stream()
                .flatMap(spine -> spine.speaker().stream())
                .flatMap(speaker -> speaker.originates().stream())
                .map(IpPrefix::toString)
                .filter(outside -> !routes.containsKey(outside))
                .findFirst();
    }

    private Optional<String> missingBlock(Box box, Map<String, Integer> routes, String where) {
        for (Box node : fabric.boxes(Box.Role.NODE)) {
            IpPrefix block = node.podBlock().orElseThrow();
            int legs = routes.getOrDefault(block.toString(), 0);
            if (node.equals(box)) {
                continue;
            }
            if (legs == 0) {
                return Optional.of("%s has no route to %s of %s%s".formatted(box.name(), block, node.name(), where));
            }
            int spines = fabric.boxes(Box.Role.SPINE).size();
            if (box.role() == Box.Role.TOR && box.rack() != node.rack() && legs != spines) {
                return Optional.of("%s reaches %s of %s by %d of %d spines%s"
                        .formatted(box.name(), block, node.name(), legs, spines, where));
            }
        }
        return Optional.empty();
    }

    private int sessions(Box box) {
        try {
            return daemons.establishedSessions(box);
        } catch (LabException notAnswering) {
            // A daemon that does not answer, yet or any more, has no session that counts.
            return 0;
        }
    }

    private int joinedPods(Box box) {
        try {
            return expectedPods(box) == 0 ? 0 : pods.joined(box).size();
        } catch (LabException notAnswering) {
            // It may have joined pods, which work; but nobody watches over them.
            return 0;
        }
    }

    /** The prefixes that a daemon put into the box's kernel, each with how many next hops it has. */
    private Map<String, Integer> learnedRoutes(Box box) {
        Namespace namespace = fabric.namespace(box);
        if (!namespace.exists()) {
            return Map.of();
        }
        Map<String, Integer> routes = new TreeMap<>();
        for (JsonNode route : json(namespace.exec("ip", "-j", "-4", "route", "show"))) {
            boolean forwards = route.path("type").asText("unicast").equals("unicast");
            if (forwards && !NOT_LEARNED.contains(route.path("protocol").asText())) {
                routes.put(
                        route.path("dst").asText(),
                        Math.max(1, route.path("nexthops").size()));
            }
        }
        return routes;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException malformed) {
            throw new LabException("'ip -j route' answered with no JSON: " + text, malformed);
        }
    }
}
