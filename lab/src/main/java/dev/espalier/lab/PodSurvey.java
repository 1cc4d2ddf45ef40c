package dev.espalier.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.net.IpAddress;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Asks the daemons of a lab which pods they have joined to their nodes, and with which addresses. */
final class PodSurvey {

    private final Fabric fabric;
    private final BoxDaemons daemons;

    PodSurvey(Fabric fabric, BoxDaemons daemons) {
        this.fabric = fabric;
        this.daemons = daemons;
    }

    /**
     * The pods of a node that have an address and nothing wrong with them, by number.
     *
     * @throws LabException when the daemon does not answer
     */
    Map<Pod, Endpoint> joined(Box node) {
        Map<String, Pod> byContainer = fabric.pods().stream()
                .filter(pod -> pod.node().equals(node.name()))
                .collect(Collectors.toMap(pod -> fabric.namespace(pod).name(), Function.identity()));
        Map<Pod, Endpoint> joined = new TreeMap<>(Comparator.comparingInt(Pod::number));
        for (JsonNode view : new ApiSocket(daemons.espalier(node).socket()).get("/api/v1/pods")) {
            // NETWORK/CONTAINER/INTERFACE; what people have joined themselves is none of ours.
            Pod pod = byContainer.get(view.path("handle").asText().split("/", -1)[1]);
            if (pod != null
                    && view.path("problem").isNull()
                    && !view.path("addresses").isEmpty()) {
                IpAddress address =
                        IpAddress.parse(view.path("addresses").path(0).asText());
                joined.put(pod, new Endpoint(pod.name(), fabric.namespace(pod), address));
            }
        }
        return joined;
    }
}
