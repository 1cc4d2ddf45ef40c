package dev.espalier.agent.etcd;

import dev.espalier.objects.plan.EtcdAddress;
import dev.espalier.stores.etcd.EtcdOptions;
import dev.espalier.stores.etcd.PemFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads what it takes to speak to the etcd that a plan names. */
public final class EtcdAccess {

    private EtcdAccess() {}

    /**
     * As the plan says. Nothing is asked yet.
     *
     * @param prefix what all keys begin with
     * @throws dev.espalier.stores.state.StateStoreException naming the file of a certificate or key that cannot be used
     */
    public static EtcdOptions options(EtcdAddress etcd, String prefix) {
        return new EtcdOptions(
                etcd.endpoints(),
                prefix,
                etcd.user(),
                etcd.password() == null ? null : new String(etcd.password().reveal(), StandardCharsets.UTF_8),
                PemFiles.context(path(etcd.caFile()), path(etcd.certificateFile()), path(etcd.keyFile())),
                EtcdOptions.PATIENCE);
    }

    private static @Nullable Path path(@Nullable String name) {
        return name == null ? null : Path.of(name);
    }
}
