package dev.espalier.agent.flannel;

import dev.espalier.objects.plan.EtcdAddress;
import dev.espalier.stores.etcd.EtcdKeys;
import dev.espalier.stores.etcd.EtcdOptions;
import dev.espalier.stores.etcd.PemFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens the etcd that a configuration names. */
final class EtcdAccess {

    private EtcdAccess() {}

    /**
     * Nothing is asked yet.
     *
     * @throws dev.espalier.stores.state.StateStoreException naming the file of a certificate or key that cannot be used
     */
    static EtcdKeys open(EtcdAddress etcd) {
        String prefix = etcd.prefix().endsWith("/") ? etcd.prefix() : etcd.prefix() + "/";
        return new EtcdKeys(new EtcdOptions(
                etcd.endpoints(),
                prefix,
                etcd.user(),
                etcd.password() == null ? null : new String(etcd.password().reveal(), StandardCharsets.UTF_8),
                PemFiles.context(path(etcd.caFile()), path(etcd.certificateFile()), path(etcd.keyFile())),
                EtcdOptions.PATIENCE));
    }

    private static @Nullable Path path(@Nullable String name) {
        return name == null ? null : Path.of(name);
    }
}
