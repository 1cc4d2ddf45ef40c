package dev.espalier.capture;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A recording of BGP, read from its beginning to its end, once: MRT, pcap, pcapng or hexadecimal lines, plain or compressed
 * by gzip or bzip2 (also several compressed streams one behind the other). The format is told from the content.
 *
 * <p>Nothing in a recording makes these methods throw: what cannot be read is a {@link CaptureRecord.Problem}. Memory is
 * bounded whatever the size of the file. Blocks while it reads; one thread.
 */
public final class Capture implements AutoCloseable {

    private static final int LOOK = 64;

    private final InputStream in;
    private final ByteSource octets;
    private final RecordReader reader;
    private final ArrayDeque<CaptureRecord> ready = new ArrayDeque<>();
    private boolean atEnd;

    private Capture(InputStream in) throws IOException {
        this.in = decompressed(in);
        octets = new ByteSource(this.in);
        reader = reader(octets);
    }

    /**
     * Opens a file.
     *
     * @throws IOException when it cannot be opened or read, or its compressed form is broken at the very beginning
     */
    public static Capture open(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            return new Capture(in);
        } catch (IOException unreadable) {
            in.close();
            throw unreadable;
        }
    }

    /**
     * Reads from a stream, which {@link #close()} closes.
     *
     * @throws IOException when it cannot be read, or its compressed form is broken at the very beginning
     */
    public static Capture open(InputStream in) throws IOException {
        return new Capture(in);
    }

    private static InputStream decompressed(InputStream raw) throws IOException {
        BufferedInputStream in = new BufferedInputStream(raw, 1 << 16);
        in.mark(3);
        byte[] magic = in.readNBytes(3);
        in.reset();
        if (magic.length == 3 && (magic[0] & 0xFF) == 0x1F && (magic[1] & 0xFF) == 0x8B) {
            // not the JDK's, which may take a pipe that is empty for a moment for the end of the last stream
            return GzipCompressorInputStream.builder()
                    .setInputStream(in)
                    .setDecompressConcatenated(true)
                    .get();
        }
        if (magic.length == 3 && magic[0] == 'B' && magic[1] == 'Z' && magic[2] == 'h') {
            return new BZip2CompressorInputStream(in, true);
        }
        return in;
    }

    private static RecordReader reader(ByteSource octets) {
        int length = octets.ensure(LOOK);
        if (PcapReader.begins(octets, length)) {
            return new PcapReader(octets);
        }
        if (PcapngReader.begins(octets, length)) {
            return new PcapngReader(octets);
        }
        return HexReader.begins(octets, length) ? new HexReader(octets) : new MrtReader(octets);
    }

    /** What the recording says next; null at its end. */
    public @Nullable CaptureRecord next() {
        while (ready.isEmpty() && !atEnd) {
            atEnd = !reader.read(ready::add);
            String failure = octets.failure();
            if (atEnd && failure != null) {
                ready.add(new CaptureRecord.Problem(
                        reader.place(), null, -1, "the file cannot be read further: " + failure));
            }
        }
        return ready.poll();
    }

    /** Passes on everything that is left. */
    public void forEach(Consumer<? super CaptureRecord> consumer) {
        for (CaptureRecord record = next(); record != null; record = next()) {
            consumer.accept(record);
        }
    }

    /** Closes the file. */
    @Override
    public void close() throws IOException {
        in.close();
    }
}
