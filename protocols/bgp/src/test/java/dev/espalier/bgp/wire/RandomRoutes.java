package dev.espalier.bgp.wire;

import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.net.LargeCommunity;
import dev.espalier.route.AsPath;
import dev.espalier.route.AttributeType;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Sessions, attributes and prefixes drawn from a seed, all of them such as a correct peer may have. */
final class RandomRoutes {

    private static final List<Origin> ORIGINS = List.of(Origin.values());

    private final SplittableRandom random;

    RandomRoutes(long seed) {
        random = new SplittableRandom(seed);
    }

    SplittableRandom random() {
        return random;
    }

    SessionOptions session() {
        Set<Family> both = EnumSet.allOf(Family.class);
        Set<Family> addPath = random.nextBoolean() ? both : Set.of();
        return new SessionOptions(
                random.nextBoolean(), random.nextInt(4) == 0, random.nextBoolean(), both, addPath, addPath, both);
    }

    Family family() {
        return random.nextBoolean() ? Family.IPV4_UNICAST : Family.IPV6_UNICAST;
    }

    /** Prefixes with path identifiers, which are 0 where the session has none. */
    List<Prefix> prefixes(Family family, int most, boolean addPath) {
        return IntStream.range(0, random.nextInt(most + 1))
                .mapToObj(i -> prefix(family, addPath))
                .toList();
    }

    record Prefix(int pathId, long high, long low, int length) {}

    private Prefix prefix(Family family, boolean addPath) {
        boolean ipv4 = family == Family.IPV4_UNICAST;
        int length = random.nextInt(family.addresses().bits() + 1);
        long high = random.nextLong() & IpPrefix.highMask(length);
        long low = ipv4 ? 0 : random.nextLong() & IpPrefix.lowMask(length);
        return new Prefix(addPath ? random.nextInt() : 0, high, low, length);
    }

    PathAttributes attributes(SessionOptions options, Family family) {
        PathAttributes.Builder builder =
                PathAttributes.builder().origin(ORIGINS.get(random.nextInt(3))).asPath(path(options));
        nextHop(builder, family);
        if (random.nextBoolean()) {
            builder.med(random.nextInt());
        }
        builder.atomicAggregate(random.nextInt(4) == 0);
        if (random.nextInt(4) == 0) {
            builder.aggregator(new PathAttributes.Aggregator(asn(), new Ipv4Address(random.nextInt())));
        }
        if (random.nextInt(8) == 0) {
            builder.onlyToCustomer(asn());
        }
        if (options.internal()) {
            internal(builder);
        }
        communities(builder);
        unknown(builder);
        return builder.build();
    }

    private void internal(PathAttributes.Builder builder) {
        builder.localPref(random.nextInt());
        if (random.nextInt(4) == 0) {
            builder.originatorId(random.nextInt());
            builder.clusterList(
                    some(1, 5).mapToObj(i -> new Ipv4Address(random.nextInt())).toList());
        }
    }

    private void nextHop(PathAttributes.Builder builder, Family family) {
        Ipv6Address global = new Ipv6Address(0x2001_0db8_0000_0000L | random.nextInt(1 << 20), random.nextLong());
        Ipv6Address linkLocal = new Ipv6Address(0xfe80L << 48, random.nextLong());
        switch (random.nextInt(family == Family.IPV4_UNICAST ? 8 : 4)) {
            case 0 -> builder.nextHop(global, linkLocal);
            case 1 -> builder.nextHop(linkLocal);
            case 2, 3 -> builder.nextHop(global);
            default -> builder.nextHop((IpAddress) new Ipv4Address(0x0A000000 | random.nextInt(1 << 24)));
        }
    }

    /** Confederation segments come first, as they do, and fit two octets: AS4_PATH could not carry them. */
    private AsPath path(SessionOptions options) {
        List<AsPath.Segment> segments = new ArrayList<>();
        if (options.internal() && random.nextInt(6) == 0) {
            List<Asn> members = some(1, 4)
                    .mapToObj(i -> new Asn(64512 + random.nextInt(100)))
                    .toList();
            segments.add(new AsPath.Segment(AsPath.AS_CONFED_SEQUENCE + random.nextInt(2), members));
        }
        int most = random.nextInt(50) == 0 ? 255 : 8;
        for (int i = random.nextInt(4); i > 0; i--) {
            segments.add(new AsPath.Segment(
                    random.nextInt(5) == 0 ? AsPath.AS_SET : AsPath.AS_SEQUENCE,
                    some(1, most).mapToObj(j -> asn()).toList()));
        }
        return AsPath.of(segments);
    }

    private Asn asn() {
        return new Asn(random.nextBoolean() ? random.nextLong(1, 65536) : random.nextLong(1, 1L << 32));
    }

    private void communities(PathAttributes.Builder builder) {
        if (random.nextBoolean()) {
            builder.communities(
                    some(1, 80).mapToObj(i -> new Community(random.nextInt())).toList());
        }
        if (random.nextInt(4) == 0) {
            builder.extendedCommunities(some(1, 40)
                    .mapToObj(i -> new ExtendedCommunity(random.nextLong()))
                    .toList());
        }
        if (random.nextInt(4) == 0) {
            builder.largeCommunities(some(1, 30)
                    .mapToObj(i -> new LargeCommunity(random.nextInt(), random.nextInt(), random.nextInt(4)))
                    .toList());
        }
    }

    private void unknown(PathAttributes.Builder builder) {
        Stream.generate(() -> random.nextInt(256))
                .limit(random.nextInt(4))
                .filter(type -> AttributeType.requiredFlags(type) < 0)
                .forEach(type -> {
                    byte[] value = new byte[random.nextInt(300)];
                    random.nextBytes(value);
                    builder.raw(new PathAttributes.RawAttribute(0xE0, type, value));
                });
    }

    private IntStream some(int least, int most) {
        return IntStream.range(0, random.nextInt(least, most + 1));
    }
}
