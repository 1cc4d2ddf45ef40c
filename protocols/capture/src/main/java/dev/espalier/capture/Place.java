package dev.espalier.capture;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where in a recording something stands, and when it was recorded.
 *
 * @param source the kind of recording
 * @param record the number of the record (MRT record, packet, line), from 1
 * @param offset where the record begins, in octets from the beginning of the decompressed file
 * @param time when it was recorded; null when the recording does not say, as in hexadecimal lines
 */
public record Place(
        Source source, long record, long offset, @Nullable Instant time) {}
