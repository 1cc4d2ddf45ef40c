package dev.espalier.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.transport.HttpRequest;
import dev.espalier.transport.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiHandlerTest {

    private static final int DAEMON = 970;
    private static final int SOMEBODY = 1000;

    private final QuietDaemon daemon = new QuietDaemon();
    private final ApiHandler api = new ApiHandler(daemon, DAEMON);

    // ---- asking

    private HttpResponse ask(String method, String target, int uid, String body, Map<String, String> headers) {
        String[] parts = target.split("\\?", 2);
        Map<String, List<String>> query = new TreeMap<>();
        if (parts.length > 1) {
            for (String parameter : parts[1].split("&", -1)) {
                String[] pair = parameter.split("=", 2);
                query.put(pair[0], List.of(pair[1]));
            }
        }
        List<String> segments = Arrays.stream(parts[0].split("/", -1))
                .filter(part -> !part.isEmpty())
                .toList();
        return api.handle(new HttpRequest(
                method, parts[0], segments, query, headers, body.getBytes(StandardCharsets.UTF_8), uid));
    }

    private HttpResponse get(String target) {
        return ask("GET", target, SOMEBODY, "", Map.of());
    }

    private static String text(HttpResponse response) throws IOException {
        return switch (response.body()) {
            case HttpResponse.Body.Octets(byte[] octets) -> new String(octets, StandardCharsets.UTF_8);
            case HttpResponse.Body.Streamed(HttpResponse.BodyWriter writer) -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                writer.write(out);
                yield out.toString(StandardCharsets.UTF_8);
            }
            case HttpResponse.Body.Events events -> throw new AssertionError("a stream of events");
        };
    }

    private static JsonNode json(HttpResponse response) throws IOException {
        return new ObjectMapper().readTree(text(response));
    }

    private static void isProblem(HttpResponse response, int status, String sentence) throws IOException {
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.contentType()).isEqualTo("application/problem+json");
        JsonNode problem = json(response);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("type").asText()).isEqualTo("about:blank");
        assertThat(problem.get("title").asText()).isNotEmpty();
        assertThat(problem.get("detail").asText()).isEqualTo(sentence);
    }

    // ---- reading

    @Test
    void everyPropertyIsThereEvenWithoutAValue() throws IOException {
        assertThat(json(get("/api/v1/peers")).get(0).has("routerId")).isTrue();
        assertThat(json(get("/api/v1/peers")).get(0).get("routerId").isNull()).isTrue();
    }

    @Test
    void aPeerIsFoundByItsNameAndByItsAddress() throws IOException {
        assertThat(json(get("/api/v1/peers/tor-1"))).hasSize(1);
        assertThat(json(get("/api/v1/peers/192.0.2.1")).get(0).get("name").asText())
                .isEqualTo("tor-1");
        isProblem(get("/api/v1/peers/tor-9"), 404, "There is no peer of the name or address 'tor-9'.");
    }

    @Test
    void routesAreAnArrayOrLines() throws IOException {
        assertThat(json(get("/api/v1/routes"))).hasSize(3);
        HttpResponse lines = ask("GET", "/api/v1/routes", SOMEBODY, "", Map.of("accept", "application/x-ndjson"));
        assertThat(lines.contentType()).isEqualTo("application/x-ndjson");
        assertThat(text(lines).lines()).hasSize(3).allMatch(line -> line.startsWith("{\"instance\":\"default\""));
    }

    @Test
    void noRoutesAreAnEmptyArray() throws IOException {
        daemon.routes = 0;
        assertThat(json(get("/api/v1/routes")).isArray()).isTrue();
        assertThat(json(get("/api/v1/routes"))).isEmpty();
    }

    @Test
    void theQuestionReachesTheDaemonAsItWasAsked() throws IOException {
        text(get("/api/v1/routes?prefix=10.0.0.0/8&match=more-specifics&family=ipv4&peer=tor-1&view=all&limit=7"));
        assertThat(daemon.asked)
                .containsExactly(new RouteQuery(
                        "default",
                        "10.0.0.0/8",
                        RouteQuery.Match.MORE_SPECIFICS,
                        "ipv4",
                        "tor-1",
                        RouteQuery.View.ALL,
                        7));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            match=near&prefix=10.0.0.0/8 | 400 | The parameter match is one of exact, longest, more-specifics, not 'near'.
            match=longest                | 400 | The parameter match needs a prefix to compare with; add prefix=.
            view=most                    | 400 | The parameter view is one of all, best, not 'most'.
            family=ipx                   | 400 | The parameter family is one of ipv4, ipv6, not 'ipx'.
            limit=-1                     | 400 | The parameter limit is a number of prefixes, 0 for all, not '-1'.
            limit=9999999999             | 400 | The parameter limit is a number of prefixes, 0 for all, not '9999999999'.
            peer=tor-9                   | 404 | There is no peer of the name or address 'tor-9'.
            instance=blue                | 404 | There is no routing instance 'blue'; there is default.
            """)
    void aQuestionThatMakesNoSenseIsRefusedWithASentence(String query, int status, String sentence) throws IOException {
        isProblem(get("/api/v1/routes?" + query), status, sentence);
        assertThat(daemon.asked).isEmpty();
    }

    @Test
    void aPrefixWithHostBitsIsRefusedWithTheSentenceOfTheParser() throws IOException {
        HttpResponse refused = get("/api/v1/routes?prefix=10.0.0.1/8");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(json(refused).get("detail").asText())
                .startsWith("The parameter prefix: ")
                .contains("10.0.0.1");
    }

    @Test
    void aMisspeltParameterIsRefusedRatherThanIgnored() throws IOException {
        isProblem(
                get("/api/v1/explain?prefx=10.0.0.0/8"),
                400,
                "/api/v1/explain has no parameter 'prefx'; it has prefix, instance.");
    }

    @Test
    void explainNeedsAPrefixThatSomebodyKnows() throws IOException {
        assertThat(json(get("/api/v1/explain?prefix=10.0.0.0/8")).get("prefix").asText())
                .isEqualTo("10.0.0.0/8");
        isProblem(get("/api/v1/explain"), 400, "Say which prefix to explain, such as ?prefix=10.0.0.0/8.");
        isProblem(
                get("/api/v1/explain?prefix=11.0.0.0/8"),
                404,
                "Nobody has announced 11.0.0.0/8 in routing instance 'default', and the kernel has no route for it.");
    }

    @Test
    void whatTheDaemonRefusesIsABadRequest() throws IOException {
        isProblem(get("/api/v1/explain?prefix=10.0.0.0/8&instance=blue"), 400, "There is no routing instance 'blue'.");
    }

    @Test
    void anUnknownAddressAndAWrongMethodAreProblems() throws IOException {
        isProblem(
                get("/api/v1/nothing"), 404, "There is nothing at /api/v1/nothing; /openapi.yaml says what there is.");
        isProblem(get("/"), 404, "There is nothing at /; /openapi.yaml says what there is.");
        HttpResponse wrong = ask("DELETE", "/api/v1/status", DAEMON, "", Map.of());
        isProblem(wrong, 405, "/api/v1/status knows only GET.");
        assertThat(wrong.headers()).containsEntry("allow", "GET, HEAD");
    }

    @Test
    void theJournalIsAnArrayForThoseWhoDoNotFollow() throws IOException {
        daemon.happens(QuietDaemon.event("one"));
        assertThat(json(get("/api/v1/events?follow=false"))
                        .get(0)
                        .get("message")
                        .asText())
                .isEqualTo("one");
        isProblem(get("/api/v1/events?follow=no"), 400, "The parameter follow is one of true, false, not 'no'.");
    }

    @Test
    void readinessSaysWhyNot() throws IOException {
        assertThat(get("/readyz").status()).isEqualTo(200);
        daemon.notReady = "learning routes after a restart";
        assertThat(get("/readyz").status()).isEqualTo(503);
        assertThat(text(get("/readyz"))).isEqualTo("learning routes after a restart\n");
        assertThat(get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void healthSaysWhichLoopIsStuck() throws IOException {
        assertThat(text(get("/healthz"))).isEqualTo("ok\n");
        daemon.unhealthy = "the loop of routing instance 'default' has not answered for 5 s";
        assertThat(get("/healthz").status()).isEqualTo(503);
        assertThat(text(get("/healthz"))).contains("routing instance 'default'");
    }

    // ---- changing

    @ParameterizedTest
    @CsvSource({"0,200", "970,200", "1000,403", "-1,403"})
    void onlyRootAndTheDaemonsUserMayChangeThings(int uid, int status) {
        assertThat(ask("POST", "/api/v1/reload", uid, "", Map.of()).status()).isEqualTo(status);
        assertThat(ask("POST", "/api/v1/plan", uid, "[]", Map.of()).status()).isEqualTo(status);
    }

    @Test
    void nobodyElseLearnsWhatAChangeWouldHaveSaid() throws IOException {
        isProblem(
                ask("POST", "/api/v1/plan", SOMEBODY, "[{\"name\":\"a\",\"text\":\"b\"}]", Map.of()),
                403,
                "Only root and the user that the daemon runs as may do this; try it with sudo.");
        assertThat(daemon.planned).isEmpty();
    }

    @Test
    void aPlanIsMadeOfTheDocumentsInTheBody() {
        ask("POST", "/api/v1/plan", DAEMON, "[{\"name\":\"a.yaml\",\"text\":\"kind: Router\"}]", Map.of());
        assertThat(daemon.planned).containsExactly(new Daemon.Document("a.yaml", "kind: Router"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not json",
                "{\"name\":\"a\",\"text\":\"b\"}",
                "[{\"name\":\"a\"}]",
                "[{\"name\":\"a\",\"text\":null}]",
                "[{\"name\":\"a\",\"text\":\"b\",\"more\":1}]",
                "[null]",
                ""
            })
    void aBodyThatIsNoListOfDocumentsIsRefused(String body) throws IOException {
        HttpResponse refused = ask("POST", "/api/v1/plan", DAEMON, body, Map.of());
        assertThat(refused.status()).isEqualTo(400);
        assertThat(json(refused).get("detail").asText())
                .startsWith("The body must be an array of objects with the properties name and text");
        assertThat(daemon.planned).isEmpty();
    }

    @Test
    void aBodyThatCannotBeReadIsNotRepeatedBecauseItMayHoldAPassword() throws IOException {
        HttpResponse refused = ask("POST", "/api/v1/plan", DAEMON, "[{\"name\": s3cr3t}]", Map.of());
        assertThat(json(refused).get("detail").asText())
                .contains("line 1, column")
                .doesNotContain("s3cr3t")
                .doesNotContain("dev.espalier");
    }

    @Test
    void aRefreshSaysWhatWasDoneAndForWhom() throws IOException {
        HttpResponse both = ask("POST", "/api/v1/peers/tor-1/refresh", DAEMON, "", Map.of());
        assertThat(json(both).get(0).get("asked").asBoolean()).isTrue();
        assertThat(json(both).get(0).get("told").asBoolean()).isTrue();
        HttpResponse out = ask("POST", "/api/v1/peers/tor-1/refresh?direction=out", DAEMON, "", Map.of());
        assertThat(json(out).get(0).get("asked").asBoolean()).isFalse();
        isProblem(
                ask("POST", "/api/v1/peers/tor-1/refresh?direction=up", DAEMON, "", Map.of()),
                400,
                "The direction is in, out or both, not 'up'.");
        isProblem(
                ask("POST", "/api/v1/peers/tor-9/refresh", DAEMON, "", Map.of()),
                404,
                "There is no peer of the name or address 'tor-9'.");
        isProblem(
                ask("POST", "/api/v1/peers/racks/refresh", DAEMON, "", Map.of()),
                409,
                "The peer 'racks' has no session: there is nothing to refresh.");
    }

    @Test
    void aReloadOfAnInvalidConfigurationIsAProblemWithItsErrors() throws IOException {
        daemon.valid = false;
        HttpResponse refused = ask("POST", "/api/v1/reload", DAEMON, "", Map.of());
        isProblem(refused, 422, "The configuration has errors; nothing was changed.");
        assertThat(json(refused).get("errors").get(0).get("line").asInt()).isEqualTo(3);
    }

    @Test
    void aPlanOfAnInvalidConfigurationIsAnAnswerWithItsErrors() throws IOException {
        daemon.valid = false;
        HttpResponse answer = ask("POST", "/api/v1/plan", DAEMON, "[{\"name\":\"a\",\"text\":\"b\"}]", Map.of());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(json(answer).get("valid").asBoolean()).isFalse();
    }

    // ---- metrics

    @Test
    void metricsCarryTheNumbersOfTheViews() throws IOException {
        assertThat(text(get("/metrics")))
                .contains(
                        "espalier_bgp_session_established{address=\"192.0.2.1\",peer=\"tor-1\",routing_instance=\"default\"} 1.0\n",
                        "espalier_bgp_prefixes_received{address=\"192.0.2.1\",family=\"ipv4\",peer=\"tor-1\",routing_instance=\"default\"} 5.0\n",
                        "espalier_bgp_prefixes_accepted{address=\"192.0.2.1\",family=\"ipv4\",peer=\"tor-1\",routing_instance=\"default\"} 4.0\n",
                        "espalier_bgp_prefixes_sent{address=\"192.0.2.1\",family=\"ipv4\",peer=\"tor-1\",routing_instance=\"default\"} 2.0\n",
                        "espalier_bgp_messages_total{address=\"192.0.2.1\",direction=\"sent\",peer=\"tor-1\",routing_instance=\"default\"} 11.0\n",
                        "espalier_kernel_routes{routing_instance=\"default\",state=\"failed\",table=\"254\"} 1.0\n",
                        "espalier_bgp_paths{routing_instance=\"default\"} 7.0\n",
                        "espalier_bgp_attribute_sets{routing_instance=\"default\"} 2.0\n",
                        "espalier_uptime_seconds 60.0\n",
                        "espalier_build_info{node=\"node-1\",version=\"1.2.3\"} 1\n",
                        "jvm_memory_used_bytes{area=\"heap\"}",
                        "jvm_gc_collection_seconds_count{gc=");
    }

    @Test
    void aRangeToWhichNobodyCameIsNoSession() throws IOException {
        assertThat(text(get("/metrics"))).doesNotContain("racks");
    }
}
