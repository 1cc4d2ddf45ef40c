package dev.espalier.capture;

import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.capture.CaptureRecord.BgpMessageRecord;
import dev.espalier.capture.CaptureRecord.StateChange;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import java.util.function.Consumer;

/** The content of BGP4MP records: messages and changes of state (RFC 6396 section 4.4, RFC 8050 section 3). */
final class MrtMessages {

    private MrtMessages() {}

    private static final int STATE_CHANGE = 0;
    private static final int MESSAGE = 1;
    private static final int MESSAGE_AS4 = 4;
    private static final int STATE_CHANGE_AS4 = 5;
    private static final int MESSAGE_LOCAL = 6;
    private static final int MESSAGE_AS4_LOCAL = 7;
    private static final int MESSAGE_ADDPATH = 8;
    private static final int MESSAGE_AS4_ADDPATH = 9;
    private static final int MESSAGE_LOCAL_ADDPATH = 10;
    private static final int MESSAGE_AS4_LOCAL_ADDPATH = 11;

    /** Reads what comes after the common header. */
    static void read(Place place, int subtype, RecordCursor record, Consumer<CaptureRecord> sink)
            throws MalformedRecordException {
        switch (subtype) {
            case STATE_CHANGE, STATE_CHANGE_AS4 -> {
                Peering peering = peering(record, subtype == STATE_CHANGE_AS4, Peering.Direction.RECEIVED);
                sink.accept(new StateChange(place, peering, record.u16("old state"), record.u16("new state")));
            }
            case MESSAGE -> messages(place, record, false, false, Peering.Direction.RECEIVED, sink);
            case MESSAGE_AS4 -> messages(place, record, true, false, Peering.Direction.RECEIVED, sink);
            case MESSAGE_LOCAL -> messages(place, record, false, false, Peering.Direction.SENT, sink);
            case MESSAGE_AS4_LOCAL -> messages(place, record, true, false, Peering.Direction.SENT, sink);
            case MESSAGE_ADDPATH -> messages(place, record, false, true, Peering.Direction.RECEIVED, sink);
            case MESSAGE_AS4_ADDPATH -> messages(place, record, true, true, Peering.Direction.RECEIVED, sink);
            case MESSAGE_LOCAL_ADDPATH -> messages(place, record, false, true, Peering.Direction.SENT, sink);
            case MESSAGE_AS4_LOCAL_ADDPATH -> messages(place, record, true, true, Peering.Direction.SENT, sink);
            default -> sink.accept(new CaptureRecord.Skipped(place, "BGP4MP subtype " + subtype + " is not read"));
        }
    }

    private static void messages(
            Place place,
            RecordCursor record,
            boolean fourOctetAs,
            boolean addPath,
            Peering.Direction direction,
            Consumer<CaptureRecord> sink)
            throws MalformedRecordException {
        Peering peering = peering(record, fourOctetAs, direction);
        int messageAt = MrtHeader.LENGTH + record.offset();
        if (record.remaining() == 0) {
            sink.accept(new CaptureRecord.Problem(place, peering, messageAt, "there is no message in the record"));
            return;
        }
        SessionOptions options = RecordedOptions.of(fourOctetAs, addPath);
        for (byte[] message : Frames.split(record.take(record.remaining(), "message"))) {
            MessageDecoder.Decoded decoded = RecordedOptions.decode(message, options);
            sink.accept(new BgpMessageRecord(place, peering, message, options, decoded));
        }
    }

    private static Peering peering(RecordCursor record, boolean fourOctetAs, Peering.Direction direction)
            throws MalformedRecordException {
        Asn peerAs = asn(record, fourOctetAs, "peer AS");
        Asn localAs = asn(record, fourOctetAs, "local AS");
        record.skip(2, "interface index");
        AddressFamily family = family(record.offset(), record.u16("address family"));
        IpAddress peer = record.address(family, "peer address");
        IpAddress local = record.address(family, "local address");
        return new Peering(new Endpoint(peer, peerAs), new Endpoint(local, localAs), direction);
    }

    private static Asn asn(RecordCursor record, boolean fourOctetAs, String what) throws MalformedRecordException {
        return Asn.ofBits(fourOctetAs ? record.i32(what) : record.u16(what));
    }

    /** The family of an AFI. */
    static AddressFamily family(int offset, int afi) throws MalformedRecordException {
        return switch (afi) {
            case 1 -> AddressFamily.IPV4;
            case 2 -> AddressFamily.IPV6;
            default -> throw new MalformedRecordException(offset, "there is no address family " + afi + " in MRT");
        };
    }
}
