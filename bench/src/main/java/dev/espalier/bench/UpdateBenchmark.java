package dev.espalier.bench;

import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AsPath;
import dev.espalier.route.PathAttributes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What an UPDATE costs on its way in and out: reading, interning its attributes, packing. Each figure is for one set of attributes. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class UpdateBenchmark {

    private static final int SETS = 10_000;

    private static final SessionOptions OPTIONS =
            new SessionOptions(true, false, false, Set.of(Family.IPV4_UNICAST), Set.of(), Set.of());

    /** How many prefixes share one set of attributes. */
    @Param({"1", "10"})
    public int prefixesPerSet;

    private final List<PathAttributes> sets = new ArrayList<>();
    private final List<byte[]> messages = new ArrayList<>();
    private final AttributeTable interned = new AttributeTable(forgotten -> {});

    /** Draws the attributes, packs the messages and fills the table of attributes. */
    @Setup
    public void fill() {
        Random random = new Random(9);
        for (int i = 0; i < SETS; i++) {
            PathAttributes attributes = draw(random);
            sets.add(attributes);
            interned.intern(attributes);
        }
        pack(messages::add);
    }

    private static PathAttributes draw(Random random) {
        List<Asn> path = new ArrayList<>();
        for (int i = 1 + random.nextInt(7); i > 0; i--) {
            path.add(new Asn(1 + random.nextInt(400_000)));
        }
        List<Community> communities = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            communities.add(new Community(random.nextInt()));
        }
        return PathAttributes.builder()
                .asPath(AsPath.sequence(path))
                .med(random.nextInt(100))
                .communities(communities)
                .nextHop(new Ipv4Address(0xC000_0200 + random.nextInt(16)))
                .build();
    }

    private void pack(Consumer<byte[]> out) {
        UpdatePacker packer = new UpdatePacker(OPTIONS, out);
        long prefix = 0x1400_0000L << 32;
        for (PathAttributes attributes : sets) {
            packer.begin(Family.IPV4_UNICAST, attributes);
            for (int i = 0; i < prefixesPerSet; i++) {
                packer.add(0, prefix, 0, 24);
                prefix += 1L << 40;
            }
        }
        packer.end();
    }

    /** From routes to octets. */
    @Benchmark
    @OperationsPerInvocation(SETS)
    public void pack(Blackhole sent) {
        pack(sent::consume);
    }

    /** From octets to checked routes. */
    @Benchmark
    @OperationsPerInvocation(SETS)
    public void decode(Blackhole received) {
        for (byte[] message : messages) {
            received.consume(MessageDecoder.decode(ByteBuffer.wrap(message), OPTIONS));
        }
    }

    /** Finding the number of attributes that are known, and letting go of it again. */
    @Benchmark
    @OperationsPerInvocation(SETS)
    public void internKnown() {
        for (PathAttributes attributes : sets) {
            interned.release(interned.intern(attributes));
        }
    }
}
