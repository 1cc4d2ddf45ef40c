package dev.espalier.capture;

import static dev.espalier.capture.PacketWriter.ACK;
import static dev.espalier.capture.PacketWriter.FIN;
import static dev.espalier.capture.PacketWriter.SYN;
import static dev.espalier.capture.Recordings.message;
import static dev.espalier.capture.Recordings.problem;
import static dev.espalier.capture.Recordings.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AsPath;
import dev.espalier.route.PathAttributes;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class PcapReaderTest {

    private static final byte[] KEEPALIVE = MessageEncoder.encode(new Message.Keepalive());

    private static byte[] open(int as, Capability... capabilities) {
        return MessageEncoder.encode(new Message.Open(4, as, 90, new Ipv4Address(0x0A000001), List.of(capabilities)));
    }

    private static byte[] update(boolean four, Set<Family> addPath, int number) {
        List<byte[]> messages = new ArrayList<>();
        UpdatePacker packer = new UpdatePacker(SampleRecordings.options(four, addPath), messages::add);
        PathAttributes attributes = PathAttributes.builder()
                .asPath(AsPath.sequence(List.of(new Asn(64501))))
                .nextHop(new Ipv4Address(0xC0000201))
                .build();
        packer.begin(Family.IPV4_UNICAST, attributes);
        packer.add(5, 0x0A00000000000000L | (long) number << 40, 0, 24);
        packer.end();
        return messages.getFirst();
    }

    private static byte[] concatenated(byte[]... parts) {
        OctetWriter all = new OctetWriter();
        for (byte[] part : parts) {
            all.bytes(part);
        }
        return all.toBytes();
    }

    private static List<Message> messages(List<CaptureRecord> records) {
        return records.stream()
                .filter(CaptureRecord.BgpMessageRecord.class::isInstance)
                .map(record -> ((Decoded.Valid) message(record).decoded()).message())
                .toList();
    }

    private static List<String> problems(List<CaptureRecord> records) {
        return records.stream()
                .filter(CaptureRecord.Problem.class::isInstance)
                .map(record -> problem(record).reason())
                .toList();
    }

    // ---- files and links

    @Test
    void everyFileFormSaysTheSame() {
        byte[] pcap = new PacketWriter()
                .fromClient(99, 0, SYN)
                .fromClient(100, 1, ACK, KEEPALIVE)
                .toBytes();
        List<byte[]> forms = List.of(
                pcap,
                PacketWriter.swapped(pcap),
                PacketWriter.toPcapng(pcap, ByteOrder.BIG_ENDIAN),
                PacketWriter.toPcapng(pcap, ByteOrder.LITTLE_ENDIAN));
        for (byte[] form : forms) {
            List<CaptureRecord> read = read(form);
            assertThat(messages(read)).containsExactly(new Message.Keepalive());
            CaptureRecord.BgpMessageRecord record = message(read.getFirst());
            assertThat(record.place().source()).isEqualTo(Source.PCAP);
            assertThat(record.place().time()).isEqualTo(Instant.ofEpochSecond(SampleRecordings.START + 1, 500_000));
            assertThat(record.peering().peer().address()).hasToString("192.0.2.1");
            assertThat(record.peering().local().address()).hasToString("192.0.2.2");
        }
    }

    @Test
    void everyLinkTypeIsTakenOff() {
        record Link(int type, String before) {}
        for (Link link : List.of(
                new Link(1, "020000000001 020000000002 0800"),
                new Link(1, "020000000001 020000000002 88a8 0064 8100 0007 0800"),
                new Link(113, "0000 0001 0006 020000000001 0000 0800"),
                new Link(276, "0800 0000 00000002 0001 00 06 0200000000010000"),
                new Link(0, "02000000"),
                new Link(108, "00000002"),
                new Link(101, ""),
                new Link(228, ""))) {
            UnaryOperator<byte[]> before =
                    packet -> new OctetWriter().hex(link.before()).bytes(packet).toBytes();
            byte[] file = new PacketWriter(link.type(), before, "192.0.2.1", "192.0.2.2")
                    .fromServer(100, 1, ACK, KEEPALIVE)
                    .toBytes();
            assertThat(messages(read(file))).as("%s", link).containsExactly(new Message.Keepalive());
        }
    }

    @Test
    void ipv6IsReadBehindItsExtensionHeaders() {
        byte[] file = new PacketWriter(101, packet -> packet, "2001:db8::1", "2001:db8::2")
                .fromClient(100, 1, ACK, KEEPALIVE)
                .toBytes();
        assertThat(message(read(file).getFirst()).peering().peer().address()).hasToString("2001:db8::1");
    }

    @Test
    void paddingOfShortFramesIsNoPayload() {
        UnaryOperator<byte[]> padded = packet -> new OctetWriter()
                .hex("020000000001 020000000002 0800")
                .bytes(packet)
                .bytes(new byte[9])
                .toBytes();
        byte[] file = new PacketWriter(1, padded, "192.0.2.1", "192.0.2.2")
                .fromClient(100, 1, ACK, KEEPALIVE)
                .fromClient(119, 1, ACK, KEEPALIVE)
                .toBytes();
        assertThat(read(file)).hasSize(2);
    }

    // ---- TCP

    @Test
    void segmentsInAnyOrderCutAnywhereAndSentTwiceGiveTheSameMessages() {
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            byte[] stream = new byte[0];
            for (int i = 0; i < 40; i++) {
                stream = concatenated(stream, random.nextBoolean() ? KEEPALIVE : update(true, Set.of(), i));
            }
            long start = random.nextInt(); // also where the sequence numbers wrap
            List<int[]> segments = new ArrayList<>();
            for (int at = 0; at < stream.length; ) {
                int end = Math.min(stream.length, at + 1 + random.nextInt(100));
                segments.add(new int[] {at, end});
                if (random.nextInt(3) == 0) {
                    segments.add(new int[] {Math.max(0, at - random.nextInt(50)), end});
                }
                at = end;
            }
            for (int i = 0; i + 1 < segments.size(); i++) {
                if (random.nextInt(3) == 0) {
                    segments.add(i, segments.remove(i + 1));
                }
            }
            PacketWriter file = new PacketWriter().fromClient(start - 1, 0, SYN);
            for (int[] segment : segments) {
                byte[] payload = Arrays.copyOfRange(stream, segment[0], segment[1]);
                file.fromClient(start + segment[0], 1, ACK, payload);
            }
            List<CaptureRecord> read = read(file.toBytes());
            assertThat(problems(read)).as("seed %d", seed).isEmpty();
            assertThat(concatenated(read.stream()
                            .map(record -> message(record).octets())
                            .toArray(byte[][]::new)))
                    .as("seed %d", seed)
                    .isEqualTo(stream);
        }
    }

    @Test
    void whatTheCaptureMissedIsReportedAndTheNextMarkerIsFound() {
        byte[] first = update(true, Set.of(), 1);
        byte[] second = update(true, Set.of(), 2);
        int lost = 30;
        byte[] file = new PacketWriter()
                .fromClient(99, 0, SYN)
                .fromClient(100, 1, ACK, Arrays.copyOf(first, 20))
                // the rest of the first message and some of the second is lost
                .fromClient(
                        100 + 20 + lost,
                        1,
                        ACK,
                        Arrays.copyOfRange(
                                concatenated(first, second, KEEPALIVE), 50, first.length + second.length + 19))
                .fromServer(500, 100 + first.length + second.length + 19, ACK)
                .toBytes();
        List<CaptureRecord> read = read(file);
        assertThat(problems(read)).hasSize(2);
        assertThat(problems(read).get(0))
                .contains("lacks 30 octets")
                .contains("the message whose first 20 octets are there");
        assertThat(problems(read).get(1)).contains("passed over to the next marker");
        assertThat(messages(read)).endsWith(new Message.Keepalive());
        // the acknowledgement is the third packet's proof: nothing waited for the end of the file
        assertThat(read.getFirst().place().record()).isEqualTo(4);
    }

    @Test
    void aGapThatNobodyAcknowledgesIsGivenUpAtTheEnd() {
        byte[] file = new PacketWriter()
                .fromClient(99, 0, SYN)
                .fromClient(1000, 1, ACK, KEEPALIVE)
                .toBytes();
        List<CaptureRecord> read = read(file);
        assertThat(problems(read)).singleElement().asString().contains("lacks 900 octets");
        assertThat(messages(read)).hasSize(1);
    }

    @Test
    void aCaptureThatBeginsInAMessageFindsTheNextOne() {
        byte[] file = new PacketWriter()
                .fromClient(100, 1, ACK, concatenated(new byte[] {1, 2, 3}, KEEPALIVE, KEEPALIVE))
                .toBytes();
        List<CaptureRecord> read = read(file);
        assertThat(problems(read)).containsExactly("3 octets are passed over to the next marker");
        assertThat(messages(read)).hasSize(2);
    }

    @Test
    void aMessageWithoutAMarkerIsReportedAndTheNextOneFound() {
        byte[] file = new PacketWriter()
                .fromClient(99, 0, SYN)
                .fromClient(100, 1, ACK, concatenated(KEEPALIVE, new byte[25], KEEPALIVE))
                .toBytes();
        List<CaptureRecord> read = read(file);
        assertThat(problems(read)).hasSize(2);
        assertThat(problems(read).get(0)).contains("no marker");
        assertThat(problems(read).get(1)).startsWith("25 octets");
        assertThat(messages(read)).hasSize(2);
    }

    @Test
    void aRecordingThatEndsWithinAMessageSaysSo() {
        byte[] file = new PacketWriter()
                .fromClient(99, 0, SYN)
                .fromClient(100, 1, ACK, Arrays.copyOf(KEEPALIVE, 10))
                .toBytes();
        assertThat(problems(read(file))).singleElement().asString().contains("ends within a message");
    }

    @Test
    void theLastSegmentSentAgainAfterTheEndIsNotReadTwice() {
        byte[] file = new PacketWriter()
                .fromClient(99, 0, SYN)
                .fromClient(100, 1, ACK | FIN, KEEPALIVE)
                .fromClient(100, 1, ACK | FIN, KEEPALIVE)
                .toBytes();
        assertThat(read(file)).hasSize(1);
    }

    @Test
    void aConnectionOpenedAgainOnTheSamePortsStartsAnew() {
        byte[] file = new PacketWriter()
                .fromClient(99, 0, SYN)
                .fromClient(100, 1, ACK, KEEPALIVE)
                .fromClient(77_777, 0, SYN)
                .fromClient(77_778, 1, ACK, KEEPALIVE)
                .toBytes();
        assertThat(read(file)).hasSize(2).allMatch(CaptureRecord.BgpMessageRecord.class::isInstance);
    }

    // ---- what OPENs say

    @Test
    void theOpensDecideTheWidthOfAsNumbersAndAddPath() {
        Capability four = new Capability.FourOctetAs(new Asn(4_200_000_001L));
        Capability receive = new Capability.Unknown(69, new byte[] {0, 1, 1, 1});
        Capability send = new Capability.Unknown(69, new byte[] {0, 1, 1, 2});
        byte[] clientOpen = open(23456, four, send);
        byte[] serverOpen = open(64502, new Capability.FourOctetAs(new Asn(64502)), receive);
        byte[] file = new PacketWriter()
                .fromClient(99, 0, SYN)
                .fromServer(199, 100, SYN | ACK)
                .fromClient(100, 200, ACK, clientOpen)
                .fromServer(200, 100 + clientOpen.length, ACK, serverOpen)
                .fromClient(100 + clientOpen.length, 200, ACK, update(true, Set.of(Family.IPV4_UNICAST), 3))
                .fromServer(200 + serverOpen.length, 100, ACK, update(true, Set.of(), 4))
                .toBytes();
        List<CaptureRecord> read = read(file);
        assertThat(read).hasSize(4);
        assertThat(message(read.get(2)).options().addPathReceive()).containsExactly(Family.IPV4_UNICAST);
        assertThat(message(read.get(3)).options().addPathReceive()).isEmpty();
        assertThat(message(read.get(2)).peering().peer().as()).isEqualTo(new Asn(4_200_000_001L));
        Message.Update update = (Message.Update) messages(read).get(2);
        update.update().announced().getFirst().nlri().forEach((pathId, high, low, length) -> assertThat(pathId)
                .isEqualTo(5));
    }

    @Test
    void anOldSpeakerHasTwoOctets() {
        byte[] clientOpen = open(64501);
        byte[] file = new PacketWriter()
                .fromServer(199, 0, SYN)
                .fromServer(200, 0, ACK, open(64502, new Capability.FourOctetAs(new Asn(64502))))
                .fromClient(99, 0, SYN)
                .fromClient(100, 0, ACK, concatenated(clientOpen, update(false, Set.of(), 3)))
                .toBytes();
        assertThat(message(read(file).getLast()).options().fourOctetAs()).isFalse();
    }

    // ---- damage

    @Test
    void packetsThatAreNotBgpAreNoneOfOurBusiness() {
        byte[] web = new OctetWriter()
                .u8(0x45)
                .u8(0)
                .u16(60)
                .u32(0)
                .u8(1)
                .u8(6)
                .u16(0)
                .address("192.0.2.1")
                .address("192.0.2.2")
                .bytes(PacketWriter.tcp(443, 50000, 1, 1, ACK, new byte[16]))
                .toBytes();
        assertThat(read(new PacketWriter().packet(web).packet(new byte[] {0x45}).toBytes()))
                .isEmpty();
    }

    @Test
    void aLinkTypeThatIsNotReadIsNotedOnce() {
        byte[] file = new PacketWriter(147, packet -> packet, "192.0.2.1", "192.0.2.2")
                .fromClient(100, 1, ACK, KEEPALIVE)
                .fromClient(119, 1, ACK, KEEPALIVE)
                .toBytes();
        assertThat(read(file)).singleElement().isInstanceOf(CaptureRecord.Skipped.class);
    }

    @Test
    void aPacketWithAnImpossibleLengthIsPassedOver() {
        byte[] good = new PacketWriter().fromClient(100, 1, ACK, KEEPALIVE).toBytes();
        byte[] bad = new OctetWriter()
                .u32(SampleRecordings.START)
                .u32(0)
                .u32(0x7FFFFFFF)
                .u32(0x7FFFFFFF)
                .toBytes();
        byte[] second = new PacketWriter().fromClient(119, 1, ACK, KEEPALIVE).toBytes();
        byte[] file = concatenated(good, bad, Arrays.copyOfRange(second, 24, second.length));
        List<CaptureRecord> read = read(file);
        assertThat(problems(read))
                .singleElement()
                .asString()
                .contains("2147483647 octets")
                .contains("16 octets are skipped");
        assertThat(messages(read)).hasSize(2);
    }
}
