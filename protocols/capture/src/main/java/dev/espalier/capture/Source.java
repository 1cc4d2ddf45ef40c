package dev.espalier.capture;

/** What kind of recording something was read from. */
public enum Source {
    /** A line of hexadecimal digits. */
    HEX("hex"),
    /** MRT, but no type that says more (RFC 6396). */
    MRT("mrt"),
    /** MRT type 12 (RFC 6396 section 4.2). */
    MRT_TABLE_DUMP("mrt-table-dump"),
    /** MRT type 13 (RFC 6396 section 4.3). */
    MRT_TABLE_DUMP_V2("mrt-table-dump-v2"),
    /** MRT types 16 and 17 (RFC 6396 section 4.4). */
    MRT_BGP4MP("mrt-bgp4mp"),
    /** Captured packets, pcap or pcapng. */
    PCAP("pcap");

    private final String text;

    Source(String text) {
        this.text = text;
    }

    /** The name used in output, such as {@code mrt-bgp4mp}. */
    @Override
    public String toString() {
        return text;
    }
}
