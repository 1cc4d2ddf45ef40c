package dev.espalier.net;

/**
 * An IPv4 address.
 *
 * @param value the 32 bits, the first octet in the highest eight
 */
public record Ipv4Address(int value) implements IpAddress {

    /** 0.0.0.0. */
    public static final Ipv4Address UNSPECIFIED = new Ipv4Address(0);

    @Override
    public AddressFamily family() {
        return AddressFamily.IPV4;
    }

    @Override
    public long high() {
        return (long) value << 32;
    }

    @Override
    public long low() {
        return 0;
    }

    @Override
    public byte[] toBytes() {
        return new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
    }

    @Override
    public boolean isLoopback() {
        return value >>> 24 == 127;
    }

    @Override
    public boolean isLinkLocal() {
        return value >>> 16 == 0xA9FE;
    }

    @Override
    public boolean isMulticast() {
        return value >>> 28 == 0xE;
    }

    /** The address in the four octets that start at {@code offset}. */
    public static Ipv4Address ofBytes(byte[] octets, int offset) {
        return new Ipv4Address((octets[offset] & 0xFF) << 24
                | (octets[offset + 1] & 0xFF) << 16
                | (octets[offset + 2] & 0xFF) << 8
                | (octets[offset + 3] & 0xFF));
    }

    /**
     * Reads four decimal numbers between dots. Leading zeros are refused: some programs read them as octal.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    public static Ipv4Address parse(String text) {
        int value = 0;
        int position = 0;
        for (int octet = 0; octet < 4; octet++) {
            int start = position;
            int number = 0;
            while (position < text.length() && isDigit(text.charAt(position)) && position - start < 3) {
                number = number * 10 + (text.charAt(position) - '0');
                position++;
            }
            boolean leadingZero = position - start > 1 && text.charAt(start) == '0';
            boolean separated =
                    octet == 3 ? position == text.length() : position < text.length() && text.charAt(position) == '.';
            if (position == start || leadingZero || number > 255 || !separated) {
                throw new IllegalArgumentException("'" + text + "' is not an IPv4 address");
            }
            value = value << 8 | number;
            position++;
        }
        return new Ipv4Address(value);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    @Override
    public String toString() {
        return (value >>> 24) + "." + (value >>> 16 & 0xFF) + "." + (value >>> 8 & 0xFF) + "." + (value & 0xFF);
    }

    /** Mixed, because tables keyed by addresses would otherwise see runs of equal low bits. */
    @Override
    public int hashCode() {
        int h = value * 0x9E3779B9;
        return h ^ h >>> 15;
    }
}
