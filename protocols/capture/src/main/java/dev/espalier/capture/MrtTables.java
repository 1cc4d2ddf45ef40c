package dev.espalier.capture;

import dev.espalier.capture.CaptureRecord.Problem;
import dev.espalier.capture.CaptureRecord.Skipped;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The content of TABLE_DUMP and TABLE_DUMP_V2 records (RFC 6396 sections 4.2 and 4.3, RFC 8050 section 4). Remembers the
 * peers that the last PEER_INDEX_TABLE named.
 */
final class MrtTables {

    private static final int PEER_INDEX_TABLE = 1;
    private static final int RIB_IPV4_UNICAST = 2;
    private static final int RIB_IPV4_MULTICAST = 3;
    private static final int RIB_IPV6_UNICAST = 4;
    private static final int RIB_IPV6_MULTICAST = 5;
    private static final int RIB_GENERIC = 6;
    private static final int RIB_IPV4_UNICAST_ADDPATH = 8;
    private static final int RIB_IPV4_MULTICAST_ADDPATH = 9;
    private static final int RIB_IPV6_UNICAST_ADDPATH = 10;
    private static final int RIB_IPV6_MULTICAST_ADDPATH = 11;
    private static final int RIB_GENERIC_ADDPATH = 12;

    private static final int UNICAST = 1;
    private static final int MULTICAST = 2;

    // The type of a peer in PEER_INDEX_TABLE
    private static final int PEER_IPV6 = 1;
    private static final int PEER_FOUR_OCTET_AS = 2;

    private List<Endpoint> peers = List.of();

    /** A RIB entry's place in the table. */
    private record Row(Place place, IpPrefix prefix, int safi, boolean addPath) {}

    /** Reads a TABLE_DUMP record, whose AS numbers have two octets; the subtype is an AFI. */
    void tableDump(Place place, int subtype, RecordCursor record, Consumer<CaptureRecord> sink)
            throws MalformedRecordException {
        if (subtype != 1 && subtype != 2) {
            sink.accept(new Skipped(place, "TABLE_DUMP subtype " + subtype + " is not read"));
            return;
        }
        AddressFamily family = MrtMessages.family(0, subtype);
        record.skip(4, "view and sequence number");
        IpAddress address = record.address(family, "prefix");
        int lengthAt = record.offset();
        int length = record.u8("prefix length");
        if (length > family.bits()) {
            throw new MalformedRecordException(lengthAt, "a prefix of " + family + " has length " + length);
        }
        record.skip(1, "status");
        Instant originated = Instant.ofEpochSecond(record.u32("originated time"));
        IpAddress peer = record.address(family, "peer address");
        Endpoint endpoint = new Endpoint(peer, Asn.ofBits(record.u16("peer AS")));
        RecordCursor attributes = record.slice(record.u16("attribute length"), "attributes");
        RibRoute route = new RibRoute(place, endpoint, IpPrefix.of(address, length), UNICAST, 0, originated);
        sink.accept(route.read(attributes, RecordedOptions.of(false, false)));
        if (record.remaining() > 0) {
            throw new MalformedRecordException(
                    record.offset(), record.remaining() + " octets are left after the attributes");
        }
    }

    /** Reads a TABLE_DUMP_V2 record. */
    void tableDumpV2(Place place, int subtype, RecordCursor record, Consumer<CaptureRecord> sink)
            throws MalformedRecordException {
        switch (subtype) {
            case PEER_INDEX_TABLE -> peers = peers(record);
            case RIB_IPV4_UNICAST -> rib(place, record, AddressFamily.IPV4, UNICAST, false, sink);
            case RIB_IPV4_MULTICAST -> rib(place, record, AddressFamily.IPV4, MULTICAST, false, sink);
            case RIB_IPV6_UNICAST -> rib(place, record, AddressFamily.IPV6, UNICAST, false, sink);
            case RIB_IPV6_MULTICAST -> rib(place, record, AddressFamily.IPV6, MULTICAST, false, sink);
            case RIB_IPV4_UNICAST_ADDPATH -> rib(place, record, AddressFamily.IPV4, UNICAST, true, sink);
            case RIB_IPV4_MULTICAST_ADDPATH -> rib(place, record, AddressFamily.IPV4, MULTICAST, true, sink);
            case RIB_IPV6_UNICAST_ADDPATH -> rib(place, record, AddressFamily.IPV6, UNICAST, true, sink);
            case RIB_IPV6_MULTICAST_ADDPATH -> rib(place, record, AddressFamily.IPV6, MULTICAST, true, sink);
            case RIB_GENERIC -> generic(place, record, false, sink);
            case RIB_GENERIC_ADDPATH -> generic(place, record, true, sink);
            default -> sink.accept(new Skipped(place, "TABLE_DUMP_V2 subtype " + subtype + " is not read"));
        }
    }

    /** Section 4.3.1. A damaged table of peers is no table: better no names than wrong ones. */
    private List<Endpoint> peers(RecordCursor record) throws MalformedRecordException {
        peers = List.of();
        record.skip(4, "collector's BGP identifier");
        record.skip(record.u16("length of the view's name"), "view's name");
        int count = record.u16("number of peers");
        List<Endpoint> named = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int type = record.u8("peer type");
            record.skip(4, "peer's BGP identifier");
            AddressFamily family = (type & PEER_IPV6) != 0 ? AddressFamily.IPV6 : AddressFamily.IPV4;
            IpAddress address = record.address(family, "peer address");
            int as = (type & PEER_FOUR_OCTET_AS) != 0 ? record.i32("peer AS") : record.u16("peer AS");
            named.add(new Endpoint(address, Asn.ofBits(as)));
        }
        return named;
    }

    /** Section 4.3.2. */
    private void rib(
            Place place,
            RecordCursor record,
            AddressFamily family,
            int safi,
            boolean addPath,
            Consumer<CaptureRecord> sink)
            throws MalformedRecordException {
        record.skip(4, "sequence number");
        entries(new Row(place, record.prefix(family), safi, addPath), record, sink);
    }

    /** Section 4.3.3: only the families whose NLRI is a prefix. */
    private void generic(Place place, RecordCursor record, boolean addPath, Consumer<CaptureRecord> sink)
            throws MalformedRecordException {
        record.skip(4, "sequence number");
        int afi = record.u16("AFI");
        int safi = record.u8("SAFI");
        if (afi != 1 && afi != 2 || safi != UNICAST && safi != MULTICAST) {
            sink.accept(new Skipped(place, "routes of AFI " + afi + ", SAFI " + safi + " are not read"));
            return;
        }
        IpPrefix prefix = record.prefix(MrtMessages.family(record.offset(), afi));
        entries(new Row(place, prefix, safi, addPath), record, sink);
    }

    /** Section 4.3.4; with path identifiers, RFC 8050 section 4.1. */
    private void entries(Row row, RecordCursor record, Consumer<CaptureRecord> sink) throws MalformedRecordException {
        int count = record.u16("entry count");
        for (int i = 0; i < count; i++) {
            int indexAt = record.offset();
            int index = record.u16("peer index");
            Instant originated = Instant.ofEpochSecond(record.u32("originated time"));
            int pathId = row.addPath ? record.i32("path identifier") : 0;
            RecordCursor attributes = record.slice(record.u16("attribute length"), "attributes");
            if (index >= peers.size()) {
                String reason = row.prefix + " is from peer " + index + ", but PEER_INDEX_TABLE has " + peers.size();
                sink.accept(new Problem(row.place, null, MrtHeader.LENGTH + indexAt, reason));
            }
            Endpoint peer = index < peers.size() ? peers.get(index) : Endpoint.UNKNOWN;
            RibRoute route = new RibRoute(row.place, peer, row.prefix, row.safi, pathId, originated);
            sink.accept(route.read(attributes, RecordedOptions.of(true, false)));
        }
        if (record.remaining() > 0) {
            throw new MalformedRecordException(
                    record.offset(), record.remaining() + " octets are left after the last entry");
        }
    }
}
