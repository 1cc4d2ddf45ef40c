package dev.espalier.lab;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;

/** The same work for several things at once. For work that waits for other programs. */
final class InParallel {

    private InParallel() {}

    /**
     * Does the work for each and waits for all.
     *
     * @throws LabException the first failure, when all have ended
     */
    static <T> void forEach(Collection<T> things, Consumer<T> work) {
        map(things, thing -> {
            work.accept(thing);
            return true;
        });
    }

    /** The same, with no more than so many at work at once. */
    static <T> void forEach(Collection<T> things, int atOnce, Consumer<T> work) {
        Semaphore places = new Semaphore(atOnce);
        forEach(things, thing -> {
            places.acquireUninterruptibly();
            try {
                work.accept(thing);
            } finally {
                places.release();
            }
        });
    }

    /** The same, with the results in the order of the things. */
    static <T, R> List<R> map(Collection<T> things, Function<T, R> work) {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<R>> results = things.stream()
                    .map(thing -> executor.submit(() -> work.apply(thing)))
                    .toList();
            return results.stream().map(InParallel::join).toList();
        }
    }

    private static <R> R join(Future<R> result) {
        try {
            return result.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", interrupted);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof LabException failure
                    ? failure
                    : new LabException("unexpected: " + failed.getCause(), failed);
        }
    }
}
