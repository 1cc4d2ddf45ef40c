package dev.espalier.ipam;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.stores.state.StateStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All blocks as they were at one moment, with their versions. Immutable.
 *
 * @param blocks in the order of their prefixes
 * @param versions of their documents
 */
record BlockView(List<Block> blocks, Map<IpPrefix, Long> versions) {

    BlockView {
        blocks = List.copyOf(blocks);
        versions = Map.copyOf(versions);
    }

    /** Reads documents. */
    static BlockView of(List<StateStore.Document> documents) {
        List<Block> blocks = new ArrayList<>();
        Map<IpPrefix, Long> versions = new HashMap<>();
        for (StateStore.Document document : documents) {
            Block block = BlockDocument.read(document);
            blocks.add(block);
            versions.put(block.prefix(), document.version());
        }
        blocks.sort(Comparator.comparing(Block::prefix));
        return new BlockView(blocks, versions);
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
}
