package dev.espalier.capture;

import java.time.Instant;
import java.util.function.Consumer;

/**
 * MRT (RFC 6396, RFC 8050). A record that is damaged inside costs only itself. When a header makes no sense, the length in
 * it cannot be believed either: then the next header that does make sense is looked for.
 */
final class MrtReader implements RecordReader {

    private final ByteSource in;
    private final MrtTables tables = new MrtTables();
    private long records;
    private long lastSeconds;
    private Place place = new Place(Source.MRT, 0, 0, null);

    MrtReader(ByteSource in) {
        this.in = in;
    }

    @Override
    public Place place() {
        return place;
    }

    @Override
    public boolean read(Consumer<CaptureRecord> sink) {
        int there = in.ensure(MrtHeader.LENGTH);
        if (there == 0) {
            return false;
        }
        long offset = in.position();
        records++;
        byte[] head = new byte[MrtHeader.LENGTH];
        for (int i = 0; i < there; i++) {
            head[i] = (byte) in.peek(i);
        }
        MrtHeader header = MrtHeader.of(head, 0);
        place = new Place(header.source(), records, offset, header.time());
        if (there < MrtHeader.LENGTH) {
            place = new Place(Source.MRT, records, offset, null);
            in.take(there);
            sink.accept(problem(0, "the file ends within the header of an MRT record"));
            return true;
        }
        if (header.source() == Source.MRT && !header.isPlausible(lastSeconds) || header.isTooLong()) {
            return seek(header, sink);
        }
        lastSeconds = header.seconds();
        in.take(MrtHeader.LENGTH);
        byte[] record = in.take((int) header.length());
        if (record.length < header.length()) {
            String reason = "the file ends within the record: " + header.length() + " octets should follow the header, "
                    + record.length + " do";
            sink.accept(problem(MrtHeader.LENGTH + record.length, reason));
            return true;
        }
        content(header, new RecordCursor(record), sink);
        return true;
    }

    private boolean seek(MrtHeader header, Consumer<CaptureRecord> sink) {
        long from = in.position();
        place = new Place(Source.MRT, records, from, null);
        boolean found = in.seek(
                MrtHeader.LENGTH, (octets, at) -> MrtHeader.of(octets, at).isPlausible(lastSeconds));
        String skipped = (in.position() - from) + " octets are skipped to "
                + (found ? "the next header that does" : "the end of the file");
        sink.accept(problem(
                0,
                "this header of an MRT record makes no sense (type " + header.type() + ", subtype " + header.subtype()
                        + ", length " + header.length() + "): " + skipped));
        return true;
    }

    private void content(MrtHeader header, RecordCursor record, Consumer<CaptureRecord> sink) {
        try {
            if (header.isExtended()) {
                long microseconds = record.u32("microseconds");
                Instant time = header.time().plusNanos(1000 * microseconds);
                place = new Place(place.source(), place.record(), place.offset(), time);
            }
            switch (header.type()) {
                case MrtHeader.TABLE_DUMP -> tables.tableDump(place, header.subtype(), record, sink);
                case MrtHeader.TABLE_DUMP_V2 -> tables.tableDumpV2(place, header.subtype(), record, sink);
                case MrtHeader.BGP4MP, MrtHeader.BGP4MP_ET -> MrtMessages.read(place, header.subtype(), record, sink);
                default ->
                    sink.accept(new CaptureRecord.Skipped(
                            place, "MRT type " + header.type() + ", subtype " + header.subtype() + " is not read"));
            }
        } catch (MalformedRecordException malformed) {
            sink.accept(problem(MrtHeader.LENGTH + malformed.offset(), malformed.reason()));
        }
    }

    private CaptureRecord problem(int recordOffset, String reason) {
        return new CaptureRecord.Problem(place, null, recordOffset, reason);
    }
}
