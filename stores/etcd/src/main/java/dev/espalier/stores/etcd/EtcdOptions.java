package dev.espalier.stores.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Where etcd is, and as whom to speak to it.
 *
 * @param endpoints one or more of its members, {@code http://HOST:PORT} or {@code https://HOST:PORT}; all of one cluster
 * @param prefix what all keys begin with there, such as {@code /espalier/}
 * @param user null for none
 * @param password of the user; null for none
 * @param tls whom to trust, and our own certificate; null for what the JVM trusts
 * @param patience how long a member may take to answer before it counts as gone
 */
public record EtcdOptions(
        List<URI> endpoints,
        String prefix,
        @Nullable String user,
        @Nullable String password,
        @Nullable SSLContext tls,
        Duration patience) {

    /** How long a member may take unless said otherwise: longer than the election of a new leader. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    /** @throws IllegalArgumentException when there is no endpoint, or one is no address of a web server */
    public EtcdOptions {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("etcd needs an endpoint, such as http://127.0.0.1:2379");
        }
        for (URI endpoint : endpoints) {
            boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
            if (!web || endpoint.getHost() == null) {
                throw new IllegalArgumentException(
                        "'" + endpoint + "' is no endpoint of etcd; write it like http://127.0.0.1:2379");
            }
        }
    }

    /** Without a user, and with the JVM's own trust. */
    public static EtcdOptions of(String prefix, URI... endpoints) {
        return new EtcdOptions(List.of(endpoints), prefix, null, null, null, PATIENCE);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "etcd at " + endpoints + ", keys " + prefix + (user == null ? "" : ", user " + user);
    }
}
