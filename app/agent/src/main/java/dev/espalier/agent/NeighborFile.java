package dev.espalier.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.bgp.engine.NeighborMemory;
import dev.espalier.bgp.engine.RememberedNeighbor;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.route.EventSink;
import dev.espalier.route.RoutingInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which neighbours from ranges each routing instance knows, for the next run: a file beside the API's socket, JSON line by line.
 * The first line says the version of the format, each other one is a neighbour. Whoever has restarted reads it once; every change
 * replaces it as a whole, so that a daemon that is killed at any moment leaves a whole file.
 *
 * <p>A file that cannot be understood is as good as none: the restart then waits its whole time for whoever may come. Any thread;
 * what blocks does so on a thread of its own.
 */
final class NeighborFile implements AutoCloseable {

    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final EventSink events;
    /** Null when the earlier run left nothing that can be read. */
    private final @Nullable Map<String, List<RememberedNeighbor>> earlier;

    private final Map<String, List<RememberedNeighbor>> known = new TreeMap<>();
    private final Object writing = new Object();
    private boolean changed;
    private boolean refused;

    private NeighborFile(Path file, EventSink events) {
        this.file = file;
        this.events = events;
        this.earlier = read();
    }

    /** The file of the daemon whose API listens on a socket, read now. */
    static NeighborFile beside(Path socket, EventSink events) {
        return new NeighborFile(Path.of(socket + ".neighbors"), events);
    }

    /** What concerns one routing instance. */
    NeighborMemory of(RoutingInstance instance) {
        return new NeighborMemory() {
            @Override
            public @Nullable List<RememberedNeighbor> ofEarlierRun() {
                return NeighborFile.this.ofEarlierRun(instance.name());
            }

            @Override
            public void note(List<RememberedNeighbor> neighbors) {
                NeighborFile.this.note(instance.name(), neighbors);
            }
        };
    }

    /** An instance that is started anew, without a restart of the daemon, has been noted by itself. */
    private synchronized @Nullable List<RememberedNeighbor> ofEarlierRun(String instance) {
        List<RememberedNeighbor> ofThisRun = known.get(instance);
        if (ofThisRun != null) {
            return ofThisRun;
        }
        return earlier == null ? null : earlier.getOrDefault(instance, List.of());
    }

    private synchronized void note(String instance, List<RememberedNeighbor> neighbors) {
        known.put(instance, List.copyOf(neighbors));
        if (!changed) {
            changed = true;
            Thread.ofVirtual().name("espalier-neighbors").start(this::write);
        }
    }

    /** What was noted last is in the file then. */
    @Override
    public void close() {
        flush();
    }

    /** The same, without an end. */
    void flush() {
        write();
    }

    // ---- reading

    private @Nullable Map<String, List<RememberedNeighbor>> read() {
        int line = 0;
        try {
            Map<String, List<RememberedNeighbor>> found = new TreeMap<>();
            for (String text : Files.readAllLines(file)) {
                line++;
                JsonNode json = JSON.readTree(text);
                if (line == 1) {
                    checkVersion(json);
                } else {
                    found.computeIfAbsent(text(json, "instance"), name -> new ArrayList<>())
                            .add(neighbor(json));
                }
            }
            if (line == 0) {
                throw new IllegalArgumentException("the file is empty");
            }
            return found;
        } catch (NoSuchFileException first) {
            return null;
        } catch (JsonProcessingException malformed) {
            return ignored(":" + Math.max(1, line), "not JSON: " + malformed.getOriginalMessage());
        } catch (IllegalArgumentException wrong) {
            return ignored(":" + Math.max(1, line), String.valueOf(wrong.getMessage()));
        } catch (IOException unreadable) {
            return ignored("", "cannot be read: " + unreadable.getMessage());
        }
    }

    private @Nullable Map<String, List<RememberedNeighbor>> ignored(String place, String why) {
        events.warning(
                "daemon.neighbors",
                RoutingInstance.DEFAULT,
                file,
                file + place + ": " + why
                        + "; the file is ignored: a restart waits its whole time for the neighbours of"
                        + " ranges, which have to connect by themselves. It is written anew");
        return null;
    }

    private static void checkVersion(JsonNode json) {
        if (json.path("version").asInt() != VERSION) {
            throw new IllegalArgumentException("the first line must be {\"version\":" + VERSION + "}, not " + json);
        }
    }

    private static RememberedNeighbor neighbor(JsonNode json) {
        Set<Family> families = new HashSet<>();
        json.path("families").forEach(name -> families.add(family(name.asText())));
        return new RememberedNeighbor(
                text(json, "peer"),
                IpAddress.parse(text(json, "address")),
                json.path("link").asInt(),
                IpAddress.parse(text(json, "local")),
                Asn.parse(text(json, "asn")),
                families);
    }

    private static Family family(String name) {
        return Arrays.stream(Family.values())
                .filter(family -> family.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is not an address family"));
    }

    private static String text(JsonNode json, String field) {
        if (!json.hasNonNull(field)) {
            throw new IllegalArgumentException("'" + field + "' is missing");
        }
        return json.path(field).asText();
    }

    // ---- writing

    private void write() {
        synchronized (writing) {
            List<String> lines = lines();
            if (lines.isEmpty()) {
                return;
            }
            Path next = Path.of(file + ".new");
            try {
                Files.write(next, lines);
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                refused = false;
            } catch (IOException failed) {
                reportOnce(failed);
            }
        }
    }

    /** The file as it should be; empty when it is so already. */
    private synchronized List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (changed) {
            changed = false;
            lines.add(JSON.createObjectNode().put("version", VERSION).toString());
            known.forEach((instance, neighbors) -> neighbors.forEach(
                    neighbor -> lines.add(json(instance, neighbor).toString())));
        }
        return lines;
    }

    private static ObjectNode json(String instance, RememberedNeighbor neighbor) {
        ObjectNode json = JSON.createObjectNode()
                .put("instance", instance)
                .put("peer", neighbor.peer())
                .put("address", neighbor.address().toString())
                .put("link", neighbor.link())
                .put("local", neighbor.local().toString())
                .put("asn", neighbor.asn().toString());
        neighbor.families().stream().sorted().forEach(family -> json.withArray("families")
                .add(family.toString()));
        return json;
    }

    private void reportOnce(IOException failed) {
        if (!refused) {
            refused = true;
            events.warning(
                    "daemon.neighbors",
                    RoutingInstance.DEFAULT,
                    file,
                    "cannot write " + file + " (" + failed.getMessage()
                            + "): after a restart the neighbours of ranges will not be known again");
        }
    }
}
