package dev.espalier.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.capture.CaptureRecord;
import dev.espalier.capture.Endpoint;
import dev.espalier.capture.Peering;
import dev.espalier.capture.Place;
import java.io.IOException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Records of a recording as JSON objects; docs/decode.md says what is in them. What is absent is left out. */
final class RecordJson {

    private static final int TYPE_AT = 18;

    private final JsonGenerator json;
    private final MessageJson messages;

    RecordJson(JsonGenerator json) {
        this.json = json;
        messages = new MessageJson(json);
    }

    /** The word for what a record is, the object's {@code type}. */
    static String type(CaptureRecord record) {
        return switch (record) {
            case CaptureRecord.BgpMessageRecord message -> type(message);
            case CaptureRecord.RibEntry entry -> "rib-entry";
            case CaptureRecord.StateChange change -> "state-change";
            case CaptureRecord.Skipped skipped -> "skipped";
            case CaptureRecord.Problem problem -> "problem";
        };
    }

    /** A malformed message too says of what type it is, if there is that much of it. */
    private static String type(CaptureRecord.BgpMessageRecord message) {
        byte[] octets = message.octets();
        return switch (octets.length > TYPE_AT ? octets[TYPE_AT] : 0) {
            case 1 -> "open";
            case 2 -> "update";
            case 3 -> "notification";
            case 4 -> "keepalive";
            case 5 -> "route-refresh";
            default -> "unknown";
        };
    }

    void write(CaptureRecord record) throws IOException {
        json.writeStartObject();
        place(record.place());
        json.writeStringField("type", type(record));
        switch (record) {
            case CaptureRecord.BgpMessageRecord message -> message(message);
            case CaptureRecord.RibEntry entry -> entry(entry);
            case CaptureRecord.StateChange change -> {
                peering(change.peering());
                json.writeStringField("oldState", CaptureRecord.StateChange.stateName(change.oldState()));
                json.writeStringField("newState", CaptureRecord.StateChange.stateName(change.newState()));
            }
            case CaptureRecord.Skipped skipped -> json.writeStringField("reason", skipped.reason());
            case CaptureRecord.Problem problem -> problem(problem);
        }
        json.writeEndObject();
    }

    private void place(Place place) throws IOException {
        json.writeNumberField("record", place.record());
        json.writeNumberField("offset", place.offset());
        Instant time = place.time();
        if (time != null) {
            json.writeStringField("time", time.toString());
        }
        json.writeStringField("source", place.source().toString());
    }

    private void peering(Peering peering) throws IOException {
        endpoint("peer", peering.peer());
        endpoint("local", peering.local());
        if (!peering.equals(Peering.UNKNOWN)) {
            json.writeStringField("direction", peering.direction().name().toLowerCase(Locale.ROOT));
        }
    }

    private void endpoint(String name, Endpoint endpoint) throws IOException {
        if (endpoint.equals(Endpoint.UNKNOWN)) {
            return;
        }
        json.writeObjectFieldStart(name);
        writeText("address", endpoint.address());
        if (endpoint.as() != null) {
            json.writeNumberField("as", endpoint.as().value());
        }
        json.writeEndObject();
    }

    private void writeText(String name, @Nullable Object value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value.toString());
        }
    }

    private void message(CaptureRecord.BgpMessageRecord message) throws IOException {
        peering(message.peering());
        switch (message.decoded()) {
            case Decoded.Valid valid -> {
                messages.content(valid.message());
                if (valid.message() instanceof Message.Update update
                        && !update.update().findings().isEmpty()) {
                    raw(message.octets());
                }
            }
            case Decoded.Invalid invalid -> {
                messages.error(invalid);
                raw(message.octets());
            }
        }
    }

    /** Who looks at a message with faults wants to see it. */
    private void raw(byte[] octets) throws IOException {
        json.writeStringField("raw", HexFormat.of().formatHex(octets));
    }

    private void entry(CaptureRecord.RibEntry entry) throws IOException {
        endpoint("peer", entry.peer());
        json.writeStringField("originated", entry.originated().toString());
        String family = entry.prefix().family().name().toLowerCase(Locale.ROOT);
        json.writeStringField("family", family + (entry.safi() == 1 ? "-unicast" : "-multicast"));
        json.writeStringField("prefix", entry.prefix().toString());
        if (entry.pathId() != 0) {
            json.writeNumberField("pathId", Integer.toUnsignedLong(entry.pathId()));
        }
        messages.attributes(entry.attributes());
        messages.findings(entry.findings());
    }

    private void problem(CaptureRecord.Problem problem) throws IOException {
        Peering peering = problem.peering();
        if (peering != null) {
            peering(peering);
        }
        if (problem.recordOffset() >= 0) {
            json.writeNumberField("recordOffset", problem.recordOffset());
        }
        json.writeStringField("reason", problem.reason());
    }
}
