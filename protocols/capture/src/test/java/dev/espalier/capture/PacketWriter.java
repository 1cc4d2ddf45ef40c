package dev.espalier.capture;

import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.UnaryOperator;

/** Writes captured packets of one TCP connection between 192.0.2.1 port 40000 and 192.0.2.2 port 179 (or of IPv6). */
final class PacketWriter {

    static final int FIN = 1;
    static final int SYN = 2;
    static final int ACK = 16;

    private final OctetWriter file = new OctetWriter();
    private final UnaryOperator<byte[]> link;
    private final IpAddress client;
    private final IpAddress server;
    private int packets;

    PacketWriter() {
        this(101, packet -> packet, "192.0.2.1", "192.0.2.2");
    }

    /** @param link puts what the link adds before an IP packet */
    PacketWriter(int linkType, UnaryOperator<byte[]> link, String client, String server) {
        this.link = link;
        this.client = IpAddress.parse(client);
        this.server = IpAddress.parse(server);
        file.u32(0xA1B2C3D4L).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(linkType);
    }

    PacketWriter fromClient(long sequence, long acknowledgement, int flags, byte... payload) {
        return packet(ip(client, server, tcp(40000, 179, sequence, acknowledgement, flags, payload)));
    }

    PacketWriter fromServer(long sequence, long acknowledgement, int flags, byte... payload) {
        return packet(ip(server, client, tcp(179, 40000, sequence, acknowledgement, flags, payload)));
    }

    PacketWriter packet(byte[] ip) {
        byte[] packet = link.apply(ip);
        file.u32(SampleRecordings.START + packets++)
                .u32(500)
                .u32(packet.length)
                .u32(packet.length)
                .bytes(packet);
        return this;
    }

    byte[] toBytes() {
        return file.toBytes();
    }

    static byte[] tcp(int source, int destination, long sequence, long acknowledgement, int flags, byte... payload) {
        return new OctetWriter()
                .u16(source)
                .u16(destination)
                .u32(sequence)
                .u32(acknowledgement)
                .u8(0x60)
                .u8(flags)
                .u16(1000)
                .u32(0)
                .u32(0x01010101) // options that do nothing
                .bytes(payload)
                .toBytes();
    }

    private static byte[] ip(IpAddress source, IpAddress destination, byte[] tcp) {
        OctetWriter ip = new OctetWriter();
        if (source instanceof Ipv4Address) {
            ip.u8(0x45).u8(0xC0).u16(20 + tcp.length).u32(0).u8(1).u8(6).u16(0);
        } else {
            // hop-by-hop options before TCP
            ip.u32(0x60000000L).u16(8 + tcp.length).u8(0).u8(1);
            return ip.bytes(source.toBytes())
                    .bytes(destination.toBytes())
                    .hex("0600 010400000000")
                    .bytes(tcp)
                    .toBytes();
        }
        return ip.bytes(source.toBytes())
                .bytes(destination.toBytes())
                .bytes(tcp)
                .toBytes();
    }

    // ---- other forms of file

    /** The packets of a classic file as pcapng, in a byte order, with nanoseconds. */
    static byte[] toPcapng(byte[] pcap, ByteOrder order) {
        ByteBuffer in = ByteBuffer.wrap(pcap);
        ByteBuffer out = ByteBuffer.allocate(2 * pcap.length + 1000).order(order);
        out.putInt(0x0A0D0D0A).putInt(28).putInt(0x1A2B3C4D).putShort((short) 1).putShort((short) 0);
        out.putLong(-1).putInt(28);
        out.putInt(1)
                .putInt(32)
                .putShort((short) in.getInt(20))
                .putShort((short) 0)
                .putInt(0);
        out.putShort((short) 9).putShort((short) 1).putInt(order == ByteOrder.BIG_ENDIAN ? 0x09000000 : 9);
        out.putInt(0).putInt(32);
        in.position(24);
        while (in.hasRemaining()) {
            long time = in.getInt() * 1_000_000_000L + in.getInt() * 1000L;
            int length = in.getInt();
            in.getInt();
            byte[] packet = new byte[length];
            in.get(packet);
            int padded = length + 3 & ~3;
            out.putInt(6)
                    .putInt(32 + padded)
                    .putInt(0)
                    .putInt((int) (time >>> 32))
                    .putInt((int) time);
            out.putInt(length).putInt(length).put(packet).position(out.position() + padded - length);
            out.putInt(32 + padded);
        }
        byte[] octets = new byte[out.position()];
        out.flip().get(octets);
        return octets;
    }

    /** The same classic file as the other kind of machine writes it. */
    static byte[] swapped(byte[] pcap) {
        ByteBuffer in = ByteBuffer.wrap(pcap);
        ByteBuffer out = ByteBuffer.allocate(pcap.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(in.getInt()).putShort(in.getShort()).putShort(in.getShort());
        for (int i = 0; i < 4; i++) {
            out.putInt(in.getInt());
        }
        while (in.hasRemaining()) {
            out.putInt(in.getInt()).putInt(in.getInt());
            int length = in.getInt();
            byte[] packet = new byte[length];
            out.putInt(length).putInt(in.getInt());
            in.get(packet);
            out.put(packet);
        }
        return out.array();
    }
}
