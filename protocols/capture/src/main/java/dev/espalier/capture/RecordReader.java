package dev.espalier.capture;

import java.util.function.Consumer;

/** Reads one format of recording. */
interface RecordReader {

    /**
     * Reads the next record of the file and passes on what it says, which may be nothing or several things.
     *
     * @return false when the file is at its end and everything has been passed on
     */
    boolean read(Consumer<CaptureRecord> sink);

    /** Where the record stands that was read last. */
    Place place();
}
