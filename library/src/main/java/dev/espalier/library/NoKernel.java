package dev.espalier.library;

import dev.espalier.route.Fib;
import dev.espalier.route.Loop;
import dev.espalier.route.RoutingInstance;
import java.util.List;

/** Where no packets are forwarded: every route is taken, and none is kept. */
final class NoKernel implements Fib {

    @Override
    public void read(RoutingInstance instance, Contents contents) {}

    @Override
    public void submit(Batch batch, Loop loop, Outcome outcome) {
        loop.execute(() -> outcome.done(List.of()));
    }

    @Override
    public void watch(Loop loop, LossObserver observer) {}
}
