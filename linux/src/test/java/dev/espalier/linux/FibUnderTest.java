package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Fib;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RoutingInstance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A {@link NetlinkFib} in a test's namespace, with short words for what tests do with it. */
final class FibUnderTest implements AutoCloseable {

    static final RoutingInstance INSTANCE = new RoutingInstance("test", 1000);

    final NetlinkFib fib;
    final List<String> losses = new CopyOnWriteArrayList<>();
    private final TestLoop loop = new TestLoop();

    FibUnderTest(TestNamespace namespace) {
        fib = new NetlinkFib(NetlinkFib.DEFAULT_PROTOCOL, namespace.namespace());
        fib.watch(loop, losses::add);
    }

    static Hop via(String gateway, int link) {
        return new Hop(IpAddress.parse(gateway), link, 1, false);
    }

    static Hop via(String gateway, int link, int weight) {
        return new Hop(IpAddress.parse(gateway), link, weight, false);
    }

    static void route(Fib.Batch batch, Fib.Batch.Change change, String prefix, int group) {
        IpPrefix p = IpPrefix.parse(prefix);
        batch.route(change, p.family(), p.address().high(), p.address().low(), p.length(), group);
    }

    /** Fills a batch, hands it over and waits. */
    List<Fib.Failure> write(RoutingInstance instance, Consumer<Fib.Batch> filling) {
        Fib.Batch batch = new Fib.Batch(instance);
        filling.accept(batch);
        return write(batch);
    }

    List<Fib.Failure> write(Consumer<Fib.Batch> filling) {
        return write(INSTANCE, filling);
    }

    List<Fib.Failure> write(Fib.Batch batch) {
        return submit(batch, () -> {}).join();
    }

    /** Hands a batch over, and tells on one loop for all of them when it is written. */
    CompletableFuture<List<Fib.Failure>> submit(Fib.Batch batch, Runnable written) {
        CompletableFuture<List<Fib.Failure>> done = new CompletableFuture<>();
        fib.submit(batch, loop, failures -> {
            written.run();
            done.complete(failures);
        });
        return done.orTimeout(30, TimeUnit.SECONDS);
    }

    List<Fib.Failure> put(int group, AddressFamily family, Hop... hops) {
        return write(batch -> batch.putGroup(family, group, Fib.Members.of(List.of(hops))));
    }

    List<Fib.Failure> putGuarded(int group, AddressFamily family, List<Hop> used, List<Hop> standby) {
        return write(batch -> batch.putGroup(family, group, new Fib.Members(used, standby, true)));
    }

    List<Fib.Failure> add(String prefix, int group) {
        return write(batch -> route(batch, Fib.Batch.Change.ADD_ROUTE, prefix, group));
    }

    List<Fib.Failure> replace(String prefix, int group) {
        return write(batch -> route(batch, Fib.Batch.Change.REPLACE_ROUTE, prefix, group));
    }

    List<Fib.Failure> remove(String prefix) {
        return write(batch -> route(batch, Fib.Batch.Change.REMOVE_ROUTE, prefix, 0));
    }

    /** What {@link Fib#read} tells: routes with their hops. Groups get numbers from 1 in the order in which they come. */
    Map<IpPrefix, List<Hop>> read() {
        Map<IpPrefix, List<Hop>> routes = new LinkedHashMap<>();
        readMembers().forEach((prefix, members) -> routes.put(prefix, members.used()));
        return routes;
    }

    /** The same, with what is on standby. */
    Map<IpPrefix, Fib.Members> readMembers() {
        Map<IpPrefix, Fib.Members> routes = new LinkedHashMap<>();
        List<Fib.Members> groups = new ArrayList<>();
        groups.add(Fib.Members.of(List.of()));
        fib.read(INSTANCE, new Fib.Contents() {
            @Override
            public int group(Fib.Members members) {
                int known = groups.indexOf(members);
                if (known > 0) {
                    return known;
                }
                groups.add(members);
                return groups.size() - 1;
            }

            @Override
            public void route(AddressFamily family, long high, long low, int length, int group) {
                Fib.Members before = routes.put(IpPrefix.of(family, high, low, length), groups.get(group));
                if (before != null) {
                    throw new AssertionError("told twice");
                }
            }
        });
        return routes;
    }

    @Override
    public void close() {
        fib.close();
        loop.close();
    }
}
