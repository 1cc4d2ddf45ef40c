package dev.espalier.agent.pods;

import dev.espalier.objects.plan.EtcdAddress;
import dev.espalier.objects.plan.PodPlan;
import dev.espalier.stores.etcd.EtcdOptions;
import dev.espalier.stores.etcd.EtcdStateStore;
import dev.espalier.stores.etcd.PemFiles;
import dev.espalier.stores.state.FileStateStore;
import dev.espalier.stores.state.StateStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Opens the store that a configuration names. */
final class States {

    private States() {}

    /**
     * Opens it.
     *
     * @param usual the folder where none is named
     * @throws dev.espalier.stores.state.StateStoreException when it cannot be used
     */
    static StateStore open(PodPlan.State state, Path usual) {
        EtcdAddress etcd = state.etcd();
        if (etcd != null) {
            return new EtcdStateStore(options(etcd));
        }
        return FileStateStore.open(state.path() == null ? usual : Path.of(state.path()));
    }

    private static EtcdOptions options(EtcdAddress etcd) {
        return new EtcdOptions(
                etcd.endpoints(),
                etcd.prefix(),
                etcd.user(),
                etcd.password() == null ? null : new String(etcd.password().reveal(), StandardCharsets.UTF_8),
                PemFiles.context(path(etcd.caFile()), path(etcd.certificateFile()), path(etcd.keyFile())),
                EtcdOptions.PATIENCE);
    }

    private static @Nullable Path path(@Nullable String name) {
        return name == null ? null : Path.of(name);
    }
}
