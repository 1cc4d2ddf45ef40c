package dev.espalier.bench.load;

import dev.espalier.linux.NetlinkFib;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Fib;
import dev.espalier.route.Loop;
import dev.espalier.route.NextHop;
import dev.espalier.route.RoutingInstance;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Writes a scenario's prefixes into the kernel and removes them again, with nothing else around: what that takes is the floor of a
 * daemon that installs them. Batches, groups and messages are those of {@link NetlinkFib}.
 */
final class BareKernel {

    private static final int IN_FLIGHT = 2;
    private static final int GROUP = 1;

    /** The device on which the next hops of all routes are; {@code bench/run} makes it. */
    private static final String DEVICE = "hops";

    private final Prefixes prefixes;
    private final Consumer<PhaseResult> results;
    private final Semaphore room = new Semaphore(IN_FLIGHT);
    private final AtomicInteger refused = new AtomicInteger();

    BareKernel(Prefixes prefixes, Consumer<PhaseResult> results) {
        this.prefixes = prefixes;
        this.results = results;
    }

    /**
     * Fills the kernel's main table and empties it.
     *
     * @return whether the kernel took all
     */
    boolean play() {
        try (NetlinkFib fib = new NetlinkFib()) {
            Fib.Batch group = new Fib.Batch(RoutingInstance.DEFAULT);
            group.putGroup(AddressFamily.IPV4, GROUP, Fib.Members.of(List.of(hop())));
            submit(fib, group);
            boolean filled = phase("install", fib, Fib.Batch.Change.ADD_ROUTE);
            return phase("remove", fib, Fib.Batch.Change.REMOVE_ROUTE) && filled;
        }
    }

    private static NextHop.Hop hop() {
        try {
            NetworkInterface device = NetworkInterface.getByName(DEVICE);
            if (device == null) {
                throw new UsageException("there is no device '" + DEVICE + "' for the next hop; bench/run makes it");
            }
            return new NextHop.Hop(IpAddress.parse("10.254.1.1"), device.getIndex(), 1, false);
        } catch (SocketException failure) {
            throw new UsageException("the devices cannot be listed: " + failure.getMessage());
        }
    }

    private boolean phase(String name, Fib fib, Fib.Batch.Change change) {
        double machineBefore = ProcessTree.machineCpuSeconds();
        double ownBefore = ProcessTree.ownCpuSeconds();
        long start = System.nanoTime();
        Fib.Batch batch = new Fib.Batch(RoutingInstance.DEFAULT);
        for (int prefix = 0; prefix < prefixes.size(); prefix++) {
            batch.route(change, AddressFamily.IPV4, prefixes.bits(prefix), 0, prefixes.length(prefix), GROUP);
            if (batch.isFull()) {
                submit(fib, batch);
                batch = new Fib.Batch(RoutingInstance.DEFAULT);
            }
        }
        submit(fib, batch);
        room.acquireUninterruptibly(IN_FLIGHT);
        double seconds = (System.nanoTime() - start) / 1e9;
        room.release(IN_FLIGHT);
        double own = ProcessTree.ownCpuSeconds() - ownBefore;
        ProcessTree memory = ProcessTree.of(ProcessHandle.current().pid());
        results.accept(new PhaseResult(
                name,
                refused.get() == 0,
                seconds,
                refused.get(),
                0,
                0,
                0,
                0,
                own,
                0,
                Math.max(0, ProcessTree.machineCpuSeconds() - machineBefore - own),
                0,
                memory.residentKb(),
                memory.peakKb(),
                null));
        return refused.get() == 0;
    }

    private void submit(Fib fib, Fib.Batch batch) {
        room.acquireUninterruptibly();
        fib.submit(batch, new AtOnce(), failures -> {
            refused.addAndGet(failures.size());
            room.release();
        });
    }

    /** Runs what it is given on the thread that gives it: there is no state to own. */
    private static final class AtOnce implements Loop {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            throw new UnsupportedOperationException("nothing here waits for a time: " + Duration.ofNanos(delayNanos));
        }

        @Override
        public long now() {
            return System.nanoTime();
        }

        @Override
        public boolean inLoop() {
            return true;
        }
    }
}
