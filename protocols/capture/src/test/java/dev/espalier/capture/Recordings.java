package dev.espalier.capture;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads whole recordings. */
final class Recordings {

    private Recordings() {}

    static List<CaptureRecord> read(Path file) throws IOException {
        try (Capture capture = Capture.open(file)) {
            return all(capture);
        }
    }

    static List<CaptureRecord> read(byte[] file) {
        try (Capture capture = Capture.open(new ByteArrayInputStream(file))) {
            return all(capture);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static List<CaptureRecord> read(String text) {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<CaptureRecord> all(Capture capture) {
        List<CaptureRecord> records = new ArrayList<>();
        capture.forEach(records::add);
        return records;
    }

    static CaptureRecord.Problem problem(CaptureRecord record) {
        return (CaptureRecord.Problem) record;
    }

    static CaptureRecord.BgpMessageRecord message(CaptureRecord record) {
        return (CaptureRecord.BgpMessageRecord) record;
    }
}
