package dev.espalier.bgp.sim;

import dev.espalier.net.Ipv6Address;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.RouterDiscovery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The links of a simulated network on which router discovery runs. A link has the same name at all its ends: whoever opens
 * {@code e1} hears all others that have opened {@code e1}.
 */
public final class SimulatedLinks {

    private static final long DELAY = Duration.ofMillis(1).toNanos();

    private final SimulatedTime time;
    private final List<End> ends = new ArrayList<>();

    /** No links yet. */
    public SimulatedLinks(SimulatedTime time) {
        this.time = time;
    }

    /** The port of one host. */
    public Host host(Ipv6Address address) {
        return new Host(address);
    }

    /** One host, with one link-local address on all its links. */
    public final class Host implements RouterDiscovery {
        private Ipv6Address address;

        private Host(Ipv6Address address) {
            this.address = address;
        }

        /** From now on it sends from another address. */
        public void address(Ipv6Address changed) {
            address = changed;
        }

        @Override
        public Port open(Links.Link link, Loop loop, Listener listener) {
            End end = new End(this, link.name(), (SimulatedLoop) loop, listener);
            ends.add(end);
            return end;
        }
    }

    private final class End implements RouterDiscovery.Port {
        private final Host host;
        private final String link;
        private final SimulatedLoop loop;
        private final RouterDiscovery.Listener listener;

        End(Host host, String link, SimulatedLoop loop, RouterDiscovery.Listener listener) {
            this.host = host;
            this.link = link;
            this.loop = loop;
            this.listener = listener;
        }

        @Override
        public boolean send(Ipv6Address destination, byte[] message) {
            Ipv6Address source = host.address;
            for (End other : ends) {
                if (other.host != host && other.link.equals(link)) {
                    time.post(other.loop, DELAY, () -> other.listener.heard(source, message));
                }
            }
            return true;
        }

        @Override
        public void close() {
            ends.remove(this);
        }
    }
}
