package dev.espalier.agent.pods;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.agent.api.Daemon;
import dev.espalier.agent.api.IpamView;
import dev.espalier.agent.api.PodService;
import dev.espalier.agent.api.PodView;
import dev.espalier.agent.api.ReleaseView;
import dev.espalier.cni.CniCommand;
import dev.espalier.cni.CniException;
import dev.espalier.cni.CniException.Code;
import dev.espalier.cni.CniRequest;
import dev.espalier.cni.CniVersion;
import dev.espalier.ipam.Allocation;
import dev.espalier.ipam.Block;
import dev.espalier.ipam.Ipam;
import dev.espalier.ipam.IpamException;
import dev.espalier.ipam.Pool;
import dev.espalier.library.instance.Instance;
import dev.espalier.linux.NetlinkException;
import dev.espalier.linux.NetworkNamespace;
import dev.espalier.linux.PodLinks;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.plan.PodPlan;
import dev.espalier.route.EventSink;
import dev.espalier.route.RoutingInstance;
import dev.espalier.stores.state.StateStore;
import dev.espalier.stores.state.StateStoreException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The pods of this node: answers the CNI plugin, keeps addresses and interfaces in step, and has the blocks announced.
 *
 * <p><b>Who may do what at once.</b> Calls for different containers go side by side; those for one container, and those that look at
 * everything (GC, the comparison), exclude each other. The comparison runs when the daemon starts and every {@link #LOOK}.
 *
 * <p>Nothing is opened or looked at before the configuration has a pool or a call comes. Any thread that may block.
 */
public final class PodNetwork implements PodService, AutoCloseable {

    /** Where the state of a single machine is unless said otherwise. */
    static final Path USUAL_FOLDER = Path.of("/var/lib/espalier/state");

    /** How often what should be is compared with what is; what is leaked is found in less than twice that and {@link #GRACE}. */
    static final Duration LOOK = Duration.ofSeconds(10);

    /** So long an address may be without an interface: that of a container that is just being made. */
    static final Duration GRACE = Duration.ofSeconds(20);

    private static final int LOCKS = 64;

    private final String node;
    private final EventSink events;
    private final Clock clock;
    private final Consumer<List<IpAddress>> tunnelAddresses;
    private final BlockRoutes routes;
    private final NetworkNamespace host;
    private final ReadWriteLock everything = new ReentrantReadWriteLock();
    private final List<Lock> locks =
            IntStream.range(0, LOCKS).<Lock>mapToObj(_ -> new ReentrantLock()).toList();
    private final Thread looking;
    private final Semaphore somethingNew = new Semaphore(0);
    private volatile boolean closed;

    private volatile PodPlan plan = PodPlan.NONE;
    /** Whether a configuration was read: before, not even where the state is can be known. */
    private volatile boolean configured;

    private @Nullable Wiring wiring;
    private @Nullable StateStore store;
    private @Nullable Ipam ipam;
    private volatile String trouble = "";
    private volatile String complaint = "";

    /**
     * Has nothing yet.
     *
     * @param node what the cluster calls this node
     * @param socket the API's, beside which files are kept
     * @param host the namespace whose pods these are
     * @param events hears what people should know
     * @param tunnelAddresses takes the addresses of this node's tunnels, as often as they have been looked at
     */
    public PodNetwork(
            String node,
            Path socket,
            NetworkNamespace host,
            EventSink events,
            Clock clock,
            Consumer<List<IpAddress>> tunnelAddresses) {
        this.node = node;
        this.host = host;
        this.events = events;
        this.clock = clock;
        this.tunnelAddresses = tunnelAddresses;
        this.routes = new BlockRoutes(node, socket, events);
        this.looking = Thread.ofVirtual().name("pods-comparison").unstarted(this::lookAgainAndAgain);
    }

    /** Begins to compare. */
    public void start() {
        looking.start();
    }

    /**
     * Goes over to a plan. Where state is kept is opened when it is needed.
     *
     * @param speaker who announces; null for nobody
     */
    public void follow(PodPlan next, @Nullable Instance speaker) {
        everything.writeLock().lock();
        try {
            if (!next.state().equals(plan.state())) {
                closeStore();
            }
            plan = next;
            configured = true;
        } finally {
            everything.writeLock().unlock();
        }
        routes.follow(speaker, next);
        somethingNew.release();
    }

    /** Who has which address: one object of each, made when it is first needed. */
    private synchronized Ipam addresses() {
        Ipam present = ipam;
        if (present == null) {
            StateStore opened = States.open(plan.state(), USUAL_FOLDER);
            store = opened;
            present = new Ipam(opened, clock);
            ipam = present;
        }
        return present;
    }

    private synchronized Wiring wiring() {
        Wiring present = wiring;
        if (present == null) {
            present = new Wiring(host);
            wiring = present;
        }
        return present;
    }

    private synchronized boolean isOpen() {
        return store != null;
    }

    private synchronized void closeStore() {
        ipam = null;
        if (store != null) {
            store.close();
            store = null;
        }
    }

    // ---- CNI

    @Override
    public CniAnswer cni(Map<String, String> environment, String input) {
        CniVersion version = CniRequest.versionOf(input);
        try {
            CniRequest request = CniRequest.read(environment, input);
            ObjectNode output = answer(request, environment, input);
            return new CniAnswer(true, output.isEmpty() ? "" : output.toString());
        } catch (CniException refused) {
            return failed(environment, version, refused);
        } catch (IpamException refused) {
            return failed(environment, version, Attachments.refusal(refused));
        } catch (StateStoreException silent) {
            return failed(
                    environment,
                    version,
                    new CniException(
                            Code.TRY_AGAIN_LATER,
                            String.valueOf(silent.getMessage()),
                            "who has which address is kept there; see StateStore in the configuration"));
        }
    }

    private CniAnswer failed(Map<String, String> environment, CniVersion version, CniException refused) {
        events.warning(
                "pods.refused",
                RoutingInstance.DEFAULT,
                environment.getOrDefault("CNI_CONTAINERID", "CNI"),
                environment.getOrDefault("CNI_COMMAND", "a call") + ": " + refused.sentence());
        return new CniAnswer(false, refused.json(version).toString());
    }

    private ObjectNode answer(CniRequest request, Map<String, String> environment, String input) {
        if (!configured && request.command() != CniCommand.VERSION) {
            throw new CniException(
                    request.command() == CniCommand.STATUS ? Code.NOT_AVAILABLE : Code.TRY_AGAIN_LATER,
                    "the daemon is starting",
                    "in a second it will be ready");
        }
        ObjectNode nothing = JsonNodeFactory.instance.objectNode();
        return switch (request.command()) {
            case VERSION -> CniRequest.versions(request.version());
            case STATUS -> {
                status(request);
                yield nothing;
            }
            case GC -> {
                exclusively(() -> attachments().collect(call(request, environment, input)));
                yield nothing;
            }
            case ADD -> {
                Attachments.Call call = call(request, environment, input);
                try {
                    yield alone(call, () -> attachments().add(call).json(request.version()));
                } catch (CniException | StateStoreException failed) {
                    takeBack(call);
                    throw failed;
                }
            }
            case DEL -> {
                Attachments.Call call = call(request, environment, input);
                alone(call, () -> {
                    attachments().remove(call);
                    return nothing;
                });
                announce(call.ipam());
                yield nothing;
            }
            case CHECK -> {
                Attachments.Call call = call(request, environment, input);
                yield alone(call, () -> {
                    attachments().check(call);
                    return nothing;
                });
            }
        };
    }

    private Attachments attachments() {
        return new Attachments(node, wiring(), this::complain);
    }

    private Attachments.Call call(CniRequest request, Map<String, String> environment, String input) {
        Ipam source = addresses();
        return new Attachments.Call(request, environment, input, plan, source, () -> announce(source));
    }

    /** One thing at a time for a container. */
    private <T> T alone(Attachments.Call call, Supplier<T> work) {
        Lock own = locks.get(Math.floorMod(call.handle().hashCode(), LOCKS));
        everything.readLock().lock();
        own.lock();
        try {
            return work.get();
        } finally {
            own.unlock();
            everything.readLock().unlock();
        }
    }

    /** Said once, not for every pod. */
    private void complain(String sentence) {
        if (!sentence.equals(complaint)) {
            complaint = sentence;
            events.warning(
                    "pods.translation",
                    RoutingInstance.DEFAULT,
                    node,
                    sentence + "; pods are wired, but nothing is translated for them");
        }
    }

    private void exclusively(Runnable work) {
        everything.writeLock().lock();
        try {
            work.run();
        } finally {
            everything.writeLock().unlock();
        }
    }

    /** Whether ADD would do now, as far as it can be known beforehand. */
    private void status(CniRequest request) {
        if (request.config().ownIpam()) {
            if (plan.pools().stream().noneMatch(pool -> pool.here() && !pool.disabled())) {
                throw new CniException(
                        Code.NOT_AVAILABLE,
                        "no pool serves node " + node,
                        "make an IpPool that selects it, and say 'espalier reload'");
            }
            try {
                addresses().blocks();
            } catch (StateStoreException silent) {
                throw new CniException(Code.NOT_AVAILABLE, String.valueOf(silent.getMessage()), "");
            }
        }
    }

    /** What was announced for a pod that could not be wired is not any more; if that cannot be known now, the comparison sees to it. */
    private void takeBack(Attachments.Call call) {
        try {
            announce(call.ipam());
        } catch (StateStoreException silent) {
            somethingNew.release();
        }
    }

    /** What changed is announced before the plugin hears of it: its pod can be reached when it is told. */
    private void announce(Ipam source) {
        routes.update(source.knownBlocks(), plan);
    }

    // ---- the comparison

    private void lookAgainAndAgain() {
        try {
            while (!closed) {
                look();
                if (somethingNew.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    somethingNew.drainPermits();
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        if (closed || !configured || plan.pools().isEmpty() && !isOpen() && routes.isEmpty()) {
            return;
        }
        try {
            exclusively(this::compare);
            if (!trouble.isEmpty()) {
                events.info("pods.state", RoutingInstance.DEFAULT, node, "the store of addresses answers again");
                trouble = "";
            }
        } catch (StateStoreException | IpamException | CniException | NetlinkException failed) {
            String sentence = String.valueOf(failed.getMessage());
            if (trouble.isEmpty()) {
                events.error(
                        "pods.state",
                        RoutingInstance.DEFAULT,
                        node,
                        sentence + "; pods keep what they have, new ones have to wait");
            }
            trouble = sentence;
        }
    }

    private void compare() {
        Ipam addresses = addresses();
        new Comparison(node, events, wiring(), addresses, plan, this::complain).run(GRACE);
        addresses.tidy(node, this::poolOf);
        try {
            tunnelAddresses.accept(TunnelAddresses.of(node, plan, addresses));
        } finally {
            routes.update(addresses.knownBlocks(), plan);
        }
    }

    private @Nullable Pool poolOf(IpPrefix prefix) {
        return plan.pools().stream()
                .filter(pool -> pool.here() && pool.prefix().covers(prefix))
                .findFirst()
                .map(AddressRequests::pool)
                .orElse(null);
    }

    // ---- questions

    @Override
    public List<PodView> pods() {
        return answered(() -> {
            List<Block> blocks = blocks();
            return wiring().does(links -> PodViews.pods(node, blocks, links.all(), links::addressesOf));
        });
    }

    @Override
    public IpamView ipam() {
        return answered(() -> {
            List<Block> blocks = blocks();
            Map<String, PodLinks.Found> links = wiring().does(PodLinks::all);
            return PodViews.ipam(plan, blocks, PodViews.findings(node, plan, blocks, links, trouble), clock.instant());
        });
    }

    @Override
    public ReleaseView release(String address, boolean force) {
        return answered(() -> {
            IpAddress wanted;
            try {
                wanted = IpAddress.parse(address);
            } catch (IllegalArgumentException senseless) {
                throw new Daemon.RequestException(String.valueOf(senseless.getMessage()));
            }
            Allocation holder = Comparison.holder(blocks(), wanted); // which has also seen that there is a store
            if (holder == null) {
                throw new Daemon.RequestException("nobody has " + address);
            }
            boolean used = wiring().does(PodLinks::all).containsKey(holder.handle());
            if (used && !force) {
                throw new Daemon.RequestException(address + " is in use: " + holder.owner()
                        + " has an interface here; with --force it is taken all the same");
            }
            addresses().release(holder.node(), holder.handle());
            return new ReleaseView(address, holder.handle(), holder.owner(), holder.node());
        });
    }

    /** Without pools nothing is opened only because somebody asks. */
    private List<Block> blocks() {
        return !configured || plan.pools().isEmpty() && !isOpen()
                ? List.of()
                : addresses().blocks();
    }

    private static <T> T answered(Supplier<T> question) {
        try {
            return question.get();
        } catch (StateStoreException | CniException | IpamException failed) {
            throw new Daemon.RequestException(String.valueOf(failed.getMessage()));
        }
    }

    /** Ends; pods keep what they have. */
    @Override
    public void close() {
        closed = true;
        somethingNew.release();
        exclusively(() -> {
            synchronized (this) {
                closeStore();
                if (wiring != null) {
                    wiring.close();
                }
            }
        });
    }
}
