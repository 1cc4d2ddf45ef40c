package dev.espalier.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The network as container runtimes are told of it: a list of plugins (section 1 of CNI's specification), ours first.
 *
 * @param name the network's
 * @param mtu of the pods' interfaces; 0 for what the daemon finds
 * @param chain the types of the plugins that follow ours
 */
record CniNetworkList(String name, int mtu, List<String> chain) {

    /** The name of our program. */
    static final String TYPE = "espalier-cni";

    /** Runtimes of before 2024, such as containerd 1.6 and 1.7, refuse a list of a later version. */
    private static final String VERSION = "1.0.0";

    private static final String NEWEST_VERSION = "1.1.0";

    /** What our plugin does itself when a runtime asks for it, unless a plugin behind it does: its type by the capability. */
    private static final List<Map.Entry<String, String>> CAPABILITIES = List.of(
            Map.entry("bandwidth", "bandwidth"),
            Map.entry("ips", ""),
            Map.entry("mac", ""),
            Map.entry("portMappings", "portmap"));

    /** Copies the list. */
    CniNetworkList {
        chain = List.copyOf(chain);
    }

    /** The first file by name is the one that runtimes take. */
    String fileName() {
        return "10-" + name + ".conflist";
    }

    /** The document. */
    String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("cniVersion", VERSION);
            if (chain.isEmpty()) {
                // Newer runtimes take the newest that they know. A plugin behind ours may not know it, and nobody asks
                // it.
                json.writeArrayFieldStart("cniVersions");
                json.writeString(VERSION);
                json.writeString(NEWEST_VERSION);
                json.writeEndArray();
            }
            json.writeStringField("name", name);
            json.writeArrayFieldStart("plugins");
            plugin(json, TYPE);
            for (String type : chain) {
                plugin(json, type);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new IllegalStateException("writing to memory failed", impossible);
        }
        return text + "\n";
    }

    private void plugin(JsonGenerator json, String type) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", type);
        if (type.equals(TYPE) && mtu > 0) {
            json.writeNumberField("mtu", mtu);
        }
        List<String> capabilities = CAPABILITIES.stream()
                .filter(each -> type.equals(chain.contains(each.getValue()) ? each.getValue() : TYPE))
                .map(Map.Entry::getKey)
                .toList();
        if (!capabilities.isEmpty()) {
            json.writeObjectFieldStart("capabilities");
            for (String capability : capabilities) {
                json.writeBooleanField(capability, true);
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** Whether a file is a list that begins with our plugin, whoever wrote it. */
    static boolean isOurs(Path file) throws IOException {
        try {
            return JsonObject.of(JsonReader.read(Files.readString(file)))
                    .map(list -> list.objects("plugins"))
                    .filter(plugins -> !plugins.isEmpty())
                    .filter(plugins -> plugins.getFirst().text("type").equals(TYPE))
                    .isPresent();
        } catch (JsonProcessingException broken) {
            return false;
        }
    }
}
