package dev.espalier.objects.plan;

import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.SecretReader;
import dev.espalier.objects.kind.IpPoolSpec;
import dev.espalier.objects.kind.IpReservationSpec;
import dev.espalier.objects.kind.Kind;
import dev.espalier.objects.kind.RouterSpec;
import dev.espalier.objects.kind.StateStoreSpec;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Secret;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the {@link PodPlan} of a node. */
final class PodCompiler {

    private final Specs specs;
    private final NodeFacts facts;
    private final SecretReader secrets;

    PodCompiler(Specs specs, NodeFacts facts, SecretReader secrets) {
        this.specs = specs;
        this.facts = facts;
        this.secrets = secrets;
    }

    PodPlan compile() {
        List<Decoded<IpPoolSpec>> pools = specs.ofKind(Kind.IP_POOL);
        refuseOverlaps(pools);
        List<IpPrefix> reservations = new ArrayList<>();
        for (Decoded<IpReservationSpec> reservation : specs.ofKind(Kind.IP_RESERVATION)) {
            reservations.addAll(reservation.spec().prefixes());
        }
        List<PodPlan.Pool> compiled = pools.stream()
                .map(this::pool)
                .sorted(Comparator.comparing(PodPlan.Pool::name))
                .toList();
        return new PodPlan(
                compiled,
                new TunnelCompiler(compiled, facts, chosenRouterId()).tunnels(),
                reservations.stream().sorted().toList(),
                state());
    }

    /** Of the router whose routes are those of the host: the pods' are among them. */
    private @Nullable Ipv4Address chosenRouterId() {
        for (Decoded<RouterSpec> router : specs.ofKind(Kind.ROUTER)) {
            if (router.selected() && router.spec().instance().equals(RoutingInstance.DEFAULT)) {
                return router.spec().routerId();
            }
        }
        return null;
    }

    private PodPlan.Pool pool(Decoded<IpPoolSpec> decoded) {
        IpPoolSpec spec = decoded.spec();
        return new PodPlan.Pool(
                decoded.name(),
                facts.matches(spec.nodeSelector()),
                spec.namespaceSelector(),
                spec.prefix(),
                spec.blockLength(),
                spec.encapsulation(),
                spec.natOutgoing(),
                spec.natExcept(),
                spec.disabled(),
                spec.strictAffinity(),
                spec.cooldownSeconds(),
                spec.advertise());
    }

    /** An address must belong to one pool, or it could not be said by which rules it is given. */
    private static void refuseOverlaps(List<Decoded<IpPoolSpec>> pools) {
        List<Decoded<IpPoolSpec>> sound =
                pools.stream().filter(pool -> !pool.isBroken()).toList();
        for (int i = 0; i < sound.size(); i++) {
            for (int j = 0; j < i; j++) {
                IpPrefix one = sound.get(i).spec().prefix();
                IpPrefix earlier = sound.get(j).spec().prefix();
                if (one.covers(earlier) || earlier.covers(one)) {
                    sound.get(i)
                            .error(
                                    "spec.prefix",
                                    one + " overlaps " + earlier + " of IpPool/"
                                            + sound.get(j).name(),
                                    "an address belongs to one pool; to serve some nodes or namespaces only, give each"
                                            + " pool a part of its own");
                }
            }
        }
    }

    private PodPlan.State state() {
        Decoded<StateStoreSpec> chosen = null;
        for (Decoded<StateStoreSpec> store : specs.ofKind(Kind.STATE_STORE)) {
            if (store.selected() && chosen != null) {
                store.error(
                        "spec",
                        "this node has a store already: StateStore/" + chosen.name(),
                        "who has which address can be kept in one place only");
            } else if (store.selected()) {
                chosen = store;
            }
        }
        if (chosen == null) {
            return PodPlan.NONE.state();
        }
        EtcdAddress etcd = chosen.spec().etcd();
        return new PodPlan.State(
                chosen.spec().path(), etcd == null ? null : etcd.withPassword(password(chosen, "spec.etcd", etcd)));
    }

    /** @param path the field that holds the address of the etcd */
    @Nullable
    Secret password(Decoded<?> object, String path, EtcdAddress etcd) {
        String file = etcd.passwordFile();
        if (file == null || object.isBroken()) {
            return null;
        }
        return switch (secrets.read(file)) {
            case SecretReader.Answer.Found found -> found.secret();
            case SecretReader.Answer.Refused refused -> {
                object.error(path + ".passwordSecret.file", refused.message(), refused.hint());
                yield null;
            }
        };
    }
}
