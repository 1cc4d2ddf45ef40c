/**
 * Recordings of BGP: reads messages and tables out of MRT files, pcap and pcapng files, and lines of hexadecimal digits.
 *
 * <p><b>Owns</b> the formats of recordings, their compression, and the way from packets to messages (TCP reassembly, framing,
 * what the OPENs of a recorded session say about the messages after them). What a message means is the business of
 * {@link dev.espalier.bgp.wire}; only the attributes of a table entry, which is no message, are made into one here.
 *
 * <p>The door is {@link dev.espalier.capture.Capture}: open a recording, take one {@link dev.espalier.capture.CaptureRecord}
 * after the other. <b>Called by</b> {@code espalier decode}, by benchmarks, and by tests that feed a real table to a session.
 *
 * <p><b>Must never</b> throw because of what is in a recording: whatever cannot be read becomes a
 * {@link dev.espalier.capture.CaptureRecord.Problem} that says where, and reading goes on behind it. Must never hold more
 * than one record, and a bounded part of each TCP connection, in memory. Knows no JSON and prints nothing.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.capture {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.bgp;
    requires org.apache.commons.compress;

    exports dev.espalier.capture;
}
