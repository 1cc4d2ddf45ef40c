package dev.espalier.cli;

import dev.espalier.agent.Agent;
import dev.espalier.agent.api.AgentOptions;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * {@code espalier}: finds the command and runs it.
 *
 * <p>Only the command that is asked for is loaded: to read the annotations of all would take longer than {@code espalier peers}
 * itself.
 */
@Command(
        name = "espalier",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Joins what a cloud makes to the physical network by plain layer-3 routing.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  espalier validate -c node.yaml        is this configuration right?",
            "  espalier run -c node.yaml             run it",
            "  espalier peers                        how are the sessions?",
            "  espalier routes 10.1.2.3              where does this address go?",
            "  espalier explain 10.1.0.0/16          and why?",
            "",
            "Exit status: 0 done, 1 failed, 2 wrong usage, 3 no daemon answers."
        })
public final class EspalierMain {

    private static final String COMPLETION = "completion";
    /** In the order of the help. */
    private static final List<String> COMMANDS = List.of(
            "run",
            "validate",
            "plan",
            "reload",
            "status",
            "peers",
            "bfd",
            "routes",
            "explain",
            "pods",
            "ipam",
            "events",
            "policy",
            "cni",
            "decode",
            COMPLETION);

    private EspalierMain() {}

    /** Runs a command and ends the process with its status. */
    public static void main(String... arguments) {
        AgentOptions plain = PlainRun.read(arguments, System.getenv());
        if (plain != null) {
            System.exit(Agent.run(plain));
        }
        PrintWriter out = writer(FileDescriptor.out);
        PrintWriter err = writer(FileDescriptor.err);
        int status = run(out, err, arguments);
        out.flush();
        err.flush();
        System.exit(status);
    }

    /** UTF-8 whatever the locale says, and not a system call for every line of a long table. */
    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(
                new BufferedWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8)));
    }

    /** Runs a command and returns its status. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine line = commandLine(arguments);
        line.setOut(out);
        line.setErr(err);
        line.setUsageHelpWidth(Table.WIDTH);
        line.setParameterExceptionHandler(EspalierMain::usage);
        line.setExecutionExceptionHandler((exception, command, parsed) -> {
            if (exception instanceof CommandFailure failure) {
                command.getErr().println("espalier: " + failure.getMessage());
                return failure.exitStatus();
            }
            throw exception;
        });
        return line.execute(arguments);
    }

    /** Not a map of constructors: to make the dozen of them costs more than to find one by its name. */
    private static @Nullable Object command(String name) {
        return switch (name) {
            case "run" -> new RunCommand();
            case "validate" -> new ValidateCommand();
            case "plan" -> new PlanCommand();
            case "reload" -> new ReloadCommand();
            case "status" -> new StatusCommand();
            case "peers" -> new CommandLine(new PeersCommand()).addSubcommand("refresh", new PeersRefreshCommand());
            case "bfd" -> new BfdCommand();
            case "routes" -> new RoutesCommand();
            case "explain" -> new ExplainCommand();
            case "pods" -> new PodsCommand();
            case "ipam" -> new IpamCommand();
            case "events" -> new EventsCommand();
            case "policy" -> new PolicyCommand();
            case "cni" -> new CniCommand();
            case "decode" -> new DecodeCommand();
            case COMPLETION -> new CompletionCommand();
            default -> null;
        };
    }

    /** The command that is asked for; all of them, with those of other modules, when it is not one of ours or needs them all. */
    private static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new EspalierMain());
        String wanted = arguments.length == 0 ? "" : arguments[0];
        Object command = command(wanted);
        if (command != null && !wanted.equals(COMPLETION)) {
            return line.addSubcommand(wanted, command);
        }
        COMMANDS.forEach(name -> line.addSubcommand(name, command(name)));
        ServiceLoader.load(Subcommand.class).forEach(line::addSubcommand);
        return line.addSubcommand(new HelpCommand());
    }

    private static int usage(ParameterException exception, String[] arguments) {
        CommandLine command = exception.getCommandLine();
        PrintWriter err = command.getErr();
        if (arguments.length == 0) {
            command.usage(err);
            return ExitStatus.USAGE;
        }
        err.println("espalier: " + sentence(exception));
        UnmatchedArgumentException.printSuggestions(exception, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitStatus.USAGE;
    }

    private static String sentence(ParameterException exception) {
        if (exception instanceof UnmatchedArgumentException unmatched
                && exception.getCommandLine().getParent() == null
                && !unmatched.isUnknownOption()) {
            return "there is no command '" + unmatched.getUnmatched().getFirst() + "'";
        }
        String message = String.valueOf(exception.getMessage());
        return message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
    }
}
