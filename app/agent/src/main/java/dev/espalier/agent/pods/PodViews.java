package dev.espalier.agent.pods;

import dev.espalier.agent.api.IpamView;
import dev.espalier.agent.api.PodView;
import dev.espalier.ipam.Allocation;
import dev.espalier.ipam.Block;
import dev.espalier.linux.PodLinks;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.plan.PodPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What people are shown of pods and addresses. Pure. */
final class PodViews {

    private PodViews() {}

    /** A pod as it is put together. */
    private static final class Draft {
        private String owner = "";
        private final List<String> addresses = new ArrayList<>();
        private @Nullable Instant since;
        private PodLinks.@Nullable Found link;
    }

    /**
     * The pods of a node.
     *
     * @param links those of the node, by handle
     * @param routed the addresses to which the host has a route by a link
     */
    static List<PodView> pods(
            String node,
            List<Block> blocks,
            Map<String, PodLinks.Found> links,
            Function<PodLinks.Found, List<IpAddress>> routed) {
        Map<String, Draft> drafts = new TreeMap<>();
        for (Block block : blocks) {
            block.used().forEach((ordinal, allocation) -> {
                if (allocation.node().equals(node) && !allocation.handle().startsWith(Comparison.NODE_HANDLE)) {
                    Draft draft = drafts.computeIfAbsent(allocation.handle(), _ -> new Draft());
                    draft.owner = allocation.owner();
                    draft.addresses.add(block.address(ordinal).toString());
                    draft.since = draft.since == null || allocation.since().isBefore(draft.since)
                            ? allocation.since()
                            : draft.since;
                }
            });
        }
        links.forEach((handle, link) -> drafts.computeIfAbsent(handle, _ -> new Draft()).link = link);
        List<PodView> pods = new ArrayList<>();
        drafts.forEach((handle, draft) -> pods.add(view(handle, draft, routed)));
        return pods;
    }

    private static PodView view(String handle, Draft draft, Function<PodLinks.Found, List<IpAddress>> routed) {
        PodLinks.Found link = draft.link;
        boolean delegated = link != null && !link.ipam().isEmpty();
        List<String> routes = link == null
                ? List.of()
                : routed.apply(link).stream().map(IpAddress::toString).toList();
        List<String> addresses = draft.addresses.isEmpty() ? routes : draft.addresses;
        return new PodView(
                handle,
                draft.owner.isEmpty() ? handle.split("/", -1)[1] : draft.owner,
                addresses,
                link == null ? null : link.name(),
                link == null ? 0 : link.mtu(),
                draft.since == null ? null : draft.since.toString(),
                problem(link, draft, delegated, routes));
    }

    private static @Nullable String problem(
            PodLinks.@Nullable Found link, Draft draft, boolean delegated, List<String> routes) {
        if (link == null) {
            return "it has no interface: it is being made, or its container is gone and its addresses are taken back soon";
        }
        if (draft.addresses.isEmpty() && !delegated) {
            return "it uses addresses that it was not given";
        }
        List<String> missing = draft.addresses.stream()
                .filter(address -> !routes.contains(address))
                .toList();
        return missing.isEmpty() ? null : "the host has no route to " + String.join(", ", missing);
    }

    /** Pools and blocks, with what is wrong. */
    static IpamView ipam(PodPlan plan, List<Block> blocks, List<String> findings, Instant now) {
        return new IpamView(
                plan.state().toString(),
                plan.pools().stream().map(pool -> pool(pool, blocks, now)).toList(),
                blocks.stream().map(block -> block(plan, block, now)).toList(),
                findings);
    }

    private static IpamView.Pool pool(PodPlan.Pool pool, List<Block> all, Instant now) {
        List<Block> blocks = all.stream()
                .filter(block -> pool.prefix().covers(block.prefix()))
                .toList();
        return new IpamView.Pool(
                pool.name(),
                pool.prefix().toString(),
                pool.here(),
                pool.disabled(),
                blocks.size(),
                blocks.stream().mapToLong(block -> block.used().size()).sum(),
                blocks.stream().mapToLong(block -> resting(pool, block, now)).sum(),
                addresses(pool.prefix()));
    }

    private static int resting(PodPlan.Pool pool, Block block, Instant now) {
        return block.restingAfter(now.minusSeconds(pool.cooldownSeconds()));
    }

    private static long addresses(IpPrefix prefix) {
        int bits = prefix.family().bits() - prefix.length();
        return bits > 62 ? Long.MAX_VALUE : 1L << bits;
    }

    private static IpamView.Block block(PodPlan plan, Block block, Instant now) {
        List<IpamView.Allocation> allocations = new ArrayList<>();
        block.used()
                .forEach((ordinal, allocation) -> allocations.add(new IpamView.Allocation(
                        block.address(ordinal).toString(),
                        allocation.handle(),
                        allocation.owner(),
                        allocation.node(),
                        allocation.since().toString())));
        int resting = plan.pools().stream()
                .filter(pool -> pool.prefix().covers(block.prefix()))
                .findFirst()
                .map(pool -> resting(pool, block, now))
                .orElse(0);
        return new IpamView.Block(
                block.prefix().toString(), block.pool(), block.node(), block.confirmed(), resting, allocations);
    }

    /** What is wrong with blocks and addresses, as far as this node can see. */
    static List<String> findings(
            String node, PodPlan plan, List<Block> blocks, Map<String, PodLinks.Found> links, String trouble) {
        List<String> findings = new ArrayList<>();
        if (!trouble.isEmpty()) {
            findings.add(trouble);
        }
        Map<IpAddress, Allocation> holders = new TreeMap<>();
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            if (plan.pools().stream().noneMatch(pool -> pool.prefix().covers(block.prefix()))) {
                findings.add("block " + block.prefix()
                        + " is in no pool of the configuration; it is given back when the last of its "
                        + block.used().size() + " addresses is");
            }
            for (Block other : blocks.subList(0, i)) {
                if (block.confirmed() && other.confirmed() && overlap(block.prefix(), other.prefix())) {
                    findings.add("blocks " + other.prefix() + " and " + block.prefix()
                            + " overlap, which must never be; please report it");
                }
            }
            block.used().forEach((ordinal, allocation) -> {
                IpAddress address = block.address(ordinal);
                Allocation earlier = holders.put(address, allocation);
                if (earlier != null) {
                    findings.add(address + " was given to " + earlier.owner() + " and to " + allocation.owner()
                            + ", which must never be; please report it");
                }
                boolean pod = !allocation.handle().startsWith(Comparison.NODE_HANDLE);
                if (pod && allocation.node().equals(node) && !links.containsKey(allocation.handle())) {
                    findings.add(address + " was given to " + allocation.owner()
                            + ", which has no interface here; it is taken back by itself within a minute");
                }
            });
        }
        links.forEach((handle, link) -> {
            boolean known = blocks.stream()
                    .flatMap(block -> block.used().values().stream())
                    .anyMatch(allocation -> allocation.handle().equals(handle));
            if (link.ipam().isEmpty() && !known) {
                findings.add(link.name() + " is the interface of " + handle + ", which has no address");
            }
        });
        return findings;
    }

    private static boolean overlap(IpPrefix one, IpPrefix other) {
        return one.covers(other) || other.covers(one);
    }
}
