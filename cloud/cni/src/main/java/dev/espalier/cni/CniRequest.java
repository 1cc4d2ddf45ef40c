package dev.espalier.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.cni.CniException.Code;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A call of the plugin: what its environment and its standard input say.
 *
 * @param command what is asked
 * @param version in which version the answer must be
 * @param attachment for what; its container and interface are empty where the command is for the whole network
 * @param netns the path of the container's network namespace; empty when it is gone
 * @param arguments what {@code CNI_ARGS} says, such as the pod's name
 * @param config the plugin's configuration
 */
public record CniRequest(
        CniCommand command,
        CniVersion version,
        Attachment attachment,
        String netns,
        Map<String, String> arguments,
        NetworkConfig config) {

    static final String COMMAND = "CNI_COMMAND";
    static final String CONTAINER_ID = "CNI_CONTAINERID";
    static final String NETNS = "CNI_NETNS";
    static final String IFNAME = "CNI_IFNAME";
    static final String ARGS = "CNI_ARGS";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Container ids and network names (sections 1 and 2 of the specification). */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

    /** The kernel's IFNAMSIZ, without the zero at the end. */
    private static final int LONGEST_IFNAME = 15;

    /** Copies the map. */
    public CniRequest {
        arguments = Map.copyOf(arguments);
    }

    /**
     * Reads a call.
     *
     * @param environment the variables of the plugin's process
     * @param input what stood on its standard input
     * @throws CniException with what is wrong with it
     */
    public static CniRequest read(Map<String, String> environment, String input) {
        CniCommand command = command(environment.getOrDefault(COMMAND, ""));
        JsonNode document = document(input, command);
        Fields fields = Fields.of(document);
        CniVersion version = version(fields.text("cniVersion"), command);
        if (!version.has(command.since())) {
            throw new CniException(
                    Code.INCOMPATIBLE_VERSION,
                    "CNI " + version.text() + " has no " + command,
                    "it came with " + command.since().text());
        }
        checkEnvironment(command, environment);
        NetworkConfig config = NetworkConfig.read(fields, document, version, command);
        Attachment attachment = new Attachment(
                config.name(), environment.getOrDefault(CONTAINER_ID, ""), environment.getOrDefault(IFNAME, ""));
        return new CniRequest(
                command,
                version,
                attachment,
                environment.getOrDefault(NETNS, ""),
                arguments(environment.getOrDefault(ARGS, "")),
                config);
    }

    /**
     * In which version an error of a call must be told that could not be read: the one it names, or the newest.
     */
    public static CniVersion versionOf(String input) {
        try {
            return CniVersion.of(JSON.readTree(input).path("cniVersion").asText())
                    .orElse(CniVersion.newest());
        } catch (JsonProcessingException broken) {
            return CniVersion.newest();
        }
    }

    /** The answer to VERSION: in the version it was asked in, with all that are spoken. */
    public static ObjectNode versions(CniVersion asked) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("cniVersion", asked.text());
        CniVersion.all().forEach(answer.putArray("supportedVersions")::add);
        return answer;
    }

    private static CniCommand command(String word) {
        for (CniCommand command : CniCommand.values()) {
            if (command.name().equals(word)) {
                return command;
            }
        }
        throw new CniException(
                Code.BAD_ENVIRONMENT,
                word.isEmpty() ? COMMAND + " is not set" : COMMAND + " is '" + word + "', which is no command of CNI",
                "a container runtime calls this program, with one of " + List.of(CniCommand.values()));
    }

    private static JsonNode document(String input, CniCommand command) {
        if (input.isBlank() && command == CniCommand.VERSION) {
            return JSON.createObjectNode(); // asked by hand
        }
        try {
            return JSON.readTree(input);
        } catch (JsonProcessingException broken) {
            String where = broken.getLocation() == null
                    ? ""
                    : " in line " + broken.getLocation().getLineNr() + ", column "
                            + broken.getLocation().getColumnNr();
            throw new CniException(
                    Code.DECODING,
                    "the configuration on standard input is no JSON" + where,
                    String.valueOf(broken.getOriginalMessage()));
        }
    }

    private static CniVersion version(String text, CniCommand command) {
        if (command == CniCommand.VERSION) {
            return CniVersion.of(text).orElse(CniVersion.newest());
        }
        return CniVersion.of(text)
                .orElseThrow(() -> new CniException(
                        Code.INCOMPATIBLE_VERSION,
                        text.isEmpty()
                                ? "the configuration has no cniVersion"
                                : "CNI version '" + text + "' is not spoken here",
                        "it must be one of " + CniVersion.all()));
    }

    /** All that is missing is named at once; the details are those of whoever sets it. */
    private static void checkEnvironment(CniCommand command, Map<String, String> environment) {
        List<String> missing = command.required().stream()
                .filter(variable -> environment.getOrDefault(variable, "").isEmpty())
                .toList();
        if (!missing.isEmpty()) {
            throw new CniException(
                    Code.BAD_ENVIRONMENT,
                    command + " needs " + String.join(" and ", missing),
                    "the container runtime must set " + (missing.size() == 1 ? "it" : "them"));
        }
        if (command.required().contains(CONTAINER_ID)) {
            String container = environment.getOrDefault(CONTAINER_ID, "");
            check(
                    CONTAINER_ID,
                    container,
                    NAME.matcher(container).matches(),
                    "letters, digits, '_', '.' and '-', the first a letter or digit");
        }
        if (command.required().contains(IFNAME)) {
            String ifname = environment.getOrDefault(IFNAME, "");
            check(
                    IFNAME,
                    ifname,
                    isInterfaceName(ifname),
                    "at most 15 characters without '/', ':' and blanks, and not '.' or '..'");
        }
    }

    private static void check(String variable, String value, boolean right, String expected) {
        if (!right) {
            throw new CniException(Code.BAD_ENVIRONMENT, variable + " is '" + value + "'", "it must be " + expected);
        }
    }

    private static boolean isInterfaceName(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_IFNAME
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(each -> each == '/' || each == ':' || Character.isWhitespace(each));
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** {@code KEY=VALUE;KEY=VALUE}. */
    private static Map<String, String> arguments(String text) {
        Map<String, String> arguments = new LinkedHashMap<>();
        for (String pair : text.split(";", -1)) {
            int equals = pair.indexOf('=');
            if (!pair.isEmpty() && equals < 1) {
                throw new CniException(
                        Code.BAD_ENVIRONMENT,
                        ARGS + " has '" + pair + "', which is no KEY=VALUE",
                        "pairs are separated by semicolons");
            }
            if (!pair.isEmpty()) {
                arguments.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return arguments;
    }
}
