package dev.espalier.objects.plan;

import dev.espalier.route.Secret;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an etcd is, and as whom to speak to it. Says nothing of a password.
 *
 * @param endpoints one or more members of one cluster
 * @param prefix what our keys begin with
 * @param user null for none
 * @param passwordFile the file that holds its password, as the configuration names it; null for none
 * @param password what stands there; null for none, and before the configuration is compiled
 * @param caFile whom to trust, in PEM; null for those whom the JVM trusts
 * @param certificateFile our own certificate, in PEM; null for none
 * @param keyFile its key, in PEM; null for none
 */
public record EtcdAddress(
        List<URI> endpoints,
        String prefix,
        @Nullable String user,
        @Nullable String passwordFile,
        @Nullable Secret password,
        @Nullable String caFile,
        @Nullable String certificateFile,
        @Nullable String keyFile) {

    /** Keeps a copy of the list. */
    public EtcdAddress {
        endpoints = List.copyOf(endpoints);
    }

    /** The same with the password that was read. */
    EtcdAddress withPassword(@Nullable Secret read) {
        return new EtcdAddress(endpoints, prefix, user, passwordFile, read, caFile, certificateFile, keyFile);
    }
}
