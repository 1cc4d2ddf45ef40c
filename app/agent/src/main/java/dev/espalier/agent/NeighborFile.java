package dev.espalier.agent;

import dev.espalier.bgp.engine.NeighborMemory;
import dev.espalier.bgp.engine.RememberedNeighbor;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.route.EventSink;
import dev.espalier.route.RoutingInstance;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which neighbours from ranges each routing instance knows, for the next run: a file beside the API's socket. The first
 * line says what it is and in which version, each other one is a neighbour: {@value #WORDS} words, of which names are encoded as in
 * a URL. Whoever has restarted reads it once; every change
 * replaces it as a whole, so that a daemon that is killed at any moment leaves a whole file.
 *
 * <p>A file that cannot be understood is as good as none: the restart then waits its whole time for whoever may come. Any thread;
 * what blocks does so on a thread of its own.
 */
final class NeighborFile implements AutoCloseable {

    private static final String FIRST_LINE = "espalier-neighbors 1";
    /** Instance, peer, address, link, our address, AS, families. */
    private static final int WORDS = 7;

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
        write();
    }

    // ---- reading

    private @Nullable Map<String, List<RememberedNeighbor>> read() {
        int line = 0;
        try {
            Map<String, List<RememberedNeighbor>> found = new TreeMap<>();
            for (String text : Files.readAllLines(file)) {
                line++;
                String[] words = text.split(" ", -1);
                if (line == 1) {
                    checkFirst(text);
                } else {
                    checkCount(words);
                    found.computeIfAbsent(name(words[0]), instance -> new ArrayList<>())
                            .add(neighbor(words));
                }
            }
            if (line == 0) {
                throw new IllegalArgumentException("the file is empty");
            }
            return found;
        } catch (NoSuchFileException first) {
            return null;
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

    private static void checkFirst(String line) {
        if (!line.equals(FIRST_LINE)) {
            throw new IllegalArgumentException("must be '" + FIRST_LINE + "', not '" + line + "'");
        }
    }

    private static void checkCount(String[] words) {
        if (words.length != WORDS) {
            throw new IllegalArgumentException("must have " + WORDS + " words, not " + words.length);
        }
    }

    private static RememberedNeighbor neighbor(String[] words) {
        return new RememberedNeighbor(
                name(words[1]),
                IpAddress.parse(words[2]),
                link(words[3]),
                IpAddress.parse(words[4]),
                Asn.parse(words[5]),
                Arrays.stream(words[6].split(",")).map(NeighborFile::family).collect(Collectors.toSet()));
    }

    private static int link(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("'" + word + "' is not the number of a link", wrong);
        }
    }

    private static String name(String word) {
        return URLDecoder.decode(word, StandardCharsets.UTF_8);
    }

    private static Family family(String name) {
        return Arrays.stream(Family.values())
                .filter(family -> family.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is not an address family"));
    }

    // ---- writing

    /** Brings the file up to what has been noted; blocks. */
    void write() {
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
            lines.add(FIRST_LINE);
            known.forEach((instance, neighbors) -> neighbors.forEach(neighbor -> lines.add(line(instance, neighbor))));
        }
        return lines;
    }

    private static String line(String instance, RememberedNeighbor neighbor) {
        return String.join(
                " ",
                word(instance),
                word(neighbor.peer()),
                neighbor.address().toString(),
                Integer.toString(neighbor.link()),
                neighbor.local().toString(),
                neighbor.asn().toString(),
                neighbor.families().stream().sorted().map(Family::toString).collect(Collectors.joining(",")));
    }

    private static String word(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8);
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
