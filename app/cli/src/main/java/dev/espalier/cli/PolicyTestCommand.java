package dev.espalier.cli;

import dev.espalier.agent.Agent;
import dev.espalier.agent.PolicyQuestion;
import dev.espalier.agent.PolicyQuestion.Direction;
import dev.espalier.agent.PolicyQuestion.Judge;
import dev.espalier.agent.api.ApiJson;
import dev.espalier.net.IpAddress;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.route.Origin;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code espalier policy test}. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = "Show what a policy makes of a route, statement by statement. Asks no daemon.",
        footer = {
            "",
            "The attributes are those that the policy sees: what the peer sent at import, and at export what would",
            "be sent (to an external peer with our AS in front). Ends with status 0 whether the route is accepted",
            "or not.",
            "",
            "Examples:",
            "  espalier policy test -c node.yaml --policy from-customers --prefix 10.1.0.0/16",
            "  espalier policy test -c node.yaml --peer tor-1 --direction import --prefix 10.1.0.0/16 \\",
            "      --as-path \"65001 65002\" --community 65000:1 --med 50",
            "  espalier policy test -c node.yaml --redistribute static --prefix 10.1.0.0/16 --med 20"
        })
final class PolicyTestCommand extends ReportCommand {

    @Spec
    private @Nullable CommandSpec command;

    @Mixin
    private final NodeOptions node = new NodeOptions();

    @ArgGroup(multiplicity = "1")
    private @Nullable Whose whose;

    @Mixin
    private final RouteOptions route = new RouteOptions();

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            description = "The neighbour it comes from (default: the peer's address); not with --direction export.")
    private @Nullable String from;

    /** Whose policy is tried. */
    static final class Whose {
        @Option(names = "--policy", required = true, paramLabel = "NAME", description = "A RoutePolicy.")
        private @Nullable String policy;

        @ArgGroup(exclusive = false)
        private @Nullable OfPeer peer;

        @ArgGroup(exclusive = false)
        private @Nullable OfRouter router;

        /** For picocli. */
        Whose() {}
    }

    /** A peer and which of its policies. */
    static final class OfPeer {
        @Option(names = "--peer", required = true, paramLabel = "NAME", description = "The policies of a BgpPeer ...")
        private String name = "";

        @Option(
                names = "--direction",
                required = true,
                paramLabel = "import|export",
                description = "... for routes from it, or to it.")
        private String direction = "";

        /** For picocli. */
        OfPeer() {}
    }

    /** A Router and whose routes it redistributes. */
    static final class OfRouter {
        @Option(
                names = "--redistribute",
                required = true,
                paramLabel = "connected|static|kernel",
                description = "The policies that redistribute such routes of the host ...")
        private String from = "";

        @Option(names = "--router", paramLabel = "NAME", description = "... into this Router (default: the only one).")
        private @Nullable String router;

        /** For picocli. */
        OfRouter() {}
    }

    /** For picocli. */
    PolicyTestCommand() {}

    @Override
    public Integer call() throws IOException {
        String json;
        try {
            json = ApiJson.text(Agent.tryPolicy(node.configuration(), node.name(), node.labels(), question()));
        } catch (PolicyQuestion.Unanswerable refused) {
            throw new CommandFailure(ExitStatus.FAILED, String.valueOf(refused.getMessage()), refused);
        }
        Object answer = JsonReader.read(json);
        switch (output()) {
            case TABLE ->
                new PolicyText(out(), style()).print(JsonObject.of(answer).orElse(new JsonObject(Map.of())));
            case JSON -> out().print(json);
            case YAML -> out().print(new YamlText().of(answer));
        }
        return ExitStatus.OK;
    }

    private PolicyQuestion question() {
        Judge judge = judge();
        if (from != null
                && judge instanceof Judge.OfPeer(String peer, Direction direction)
                && direction == Direction.EXPORT) {
            throw new ParameterException(
                    Objects.requireNonNull(command).commandLine(),
                    "Option '--from' is not for --direction export: an export policy sees the neighbour it sends to");
        }
        if (judge instanceof Judge.OfRouter) {
            refuse("--from", from, "no neighbour is asked for when a route of the host is redistributed");
            refuse("--source", route.source(), "--redistribute says where the route comes from");
        }
        IpAddress neighbor = from == null ? null : route.read("--from", from, IpAddress::parse);
        return new PolicyQuestion(
                judge, route.prefix(), route.attributes(usualOrigin(judge)), route.source(), neighbor);
    }

    /** As the speaker has it: what is redistributed was learnt by other means than BGP's. */
    private static Origin usualOrigin(Judge judge) {
        return judge instanceof Judge.OfRouter ? Origin.INCOMPLETE : Origin.IGP;
    }

    private void refuse(String option, @Nullable Object given, String because) {
        if (given != null) {
            throw new ParameterException(
                    Objects.requireNonNull(command).commandLine(),
                    "Option '" + option + "' is not for --redistribute: " + because);
        }
    }

    private static InstallProtocol kernelProtocol(String text) {
        InstallProtocol[] redistributed = {InstallProtocol.CONNECTED, InstallProtocol.STATIC, InstallProtocol.KERNEL};
        return RouteOptions.word(redistributed, text);
    }

    private Judge judge() {
        Whose given = Objects.requireNonNull(whose, "picocli requires it");
        if (given.router != null) {
            return new Judge.OfRouter(
                    given.router.router,
                    route.read("--redistribute", given.router.from, PolicyTestCommand::kernelProtocol));
        }
        if (given.peer == null) {
            return new Judge.Named(Objects.requireNonNull(given.policy, "picocli requires one of the two"));
        }
        Direction direction =
                route.read("--direction", given.peer.direction, text -> RouteOptions.word(Direction.values(), text));
        return new Judge.OfPeer(given.peer.name, direction);
    }
}
