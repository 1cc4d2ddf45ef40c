package dev.espalier.objects.plan;

import dev.espalier.net.Ipv4Address;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.kind.RouterSpec;
import dev.espalier.policy.NearestName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Routers, and which of them an object belongs to. */
final class RouterDirectory {

    private final List<Decoded<RouterSpec>> all;
    private final List<Decoded<RouterSpec>> here;
    private final boolean complete;

    RouterDirectory(List<Decoded<RouterSpec>> all, boolean complete) {
        this.all = all;
        this.here = all.stream().filter(Decoded::selected).toList();
        this.complete = complete;
        refuseSharedInstances();
    }

    /** Those for this node. */
    List<Decoded<RouterSpec>> here() {
        return here;
    }

    /** The identifier of a Router on this node; reports it when there is none to be had. */
    static Ipv4Address routerId(Decoded<RouterSpec> router, NodeFacts facts) {
        Ipv4Address chosen = router.spec().routerId();
        if (chosen != null) {
            return chosen;
        }
        return facts.routerId().orElseGet(() -> {
            router.error(
                    "spec",
                    "node " + facts.name() + " has no IPv4 address to take the router id from",
                    "set 'routerId' to an IPv4 address that no other router uses");
            return Ipv4Address.UNSPECIFIED;
        });
    }

    /**
     * The Router on this node that an object belongs to; null when it is for other nodes, and after an error was reported.
     *
     * @param name what the object says, or null for the only one
     */
    @Nullable
    Decoded<RouterSpec> find(@Nullable String name, Decoded<?> user) {
        return name == null ? only(user) : named(name, user);
    }

    private @Nullable Decoded<RouterSpec> named(String name, Decoded<?> user) {
        for (Decoded<RouterSpec> router : all) {
            if (router.name().equals(name)) {
                return router.selected() && user.selected() ? router : null;
            }
        }
        if (complete) {
            List<String> names = all.stream().map(Decoded::name).toList();
            user.error("spec.router", "there is no Router '" + name + "'", NearestName.hint(name, names, 8));
        }
        return null;
    }

    private @Nullable Decoded<RouterSpec> only(Decoded<?> user) {
        if (all.isEmpty() && complete) {
            user.error("", "there is no Router it could belong to", "add an object of kind Router");
        }
        if (!user.selected() || here.isEmpty()) {
            return null;
        }
        if (here.size() > 1) {
            List<String> names = here.stream().map(Decoded::name).sorted().toList();
            user.error(
                    "spec",
                    "this node has several Routers: " + String.join(", ", names),
                    "say in 'router' which one is meant");
            return null;
        }
        return here.getFirst();
    }

    private void refuseSharedInstances() {
        Map<String, Decoded<RouterSpec>> byInstance = new HashMap<>();
        Map<Integer, Decoded<RouterSpec>> byTable = new HashMap<>();
        for (Decoded<RouterSpec> router : here) {
            if (router.isBroken()) {
                continue;
            }
            Decoded<RouterSpec> sameInstance =
                    byInstance.putIfAbsent(router.spec().instance().name(), router);
            Decoded<RouterSpec> sameTable =
                    byTable.putIfAbsent(router.spec().instance().kernelTable(), router);
            if (sameInstance != null) {
                router.error(
                        "spec.instance",
                        "the routing instance '" + router.spec().instance() + "' already has "
                                + sameInstance.object().reference() + " on this node",
                        "give one of them another 'instance', or a 'nodeSelector'");
            } else if (sameTable != null) {
                router.error(
                        "spec.kernelTable",
                        "the kernel table "
                                + Integer.toUnsignedString(
                                        router.spec().instance().kernelTable()) + " is already that of "
                                + sameTable.object().reference(),
                        "choose another number");
            }
        }
    }
}
