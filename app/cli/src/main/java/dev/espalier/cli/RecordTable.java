package dev.espalier.cli;

import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.capture.CaptureRecord;
import dev.espalier.capture.Endpoint;
import dev.espalier.capture.Peering;
import dev.espalier.cli.Style.Tone;
import dev.espalier.cli.Table.Cell;
import dev.espalier.cli.Table.Column;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.PathAttributes;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a recording says, one row each: enough to find a record, not all that is in it. */
final class RecordTable implements RecordPrinter {

    private final Table table;

    RecordTable(PrintWriter out, Style style) {
        table = new Table(
                out,
                style,
                List.of(
                        Column.right("Record"),
                        Column.left("Time"),
                        Column.left("Peer"),
                        Column.left("Type"),
                        Column.left("Content")));
    }

    @Override
    public void print(CaptureRecord record) {
        Instant time = record.place().time();
        table.row(List.of(
                Cell.of(record.place().record()),
                Cell.of(time == null ? "" : time.toString()),
                Cell.of(peer(record)),
                Cell.of(RecordJson.type(record)),
                content(record)));
    }

    @Override
    public void end() {
        table.end();
    }

    private static String peer(CaptureRecord record) {
        Endpoint peer =
                switch (record) {
                    case CaptureRecord.BgpMessageRecord message ->
                        message.peering().peer();
                    case CaptureRecord.RibEntry entry -> entry.peer();
                    case CaptureRecord.StateChange change -> change.peering().peer();
                    case CaptureRecord.Skipped skipped -> Endpoint.UNKNOWN;
                    case CaptureRecord.Problem problem -> {
                        Peering peering = problem.peering();
                        yield peering == null ? Endpoint.UNKNOWN : peering.peer();
                    }
                };
        return peer.address() == null ? "" : peer.address().toString();
    }

    private static Cell content(CaptureRecord record) {
        return switch (record) {
            case CaptureRecord.BgpMessageRecord message -> content(message.decoded());
            case CaptureRecord.RibEntry entry -> Cell.of(entry.prefix() + " " + path(entry.attributes()));
            case CaptureRecord.StateChange change ->
                Cell.of(CaptureRecord.StateChange.stateName(change.oldState()) + " to "
                        + CaptureRecord.StateChange.stateName(change.newState()));
            case CaptureRecord.Skipped skipped -> new Cell(skipped.reason(), Tone.FAINT);
            case CaptureRecord.Problem problem -> new Cell(problem.reason(), Tone.BAD);
        };
    }

    private static Cell content(Decoded decoded) {
        return switch (decoded) {
            case Decoded.Valid valid -> content(valid.message());
            case Decoded.Invalid invalid -> new Cell("at " + invalid.offset() + ": " + invalid.reason(), Tone.BAD);
        };
    }

    private static Cell content(Message message) {
        return switch (message) {
            case Message.Open open -> Cell.of("AS " + open.myAs() + ", router ID " + open.routerId());
            case Message.Update update -> content(update.update());
            case Message.Notification notification -> Cell.of(ErrorCode.describe(notification));
            case Message.Keepalive keepalive -> Cell.of("");
            case Message.RouteRefresh refresh -> Cell.of("AFI " + refresh.afi() + ", SAFI " + refresh.safi());
        };
    }

    private static Cell content(UpdateMessage update) {
        if (!update.findings().isEmpty()) {
            UpdateMessage.Finding first = update.findings().getFirst();
            return new Cell("at " + first.offset() + ": " + first.message(), Tone.WARNING);
        }
        List<String> parts = new ArrayList<>();
        update.withdrawn().forEach(each -> parts.add("- " + prefixes(each)));
        update.announced().forEach(each -> parts.add("+ " + prefixes(each.nlri()) + " " + path(each.attributes())));
        if (update.endOfRib() != null) {
            parts.add("End-of-RIB " + update.endOfRib());
        }
        return Cell.of(String.join(", ", parts));
    }

    private static String path(PathAttributes attributes) {
        return "via " + attributes.nextHop() + " path " + attributes.asPath();
    }

    /** The first of them, and how many more there are. */
    private static String prefixes(Nlri nlri) {
        String[] first = new String[1];
        nlri.forEach((pathId, high, low, length) -> {
            if (first[0] == null) {
                first[0] = IpPrefix.of(nlri.family().addresses(), high, low, length)
                        .toString();
            }
        });
        int more = nlri.count() - 1;
        return first[0] + (more == 0 ? "" : " and " + more + " more");
    }
}
