package dev.espalier.capture;

import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.bgp.wire.UpdateMessage.Finding;
import dev.espalier.net.Community;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.PathAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Writes records as {@code bgpdump -m} does, so that the two can be compared line by line. Two differences are by design and
 * are taken out of both: communities are a set, so they come sorted and once each; and what RFC 7606 and 7607 say about a
 * malformed message is done here and not there, so the prefixes of messages with findings are only counted.
 */
final class BgpdumpLines {

    private final Consumer<String> lines;
    /** {@code time|peer|prefix} of what has findings. */
    private final List<String> excused = new ArrayList<>();

    BgpdumpLines(Consumer<String> lines) {
        this.lines = lines;
    }

    List<String> excused() {
        return excused;
    }

    void write(CaptureRecord record) {
        switch (record) {
            case CaptureRecord.BgpMessageRecord message -> message(message);
            case CaptureRecord.RibEntry entry -> {
                String head = "TABLE_DUMP2|" + entry.place().time().getEpochSecond();
                route(head, "B", entry.peer(), entry.prefix(), entry.attributes(), entry.findings());
            }
            case CaptureRecord.StateChange change ->
                lines.accept(head(change) + "|STATE|" + text(change.peering().peer()) + "|" + change.oldState() + "|"
                        + change.newState());
            case CaptureRecord.Skipped skipped -> throw new AssertionError(skipped.toString());
            case CaptureRecord.Problem problem -> throw new AssertionError(problem.toString());
        }
    }

    private void message(CaptureRecord.BgpMessageRecord record) {
        if (!(record.decoded() instanceof Decoded.Valid(Message message))) {
            throw new AssertionError(record.place() + ": " + record.decoded());
        }
        if (!(message instanceof Message.Update(UpdateMessage update))) {
            return;
        }
        Endpoint peer = record.peering().peer();
        for (Nlri withdrawn : update.withdrawn()) {
            forEach(withdrawn, prefix -> {
                if (update.findings().isEmpty()) {
                    lines.accept(head(record) + "|W|" + text(peer) + "|" + prefix);
                } else {
                    excuse(head(record), peer, prefix);
                }
            });
        }
        for (UpdateMessage.Announcement announced : update.announced()) {
            forEach(
                    announced.nlri(),
                    prefix -> route(head(record), "A", peer, prefix, announced.attributes(), update.findings()));
        }
    }

    private static void forEach(Nlri nlri, Consumer<IpPrefix> consumer) {
        nlri.forEach((pathId, high, low, length) ->
                consumer.accept(IpPrefix.of(nlri.family().addresses(), high, low, length)));
    }

    private void route(
            String head, String kind, Endpoint peer, IpPrefix prefix, PathAttributes a, List<Finding> findings) {
        if (!findings.isEmpty()) {
            excuse(head, peer, prefix);
            return;
        }
        String aggregator =
                a.aggregator().map(by -> by.asn() + " " + by.address()).orElse("");
        lines.accept(String.join(
                "|",
                head,
                kind,
                text(peer),
                prefix.toString(),
                a.asPath().toString(),
                a.origin().name().toUpperCase(Locale.ROOT),
                a.nextHop().toString(),
                Integer.toUnsignedString(a.localPref()),
                Integer.toUnsignedString(a.med()),
                communities(a),
                a.atomicAggregate() ? "AG" : "NAG",
                aggregator,
                ""));
    }

    private void excuse(String head, Endpoint peer, IpPrefix prefix) {
        excused.add(head.substring(head.indexOf('|') + 1) + "|" + text(peer) + "|" + prefix);
    }

    private static String head(CaptureRecord record) {
        Instant time = record.place().time();
        return "BGP4MP_ET|" + time.getEpochSecond() + "." + String.format("%06d", time.getNano() / 1000);
    }

    private static String text(Endpoint peer) {
        return peer.address() + "|" + peer.as();
    }

    private static String communities(PathAttributes attributes) {
        return attributes.communities().stream()
                .map(BgpdumpLines::text)
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .collect(Collectors.joining(" "));
    }

    /** bgpdump knows the names of RFC 1997 only, and one of them by another name. */
    private static String text(Community community) {
        return switch (community.bits()) {
            case 0xFFFFFF01, 0xFFFFFF02 -> community.toString();
            case 0xFFFFFF03 -> "local-AS";
            default -> (community.bits() >>> 16) + ":" + (community.bits() & 0xFFFF);
        };
    }

    // ---- the other side

    /** A line of bgpdump with its communities sorted. */
    static String normalised(String line) {
        String[] fields = line.split("\\|", -1);
        if (fields.length < 12) {
            return line;
        }
        fields[11] = new TreeSet<>(Arrays.asList(fields[11].split(" ")))
                .stream().filter(text -> !text.isEmpty()).collect(Collectors.joining(" "));
        return String.join("|", fields);
    }

    /** {@code time|peer|prefix} of a line of bgpdump. */
    static String key(String line) {
        String[] fields = line.split("\\|", -1);
        return fields.length < 6 ? line : fields[1] + "|" + fields[3] + "|" + fields[4] + "|" + fields[5];
    }
}
