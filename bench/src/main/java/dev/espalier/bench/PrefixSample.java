package dev.espalier.bench;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Prefixes to measure with, in the order in which they arrive; the same in every run.
 *
 * <p>{@code -Despalier.bench.prefixes=FILE} names a file with one prefix a line, such as a real table; the shape {@code file}
 * reads it and {@code shuffled-file} mixes it, as a neighbour does that sends by attributes.
 */
final class PrefixSample {

    private static final long SEED = 7;

    final AddressFamily family;
    final int size;
    private final long[] high;
    private final long[] low;
    private final byte[] length;

    private PrefixSample(List<IpPrefix> prefixes) {
        family = prefixes.getFirst().family();
        size = prefixes.size();
        high = new long[size];
        low = new long[size];
        length = new byte[size];
        for (int i = 0; i < size; i++) {
            high[i] = prefixes.get(i).address().high();
            low[i] = prefixes.get(i).address().low();
            length[i] = (byte) prefixes.get(i).length();
        }
    }

    /** The sample of a shape: {@code runs}, {@code random}, {@code hosts}, {@code ipv6}, {@code file} or {@code shuffled-file}. */
    static PrefixSample of(String shape, int size) {
        Random random = new Random(SEED);
        List<IpPrefix> prefixes =
                switch (shape) {
                    // neighbouring /24s, one after the other
                    case "runs" -> draw(size, i -> ipv4((0x1400_0000L << 32) + ((long) i << 40), 24));
                    // six of ten are /24, as in the Internet, but anywhere
                    case "random" ->
                        draw(size, i -> {
                            int anyLength = 16 + random.nextInt(9);
                            return ipv4(random.nextLong(), random.nextInt(10) < 6 ? 24 : anyLength);
                        });
                    // pods and services of one cluster
                    case "hosts" -> draw(size, i -> ipv4(0x0A00_0000L << 32 | random.nextLong() >>> 8, 32));
                    // /48s within blocks, a few of which are announced too
                    case "ipv6" ->
                        draw(size, i -> {
                            long block = 0x2000_0000_0000_0000L | (long) random.nextInt(40_000) << 32;
                            return random.nextInt(8) == 0
                                    ? IpPrefix.of(AddressFamily.IPV6, block, 0, 32)
                                    : IpPrefix.of(
                                            AddressFamily.IPV6, block | (long) random.nextInt(1 << 16) << 16, 0, 48);
                        });
                    case "file" -> fromFile();
                    case "shuffled-file" -> {
                        List<IpPrefix> mixed = fromFile();
                        Collections.shuffle(mixed, random);
                        yield mixed;
                    }
                    default -> throw new IllegalArgumentException("there is no shape '" + shape + "'");
                };
        return new PrefixSample(prefixes);
    }

    private interface Draw {
        IpPrefix prefix(int index);
    }

    private static List<IpPrefix> draw(int size, Draw draw) {
        Set<IpPrefix> drawn = new LinkedHashSet<>();
        for (int i = 0; drawn.size() < size; i++) {
            drawn.add(draw.prefix(i));
        }
        return List.copyOf(drawn);
    }

    private static IpPrefix ipv4(long bits, int length) {
        return IpPrefix.of(IpAddress.of(AddressFamily.IPV4, bits, 0), length);
    }

    private static List<IpPrefix> fromFile() {
        String file = System.getProperty("espalier.bench.prefixes");
        if (file == null) {
            throw new IllegalArgumentException("name the file of prefixes with -Despalier.bench.prefixes=FILE");
        }
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            List<IpPrefix> prefixes = new ArrayList<>(lines.map(IpPrefix::parse)
                    .filter(prefix -> prefix.family() == AddressFamily.IPV4)
                    .toList());
            if (prefixes.isEmpty()) {
                throw new IllegalArgumentException("no IPv4 prefix in " + file);
            }
            return prefixes;
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read the prefixes in " + file, unreadable);
        }
    }

    long high(int index) {
        return high[index];
    }

    long low(int index) {
        return low[index];
    }

    int length(int index) {
        return length[index] & 0xFF;
    }

    /** The block of all addresses. */
    IpPrefix everything() {
        return switch (family) {
            case IPV4 -> IpPrefix.DEFAULT_IPV4;
            case IPV6 -> IpPrefix.DEFAULT_IPV6;
        };
    }

    /** A table that holds each prefix once. */
    PrefixTable table() {
        PrefixTable table = new PrefixTable(family);
        for (int i = 0; i < size; i++) {
            table.retain(high[i], low[i], length(i));
        }
        return table;
    }

    /** The indexes, mixed. */
    int[] anyOrder() {
        Random random = new Random(SEED + 1);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }
}
