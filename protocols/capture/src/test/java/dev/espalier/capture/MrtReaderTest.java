package dev.espalier.capture;

import static dev.espalier.capture.Recordings.message;
import static dev.espalier.capture.Recordings.problem;
import static dev.espalier.capture.Recordings.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AsPath;
import dev.espalier.route.PathAttributes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class MrtReaderTest {

    private static final long NOW = SampleRecordings.START;
    private static final byte[] KEEPALIVE = MessageEncoder.encode(new Message.Keepalive());

    private static final PathAttributes V4 = PathAttributes.builder()
            .asPath(AsPath.sequence(List.of(new Asn(64501), new Asn(64502))))
            .nextHop(new Ipv4Address(0xC0000201))
            .build();
    private static final PathAttributes V6 =
            V4.toBuilder().nextHop(IpAddress.parse("2001:db8::9")).build();

    private static OctetWriter withPeers() {
        return new OctetWriter().mrt(NOW, 13, 1, SampleRecordings.peerIndexTable());
    }

    private static OctetWriter bgp4mp(boolean four) {
        OctetWriter record = new OctetWriter();
        (four ? record.u32(4_200_000_001L).u32(64500) : record.u16(64501).u16(64500))
                .u16(7)
                .u16(1)
                .address("192.0.2.1")
                .address("192.0.2.2");
        return record;
    }

    private static byte[] update(boolean four, Set<Family> addPath) {
        List<byte[]> messages = new ArrayList<>();
        UpdatePacker packer = new UpdatePacker(SampleRecordings.options(four, addPath), messages::add);
        packer.begin(Family.IPV4_UNICAST, V4);
        packer.add(77, 0x0A01020000000000L, 0, 24);
        packer.end();
        return messages.getFirst();
    }

    private static UpdateMessage updateOf(CaptureRecord record) {
        assertThat(record).isInstanceOf(CaptureRecord.BgpMessageRecord.class);
        Decoded.Valid valid = (Decoded.Valid) message(record).decoded();
        return ((Message.Update) valid.message()).update();
    }

    // ---- BGP4MP

    @Test
    void everyMessageSubtypeIsReadWithItsOwnWidthsAndDirection() {
        for (int subtype : new int[] {1, 4, 6, 7, 8, 9, 10, 11}) {
            boolean four = subtype == 4 || subtype == 7 || subtype == 9 || subtype == 11;
            boolean local = subtype == 6 || subtype == 7 || subtype == 10 || subtype == 11;
            Set<Family> addPath = subtype >= 8 ? Set.of(Family.values()) : Set.of();
            byte[] record = bgp4mp(four).bytes(update(four, addPath)).toBytes();
            List<CaptureRecord> read =
                    read(new OctetWriter().mrt(NOW, 16, subtype, record).toBytes());
            assertThat(read).as("subtype %d", subtype).hasSize(1);
            Peering peering = message(read.getFirst()).peering();
            assertThat(peering.peer().as().value()).isEqualTo(four ? 4_200_000_001L : 64501);
            assertThat(peering.direction()).isEqualTo(local ? Peering.Direction.SENT : Peering.Direction.RECEIVED);
            UpdateMessage update = updateOf(read.getFirst());
            assertThat(update.findings()).isEmpty();
            Nlri nlri = update.announced().getFirst().nlri();
            assertThat(nlri.addPath()).isEqualTo(subtype >= 8);
            nlri.forEach((pathId, high, low, length) -> assertThat(pathId).isEqualTo(subtype >= 8 ? 77 : 0));
        }
    }

    @Test
    void anExtendedTimestampAddsMicroseconds() {
        byte[] record = new OctetWriter()
                .u32(123_456)
                .bytes(bgp4mp(true).bytes(KEEPALIVE).toBytes())
                .toBytes();
        CaptureRecord read =
                read(new OctetWriter().mrt(NOW, 17, 4, record).toBytes()).getFirst();
        assertThat(read.place().time()).isEqualTo(Instant.ofEpochSecond(NOW, 123_456_000));
    }

    @Test
    void stateChangesAreRead() {
        byte[] old = bgp4mp(false).u16(3).u16(4).toBytes();
        byte[] four = bgp4mp(true).u16(6).u16(1).toBytes();
        List<CaptureRecord> read = read(
                new OctetWriter().mrt(NOW, 16, 0, old).mrt(NOW, 16, 5, four).toBytes());
        CaptureRecord.StateChange down = (CaptureRecord.StateChange) read.get(1);
        assertThat(down.peering().peer().address()).hasToString("192.0.2.1");
        assertThat(CaptureRecord.StateChange.stateName(down.oldState())).isEqualTo("Established");
        assertThat(CaptureRecord.StateChange.stateName(down.newState())).isEqualTo("Idle");
        assertThat(((CaptureRecord.StateChange) read.getFirst()).newState()).isEqualTo(4);
    }

    // ---- tables

    @Test
    void oldTableDumpsHaveTwoOctetAsNumbers() {
        byte[] message = update(false, Set.of());
        byte[] attributes = Arrays.copyOfRange(message, 23, message.length - 4);
        byte[] record = new OctetWriter()
                .u16(0)
                .u16(1)
                .address("10.1.2.0")
                .u8(24)
                .u8(1)
                .u32(NOW - 60)
                .address("192.0.2.1")
                .u16(64501)
                .counted(attributes)
                .toBytes();
        List<CaptureRecord> read =
                read(new OctetWriter().mrt(NOW, 12, 1, record).toBytes());
        assertThat(read).singleElement().isInstanceOf(CaptureRecord.RibEntry.class);
        CaptureRecord.RibEntry entry = (CaptureRecord.RibEntry) read.getFirst();
        assertThat(entry.prefix()).isEqualTo(IpPrefix.parse("10.1.2.0/24"));
        assertThat(entry.attributes()).isEqualTo(V4);
        assertThat(entry.originated()).isEqualTo(Instant.ofEpochSecond(NOW - 60));
        assertThat(entry.peer().as()).isEqualTo(new Asn(64501));
    }

    @Test
    void pathIdentifiersOfTablesAreRead() {
        byte[] rib = new OctetWriter()
                .u32(0)
                .prefix(IpPrefix.parse("10.0.0.0/8"))
                .u16(1)
                .u16(0)
                .u32(NOW)
                .u32(0xFFFFFFFFL)
                .counted(SampleRecordings.block(V4))
                .toBytes();
        CaptureRecord.RibEntry entry = (CaptureRecord.RibEntry)
                read(withPeers().mrt(NOW, 13, 8, rib).toBytes()).getFirst();
        assertThat(Integer.toUnsignedLong(entry.pathId())).isEqualTo(0xFFFFFFFFL);
        assertThat(entry.attributes()).isEqualTo(V4);
    }

    @Test
    void theNextHopOfIpv6RoutesIsFoundInTheShortAndInTheWholeForm() {
        byte[] shortForm = SampleRecordings.block(V6);
        byte[] nextHop = V6.nextHop().toBytes();
        byte[] whole = new OctetWriter()
                .bytes(V6.encoded())
                .hex("800e2c 0002 01 10")
                .bytes(nextHop)
                .hex("00 40 20010db800010000 30 20010db80002 30 20010db80003")
                .toBytes();
        for (byte[] block : List.of(shortForm, whole)) {
            byte[] rib = new OctetWriter()
                    .u32(0)
                    .prefix(IpPrefix.parse("2001:db8::/32"))
                    .u16(1)
                    .u16(1)
                    .u32(NOW)
                    .counted(block)
                    .toBytes();
            List<CaptureRecord> read = read(withPeers().mrt(NOW, 13, 4, rib).toBytes());
            assertThat(read).singleElement().isInstanceOf(CaptureRecord.RibEntry.class);
            assertThat(((CaptureRecord.RibEntry) read.getFirst()).attributes()).isEqualTo(V6);
        }
    }

    @Test
    void genericTablesAreReadWhereTheirNlriIsAPrefixAndSkippedElsewhere() {
        byte[] multicast = new OctetWriter()
                .u32(0)
                .u16(1)
                .u8(2)
                .prefix(IpPrefix.parse("10.0.0.0/8"))
                .u16(1)
                .u16(0)
                .u32(NOW)
                .counted(SampleRecordings.block(V4))
                .toBytes();
        byte[] vpn = new OctetWriter().u32(0).u16(1).u8(128).u8(0).u16(0).toBytes();
        List<CaptureRecord> read =
                read(withPeers().mrt(NOW, 13, 6, multicast).mrt(NOW, 13, 6, vpn).toBytes());
        assertThat(((CaptureRecord.RibEntry) read.get(0)).safi()).isEqualTo(2);
        assertThat(((CaptureRecord.Skipped) read.get(1)).reason()).contains("AFI 1, SAFI 128");
    }

    @Test
    void anEntryOfAPeerThatWasNeverNamedIsShownWithoutOne() {
        byte[] rib = new OctetWriter()
                .u32(0)
                .prefix(IpPrefix.parse("10.0.0.0/8"))
                .u16(1)
                .u16(9)
                .u32(NOW)
                .counted(SampleRecordings.block(V4))
                .toBytes();
        List<CaptureRecord> read = read(withPeers().mrt(NOW, 13, 2, rib).toBytes());
        assertThat(problem(read.get(0)).reason()).contains("peer 9").contains("PEER_INDEX_TABLE has 3");
        assertThat(problem(read.get(0)).recordOffset()).isEqualTo(12 + 4 + 2 + 2);
        assertThat(((CaptureRecord.RibEntry) read.get(1)).peer()).isEqualTo(Endpoint.UNKNOWN);
    }

    @Test
    void aMalformedAttributeIsReportedWhereItStandsAndTheNextEntryIsRead() {
        byte[] bad = SampleRecordings.block(V6);
        bad[3] = 9; // the value of ORIGIN
        byte[] rib = new OctetWriter()
                .u32(0)
                .prefix(IpPrefix.parse("2001:db8::/32"))
                .u16(2)
                .u16(0)
                .u32(NOW)
                .counted(bad)
                .u16(1)
                .u32(NOW)
                .counted(SampleRecordings.block(V6))
                .toBytes();
        List<CaptureRecord> read = read(withPeers().mrt(NOW, 13, 4, rib).toBytes());
        assertThat(problem(read.get(0)).reason()).contains("2001:db8::/32").contains("ORIGIN");
        assertThat(problem(read.get(0)).recordOffset()).isEqualTo(12 + 4 + 5 + 2 + 8);
        assertThat(read.get(1)).isInstanceOf(CaptureRecord.RibEntry.class);
    }

    // ---- damage

    @Test
    void aRecordOfAnUnknownTypeIsSkippedWithANote() {
        byte[] good = bgp4mp(true).bytes(KEEPALIVE).toBytes();
        List<CaptureRecord> read = read(new OctetWriter()
                .mrt(NOW, 48, 0, new byte[20])
                .mrt(NOW, 16, 4, good)
                .toBytes());
        assertThat(read.get(0)).isInstanceOf(CaptureRecord.Skipped.class);
        assertThat(message(read.get(1)).place().record()).isEqualTo(2);
        assertThat(message(read.get(1)).place().offset()).isEqualTo(32);
    }

    @Test
    void afterAHeaderThatMakesNoSenseTheNextOneIsFound() {
        byte[] good = bgp4mp(true).bytes(KEEPALIVE).toBytes();
        byte[] file = new OctetWriter()
                .mrt(NOW, 16, 4, good)
                .hex("ffffffff 1234 5678 ffffffff 0102030405")
                .mrt(NOW + 1, 16, 4, good)
                .toBytes();
        List<CaptureRecord> read = read(file);
        assertThat(read).hasSize(3);
        assertThat(problem(read.get(1)).reason()).contains("makes no sense").contains("17 octets are skipped");
        assertThat(problem(read.get(1)).place().offset()).isEqualTo(12 + good.length);
        assertThat(message(read.get(2)).decoded()).isInstanceOf(Decoded.Valid.class);
    }

    @Test
    void aRecordThatEndsTooEarlyCostsOnlyItself() {
        byte[] good = bgp4mp(true).bytes(KEEPALIVE).toBytes();
        byte[] file = new OctetWriter()
                .mrt(NOW, 16, 4, Arrays.copyOf(good, 9))
                .mrt(NOW, 16, 4, good)
                .toBytes();
        List<CaptureRecord> read = read(file);
        assertThat(problem(read.get(0)).reason()).contains("interface index");
        assertThat(problem(read.get(0)).recordOffset()).isEqualTo(20);
        assertThat(read.get(1)).isInstanceOf(CaptureRecord.BgpMessageRecord.class);
    }

    @Test
    void aMessageThatEndsTheSessionIsShownWithItsOffset() {
        byte[] broken = KEEPALIVE.clone();
        broken[18] = 9;
        byte[] record = bgp4mp(true).bytes(broken).toBytes();
        CaptureRecord read =
                read(new OctetWriter().mrt(NOW, 16, 4, record).toBytes()).getFirst();
        assertThat(message(read).decoded())
                .isInstanceOfSatisfying(Decoded.Invalid.class, invalid -> assertThat(invalid.offset())
                        .isEqualTo(18));
    }

    @Test
    void aFileThatEndsWithinARecordSaysHowMuchIsMissing() {
        byte[] file = new OctetWriter().mrt(NOW, 16, 4, new byte[50]).toBytes();
        assertThat(problem(read(Arrays.copyOf(file, 30)).getFirst()).reason())
                .isEqualTo("the file ends within the record: 50 octets should follow the header, 18 do");
        assertThat(problem(read(Arrays.copyOf(file, 5)).getFirst()).reason()).contains("within the header");
    }

    // ---- compression

    @Test
    void compressedStreamsOneBehindTheOtherAreOneFile() throws IOException {
        byte[] record = bgp4mp(true).bytes(KEEPALIVE).toBytes();
        byte[] part = gzip(new OctetWriter().mrt(NOW, 16, 4, record).toBytes());
        try (Capture capture =
                Capture.open(new SequenceInputStream(new ByteArrayInputStream(part), new ByteArrayInputStream(part)))) {
            assertThat(capture.next()).isInstanceOf(CaptureRecord.BgpMessageRecord.class);
            assertThat(capture.next())
                    .isInstanceOfSatisfying(
                            CaptureRecord.BgpMessageRecord.class,
                            second -> assertThat(second.place().offset()).isEqualTo(12 + record.length));
            assertThat(capture.next()).isNull();
        }
    }

    @Test
    void aBrokenCompressedStreamIsReadAsFarAsItGoes() throws IOException {
        byte[] record = bgp4mp(true).bytes(KEEPALIVE).toBytes();
        OctetWriter file = new OctetWriter();
        for (int i = 0; i < 5000; i++) {
            file.mrt(NOW + i, 16, 4, record);
        }
        byte[] zipped = gzip(file.toBytes());
        List<CaptureRecord> read = read(Arrays.copyOf(zipped, zipped.length / 2));
        assertThat(read).hasSizeGreaterThan(100);
        assertThat(problem(read.getLast()).reason()).contains("cannot be read further");
    }

    private static byte[] gzip(byte[] octets) throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            out.write(octets);
        }
        return zipped.toByteArray();
    }
}
