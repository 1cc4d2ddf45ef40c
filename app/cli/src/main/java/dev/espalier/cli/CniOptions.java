package dev.espalier.cli;

import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where the plugin is, or shall be. */
final class CniOptions {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--bin-dir",
            paramLabel = "DIR",
            defaultValue = "/opt/cni/bin",
            description = "Where container runtimes look for plugins (default: ${DEFAULT-VALUE}).")
    private Path binaries = Path.of("/opt/cni/bin");

    @Option(
            names = "--conf-dir",
            paramLabel = "DIR",
            defaultValue = "/etc/cni/net.d",
            description = "Where they look for networks (default: ${DEFAULT-VALUE}).")
    private Path configurations = Path.of("/etc/cni/net.d");

    @Option(
            names = "--network",
            paramLabel = "NAME",
            defaultValue = "espalier",
            description = "The network's name; its file is 10-NAME.conflist (default: ${DEFAULT-VALUE}).")
    private String network = "espalier";

    /** For picocli. */
    CniOptions() {}

    CniInstallation installation() {
        return new CniInstallation(binaries.toAbsolutePath(), configurations.toAbsolutePath());
    }

    /** The network's name, checked as CNI wants it. */
    String network() {
        if (!NAME.matcher(network).matches()) {
            throw wrong("--network is '" + network
                    + "': it must be letters, digits, '_', '.' and '-', the first a letter or digit");
        }
        return network;
    }

    /** An option that makes no sense. */
    ParameterException wrong(String sentence) {
        return new ParameterException(Objects.requireNonNull(command).commandLine(), sentence);
    }
}
