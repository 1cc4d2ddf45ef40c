package dev.espalier.interop;

import dev.espalier.lab.LabException;
import dev.espalier.lab.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Numbered packets from each of several places to each other, 200 a second, and the count of what did not arrive. One thread. */
final class Traffic implements AutoCloseable {

    /** Fewer than in a second: whoever saw so few did not watch an upgrade. */
    static final int FEW = 200;

    private final List<Witness> witnesses = new ArrayList<>();

    private Traffic() {}

    /**
     * An address in a namespace.
     *
     * @param namespace where packets are sent from and arrive
     * @param address an IPv4 address that it has
     */
    record Place(Namespace namespace, String address) {}

    /** What the packets say in the end. */
    record Outcome(int fewestSent, Map<String, Integer> lost) {}

    private record Witness(Place place, Process process, BufferedReader says) {

        void step() {
            try {
                Writer in = process.outputWriter();
                in.write("\n");
                in.flush();
            } catch (IOException ended) {
                throw new LabException("the sender at " + place.address + " has ended", ended);
            }
        }

        String line() {
            try {
                String line = says.readLine();
                if (line == null) {
                    throw new LabException("the sender at " + place.address + " has ended");
                }
                return line;
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    /**
     * Begins to send from each place to all others. Every route must be there already.
     *
     * @param directory for the senders' complaints
     */
    static Traffic between(Path directory, Place... places) {
        Traffic traffic = new Traffic();
        for (Place place : places) {
            // Before the others: a witness that gets no processor is none.
            List<String> argv = new ArrayList<>(List.of(
                    "nice",
                    "-n",
                    "-10",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xmx32m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Packets.class.getName(),
                    place.address));
            Stream.of(places).filter(other -> !other.equals(place)).forEach(other -> argv.add(other.address));
            ProcessBuilder builder = new ProcessBuilder(argv);
            builder.redirectError(
                    directory.resolve("packets-" + place.address + ".log").toFile());
            Process process = place.namespace.start(builder);
            traffic.witnesses.add(new Witness(place, process, process.inputReader()));
        }
        traffic.witnesses.forEach(Witness::line);
        traffic.witnesses.forEach(Witness::step);
        return traffic;
    }

    /** Ends it, and counts. */
    Outcome finish() {
        Map<String, Integer> sent = new HashMap<>();
        witnesses.forEach(Witness::step);
        witnesses.forEach(witness -> sent.put(witness.place.address, Integer.valueOf(witness.line())));
        witnesses.forEach(Witness::step);
        Map<String, Integer> lost = new TreeMap<>();
        for (Witness witness : witnesses) {
            Map<String, Integer> arrived = new HashMap<>();
            witness.says
                    .lines()
                    .map(line -> line.split(" "))
                    .forEach(words -> arrived.put(words[0], Integer.valueOf(words[1])));
            sent.forEach((from, count) -> {
                int missing = count - arrived.getOrDefault(from, 0);
                if (!from.equals(witness.place.address) && missing > 0) {
                    lost.put(from + " to " + witness.place.address, missing);
                }
            });
        }
        return new Outcome(sent.values().stream().mapToInt(count -> count).min().orElse(0), lost);
    }

    @Override
    public void close() {
        witnesses.forEach(witness -> witness.process.destroyForcibly());
    }
}
