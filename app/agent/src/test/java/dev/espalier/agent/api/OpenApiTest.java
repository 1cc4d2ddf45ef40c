package dev.espalier.agent.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The description says what the code does: it is compared with the endpoints and, by reflection, with the views. */
class OpenApiTest {

    private static final Map<String, Class<?>> SCHEMAS = new TreeMap<>(Map.ofEntries(
            Map.entry("ApiProblem", ApiProblem.class),
            Map.entry("Attributes", PathView.Attributes.class),
            Map.entry("Bfd", BfdView.class),
            Map.entry("BfdPeer", BfdView.Peer.class),
            Map.entry("BfdReport", BfdReport.class),
            Map.entry("BfdUser", BfdView.User.class),
            Map.entry("Candidate", ExplainView.Candidate.class),
            Map.entry("Change", PlanView.Change.class),
            Map.entry("ConfigurationProblem", PlanView.Problem.class),
            Map.entry("Document", Daemon.Document.class),
            Map.entry("Event", EventView.class),
            Map.entry("Explain", ExplainView.class),
            Map.entry("Flannel", FlannelView.class),
            Map.entry("Instance", StatusView.Instance.class),
            Map.entry("Ipam", IpamView.class),
            Map.entry("IpamAllocation", IpamView.Allocation.class),
            Map.entry("IpamBlock", IpamView.Block.class),
            Map.entry("IpamPool", IpamView.Pool.class),
            Map.entry("Kernel", RouteView.KernelView.class),
            Map.entry("Leak", ExplainView.Leak.class),
            Map.entry("Path", PathView.class),
            Map.entry("Peer", PeerView.class),
            Map.entry("PeerRoutes", PeerView.Routes.class),
            Map.entry("Plan", PlanView.class),
            Map.entry("Pod", PodView.class),
            Map.entry("Refresh", RefreshView.class),
            Map.entry("Release", ReleaseView.class),
            Map.entry("Route", RouteView.class),
            Map.entry("Status", StatusView.class),
            Map.entry("Told", ExplainView.Told.class)));

    private static Map<?, ?> document = Map.of();

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = ApiHandler.class.getResourceAsStream("/openapi.yaml")) {
            document = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(in);
        }
    }

    private static Map<?, ?> map(Map<?, ?> parent, String key) {
        assertThat(parent.get(key)).as(key).isInstanceOf(Map.class);
        return (Map<?, ?>) parent.get(key);
    }

    @Test
    void everyAddressAndMethodIsDescribedAndNoOther() {
        Set<String> described = new TreeSet<>();
        map(document, "paths").forEach((path, methods) -> ((Map<?, ?>) methods)
                .keySet()
                .forEach(method -> described.add(method.toString().toUpperCase(java.util.Locale.ROOT) + " " + path)));
        Set<String> served = new TreeSet<>();
        endpoints().forEach(endpoint -> served.add(endpoint.method() + " " + endpoint.path()));
        assertThat(described).isEqualTo(served);
    }

    private static List<ApiHandler.Endpoint> endpoints() {
        return new ApiHandler(new QuietDaemon(), 0).endpoints();
    }

    @Test
    void everyQueryParameterIsDescribedAndNoOther() {
        for (ApiHandler.Endpoint endpoint : endpoints()) {
            Map<?, ?> operation = map(
                    map(map(document, "paths"), endpoint.path()),
                    endpoint.method().toLowerCase(java.util.Locale.ROOT));
            List<String> described = new ArrayList<>();
            if (operation.get("parameters") instanceof List<?> parameters) {
                parameters.stream()
                        .map(parameter -> (Map<?, ?>) parameter)
                        .filter(parameter -> "query".equals(parameter.get("in")))
                        .forEach(parameter -> described.add(String.valueOf(parameter.get("name"))));
            }
            assertThat(described).as(endpoint.path()).isEqualTo(endpoint.parameters());
        }
    }

    @Test
    void everyViewIsDescribedAndNoOther() {
        assertThat(map(map(document, "components"), "schemas").keySet()).isEqualTo(SCHEMAS.keySet());
        assertThat(SCHEMAS.values())
                .containsAll(reachable(List.of(
                        StatusView.class,
                        PeerView.class,
                        BfdReport.class,
                        RouteView.class,
                        ExplainView.class,
                        EventView.class,
                        PlanView.class,
                        RefreshView.class,
                        PodView.class,
                        IpamView.class,
                        ReleaseView.class,
                        ApiProblem.class,
                        Daemon.Document.class)));
    }

    /** All records that occur in these. */
    private static Set<Class<?>> reachable(List<Class<?>> roots) {
        Set<Class<?>> all = new LinkedHashSet<>();
        List<Type> open = new ArrayList<>(roots);
        while (!open.isEmpty()) {
            switch (open.removeLast()) {
                case ParameterizedType generic -> open.addAll(Arrays.asList(generic.getActualTypeArguments()));
                case Class<?> type
                when type.isRecord() && all.add(type) ->
                    Arrays.stream(type.getRecordComponents())
                            .map(RecordComponent::getGenericType)
                            .forEach(open::add);
                default -> {}
            }
        }
        return all;
    }

    @Test
    void everyPropertyHasTheNameTheOrderAndTheTypeOfItsComponent() {
        SCHEMAS.forEach((name, view) -> {
            Map<?, ?> schema = map(map(map(document, "components"), "schemas"), name);
            List<String> components = Arrays.stream(view.getRecordComponents())
                    .map(RecordComponent::getName)
                    .toList();
            Map<?, ?> properties = map(schema, "properties");
            assertThat(List.copyOf(properties.keySet())).as(name).isEqualTo(components);
            assertThat(schema.get("required"))
                    .as(name + ": all are always there")
                    .isEqualTo(components);
            for (RecordComponent component : view.getRecordComponents()) {
                Map<String, Object> described = withoutDescription(map(properties, component.getName()));
                assertThat(described).as(name + "." + component.getName()).isEqualTo(typeOf(component));
            }
        });
    }

    private static Map<String, Object> withoutDescription(Map<?, ?> property) {
        Map<String, Object> rest = new TreeMap<>();
        property.forEach((key, value) -> rest.put(key.toString(), value));
        assertThat(rest.remove("description")).as("description").isNotNull();
        return rest;
    }

    private static Map<String, Object> typeOf(RecordComponent component) {
        Map<String, Object> type = typeOf(component.getGenericType());
        if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
            return type;
        }
        if (type.containsKey("$ref")) {
            return Map.of("oneOf", List.of(type, Map.of("type", "null")));
        }
        Map<String, Object> nullable = new TreeMap<>(type);
        nullable.put("type", List.of(type.get("type"), "null"));
        return nullable;
    }

    private static Map<String, Object> typeOf(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            return generic.getRawType() == List.class
                    ? Map.of("type", "array", "items", typeOf(last))
                    : Map.of("type", "object", "additionalProperties", typeOf(last));
        }
        if (type == String.class) {
            return Map.of("type", "string");
        }
        if (type == boolean.class || type == Boolean.class) {
            return Map.of("type", "boolean");
        }
        if (type == int.class || type == Integer.class) {
            return Map.of("type", "integer", "format", "int32");
        }
        if (type == long.class || type == Long.class) {
            return Map.of("type", "integer", "format", "int64");
        }
        if (type == double.class || type == Double.class) {
            return Map.of("type", "number", "format", "double");
        }
        return SCHEMAS.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .findFirst()
                .map(entry -> Map.<String, Object>of("$ref", "#/components/schemas/" + entry.getKey()))
                .orElseThrow(() -> new AssertionError("no schema for " + type));
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<String> references = new ArrayList<>();
        collect(document, references);
        assertThat(references).isNotEmpty().allSatisfy(reference -> {
            Object target = document;
            for (String step : reference.substring(2).split("/", -1)) {
                target = target instanceof Map<?, ?> map ? map.get(step) : null;
            }
            assertThat(target).as(reference).isNotNull();
        });
    }

    private static void collect(@Nullable Object node, List<String> references) {
        if (node instanceof Map<?, ?> map) {
            if (map.get("$ref") instanceof String reference) {
                references.add(reference);
            }
            map.values().forEach(value -> collect(value, references));
        } else if (node instanceof List<?> list) {
            list.forEach(value -> collect(value, references));
        }
    }
}
