package dev.espalier.agent.pods;

import dev.espalier.bgp.SpeakerConfig.Origination;
import dev.espalier.ipam.Block;
import dev.espalier.library.instance.Instance;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.plan.PodPlan;
import dev.espalier.route.EventSink;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RoutingInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What of the pods' addresses is announced: the blocks of this node, whose other addresses are dropped here so that packets to them
 * do not go in circles, and each address that it has from another node's block, which is more specific than that block's route.
 *
 * <p>What was announced last is in a file beside the API's socket, each prefix on a line. After a restart it is announced from there
 * before the first session comes up: neighbours that kept our routes would otherwise drop those that the store, which may not
 * answer yet, has still to tell. Any thread.
 */
final class BlockRoutes {

    /** As whom the speaker knows us. */
    static final String OWNER = "pods";

    private static final String FIRST_LINE = "espalier-blocks 1";

    private final String node;
    private final Path file;
    private final EventSink events;

    /** Whether packets to the rest of a prefix are dropped, by prefix. */
    private SortedMap<IpPrefix, Boolean> wanted;

    private SortedMap<IpPrefix, Origination> told = new TreeMap<>();
    private PodPlan plan = PodPlan.NONE;
    private @Nullable Instance instance;

    /** Of the daemon whose API listens on a socket; reads what an earlier run announced. */
    BlockRoutes(String node, Path socket, EventSink events) {
        this.node = node;
        this.file = Path.of(socket + ".blocks");
        this.events = events;
        this.wanted = read();
    }

    /** What is to be announced. Pure. */
    static SortedMap<IpPrefix, Boolean> wanted(String node, List<Block> blocks, PodPlan plan) {
        SortedMap<IpPrefix, Boolean> wanted = new TreeMap<>();
        for (Block block : blocks) {
            boolean hidden = plan.pools().stream()
                    .anyMatch(pool -> !pool.advertise() && pool.prefix().covers(block.prefix()));
            boolean own = node.equals(block.node());
            if (own && block.confirmed() && !hidden) {
                wanted.put(block.prefix(), block.size() > 1);
            } else if (!own && !hidden) {
                block.used().forEach((ordinal, allocation) -> {
                    if (allocation.node().equals(node)) {
                        wanted.put(block.address(ordinal).toPrefix(), false);
                    }
                });
            }
        }
        return wanted;
    }

    /**
     * Announces by another instance from now on.
     *
     * @param other null for none
     * @param next says where this node's tunnels end
     */
    synchronized void follow(@Nullable Instance other, PodPlan next) {
        plan = next;
        if (!Objects.equals(instance, other)) {
            instance = other;
            told = new TreeMap<>();
        }
        tell();
    }

    /** Whether nothing is to be announced. */
    synchronized boolean isEmpty() {
        return wanted.isEmpty();
    }

    /** Goes over to what the blocks say now. */
    synchronized void update(List<Block> blocks, PodPlan now) {
        SortedMap<IpPrefix, Boolean> next = wanted(node, blocks, now);
        if (!next.equals(wanted)) {
            say(next);
            wanted = next;
            tell();
            write();
        }
    }

    private void say(SortedMap<IpPrefix, Boolean> next) {
        next.forEach((prefix, block) -> {
            if (!block.equals(wanted.get(prefix))) {
                events.info(
                        "pods.announced",
                        RoutingInstance.DEFAULT,
                        prefix,
                        prefix + (block ? " is a block of this node" : " is an address of this node"));
            }
        });
        wanted.keySet().stream()
                .filter(prefix -> !next.containsKey(prefix))
                .forEach(prefix -> events.info(
                        "pods.withdrawn", RoutingInstance.DEFAULT, prefix, prefix + " is no longer this node's"));
    }

    private void tell() {
        Instance speaker = instance;
        if (speaker == null) {
            return;
        }
        SortedMap<IpPrefix, Origination> before = told;
        SortedMap<IpPrefix, Origination> now = new TreeMap<>();
        wanted.forEach((prefix, discard) -> now.put(prefix, origination(discard, nextHop(plan, prefix))));
        speaker.ask(view -> {
            now.forEach((prefix, origination) -> {
                if (!origination.equals(before.get(prefix))) {
                    view.speaker().announce(OWNER, prefix, origination);
                }
            });
            before.keySet().stream().filter(prefix -> !now.containsKey(prefix)).forEach(prefix -> view.speaker()
                    .withdraw(OWNER, prefix));
            return true;
        });
        told = now;
    }

    /**
     * The next hop that others are to be told: where this node's tunnels end if packets to the prefix may travel through one, since they
     * would otherwise end at whatever address of the node a session has; null for just that. Pure.
     */
    static @Nullable IpAddress nextHop(PodPlan plan, IpPrefix prefix) {
        boolean tunnelled = plan.pools().stream()
                .anyMatch(pool ->
                        pool.prefix().covers(prefix) && pool.encapsulation().kind() != PodPlan.Encapsulation.Kind.NONE);
        if (!tunnelled) {
            return null;
        }
        // IPv6 for IPv4 prefixes of a node that has nothing else, to neighbours that have agreed to it (RFC 8950)
        return plan.tunnelEnd(prefix.family())
                .or(() -> plan.tunnelEnd(AddressFamily.IPV6))
                .orElse(null);
    }

    private static Origination origination(boolean discard, @Nullable IpAddress nextHop) {
        return new Origination(
                PathAttributes.builder().origin(Origin.IGP).nextHop(nextHop).build(),
                null,
                discard,
                discard ? "pods: a block of this node" : "pods: an address of this node from another's block");
    }

    private SortedMap<IpPrefix, Boolean> read() {
        SortedMap<IpPrefix, Boolean> found = new TreeMap<>();
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty() || !lines.getFirst().equals(FIRST_LINE)) {
                throw new IllegalArgumentException("its first line is not '" + FIRST_LINE + "'");
            }
            for (String line : lines.subList(1, lines.size())) {
                String[] words = line.split(" ", -1);
                found.put(IpPrefix.parse(words[0]), words.length > 1 && words[1].equals("block"));
            }
        } catch (NoSuchFileException first) {
            return found;
        } catch (IOException | IllegalArgumentException unreadable) {
            events.warning(
                    "pods.blocks",
                    RoutingInstance.DEFAULT,
                    file,
                    file + " cannot be read (" + unreadable.getMessage()
                            + "): blocks are announced when the store has told them. It is written anew");
        }
        return found;
    }

    private void write() {
        List<String> lines = new ArrayList<>(List.of(FIRST_LINE));
        wanted.forEach((prefix, discard) -> lines.add(prefix + (discard ? " block" : " address")));
        Path next = Path.of(file + ".new");
        try {
            Files.write(next, lines);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            events.warning(
                    "pods.blocks",
                    RoutingInstance.DEFAULT,
                    file,
                    "cannot write " + file + " (" + failed.getMessage()
                            + "): after a restart blocks are announced only when the store has told them");
        }
    }
}
