package dev.espalier.net;

/** The two families of network addresses. */
public enum AddressFamily {
    /** 32-bit addresses. */
    IPV4(32, "IPv4"),
    /** 128-bit addresses. */
    IPV6(128, "IPv6");

    private final int bits;
    private final String text;

    AddressFamily(int bits, String text) {
        this.bits = bits;
        this.text = text;
    }

    /** The length of an address, in bits: 32 or 128. */
    public int bits() {
        return bits;
    }

    /** The length of an address, in octets: 4 or 16. */
    public int octets() {
        return bits / 8;
    }

    /** The name as people write it. */
    @Override
    public String toString() {
        return text;
    }
}
