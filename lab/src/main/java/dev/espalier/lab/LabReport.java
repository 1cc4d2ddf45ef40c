package dev.espalier.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes the state of a lab for people, and for programs. Pure. */
final class LabReport {

    private static final List<String> HEADINGS =
            List.of("BOX", "ROLE", "DAEMON", "AS", "SESSIONS", "PODS", "ROUTES", "STATE");
    private static final List<String> PAIR_HEADINGS = List.of("PODS", "FROM", "TO", "SEEN AS", "PING", "FETCH");
    private static final ObjectMapper JSON = new ObjectMapper();

    private LabReport() {}

    /** An aligned table, one line per box. */
    static String table(List<BoxStatus> boxes) {
        List<List<String>> rows = new ArrayList<>(List.of(HEADINGS));
        boxes.forEach(box -> rows.add(row(box)));
        return aligned(rows);
    }

    /** An aligned table, one line per pair. */
    static String pairs(List<PodProof> proofs) {
        List<List<String>> rows = new ArrayList<>(List.of(PAIR_HEADINGS));
        for (PodProof proof : proofs) {
            rows.add(List.of(
                    proof.kind().words(),
                    proof.from(),
                    proof.to(),
                    proof.seenAs(),
                    "%.2f ms".formatted(proof.pingMilliseconds()),
                    "%.1f ms".formatted(proof.fetchMilliseconds())));
        }
        return aligned(rows);
    }

    private static String aligned(List<List<String>> rows) {
        int[] widths = IntStream.range(0, rows.getFirst().size())
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        return rows.stream()
                .map(row -> IntStream.range(0, row.size())
                        .mapToObj(column -> row.get(column)
                                + " ".repeat(widths[column] - row.get(column).length()))
                        .collect(Collectors.joining("  "))
                        .stripTrailing())
                .collect(Collectors.joining("\n"));
    }

    private static List<String> row(BoxStatus box) {
        boolean speaks = box.expectedSessions() > 0;
        return List.of(
                box.box(),
                box.role(),
                box.daemon(),
                box.asn(),
                speaks ? box.sessions() + "/" + box.expectedSessions() : "-",
                box.expectedPods() > 0 ? box.pods() + "/" + box.expectedPods() : "-",
                speaks ? Integer.toString(box.routes()) : "-",
                box.complaint().orElse("up"));
    }

    /** Three lines on how packets went. */
    static String text(Proof proof) {
        return """
                ping         %s to %s: %d of %d answered, %.2f ms
                packet went  %s
                routes say   %s""".formatted(
                        proof.from(),
                        proof.to(),
                        proof.answered(),
                        proof.sent(),
                        proof.milliseconds(),
                        String.join(" > ", proof.path()),
                        proof.routesInWords());
    }

    /** The state of a lab as JSON. */
    static ObjectNode json(Topology topology, List<BoxStatus> boxes) {
        ObjectNode report = JSON.createObjectNode();
        report.put("name", topology.name());
        report.put("mode", topology.mode().word());
        ArrayNode list = report.putArray("boxes");
        for (BoxStatus box : boxes) {
            ObjectNode entry = list.addObject();
            entry.put("box", box.box());
            entry.put("role", box.role());
            entry.put("daemon", box.daemon());
            entry.put("asn", box.asn());
            entry.put("sessions", box.sessions());
            entry.put("expectedSessions", box.expectedSessions());
            entry.put("pods", box.pods());
            entry.put("expectedPods", box.expectedPods());
            entry.put("routes", box.routes());
            entry.put("up", box.isUp());
            box.complaint().ifPresent(complaint -> entry.put("complaint", complaint));
        }
        return report;
    }

    /** The pairs as JSON. */
    static ArrayNode json(List<PodProof> proofs) {
        ArrayNode pairs = JSON.createArrayNode();
        for (PodProof proof : proofs) {
            ObjectNode pair = pairs.addObject();
            pair.put("kind", proof.kind().words());
            pair.put("from", proof.from());
            pair.put("to", proof.to());
            pair.put("seenAs", proof.seenAs());
            pair.put("pingMilliseconds", proof.pingMilliseconds());
            pair.put("fetchMilliseconds", proof.fetchMilliseconds());
        }
        return pairs;
    }

    /** The proof as JSON. */
    static ObjectNode json(Proof proof) {
        ObjectNode report = JSON.createObjectNode();
        report.put("from", proof.from());
        report.put("to", proof.to());
        report.put("sent", proof.sent());
        report.put("answered", proof.answered());
        report.put("milliseconds", proof.milliseconds());
        proof.path().forEach(report.putArray("path")::add);
        ArrayNode routes = report.putArray("routes");
        proof.routes().forEach(boxes -> boxes.forEach(routes.addArray()::add));
        return report;
    }
}
