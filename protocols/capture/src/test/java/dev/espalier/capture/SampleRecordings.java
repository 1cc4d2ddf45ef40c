package dev.espalier.capture;

import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.LargeCommunity;
import dev.espalier.route.AsPath;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/**
 * Recordings of our own making, the same for the same seed: a table of 1000 routes (IPv4 and IPv6) from three peers, and an
 * hour of updates. {@link #main} writes them into the resources.
 */
final class SampleRecordings {

    static final long SEED = 20261120;
    static final long START = 1_700_000_000;

    private static final List<Endpoint> PEERS = List.of(
            new Endpoint(IpAddress.parse("192.0.2.1"), new Asn(64501)),
            new Endpoint(IpAddress.parse("2001:db8:ffff::2"), new Asn(4_200_000_002L)),
            new Endpoint(IpAddress.parse("198.51.100.3"), new Asn(65010)));

    private final Random random;

    SampleRecordings(long seed) {
        random = new Random(seed);
    }

    /** A route as it went in. */
    record SampleRoute(Endpoint peer, IpPrefix prefix, PathAttributes attributes) {}

    /** Writes the resources of the tests: to be run from the module's folder after a change here. */
    public static void main(String... arguments) throws IOException {
        Path folder = Path.of("src/test/resources/dev/espalier/capture");
        Files.createDirectories(folder);
        try (OutputStream out =
                new BZip2CompressorOutputStream(Files.newOutputStream(folder.resolve("table.mrt.bz2")))) {
            out.write(new SampleRecordings(SEED).table(new ArrayList<>()));
        }
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("updates.mrt.gz")))) {
            out.write(new SampleRecordings(SEED).updates(new ArrayList<>()));
        }
    }

    // ---- a table

    /** TABLE_DUMP_V2; what went in is added to a list. */
    byte[] table(List<SampleRoute> routes) {
        OctetWriter file = new OctetWriter().mrt(START, 13, 1, peerIndexTable());
        int sequence = 0;
        while (routes.size() < 1000) {
            AddressFamily family = random.nextInt(4) == 0 ? AddressFamily.IPV6 : AddressFamily.IPV4;
            IpPrefix prefix = prefix(family, sequence);
            int entries = Math.min(1 + random.nextInt(PEERS.size()), 1000 - routes.size());
            OctetWriter rib = new OctetWriter().u32(sequence++).prefix(prefix).u16(entries);
            for (int peer = 0; peer < entries; peer++) {
                PathAttributes attributes = attributes(family);
                routes.add(new SampleRoute(PEERS.get(peer), prefix, attributes));
                rib.u16(peer).u32(START - random.nextInt(100_000)).counted(block(attributes));
            }
            file.mrt(START, 13, family == AddressFamily.IPV4 ? 2 : 4, rib.toBytes());
        }
        return file.toBytes();
    }

    static byte[] peerIndexTable() {
        OctetWriter table = new OctetWriter().u32(0xC0000201L).u16(4).bytes(new byte[] {'v', 'i', 'e', 'w'});
        table.u16(PEERS.size());
        for (Endpoint peer : PEERS) {
            boolean ipv6 = peer.address().family() == AddressFamily.IPV6;
            boolean four = !peer.as().fitsTwoOctets();
            table.u8((ipv6 ? 1 : 0) | (four ? 2 : 0))
                    .u32(0x0A000001)
                    .bytes(peer.address().toBytes());
            if (four) {
                table.u32(peer.as().value());
            } else {
                table.u16((int) peer.as().value());
            }
        }
        return table.toBytes();
    }

    /** The attributes as a table has them: MP_REACH_NLRI with the next hop only. */
    static byte[] block(PathAttributes attributes) {
        byte[] nextHop = attributes.nextHop().toBytes();
        OctetWriter block = new OctetWriter().bytes(attributes.encoded());
        if (nextHop.length == 4) {
            return block.u8(0x40).u8(3).u8(4).bytes(nextHop).toBytes();
        }
        return block.u8(0x80).u8(14).u8(17).u8(16).bytes(nextHop).toBytes();
    }

    // ---- updates

    /** BGP4MP_ET; what was announced is added to a list. */
    byte[] updates(List<SampleRoute> announced) {
        OctetWriter file = new OctetWriter();
        for (int i = 0; i < 600; i++) {
            Endpoint peer = PEERS.get(random.nextInt(PEERS.size()));
            AddressFamily family = random.nextInt(4) == 0 ? AddressFamily.IPV6 : AddressFamily.IPV4;
            boolean four = !peer.as().fitsTwoOctets() || random.nextBoolean();
            OctetWriter record = new OctetWriter().u32(random.nextInt(1_000_000));
            if (random.nextInt(30) == 0) {
                header(record, peer, four).u16(6).u16(1);
                file.mrt(START + 6 * i, 17, four ? 5 : 0, record.toBytes());
                continue;
            }
            header(record, peer, four).bytes(message(peer, family, four, announced));
            file.mrt(START + 6 * i, 17, four ? 4 : 1, record.toBytes());
        }
        return file.toBytes();
    }

    private static OctetWriter header(OctetWriter record, Endpoint peer, boolean four) {
        boolean ipv6 = peer.address().family() == AddressFamily.IPV6;
        if (four) {
            record.u32(peer.as().value()).u32(64500);
        } else {
            record.u16((int) peer.as().value()).u16(64500);
        }
        return record.u16(0)
                .u16(ipv6 ? 2 : 1)
                .bytes(peer.address().toBytes())
                .address(ipv6 ? "2001:db8:ffff::1" : "192.0.2.254");
    }

    private byte[] message(Endpoint peer, AddressFamily addresses, boolean four, List<SampleRoute> announced) {
        Family family = Family.unicast(addresses);
        if (random.nextInt(20) == 0) {
            return random.nextBoolean()
                    ? MessageEncoder.encode(new Message.Keepalive())
                    : UpdatePacker.endOfRib(family);
        }
        List<byte[]> messages = new ArrayList<>();
        UpdatePacker packer = new UpdatePacker(options(four, Set.of()), messages::add);
        boolean withdrawal = random.nextInt(5) == 0;
        PathAttributes attributes = attributes(addresses);
        if (withdrawal) {
            packer.beginWithdrawal(family);
        } else if (!packer.begin(family, attributes)) {
            throw new AssertionError("attributes that leave no room for a prefix: " + attributes);
        }
        int count = 1 + random.nextInt(8);
        for (int i = 0; i < count; i++) {
            IpPrefix prefix = prefix(addresses, random.nextInt(10_000));
            packer.add(0, prefix.address().high(), prefix.address().low(), prefix.length());
            if (!withdrawal) {
                announced.add(new SampleRoute(peer, prefix, attributes));
            }
        }
        packer.end();
        return messages.getFirst();
    }

    static SessionOptions options(boolean fourOctetAs, Set<Family> addPath) {
        return new SessionOptions(fourOctetAs, false, true, Set.of(Family.values()), addPath, addPath);
    }

    // ---- random values

    static IpPrefix prefix(AddressFamily family, int number) {
        return switch (family) {
            case IPV4 -> IpPrefix.of(new Ipv4Address(0x0A000000 | number << 8), 16 + Math.floorMod(number, 9));
            case IPV6 -> IpPrefix.of(family, 0x20010DB800000000L | (long) number << 16, 0, 48);
        };
    }

    private PathAttributes attributes(AddressFamily family) {
        PathAttributes.Builder builder = PathAttributes.builder()
                .origin(Origin.ofCode(random.nextInt(3)))
                .asPath(asPath())
                .nextHop(
                        family == AddressFamily.IPV4
                                ? new Ipv4Address(0xC0000200 | 1 + random.nextInt(200))
                                : IpAddress.of(family, 0x20010DB8FFFF0000L, 1 + random.nextInt(200)));
        if (random.nextBoolean()) {
            builder.med(random.nextInt());
        }
        if (random.nextBoolean()) {
            builder.localPref(random.nextInt(1000));
        }
        if (random.nextBoolean()) {
            builder.communities(communities());
        }
        if (random.nextInt(10) == 0) {
            builder.atomicAggregate(true).aggregator(new PathAttributes.Aggregator(asn(), new Ipv4Address(0x0A0A0A0A)));
        }
        if (random.nextInt(10) == 0) {
            builder.largeCommunities(List.of(new LargeCommunity(65536, random.nextInt(9), 7)));
        }
        return builder.build();
    }

    private List<Community> communities() {
        Community[] all = new Community[1 + random.nextInt(5)];
        Arrays.setAll(all, i -> new Community(64501 << 16 | random.nextInt(100)));
        if (random.nextInt(8) == 0) {
            all[0] = Community.NO_EXPORT;
        }
        return List.of(all);
    }

    private AsPath asPath() {
        List<Asn> asns = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            asns.add(asn());
        }
        AsPath.Segment sequence = new AsPath.Segment(AsPath.AS_SEQUENCE, asns);
        if (random.nextInt(20) > 0) {
            return AsPath.of(List.of(sequence));
        }
        return AsPath.of(List.of(sequence, new AsPath.Segment(AsPath.AS_SET, List.of(asn(), asn()))));
    }

    private Asn asn() {
        return new Asn(random.nextInt(4) == 0 ? 4_200_000_000L + random.nextInt(1000) : 64500 + random.nextInt(500));
    }
}
