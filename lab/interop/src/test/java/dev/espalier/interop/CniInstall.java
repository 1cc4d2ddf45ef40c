package dev.espalier.interop;

import dev.espalier.lab.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Installs the plugin for a daemon as people do, below a folder of a test. */
final class CniInstall {

    private CniInstall() {}

    /**
     * Runs {@code espalier cni install}.
     *
     * @param folder has the daemon's socket; the program goes to {@code bin}, the network to {@code net.d}
     * @return what it said
     */
    static String into(Path folder) {
        List<String> argv = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.espalier.cli.EspalierMain",
                "cni",
                "install",
                "--socket",
                folder.resolve("espalier.sock").toString(),
                "--bin-dir",
                folder.resolve("bin").toString(),
                "--conf-dir",
                folder.resolve("net.d").toString());
        return new Command(argv, "", Duration.ofSeconds(60)).output();
    }
}
