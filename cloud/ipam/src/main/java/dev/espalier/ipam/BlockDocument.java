package dev.espalier.ipam;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.net.IpPrefix;
import dev.espalier.stores.state.StateStore;
import dev.espalier.stores.state.StateStoreException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/** A {@link Block} as JSON, and the key of its document. */
final class BlockDocument {

    /** All keys of blocks begin with this. */
    static final String KEYS = "ipam/blocks/";

    private static final ObjectMapper JSON = new ObjectMapper();

    private BlockDocument() {}

    /** {@code ipam/blocks/10.1.0.0-26}: a slash would be one of the key's. */
    static String key(IpPrefix prefix) {
        return KEYS + prefix.toString().replace('/', '-');
    }

    static String write(Block block) {
        ObjectNode root = JSON.createObjectNode();
        root.put("prefix", block.prefix().toString());
        root.put("pool", block.pool());
        root.put("node", block.node());
        root.put("confirmed", block.confirmed());
        ObjectNode used = root.putObject("used");
        block.used().forEach((ordinal, allocation) -> used.putObject(ordinal.toString())
                .put("handle", allocation.handle())
                .put("node", allocation.node())
                .put("owner", allocation.owner())
                .put("since", allocation.since().toString()));
        ObjectNode resting = root.putObject("resting");
        block.resting().forEach((ordinal, since) -> resting.put(ordinal.toString(), since.toString()));
        try {
            return JSON.writeValueAsString(root);
        } catch (JsonProcessingException impossible) {
            throw new AssertionError(impossible); // a tree of strings
        }
    }

    /** @throws StateStoreException naming the document, when it cannot be read */
    static Block read(StateStore.Document document) {
        try {
            JsonNode root = JSON.readTree(document.value());
            JsonNode node = field(root, "node");
            SortedMap<Integer, Allocation> used = new TreeMap<>();
            for (var entry : field(root, "used").properties()) {
                JsonNode each = entry.getValue();
                used.put(
                        Integer.valueOf(entry.getKey()),
                        new Allocation(
                                text(each, "handle"),
                                text(each, "node"),
                                text(each, "owner"),
                                Instant.parse(text(each, "since"))));
            }
            SortedMap<Integer, Instant> resting = new TreeMap<>();
            for (var entry : field(root, "resting").properties()) {
                resting.put(
                        Integer.valueOf(entry.getKey()),
                        Instant.parse(entry.getValue().asText()));
            }
            return new Block(
                    IpPrefix.parse(text(root, "prefix")),
                    text(root, "pool"),
                    node.isNull() ? null : node.asText(),
                    field(root, "confirmed").asBoolean(),
                    used,
                    resting);
        } catch (IOException | IllegalArgumentException | DateTimeException wrong) {
            throw new StateStoreException("document " + document.key() + " is no block: " + wrong.getMessage(), wrong);
        }
    }

    private static String text(JsonNode object, String name) {
        return field(object, name).asText();
    }

    private static JsonNode field(JsonNode object, String name) {
        JsonNode value = object.get(name);
        if (value == null) {
            throw new IllegalArgumentException("'" + name + "' is missing");
        }
        return value;
    }
}
