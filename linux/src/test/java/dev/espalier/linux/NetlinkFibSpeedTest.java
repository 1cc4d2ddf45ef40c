package dev.espalier.linux;

import static dev.espalier.net.AddressFamily.IPV4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.Fib;
import dev.espalier.route.Fib.Batch.Change;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How fast the Fib is on this machine: figures are printed, only correctness is asserted. */
@Tag("netns")
@Tag("long")
class NetlinkFibSpeedTest {

    private static final int ROUTES = 500_000;

    @Test
    void routesPerSecond() throws Exception {
        try (TestNamespace namespace = new TestNamespace()) {
            namespace.veth("left", "left-peer");
            namespace.ip("address add 10.1.0.1/24 dev left");
            int left = namespace.linkIndex("left");
            try (FibUnderTest fib = new FibUnderTest(namespace);
                    TestLoop loop = new TestLoop()) {
                fib.put(1, IPV4, FibUnderTest.via("10.1.0.2", left));
                fib.put(2, IPV4, FibUnderTest.via("10.1.0.3", left));
                for (int round = 1; round <= 3; round++) {
                    String when = "round " + round + ": ";
                    report(when + "add", () -> write(fib, loop, Change.ADD_ROUTE, 1));
                    report(when + "replace", () -> write(fib, loop, Change.REPLACE_ROUTE, 2));
                    report(when + "read", () -> assertThat(count(fib)).isEqualTo(ROUTES));
                    report(when + "remove", () -> write(fib, loop, Change.REMOVE_ROUTE, 0));
                    assertThat(count(fib)).isZero();
                }
                assertThat(fib.losses).isEmpty();
            }
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void report(String what, Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%-18s %,10.0f routes/s%n", what, ROUTES / seconds);
    }

    private static void write(FibUnderTest fib, TestLoop loop, Change change, int group) throws Exception {
        int batches = (ROUTES + Fib.Batch.CAPACITY - 1) / Fib.Batch.CAPACITY;
        CountDownLatch done = new CountDownLatch(batches);
        AtomicInteger failed = new AtomicInteger();
        for (int from = 0; from < ROUTES; from += Fib.Batch.CAPACITY) {
            Fib.Batch batch = new Fib.Batch(FibUnderTest.INSTANCE);
            for (int i = from; i < Math.min(ROUTES, from + Fib.Batch.CAPACITY); i++) {
                batch.route(change, IPV4, (0x14000000L + i) << 32, 0, 32, group);
            }
            fib.fib.submit(batch, loop, failures -> {
                failed.addAndGet(failures.size());
                done.countDown();
            });
        }
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(failed).hasValue(0);
    }

    private static int count(FibUnderTest fib) {
        int[] count = {0};
        fib.fib.read(FibUnderTest.INSTANCE, new Fib.Contents() {
            @Override
            public int group(Fib.Members members) {
                return members.used().getFirst().gateway().toString().endsWith(".2") ? 1 : 2;
            }

            @Override
            public void route(AddressFamily family, long high, long low, int length, int group) {
                count[0]++;
            }
        });
        return count[0];
    }
}
