package dev.espalier.linux;

import dev.espalier.route.Links;
import dev.espalier.route.Loop;

/** The kernel's links, addresses and foreign routes over netlink. Each watch has a thread and sockets of its own. */
public final class NetlinkLinks implements Links {

    /** What may wait to be read; at 8 MiB, 300,000 changes a second were followed without loss. */
    private static final int RECEIVE_BUFFER = 16 << 20;

    private final int ourProtocol;
    private final NetworkNamespace namespace;
    private final int receiveBuffer;

    /** Of this process's network namespace, where routes of {@link NetlinkFib#DEFAULT_PROTOCOL} are ours. */
    public NetlinkLinks() {
        this(NetlinkFib.DEFAULT_PROTOCOL, NetworkNamespace.current());
    }

    /**
     * Of a network namespace.
     *
     * @param ourProtocol the number that our routes carry: they are not told, not even read
     * @param namespace where the links are; only the sockets live there, the threads do not
     */
    public NetlinkLinks(int ourProtocol, NetworkNamespace namespace) {
        this(ourProtocol, namespace, RECEIVE_BUFFER);
    }

    /** For tests: with a receive buffer small enough to overflow. */
    NetlinkLinks(int ourProtocol, NetworkNamespace namespace, int receiveBuffer) {
        this.ourProtocol = ourProtocol;
        this.namespace = namespace;
        this.receiveBuffer = receiveBuffer;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Closing waits until the thread has ended, a tenth of a second at most; the observer may still hear what was on its way.
     *
     * @throws NetlinkException when the kernel has no sockets to give
     */
    @Override
    public AutoCloseable watch(Loop loop, Observer observer) {
        LinksWatch watch = namespace.open(
                () -> new LinksWatch(ourProtocol, receiveBuffer, event -> loop.execute(() -> observer.changed(event))));
        watch.start();
        return watch;
    }
}
