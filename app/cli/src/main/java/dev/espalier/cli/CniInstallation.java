package dev.espalier.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The plugin on a host: in the one folder the program, a script, and beside it the runtime that it starts; in the other the configuration.
 *
 * <p><b>The order.</b> A runtime that sees the configuration starts pods. So what comes is the runtime, the script, the configuration,
 * each whole before the next; and what goes is the configuration first. A runtime's folder is named by what is in it and never changed:
 * a new one is made beside, and the script, which names it, is replaced. The one before stays until the next installation, because
 * calls may just be starting it.
 *
 * @param binaries where container runtimes look for plugins
 * @param configurations where they look for networks
 */
record CniInstallation(Path binaries, Path configurations) {

    /** By this line we know a script as ours. */
    private static final String MARK = "# Written by 'espalier cni install'";

    private static final String RUNTIMES = CniNetworkList.TYPE + ".d";
    private static final List<String> READ_BY_RUNTIMES = List.of(".conf", ".conflist", ".json");

    private Path script() {
        return binaries.resolve(CniNetworkList.TYPE);
    }

    private Path runtimes() {
        return binaries.resolve(RUNTIMES);
    }

    /**
     * Brings the host to where it should be; what is so already is left alone.
     *
     * @param socket the daemon's
     * @return what was written or removed, in order
     * @throws CommandFailure when something of the same name is not ours; nothing is changed then
     */
    List<Path> install(CniNetworkList list, Path socket, CniRuntime runtime, DurableFiles files) throws IOException {
        Path configuration = configurations.resolve(list.fileName());
        refuseForeign(configuration);
        refuseMissing(list.chain());
        List<Path> changed = new ArrayList<>();
        for (Path folder : List.of(binaries, runtimes(), configurations)) {
            Files.createDirectories(folder);
            files.sweep(folder);
        }
        String before = Files.exists(script()) ? Files.readString(script()) : "";
        Path home = runtimes().resolve(runtime.identity());
        if (!Files.exists(home)) {
            runtime.make(DurableFiles.unfinished(home), socket);
            files.putTree(home);
            changed.add(home);
        }
        put(script(), script(home.getFileName().toString(), socket), "rwxr-xr-x", files, changed);
        put(configuration, list.json(), "rw-r--r--", files, changed);
        for (Path old : contents(runtimes())) {
            if (!old.equals(home) && !before.contains(inScript(old.getFileName().toString()))) {
                files.remove(old);
                changed.add(old);
            }
        }
        return changed;
    }

    /**
     * Takes away what is ours.
     *
     * @return what was removed, in order; empty when nothing was there
     * @throws CommandFailure when something of the same name is not ours; nothing is changed then
     */
    List<Path> uninstall(String network, DurableFiles files) throws IOException {
        Path configuration = configurations.resolve(new CniNetworkList(network, 0, List.of()).fileName());
        refuseForeign(configuration);
        List<Path> removed = new ArrayList<>();
        for (Path each : List.of(configuration, script(), runtimes())) {
            if (files.remove(each)) {
                removed.add(each);
            }
        }
        for (Path folder : List.of(binaries, configurations)) {
            if (Files.isDirectory(folder)) {
                files.sweep(folder);
            }
        }
        return removed;
    }

    /** The configurations that runtimes would take instead of this one, because their names come before. */
    List<Path> before(CniNetworkList list) throws IOException {
        return contents(configurations).stream()
                .filter(file -> READ_BY_RUNTIMES.stream().anyMatch(file.toString()::endsWith))
                .filter(file -> file.getFileName().toString().compareTo(list.fileName()) < 0)
                .toList();
    }

    private void refuseForeign(Path configuration) throws IOException {
        if (Files.exists(script())
                && !Files.readString(script(), StandardCharsets.ISO_8859_1).contains(MARK)) {
            throw new CommandFailure(
                    ExitStatus.FAILED, script() + " is not ours: remove it, or name another folder with --bin-dir");
        }
        if (Files.exists(configuration) && !CniNetworkList.isOurs(configuration)) {
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    configuration + " is not ours, its first plugin is another: remove it, or name another network with"
                            + " --network");
        }
    }

    /** A chain with a missing link fails every pod. */
    private void refuseMissing(List<String> chain) {
        for (String type : chain) {
            if (!Files.isExecutable(binaries.resolve(type))) {
                throw new CommandFailure(
                        ExitStatus.FAILED,
                        "there is no plugin " + binaries.resolve(type) + " for --chain: install it first");
            }
        }
    }

    private static void put(Path target, String text, String permissions, DurableFiles files, List<Path> changed)
            throws IOException {
        if (!Files.exists(target) || !Files.readString(target).equals(text)) {
            files.put(target, text.getBytes(StandardCharsets.UTF_8), permissions);
            changed.add(target);
        }
    }

    private static List<Path> contents(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    /** Finds its runtime from where it lies itself: the folder may have another path where the daemon sees it. */
    private static String script(String home, Path socket) {
        return """
                #!/bin/sh
                %s; what is changed here is lost with the next one.
                unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
                exec "%s/bin/java" -XX:AOTCache="%2$s/%s" %s -m %s %s
                """.formatted(
                        MARK,
                        inScript(home),
                        LinkedCniRuntime.CACHE,
                        String.join(" ", LinkedCniRuntime.FLAGS),
                        LinkedCniRuntime.MAIN,
                        quoted(socket.toString()));
    }

    private static String inScript(String home) {
        return "${0%/*}/" + RUNTIMES + "/" + home;
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
