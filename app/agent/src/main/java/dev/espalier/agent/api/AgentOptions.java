package dev.espalier.agent.api;

import java.nio.file.Path;
import java.util.Map;

/**
 * How the daemon is started.
 *
 * @param configuration the file or folder to read
 * @param socket where the API listens
 * @param node what the cluster calls this node
 * @param labels the node's labels, for selectors and templates
 */
public record AgentOptions(Path configuration, Path socket, String node, Map<String, String> labels) {
    /** Copies the map. */
    public AgentOptions {
        labels = Map.copyOf(labels);
    }
}
