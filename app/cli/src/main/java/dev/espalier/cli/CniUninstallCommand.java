package dev.espalier.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code espalier cni uninstall}. */
@Command(
        name = "uninstall",
        mixinStandardHelpOptions = true,
        description = "Remove the plugin and its configuration, if they are ours; the daemon is not needed.",
        footer = {
            "",
            "The configuration goes first. Pods that run keep their network; container runtimes can neither",
            "start nor properly end one until there is another plugin. Needs root.",
            "",
            "Example:",
            "  espalier cni uninstall"
        })
final class CniUninstallCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final CniOptions options = new CniOptions();

    /** For picocli. */
    CniUninstallCommand() {}

    @Override
    public Integer call() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        try {
            List<Path> removed = options.installation().uninstall(options.network(), new DurableFiles(() -> {}));
            removed.forEach(each -> out.println("removed " + each));
            if (removed.isEmpty()) {
                out.println("nothing to do: there is no plugin of ours");
            }
            return ExitStatus.OK;
        } catch (IOException refused) {
            throw new CommandFailure(
                    ExitStatus.FAILED, "the plugin cannot be removed: " + CniInstallCommand.reason(refused), refused);
        }
    }
}
