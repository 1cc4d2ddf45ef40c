package dev.espalier.capture;

import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.bgp.wire.UpdateMessage.Finding;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.PathAttributes;
import java.time.Instant;
import java.util.List;

/**
 * A route of a dumped table, of which only the attributes are still to be read: all that {@link CaptureRecord.RibEntry} has
 * but those.
 */
record RibRoute(Place place, Endpoint peer, IpPrefix prefix, int safi, int pathId, Instant originated) {

    /** The entry with the attributes in a slice of the record, or the problem with them. */
    CaptureRecord read(RecordCursor attributes, SessionOptions options) throws MalformedRecordException {
        int blockAt = MrtHeader.LENGTH + attributes.offset();
        RibUpdate update = new RibUpdate(prefix, attributes.take(attributes.remaining(), "attributes"));
        byte[] message = update.message();
        if (message.length > Message.MAX_EXTENDED_LENGTH) {
            return problem(blockAt, "its attributes are longer than any UPDATE");
        }
        return switch (RecordedOptions.decode(message, options)) {
            case Decoded.Valid valid
            when valid.message() instanceof Message.Update(UpdateMessage content) -> entry(update, blockAt, content);
            case Decoded.Valid other -> problem(blockAt, "its attributes cannot be read");
            case Decoded.Invalid invalid -> problem(blockAt + update.blockOffset(invalid.offset()), invalid.reason());
        };
    }

    private CaptureRecord entry(RibUpdate update, int blockAt, UpdateMessage content) {
        List<Finding> findings = content.findings().stream()
                .map(f -> new Finding(f.treatment(), f.attributeType(), update.blockOffset(f.offset()), f.message()))
                .toList();
        if (content.announced().isEmpty()) {
            for (Finding finding : findings) {
                if (finding.treatment() != UpdateMessage.Treatment.ATTRIBUTE_DISCARD) {
                    return problem(blockAt + finding.offset(), finding.message());
                }
            }
            return problem(blockAt, "there is no MP_REACH_NLRI with the next hop");
        }
        PathAttributes read = content.announced().getFirst().attributes();
        return new CaptureRecord.RibEntry(place, peer, prefix, safi, pathId, originated, read, findings);
    }

    private CaptureRecord problem(int recordOffset, String reason) {
        Peering peering = new Peering(peer, Endpoint.UNKNOWN, Peering.Direction.RECEIVED);
        return new CaptureRecord.Problem(
                place, peering, recordOffset, prefix + " in " + Family.unicast(prefix.family()) + ": " + reason);
    }
}
