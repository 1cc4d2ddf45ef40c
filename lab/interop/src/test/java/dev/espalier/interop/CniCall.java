package dev.espalier.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.lab.Namespace;
import dev.espalier.transport.client.HttpReply;
import dev.espalier.transport.client.UnixHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the CNI plugin sends the daemon, and what comes back. It is what the program itself does; that the program does it is tested
 * beside it. Any thread.
 */
final class CniCall {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final ObjectNode config = JSON.createObjectNode();
    private String input = "";

    private CniCall(String command) {
        environment.put("CNI_COMMAND", command);
        environment.put("CNI_PATH", "/usr/lib/cni");
        config.put("cniVersion", "1.1.0").put("name", "pods").put("type", "espalier-cni");
    }

    /** A command for the whole network. */
    static CniCall of(String command) {
        return new CniCall(command);
    }

    /** A command for the container that lives in a namespace, and is called as that is. */
    static CniCall of(String command, Namespace pod) {
        return new CniCall(command)
                .with("CNI_CONTAINERID", pod.name())
                .with("CNI_NETNS", "/run/netns/" + pod.name())
                .with("CNI_IFNAME", "eth0");
    }

    /** With a variable; without it when the value is empty. */
    CniCall with(String variable, String value) {
        if (value.isEmpty()) {
            environment.remove(variable);
        } else {
            environment.put(variable, value);
        }
        return this;
    }

    /** With more in the configuration: an object in JSON. */
    CniCall config(String more) {
        try {
            config.setAll((ObjectNode) JSON.readTree(more));
            return this;
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    /** With this on standard input, whatever it is. */
    CniCall input(String text) {
        input = text;
        return this;
    }

    /**
     * An answer.
     *
     * @param succeeded whether the plugin would end with status 0
     * @param json what it would print
     */
    record Answer(boolean succeeded, JsonNode json) {

        /** The number of the error; 0 when there is none. */
        int code() {
            return json.path("code").asInt();
        }

        /** The error as people read it. */
        String error() {
            return json.path("msg").asText() + "; " + json.path("details").asText();
        }

        /** The first address of a family, without its length. */
        String address(String separator) {
            for (JsonNode ip : json.path("ips")) {
                String address = ip.path("address").asText();
                if (address.contains(separator)) {
                    return address.substring(0, address.indexOf('/'));
                }
            }
            return "";
        }
    }

    /** Sends it to the daemon that listens on a socket. */
    Answer to(Path socket) {
        StringBuilder body = new StringBuilder();
        environment.forEach(
                (name, value) -> body.append(name).append('=').append(value).append('\n'));
        body.append('\n').append(input.isEmpty() ? config.toString() : input);
        try (HttpReply reply = new UnixHttpClient(socket)
                .send("POST", "/api/v1/cni", "text/plain", body.toString().getBytes(StandardCharsets.UTF_8))) {
            String text = reply.text();
            return new Answer(reply.status() == 200, text.isBlank() ? MissingNode.getInstance() : JSON.readTree(text));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
