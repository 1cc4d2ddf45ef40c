package dev.espalier.agent.pods;

import dev.espalier.cni.CniException;
import dev.espalier.cni.CniException.Code;
import dev.espalier.cni.CniRequest;
import dev.espalier.ipam.Pool;
import dev.espalier.ipam.Request;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.plan.PodPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which addresses a call asks for, and which pools may give them. Pure. */
final class AddressRequests {

    /** The label that Kubernetes gives every namespace; without Kubernetes it is the only one that is known. */
    private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

    private AddressRequests() {}

    /** Whom people would call the owner of what a call asks for: the pod, or else the container. */
    static String owner(CniRequest call) {
        String pod = call.arguments().getOrDefault("K8S_POD_NAME", "");
        String namespace = namespace(call);
        return pod.isEmpty() ? call.attachment().containerId() : namespace.isEmpty() ? pod : namespace + "/" + pod;
    }

    private static String namespace(CniRequest call) {
        return call.arguments().getOrDefault("K8S_POD_NAMESPACE", "");
    }

    /**
     * One request for each family that has a pool for the pod. A family all of whose pools are disabled is left out where there is
     * another one: it is on its way out.
     *
     * @throws CniException when there is no pool at all, or what the call wishes for makes no sense
     */
    static List<Request> of(String node, PodPlan plan, CniRequest call) {
        refuseUnknownPools(plan, call);
        List<Request> requests = new ArrayList<>();
        for (AddressFamily family : AddressFamily.values()) {
            List<Pool> pools = pools(plan, call, family);
            IpAddress wanted = wanted(call, family);
            if (!pools.isEmpty()) {
                requests.add(new Request(
                        family,
                        call.attachment().handle(),
                        node,
                        owner(call),
                        pools,
                        wanted,
                        reserved(plan.reservations())));
            } else if (wanted != null) {
                throw new CniException(
                        Code.BAD_CONFIGURATION,
                        wanted + " cannot be given: no " + family + " pool serves " + owner(call) + " on node " + node,
                        "runtimeConfig.ips asks for it");
            }
        }
        List<Request> alive = requests.stream()
                .filter(request ->
                        request.wanted() != null || !request.pools().stream().allMatch(Pool::disabled))
                .toList();
        if (requests.isEmpty()) {
            throw new CniException(
                    Code.BAD_CONFIGURATION, "no pool serves " + owner(call) + " on node " + node, why(plan, call));
        }
        return alive.isEmpty() ? requests : alive;
    }

    private static void refuseUnknownPools(PodPlan plan, CniRequest call) {
        List<String> names = plan.pools().stream().map(PodPlan.Pool::name).toList();
        for (String wanted : call.config().pools()) {
            if (!names.contains(wanted)) {
                throw new CniException(
                        Code.BAD_CONFIGURATION,
                        "ipam.pools names '" + wanted + "', which is no IpPool",
                        names.isEmpty() ? "there are none" : "there are " + String.join(", ", names));
            }
        }
    }

    private static String why(PodPlan plan, CniRequest call) {
        if (plan.pools().isEmpty()) {
            return "there is no IpPool in the daemon's configuration; make one, and say 'espalier reload'";
        }
        return "of " + plan.pools().size() + " pools none selects this node"
                + (namespace(call).isEmpty() ? "" : " and namespace " + namespace(call))
                + (call.config().pools().isEmpty() ? "" : " and is named in ipam.pools")
                + "; 'espalier ipam show' lists them";
    }

    private static List<Pool> pools(PodPlan plan, CniRequest call, AddressFamily family) {
        Map<String, String> labels = Map.of(NAMESPACE_NAME, namespace(call));
        List<String> named = call.config().pools();
        return plan.pools().stream()
                .filter(pool -> pool.here() && pool.prefix().family() == family)
                .filter(pool ->
                        labels.entrySet().containsAll(pool.namespaceSelector().entrySet()))
                .filter(pool -> named.isEmpty() || named.contains(pool.name()))
                .map(AddressRequests::pool)
                .toList();
    }

    /** A pool as IPAM knows it. */
    static Pool pool(PodPlan.Pool pool) {
        return new Pool(
                pool.name(),
                pool.prefix(),
                pool.blockLength(),
                pool.disabled(),
                pool.strictAffinity(),
                Duration.ofSeconds(pool.cooldownSeconds()));
    }

    private static @Nullable IpAddress wanted(CniRequest call, AddressFamily family) {
        List<IpAddress> wanted = call.config().ips().stream()
                .filter(address -> address.family() == family)
                .toList();
        if (wanted.size() > 1) {
            throw new CniException(
                    Code.UNSUPPORTED_FIELD,
                    "runtimeConfig.ips asks for " + wanted.size() + " " + family + " addresses",
                    "a pod has one of each family");
        }
        return wanted.isEmpty() ? null : wanted.getFirst();
    }

    static Predicate<IpAddress> reserved(List<IpPrefix> reservations) {
        return address -> reservations.stream().anyMatch(prefix -> prefix.contains(address));
    }
}
