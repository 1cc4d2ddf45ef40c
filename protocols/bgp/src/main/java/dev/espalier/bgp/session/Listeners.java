package dev.espalier.bgp.session;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Secret;
import dev.espalier.route.Transport;
import dev.espalier.route.Transport.Acceptor;
import dev.espalier.route.Transport.ListenOptions;
import dev.espalier.route.Transport.Listener;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The listening sockets of a speaker and the TCP-MD5 keys on them. One owner. */
final class Listeners {

    private final Transport transport;
    private final Acceptor acceptor;
    private final Map<Place, Listener> open = new LinkedHashMap<>();
    private Map<IpPrefix, Secret> passwords = Map.of();

    /** Where a listener is. */
    private record Place(
            IpAddress address, int port, @Nullable String device) {}

    Listeners(Transport transport, Acceptor acceptor) {
        this.transport = transport;
        this.acceptor = acceptor;
    }

    /**
     * Opens what is missing, closes what is no longer wanted, and sets the keys.
     *
     * @throws Transport.TransportException when a socket cannot be opened or a key be set; no listener was opened or closed then
     */
    synchronized void configure(SpeakerConfig config) {
        Map<IpPrefix, Secret> wanted = passwordsOf(config);
        Map<Place, Listener> opened = new LinkedHashMap<>();
        try {
            for (IpAddress address : config.listen()) {
                Place place = new Place(address, config.port(), config.device());
                if (!open.containsKey(place)) {
                    opened.put(place, listen(place));
                }
            }
            opened.forEach((place, listener) -> setPasswords(place, listener, Map.of(), wanted));
            open.forEach((place, listener) -> setPasswords(place, listener, passwords, wanted));
        } catch (Transport.TransportException refused) {
            opened.values().forEach(Listener::close);
            throw refused;
        }
        List<Place> unwanted = open.keySet().stream()
                .filter(place -> place.port() != config.port()
                        || !Objects.equals(place.device(), config.device())
                        || !config.listen().contains(place.address()))
                .toList();
        unwanted.forEach(place -> Objects.requireNonNull(open.remove(place)).close());
        open.putAll(opened);
        passwords = wanted;
    }

    /** The ports in use, in the order of the configuration. */
    synchronized List<Integer> ports() {
        return open.values().stream().map(Listener::port).toList();
    }

    synchronized void close() {
        open.values().forEach(Listener::close);
        open.clear();
    }

    private Listener listen(Place place) {
        return transport.listen(new ListenOptions(place.address(), place.port(), place.device()), acceptor);
    }

    private static void setPasswords(
            Place place, Listener listener, Map<IpPrefix, Secret> before, Map<IpPrefix, Secret> wanted) {
        Set<IpPrefix> all = new HashSet<>(before.keySet());
        all.addAll(wanted.keySet());
        for (IpPrefix peers : all) {
            Secret password = wanted.get(peers);
            boolean differs = !Objects.equals(password, before.get(peers));
            if (differs && peers.family() == place.address().family()) {
                listener.password(peers, password);
            }
        }
    }

    /** Also a neighbour that we connect to may be the one to connect. */
    private static Map<IpPrefix, Secret> passwordsOf(SpeakerConfig config) {
        Map<IpPrefix, Secret> passwords = new HashMap<>();
        for (PeerConfig peer : config.peers()) {
            Secret password = peer.session().password();
            if (password != null) {
                switch (peer.remote()) {
                    case PeerConfig.Remote.Address address ->
                        passwords.put(address.address().toPrefix(), password);
                    case PeerConfig.Remote.Range range -> passwords.put(range.range(), password);
                    case PeerConfig.Remote.Interface unnumbered -> {} // has none, see PeerConfig
                }
            }
        }
        return passwords;
    }
}
