package dev.espalier.cli;

import dev.espalier.transport.client.HttpReply;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code espalier routes}. */
@Command(
        name = "routes",
        mixinStandardHelpOptions = true,
        description = "Show routes: those that are used, or with --all every path that neighbours announced.",
        footer = {
            "",
            "An address is looked up as a router does, by its longest match; a prefix must be there exactly.",
            "Before the prefix: *> best, *= used beside the best, * could be used, - cannot be used, s from",
            "a neighbour that is restarting. In the AS path: +3 for three more ASes; i IGP, e EGP, ? incomplete.",
            "",
            "Examples:",
            "  espalier routes --limit 20",
            "  espalier routes 10.1.2.3",
            "  espalier routes 10.0.0.0/8 --more-specifics --all",
            "  espalier routes -6 --peer tor-1"
        })
final class RoutesCommand extends ClientCommand {

    private static final int SELDOM = 1024;

    @Parameters(arity = "0..1", paramLabel = "PREFIX", description = "A prefix or an address.")
    private @Nullable String prefix;

    @ArgGroup
    private final Match match = new Match();

    @ArgGroup
    private final Family family = new Family();

    @Option(names = "--peer", paramLabel = "PEER", description = "Only paths from this peer (name or address).")
    private @Nullable String peer;

    @Option(names = "--all", description = "All paths, not only those that are used.")
    private boolean all;

    @Option(
            names = {"-i", "--instance"},
            paramLabel = "NAME",
            description = "The routing instance (default: default).")
    private @Nullable String instance;

    @Option(names = "--limit", paramLabel = "COUNT", description = "At most so many prefixes.")
    private @Nullable Integer limit;

    private int routes;

    /** For picocli. */
    RoutesCommand() {}

    /** How the prefix is compared. */
    static final class Match {
        @Option(names = "--longest", description = "The longest prefix that contains it.")
        private boolean longest;

        @Option(names = "--more-specifics", description = "It and all prefixes within it.")
        private boolean moreSpecifics;
    }

    /** Which family. */
    static final class Family {
        @Option(names = "-4", description = "Only IPv4.")
        private boolean ipv4;

        @Option(names = "-6", description = "Only IPv6.")
        private boolean ipv6;
    }

    @Override
    public Integer call() {
        return client().get("/routes", parameters(), this::print);
    }

    private Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (prefix != null) {
            parameters.put("prefix", prefix);
        }
        if (match.moreSpecifics) {
            parameters.put("match", "more-specifics");
        } else if (match.longest || prefix != null && prefix.indexOf('/') < 0) {
            parameters.put("match", "longest");
        }
        if (family.ipv4 || family.ipv6) {
            parameters.put("family", family.ipv4 ? "ipv4" : "ipv6");
        }
        if (peer != null) {
            parameters.put("peer", peer);
        }
        if (instance != null) {
            parameters.put("instance", instance);
        }
        if (limit != null) {
            parameters.put("limit", limit.toString());
        }
        parameters.put("view", all ? "all" : "best");
        return parameters;
    }

    private int print(HttpReply reply) throws IOException {
        switch (output()) {
            case TABLE -> printTable(reply);
            case JSON -> copy(reply);
            case YAML -> printYaml(reply);
        }
        return ExitStatus.OK;
    }

    private void printTable(HttpReply reply) throws IOException {
        RoutesTable table = new RoutesTable(out(), style(), sharedNames());
        JsonReader.readEach(reply.body(), route -> {
            table.row(route);
            return isRead();
        });
        if (!table.end()) {
            out().println(prefix == null ? "There are no such routes." : "There is no such route to " + prefix + ".");
        }
    }

    private void printYaml(HttpReply reply) throws IOException {
        YamlText yaml = new YamlText();
        JsonReader.readEach(reply.body(), route -> {
            out().print(yaml.item(route.fields()));
            return isRead();
        });
    }

    /** Whether somebody still reads, as {@code | head} does not for long; asked rarely, because it flushes. */
    private boolean isRead() {
        return ++routes % SELDOM != 0 || !out().checkError();
    }

    /** The names that stand for several neighbours, as that of a range does: there the address says more. */
    private Set<String> sharedNames() {
        Map<String, String> addresses = new HashMap<>();
        Set<String> shared = new HashSet<>();
        return client().get("/peers", Map.of(), reply -> {
            JsonReader.readEach(reply.body(), each -> {
                if (each.has("address") && addresses.put(each.text("name"), each.text("address")) != null) {
                    shared.add(each.text("name"));
                }
                return true;
            });
            return shared;
        });
    }
}
