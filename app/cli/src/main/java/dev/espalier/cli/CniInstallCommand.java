package dev.espalier.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code espalier cni install}. */
@Command(
        name = "install",
        mixinStandardHelpOptions = true,
        description = "Write the plugin and its configuration, when the daemon is ready.",
        footer = {
            "",
            "What is written already is left alone. The configuration is written last: with it, container",
            "runtimes begin to start pods. Needs root.",
            "",
            "Examples:",
            "  espalier cni install",
            "  espalier cni install --mtu 1400 --chain portmap",
            "  espalier cni install --bin-dir /host/opt/cni/bin --conf-dir /host/etc/cni/net.d --wait 300"
        })
final class CniInstallCommand implements Callable<Integer> {

    private static final int LEAST_MTU = 68; // RFC 791
    private static final int LARGEST_MTU = 65_535;
    /** The kernel's sun_path, without the zero at the end. */
    private static final int LONGEST_SOCKET = 107;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final CniOptions options = new CniOptions();

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            defaultValue = ClientCommand.SOCKET,
            description = "The daemon's socket (default: $ESPALIER_SOCKET or /run/espalier/espalier.sock).")
    private Path socket = Path.of("/run/espalier/espalier.sock");

    @Option(
            names = "--mtu",
            paramLabel = "OCTETS",
            description = "The MTU of pods' interfaces, 68 to 65535 (default: what the paths allow).")
    private int mtu;

    @Option(
            names = "--chain",
            paramLabel = "TYPE",
            split = ",",
            description = "Plugins that run after ours, such as portmap; they must be in --bin-dir.")
    private List<String> chain = new ArrayList<>();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait until the daemon is ready (default: ${DEFAULT-VALUE}).")
    private int wait;

    /** For picocli. */
    CniInstallCommand() {}

    @Override
    public Integer call() {
        return install(new LinkedCniRuntime());
    }

    /** With this runtime for the plugin. */
    int install(CniRuntime runtime) {
        Path absolute = socket.toAbsolutePath();
        CniNetworkList list = list();
        if (absolute.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET) {
            throw options.wrong("--socket is longer than the " + LONGEST_SOCKET + " octets that the kernel allows");
        }
        new DaemonReadiness(absolute, err()).await(Duration.ofSeconds(wait));
        CniInstallation installation = options.installation();
        try {
            List<Path> changed = installation.install(list, absolute, runtime, new DurableFiles(() -> {}));
            changed.forEach(each -> out().println((each.toFile().exists() ? "wrote " : "removed ") + each));
            if (changed.isEmpty()) {
                out().println("nothing to do: the plugin is installed as it should be");
            }
            installation.before(list).forEach(each -> err().println(
                            "Note: container runtimes take the first configuration by name, and " + each
                                    + " comes before ours."));
            return ExitStatus.OK;
        } catch (IOException refused) {
            throw new CommandFailure(ExitStatus.FAILED, "the plugin cannot be installed: " + reason(refused), refused);
        }
    }

    private CniNetworkList list() {
        boolean given =
                Objects.requireNonNull(spec).commandLine().getParseResult().hasMatchedOption("--mtu");
        if (given && (mtu < LEAST_MTU || mtu > LARGEST_MTU)) {
            throw options.wrong("--mtu is " + mtu + ": it must be " + LEAST_MTU + " to " + LARGEST_MTU);
        }
        for (String type : chain) {
            if (type.isEmpty() || type.contains("/") || type.equals(CniNetworkList.TYPE)) {
                throw options.wrong("--chain has '" + type + "': it must be the names of other plugins");
            }
        }
        if (wait < 0) {
            throw options.wrong("--wait is " + wait + ": it must be 0 or more");
        }
        return new CniNetworkList(options.network(), mtu, chain);
    }

    /** The JDK's own texts are often no more than a path. */
    static String reason(IOException refused) {
        return refused.getClass() == IOException.class
                ? String.valueOf(refused.getMessage())
                : refused.getMessage() + " ("
                        + refused.getClass().getSimpleName().replace("Exception", "") + ")";
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private PrintWriter err() {
        return Objects.requireNonNull(spec).commandLine().getErr();
    }
}
