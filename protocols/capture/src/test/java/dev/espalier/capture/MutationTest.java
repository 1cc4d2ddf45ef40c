package dev.espalier.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageEncoder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;

/** Whatever is in a file, reading it ends, and ends well. */
class MutationTest {

    private static final int MUTATIONS = 20_000;

    @Test
    void mutilatedRecordingsNeverThrow() throws IOException {
        List<byte[]> originals = originals();
        long problems = 0;
        for (long seed = 0; seed < MUTATIONS; seed++) {
            Random random = new Random(seed);
            byte[] file = mutilated(originals.get(random.nextInt(originals.size())), random);
            try {
                problems += check(file);
            } catch (RuntimeException | AssertionError broken) {
                throw new AssertionError("seed " + seed, broken);
            }
        }
        assertThat(problems).isGreaterThan(MUTATIONS / 2);
    }

    /** To search: {@code JAZZER_FUZZ=1 ./mvnw -pl protocols/capture test -Dtest=MutationTest -Djazzer.hooks=true}. */
    @FuzzTest(maxDuration = "5m")
    void anyOctetsAreARecording(byte[] file) {
        check(file);
    }

    /** Reads everything, and returns how many problems there were. */
    private static long check(byte[] file) {
        long problems = 0;
        long records = 0;
        long lastOffset = 0;
        try (Capture capture = Capture.open(new ByteArrayInputStream(file))) {
            for (CaptureRecord record = capture.next(); record != null; record = capture.next()) {
                assertThat(record.place().offset()).isGreaterThanOrEqualTo(lastOffset);
                lastOffset = record.place().offset();
                problems += record instanceof CaptureRecord.Problem ? 1 : 0;
                records++;
            }
        } catch (IOException brokenAtTheBeginning) {
            return 1;
        }
        // a packet of one octet may show two things, a record of a table one for each entry
        assertThat(records).isLessThanOrEqualTo(100_000);
        return problems;
    }

    private static byte[] mutilated(byte[] original, Random random) {
        byte[] file = original.clone();
        for (int i = 1 + random.nextInt(8); i > 0; i--) {
            int at = random.nextInt(file.length);
            switch (random.nextInt(5)) {
                case 0 -> file[at] = (byte) random.nextInt();
                case 1 -> file[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> file = Arrays.copyOf(file, 1 + at);
                case 3 -> Arrays.fill(file, at, Math.min(file.length, at + random.nextInt(20)), (byte) -1);
                default -> {
                    // the rest moves by some octets, back or forth
                    int from = random.nextInt(file.length);
                    int length = Math.min(random.nextInt(40), file.length - Math.max(at, from));
                    System.arraycopy(file, from, file, at, length);
                }
            }
        }
        return file;
    }

    private static List<byte[]> originals() throws IOException {
        byte[] table = Arrays.copyOf(new SampleRecordings(1).table(new ArrayList<>()), 3000);
        byte[] updates = Arrays.copyOf(new SampleRecordings(1).updates(new ArrayList<>()), 3000);
        byte[] pcap = pcap(updates);
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            out.write(updates);
        }
        ByteArrayOutputStream bzipped = new ByteArrayOutputStream();
        try (OutputStream out = new BZip2CompressorOutputStream(bzipped, 1)) {
            out.write(table);
        }
        return List.of(
                table,
                updates,
                pcap,
                PacketWriter.swapped(pcap),
                PacketWriter.toPcapng(pcap, ByteOrder.LITTLE_ENDIAN),
                zipped.toByteArray(),
                bzipped.toByteArray(),
                "ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff 00 13 04\n# comment\n0102\n"
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private static byte[] pcap(byte[] noise) {
        PacketWriter packets = new PacketWriter().fromClient(99, 0, PacketWriter.SYN);
        byte[] keepalive = MessageEncoder.encode(new Message.Keepalive());
        for (int i = 0; i < 20; i++) {
            packets.fromClient(100 + 19L * i, 1, PacketWriter.ACK, keepalive);
            packets.fromServer(100 + 19L * i, 119, PacketWriter.ACK, keepalive);
        }
        return packets.fromClient(480, 480, PacketWriter.ACK, Arrays.copyOf(noise, 200))
                .toBytes();
    }
}
