package dev.espalier.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.cni.shim.CniShim;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The CNI plugin of this very build, started as a container runtime starts it: a process of its own for each call, the call in its
 * environment, the network's configuration on its standard input. Any thread, which waits for it.
 *
 * @param socket of the daemon to whom the plugin hands the calls
 */
record CniPlugin(Path socket) {

    /** The name of the network that all pods of a lab are in. */
    static final String NETWORK = "lab";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONFIGURATION =
            "{\"cniVersion\": \"1.1.0\", \"name\": \"%s\", \"type\": \"espalier-cni\"}".formatted(NETWORK);

    /** What is run once is not worth compiling; see docs/cni.md. */
    private static final List<String> FLAGS = List.of("-Xint", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx64m");

    private static final int TRY_AGAIN_LATER = 11;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int RETRY_MILLIS = 200;

    /**
     * Joins a namespace to the network by an interface {@code eth0}; the container is called as its namespace is. While the daemon says
     * "try again later" it is tried again, as runtimes do, for 30 seconds.
     *
     * @throws LabException when the daemon refuses, in its words
     */
    void add(Namespace pod) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (true) {
            Command.Outcome outcome = adding(pod).run();
            if (outcome.succeeded()) {
                return;
            }
            JsonNode refusal = refusal(outcome);
            if (refusal.path("code").asInt() != TRY_AGAIN_LATER || Instant.now().isAfter(deadline)) {
                throw new LabException("the daemon at %s does not join %s to the network: %s; %s"
                        .formatted(
                                socket,
                                pod.name(),
                                refusal.path("msg").asText(),
                                refusal.path("details").asText()));
            }
            Pause.millis(RETRY_MILLIS);
        }
    }

    private Command adding(Namespace pod) {
        List<String> argv = new ArrayList<>(List.of(
                "env",
                "CNI_COMMAND=ADD",
                "CNI_CONTAINERID=" + pod.name(),
                "CNI_NETNS=" + pod.path(),
                "CNI_IFNAME=eth0",
                "CNI_PATH=/opt/cni/bin",
                EspalierNode.java()));
        argv.addAll(FLAGS);
        argv.addAll(List.of("-cp", program().toString(), CniShim.class.getName(), socket.toString()));
        return Command.of(argv.toArray(String[]::new)).withInput(CONFIGURATION).withTimeout(PATIENCE);
    }

    private static JsonNode refusal(Command.Outcome outcome) {
        try {
            return JSON.readTree(outcome.output());
        } catch (JsonProcessingException malformed) {
            throw new LabException(
                    "the CNI plugin answered with no JSON: " + outcome.output() + outcome.errors(), malformed);
        }
    }

    /** The archive with the program alone, or in a build the folder: a short class path starts fast. */
    private static Path program() {
        try {
            return Path.of(CniShim.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("the class path has no URI", impossible);
        }
    }
}
