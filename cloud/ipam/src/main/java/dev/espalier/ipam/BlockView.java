package dev.espalier.ipam;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.stores.state.StateStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All blocks as they were at one moment, with their versions. Immutable.
 *
 * @param blocks in the order of their prefixes
 * @param versions of their documents
 */
record BlockView(List<Block> blocks, Map<IpPrefix, Long> versions) {

    /** Before anything was read. */
    static final BlockView NONE = new BlockView(List.of(), Map.of());

    BlockView {
        blocks = List.copyOf(blocks);
        versions = Map.copyOf(versions);
    }

    /** What the documents say now; those that have not changed since are not parsed again. */
    BlockView next(List<StateStore.Document> documents) {
        Map<String, Block> before = new HashMap<>();
        blocks.forEach(block -> before.put(BlockDocument.key(block.prefix()), block));
        List<Block> next = new ArrayList<>();
        Map<IpPrefix, Long> nextVersions = new HashMap<>();
        for (StateStore.Document document : documents) {
            Block same = before.get(document.key());
            Block block = same != null && version(same) == document.version() ? same : BlockDocument.read(document);
            next.add(block);
            nextVersions.put(block.prefix(), document.version());
        }
        next.sort(Comparator.comparing(Block::prefix));
        return new BlockView(next, nextVersions);
    }

    /** The first block with an allocation of which something is true; null when there is none. */
    @Nullable
    Block first(Predicate<Allocation> wanted) {
        for (Block block : blocks) {
            if (block.used().values().stream().anyMatch(wanted)) {
                return block;
            }
        }
        return null;
    }

    /** Those of one family. */
    List<Block> of(AddressFamily family) {
        return blocks.stream()
                .filter(block -> block.prefix().family() == family)
                .toList();
    }

    long version(Block block) {
        return versions.getOrDefault(block.prefix(), StateStore.ABSENT);
    }

    /** After one block was written. */
    BlockView with(Block written, long version) {
        List<Block> next = new ArrayList<>(blocks);
        next.replaceAll(block -> block.prefix().equals(written.prefix()) ? written : block);
        Map<IpPrefix, Long> nextVersions = new HashMap<>(versions);
        nextVersions.put(written.prefix(), version);
        return new BlockView(next, nextVersions);
    }

    /** After one block was removed. */
    BlockView without(Block removed) {
        Map<IpPrefix, Long> left = new HashMap<>(versions);
        left.remove(removed.prefix());
        return new BlockView(
                blocks.stream()
                        .filter(block -> !block.prefix().equals(removed.prefix()))
                        .toList(),
                left);
    }
}
