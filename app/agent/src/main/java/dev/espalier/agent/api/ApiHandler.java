package dev.espalier.agent.api;

import dev.espalier.agent.api.ApiProblem.Refusal;
import dev.espalier.transport.HttpHandler;
import dev.espalier.transport.HttpRequest;
import dev.espalier.transport.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The HTTP API: which addresses there are, who may use them, and which question to the daemon each one is. Thread-safe; holds
 * nothing but the daemon.
 */
public final class ApiHandler implements HttpHandler {

    private static final String PROBLEM = "application/problem+json";
    private static final String JSON = "application/json";
    private static final String DOCUMENTS = "an array of objects with the properties name and text";
    private static final int ROOT = 0;

    private final Daemon daemon;
    private final int ownUid;
    private final List<Endpoint> endpoints;

    /**
     * An API for a daemon.
     *
     * @param ownUid the user id of the daemon: this user and root may change things, others may read
     */
    public ApiHandler(Daemon daemon, int ownUid) {
        this.daemon = daemon;
        this.ownUid = ownUid;
        RouteStream routes = new RouteStream(daemon);
        EventFeed events = new EventFeed(daemon);
        Metrics metrics = new Metrics(daemon);
        this.endpoints = List.of(
                get("/api/v1/status", List.of(), request -> json(daemon.status())),
                get("/api/v1/peers", List.of(), request -> json(daemon.peers())),
                get("/api/v1/peers/{peer}", List.of(), this::peer),
                get("/api/v1/bfd", List.of(), request -> json(daemon.bfd())),
                new Endpoint("POST", "/api/v1/peers/{peer}/refresh", List.of("direction"), this::refresh),
                get("/api/v1/routes", RouteStream.PARAMETERS, routes::answer),
                get("/api/v1/explain", List.of("prefix", "instance"), this::explain),
                get("/api/v1/events", List.of("follow"), events::answer),
                get("/api/v1/pods", List.of(), request -> json(daemon.pods().pods())),
                get("/api/v1/ipam", List.of(), request -> json(daemon.pods().ipam())),
                new Endpoint("POST", "/api/v1/ipam/{address}/release", List.of("force"), this::release),
                new Endpoint("POST", "/api/v1/cni", List.of(), this::cni),
                new Endpoint("POST", "/api/v1/plan", List.of(), this::plan),
                new Endpoint("POST", "/api/v1/reload", List.of(), request -> reload()),
                get("/openapi.yaml", List.of(), request -> openApi()),
                get("/metrics", List.of(), request -> metrics.answer()),
                get("/healthz", List.of(), request -> verdict(daemon.unhealthy(), "ok")),
                get("/readyz", List.of(), request -> verdict(daemon.notReady(), "ready")));
    }

    /** One address: what may be asked there, and how it is answered. */
    record Endpoint(String method, String path, List<String> parameters, Function<HttpRequest, HttpResponse> answer) {

        boolean isAt(List<String> segments) {
            List<String> own = Arrays.asList(path.substring(1).split("/"));
            if (own.size() != segments.size()) {
                return false;
            }
            for (int i = 0; i < own.size(); i++) {
                if (!own.get(i).startsWith("{") && !own.get(i).equals(segments.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    private static Endpoint get(String path, List<String> parameters, Function<HttpRequest, HttpResponse> answer) {
        return new Endpoint("GET", path, parameters, answer);
    }

    /** All addresses, for the test that compares them with the description. */
    List<Endpoint> endpoints() {
        return endpoints;
    }

    @Override
    public HttpResponse handle(HttpRequest request) {
        try {
            return dispatch(request);
        } catch (Refusal refusal) {
            return problem(refusal.problem());
        } catch (Daemon.RequestException refused) {
            return problem(ApiProblem.of(400, sentence(refused)));
        }
    }

    private HttpResponse dispatch(HttpRequest request) {
        Endpoint endpoint = endpoints.stream()
                .filter(candidate -> candidate.isAt(request.segments()))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        404, "There is nothing at " + request.path() + "; /openapi.yaml says what there is."));
        boolean read = endpoint.method().equals("GET");
        if (!request.method().equals(endpoint.method())
                && !(read && request.method().equals("HEAD"))) {
            String sentence = endpoint.path() + " knows only " + endpoint.method() + ".";
            return problem(ApiProblem.of(405, sentence)).with("allow", read ? "GET, HEAD" : endpoint.method());
        }
        if (!read && request.peerUid() != ROOT && request.peerUid() != ownUid) {
            throw new Refusal(403, "Only root and the user that the daemon runs as may do this; try it with sudo.");
        }
        refuseUnknownParameters(request, endpoint);
        return endpoint.answer().apply(request);
    }

    /** A misspelt parameter that is silently ignored would give an answer to another question. */
    private static void refuseUnknownParameters(HttpRequest request, Endpoint endpoint) {
        for (String name : new TreeSet<>(request.query().keySet())) {
            if (!endpoint.parameters().contains(name)) {
                String known = endpoint.parameters().isEmpty()
                        ? "it has none"
                        : "it has " + String.join(", ", endpoint.parameters());
                throw new Refusal(400, endpoint.path() + " has no parameter '" + name + "'; " + known + ".");
            }
        }
    }

    // ---- answers

    /** Several when it is the name of a range, or when two routing instances have a peer of this name. */
    private HttpResponse peer(HttpRequest request) {
        String wanted = request.segments().getLast();
        List<PeerView> found = daemon.peers().stream()
                .filter(peer -> wanted.equals(peer.name()) || wanted.equals(peer.address()))
                .toList();
        if (found.isEmpty()) {
            throw new Refusal(404, "There is no peer of the name or address '" + wanted + "'.");
        }
        return json(found);
    }

    private HttpResponse refresh(HttpRequest request) {
        String wanted = request.segments().get(request.segments().size() - 2);
        String direction = Optional.ofNullable(request.parameter("direction")).orElse("both");
        if (!List.of("in", "out", "both").contains(direction)) {
            throw new Refusal(400, "The direction is in, out or both, not '" + direction + "'.");
        }
        boolean known =
                daemon.peers().stream().anyMatch(peer -> wanted.equals(peer.name()) || wanted.equals(peer.address()));
        if (!known) {
            throw new Refusal(404, "There is no peer of the name or address '" + wanted + "'.");
        }
        List<RefreshView> done = daemon.refresh(wanted, !direction.equals("out"), !direction.equals("in"));
        if (done.isEmpty()) {
            throw new Refusal(409, "The peer '" + wanted + "' has no session: there is nothing to refresh.");
        }
        return json(done);
    }

    private HttpResponse explain(HttpRequest request) {
        String prefix = request.parameter("prefix");
        if (prefix == null || prefix.isEmpty()) {
            throw new Refusal(400, "Say which prefix to explain, such as ?prefix=10.0.0.0/8.");
        }
        String instance = Optional.ofNullable(request.parameter("instance")).orElse("default");
        return json(daemon.explain(instance, prefix)
                .orElseThrow(() -> new Refusal(
                        404,
                        "Nobody has announced " + prefix + " in routing instance '" + instance
                                + "', and the kernel has no route for it.")));
    }

    private HttpResponse release(HttpRequest request) {
        String address = request.segments().get(request.segments().size() - 2);
        return json(daemon.pods().release(address, "true".equals(request.parameter("force"))));
    }

    /**
     * A call of the CNI plugin, as it came to it: a line {@code NAME=VALUE} for each variable, an empty line, and its standard input.
     * The plugin prints the answer as it is, and fails if the status is not 200.
     */
    private HttpResponse cni(HttpRequest request) {
        String text = new String(request.body(), StandardCharsets.UTF_8);
        int end = text.startsWith("\n") ? 0 : text.indexOf("\n\n");
        if (end < 0) {
            throw new Refusal(400, "The body must be lines NAME=VALUE, an empty line, and the standard input.");
        }
        Map<String, String> environment = new LinkedHashMap<>();
        for (String line : text.substring(0, end).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                environment.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        String input = text.substring(end == 0 ? 1 : end + 2);
        PodService.CniAnswer answer = daemon.pods().cni(environment, input);
        return HttpResponse.of(
                answer.succeeded() ? 200 : 422, JSON, answer.output().getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse plan(HttpRequest request) {
        Daemon.Document[] documents = ApiJson.read(request.body(), Daemon.Document[].class, DOCUMENTS);
        if (Arrays.asList(documents).contains(null)) {
            throw new Refusal(400, "The body must be " + DOCUMENTS + ": one of them is null.");
        }
        return json(daemon.plan(List.of(documents)));
    }

    private HttpResponse reload() {
        PlanView outcome = daemon.reload();
        return outcome.valid()
                ? json(outcome)
                : problem(ApiProblem.of(422, "The configuration has errors; nothing was changed.", outcome.errors()));
    }

    /** For supervisors: the status says it all, and the text is for the person who wonders why. */
    private static HttpResponse verdict(Optional<String> whyNot, String otherwise) {
        return whyNot.map(why -> HttpResponse.text(503, why + "\n"))
                .orElseGet(() -> HttpResponse.text(200, otherwise + "\n"));
    }

    private static HttpResponse openApi() {
        try (InputStream in = ApiHandler.class.getResourceAsStream("/openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("openapi.yaml is missing in this build");
            }
            return HttpResponse.of(200, "application/yaml", in.readAllBytes());
        } catch (IOException unreadable) {
            throw new IllegalStateException("openapi.yaml cannot be read", unreadable);
        }
    }

    private static HttpResponse json(Object view) {
        return HttpResponse.of(200, JSON, ApiJson.octets(view));
    }

    private static HttpResponse problem(ApiProblem problem) {
        return HttpResponse.of(problem.status(), PROBLEM, ApiJson.octets(problem));
    }

    /** What the engines say begins small and has no full stop. */
    private static String sentence(RuntimeException refused) {
        String text = String.valueOf(refused.getMessage());
        String capital = text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
        return capital.endsWith(".") ? capital : capital + ".";
    }
}
