package dev.espalier.agent.pods;

import dev.espalier.agent.etcd.EtcdAccess;
import dev.espalier.objects.plan.EtcdAddress;
import dev.espalier.objects.plan.PodPlan;
import dev.espalier.stores.etcd.EtcdStateStore;
import dev.espalier.stores.state.FileStateStore;
import dev.espalier.stores.state.StateStore;
import java.nio.file.Path;

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
            return new EtcdStateStore(EtcdAccess.options(etcd, etcd.prefix()));
        }
        return FileStateStore.open(state.path() == null ? usual : Path.of(state.path()));
    }
}
