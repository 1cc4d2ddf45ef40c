package dev.espalier.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.espalier.net.IpAddress;
import dev.espalier.route.Datagrams;
import dev.espalier.route.Event;
import dev.espalier.route.EventSink;
import dev.espalier.route.Loop;
import dev.espalier.route.TimerQueue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A thread that waits for datagrams and for the time, by one ppoll(2) for both: a timer runs within a fraction of a millisecond,
 * and a datagram needs no other thread.
 *
 * <p>Each round first notes the time, then reads all that has arrived, and then runs the timers that were due at the time noted.
 * So however long the whole process stood still, nobody is declared silent whose words are only unread.
 */
public final class DatagramLoop implements Loop, Datagrams, AutoCloseable {

    private static final int POLLIN = 1;
    /** struct pollfd: fd (4), events (2), revents (2). */
    private static final int POLLFD = 8;

    private static final int CALLING_THREAD = 0;
    private static final int SCHED_RR = 2;
    /** What this thread starts is scheduled as usual. */
    private static final int SCHED_RESET_ON_FORK = 0x40000000;

    private static final int LOWEST_REAL_TIME_PRIORITY = 1;

    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;
    /** Datagrams of one socket, and tasks, before others get their turn. */
    private static final int BATCH = 256;
    /** How long to wait at most: a bound for what could only be a lost wake-up. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A thread that the kernel does not run, or that is stuck in a task, must not hold up the end of the daemon. */
    private static final Duration LONGEST_END = Duration.ofSeconds(2);

    private final String name;
    private final EventSink events;
    private final NetworkNamespace namespace;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final TimerQueue timers = new TimerQueue();
    private final Map<UdpSocket, Receiver> receivers = new LinkedHashMap<>();
    private final int wakeup;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment timeout = arena.allocate(16, 8);
    private final MemorySegment counter = arena.allocate(8, 8);
    private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1L);
    private MemorySegment polled;
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;

    /**
     * Starts the thread.
     *
     * @param name of the thread
     * @param events where a task that fails is told
     * @param namespace where the sockets are to be; the thread is not moved
     * @throws NetlinkException when the kernel refuses what the loop is woken by
     */
    public DatagramLoop(String name, EventSink events, NetworkNamespace namespace) {
        this.name = name;
        this.events = events;
        this.namespace = namespace;
        this.wakeup = SystemCalls.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (wakeup < 0) {
            throw new NetlinkException("making an eventfd", -wakeup, "");
        }
        this.polled = pollfds();
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
        thread.start();
    }

    // ---- Loop

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (asleep) {
            asleep = false;
            wake();
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        return timers.schedule(this, delayNanos, task);
    }

    @Override
    public long now() {
        return System.nanoTime();
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    // ---- Datagrams

    @Override
    public Socket open(Options options, @Nullable Receiver receiver) {
        UdpSocket socket = namespace.open(() -> UdpSocket.open(options));
        if (receiver == null) {
            return socket;
        }
        receivers.put(socket, receiver);
        polled = pollfds();
        return new Listening(socket);
    }

    /** A socket that is waited for. */
    private final class Listening implements Socket {
        private final UdpSocket socket;

        Listening(UdpSocket socket) {
            this.socket = socket;
        }

        @Override
        public void send(IpAddress remote, int port, int link, byte[] octets) {
            socket.send(remote, port, link, octets);
        }

        @Override
        public void close() {
            if (receivers.remove(socket) != null) {
                polled = pollfds();
                socket.close();
            }
        }
    }

    // ---- the thread

    /** What to wait for: whoever wakes us, then the sockets in the order of the map. */
    private MemorySegment pollfds() {
        MemorySegment made = Arena.ofAuto().allocate((long) POLLFD * (1 + receivers.size()), 8);
        watch(made, 0, wakeup);
        int i = 1;
        for (UdpSocket socket : receivers.keySet()) {
            watch(made, i++, socket.fd());
        }
        return made;
    }

    private static void watch(MemorySegment fds, int index, int fd) {
        fds.set(JAVA_INT, (long) POLLFD * index, fd);
        fds.set(JAVA_SHORT, (long) POLLFD * index + 4, (short) POLLIN);
    }

    private void run() {
        precede();
        while (!closed) {
            await();
            long looked = now();
            receive();
            runTasks();
            timers.runDue(looked, this::run);
        }
        receivers.keySet().forEach(UdpSocket::close);
        SystemCalls.close(wakeup);
    }

    /**
     * Has this thread scheduled before all that is not in a hurry. It seldom has anything to do, and then it must not wait behind
     * a table that loads, or behind other programs; niceness would not do, for the kernel counts it only among the processes of
     * one session. Without CAP_SYS_NICE it stays as it is, and that is no error: only a busy machine will tell.
     */
    private static void precede() {
        try (Arena memory = Arena.ofConfined()) {
            MemorySegment priority = memory.allocateFrom(JAVA_INT, LOWEST_REAL_TIME_PRIORITY);
            SystemCalls.schedSetscheduler(CALLING_THREAD, SCHED_RR | SCHED_RESET_ON_FORK, priority);
        }
    }

    private void await() {
        asleep = true;
        long wait = tasks.isEmpty() && !closed ? Math.min(timers.untilNext(now()), LONGEST_WAIT_NANOS) : 0;
        timeout.set(JAVA_LONG, 0, wait / 1_000_000_000);
        timeout.set(JAVA_LONG, 8, wait % 1_000_000_000);
        int ready = SystemCalls.ppoll(polled, 1 + receivers.size(), timeout);
        asleep = false;
        if (ready > 0 && polled.get(JAVA_SHORT, 6) != 0) {
            SystemCalls.read(wakeup, counter);
        }
    }

    /** Reads without asking which socket is ready: there are four at most, and an empty one costs a microsecond. */
    private void receive() {
        for (Map.Entry<UdpSocket, Receiver> entry : List.copyOf(receivers.entrySet())) {
            UdpSocket socket = entry.getKey();
            Datagram datagram = socket.receive();
            for (int i = 0; datagram != null; i++) {
                Datagram arrived = datagram;
                run(() -> entry.getValue().received(arrived));
                datagram = i < BATCH ? socket.receive() : null;
            }
        }
    }

    private void runTasks() {
        Runnable task = tasks.poll();
        for (int i = 0; task != null; i++) {
            run(task);
            task = i < BATCH ? tasks.poll() : null;
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace") // not printed: told as an event, with the place it came from
    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | StackOverflowError | AssertionError bug) {
            events.accept(Event.taskFailed("default", name + " loop", bug));
        }
    }

    private void wake() {
        SystemCalls.write(wakeup, one);
    }

    /** Ends the thread after the task at hand, and closes all sockets that are waited for. Waits for that, but not for long. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        wake();
        if (!inLoop()) {
            Threads.join(thread, LONGEST_END);
        }
    }
}
