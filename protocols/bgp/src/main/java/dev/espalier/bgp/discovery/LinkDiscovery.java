package dev.espalier.bgp.discovery;

import dev.espalier.bgp.discovery.DiscoveryFsm.Effect;
import dev.espalier.bgp.discovery.DiscoveryFsm.Event;
import dev.espalier.net.Ipv6Address;
import dev.espalier.route.EventSink;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.route.RoutingInstance;
import org.jspecify.annotations.Nullable;

/** Plays {@link DiscoveryFsm} on one link. On its loop only, but for {@link #waitsFor} and {@link #neighbor}. */
final class LinkDiscovery {

    private final String name;
    private final RoutingInstance instance;
    private final RouterDiscovery discovery;
    private final Loop loop;
    private final EventSink events;
    private final NeighborDiscovery.Observer observer;
    private Links.@Nullable Link link;
    private RouterDiscovery.@Nullable Port port;
    private Loop.@Nullable Timer timer;
    private DiscoveryState state = DiscoveryState.INITIAL;
    private @Nullable String refusal;
    private volatile @Nullable String waitsFor;
    private volatile @Nullable Ipv6Address neighbor;

    LinkDiscovery(
            String name,
            RoutingInstance instance,
            RouterDiscovery discovery,
            Loop loop,
            EventSink events,
            NeighborDiscovery.Observer observer) {
        this.name = name;
        this.instance = instance;
        this.discovery = discovery;
        this.loop = loop;
        this.events = events;
        this.observer = observer;
        publish();
    }

    /** What is missing, as a sentence; null when the neighbour is known. Any thread. */
    @Nullable
    String waitsFor() {
        return waitsFor;
    }

    /** Where the neighbour is; null when that is not known. Any thread. */
    @Nullable
    Ipv6Address neighbor() {
        return neighbor;
    }

    /** The link as it is now; null when there is none of this name. */
    void linkIs(Links.@Nullable Link now) {
        Links.Link before = link;
        link = now;
        if (before != null && (now == null || now.index() != before.index())) {
            handle(new Event.LinkDown());
            closePort();
        }
        if (now != null && port == null) {
            open(now);
        }
        handle(now != null && now.up() && port != null ? new Event.LinkUp() : new Event.LinkDown());
    }

    private void open(Links.Link on) {
        try {
            port = discovery.open(on, loop, this::heard);
            refusal = null;
        } catch (RouterDiscovery.DiscoveryException refused) {
            String reason = String.valueOf(refused.getMessage());
            if (!reason.equals(refusal)) {
                events.error("bgp.discovery.refused", instance, name, reason);
            }
            refusal = reason;
        }
    }

    void close() {
        cancel();
        closePort();
    }

    private void closePort() {
        if (port != null) {
            port.close();
            port = null;
        }
    }

    private void heard(Ipv6Address source, byte[] octets) {
        RouterMessage message = RouterMessage.decode(octets);
        if (message != null && port != null) {
            handle(new Event.Heard(source, message, observer.inUse(name)));
        }
    }

    private void handle(Event event) {
        DiscoveryFsm.Step step = DiscoveryFsm.step(state, event, loop.now());
        state = step.state();
        publish(); // before anybody asks because of the effects
        step.effects().forEach(this::perform);
    }

    private void publish() {
        neighbor = state.neighbor() == null ? null : state.neighbor().address();
        waitsFor = refusal != null ? refusal : DiscoveryFsm.waitsFor(state, name, link != null);
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Solicit solicit ->
                send(RouterDiscovery.ALL_ROUTERS, new RouterMessage.Solicitation(macAddress()));
            case Effect.Advertise advertise ->
                send(RouterDiscovery.ALL_NODES, new RouterMessage.Advertisement(0, macAddress()));
            case Effect.Wake wake -> {
                cancel();
                timer = loop.schedule(wake.nanos(), () -> handle(new Event.Due(observer.inUse(name))));
            }
            case Effect.Sleep sleep -> cancel();
            case Effect.Found(Ipv6Address address) -> {
                events.info("bgp.discovery.found", instance, name, "the neighbour on " + name + " is " + address);
                observer.neighborChanged(name, address, "the neighbour on " + name + " is now at " + address);
            }
            case Effect.Lost(String reason) -> {
                events.warning("bgp.discovery.lost", instance, name, "no neighbour on " + name + ": " + reason);
                observer.neighborChanged(name, null, "no neighbour on " + name + ": " + reason);
            }
            case Effect.Stranger(Ipv6Address stranger, Ipv6Address known) ->
                events.warning(
                        "bgp.discovery.stranger",
                        instance,
                        name,
                        stranger + " on " + name
                                + " is a router too, but a peer by interface has one neighbour, which is " + known
                                + "; if it is wanted, configure a BgpPeer with address: " + stranger + "%" + name);
        }
    }

    /** A link that cannot send now can when it is next our turn. */
    private void send(Ipv6Address destination, RouterMessage message) {
        if (port != null) {
            port.send(destination, message.encode());
        }
    }

    private String macAddress() {
        return link == null ? "" : link.macAddress();
    }

    private void cancel() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
