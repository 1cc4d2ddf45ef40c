package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an installation leaves on the disk, however it ends. */
class CniInstallationTest {

    private static final Path SOCKET = Path.of("/run/it's here/espalier.sock");
    private static final CniNetworkList LIST = new CniNetworkList("pods", 0, List.of());
    private static final DurableFiles FILES = new DurableFiles(() -> {});

    @TempDir
    private Path directory;

    private CniInstallation installation;
    private Path script;
    private Path configuration;

    @BeforeEach
    void name() {
        installation = new CniInstallation(directory.resolve("bin"), directory.resolve("net.d"));
        script = directory.resolve("bin/espalier-cni");
        configuration = directory.resolve("net.d/10-pods.conflist");
    }

    /** Two files are enough of a runtime, of which the second is what makes it whole. */
    private record SmallRuntime(String identity) implements CniRuntime {

        @Override
        public void make(Path folder, Path socket) throws IOException {
            Files.createDirectories(folder.resolve("bin"));
            Files.writeString(folder.resolve("bin/java"), "#!/bin/sh\nexec echo " + identity + "\n");
            assertThat(folder.resolve("bin/java").toFile().setExecutable(true)).isTrue();
        }
    }

    /** Ends the work before its n-th step. */
    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private int left;

        Crash(int after) {
            left = after;
        }

        void step() {
            if (left-- == 0) {
                throw this;
            }
        }
    }

    private List<Path> install(CniNetworkList list, String runtime) throws IOException {
        return installation.install(list, SOCKET, new SmallRuntime(runtime), FILES);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    /** What a call of the plugin says. */
    private String call() throws IOException {
        Process process =
                new ProcessBuilder(script.toString()).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip();
    }

    @Test
    void theScriptStartsTheRuntimeBesideItWhereverTheFolderIs() throws Exception {
        install(LIST, "one");
        assertThat(files())
                .containsExactly("bin/espalier-cni", "bin/espalier-cni.d/one/bin/java", "net.d/10-pods.conflist");
        assertThat(Files.readString(script)).endsWith(" '/run/it'\\''s here/espalier.sock'\n");
        assertThat(call()).isEqualTo("one");
        Files.move(directory.resolve("bin"), directory.resolve("elsewhere"));
        script = directory.resolve("elsewhere/espalier-cni");
        assertThat(call()).isEqualTo("one");
    }

    @Test
    void aSecondInstallationFindsNothingToDo() throws Exception {
        assertThat(install(LIST, "one")).hasSize(3);
        assertThat(install(LIST, "one")).isEmpty();
    }

    @Test
    void aNewRuntimeIsMadeBesideTheOldOneWhichStaysUntilTheNext() throws Exception {
        install(LIST, "one");
        install(LIST, "two");
        assertThat(call()).isEqualTo("two");
        assertThat(directory.resolve("bin/espalier-cni.d/one")).exists();
        assertThat(install(LIST, "two")).containsExactly(directory.resolve("bin/espalier-cni.d/one"));
        assertThat(files()).hasSize(3);
    }

    @Test
    void aCrashAtAnyStepLeavesWhatWasThereOrWhatIsToComeAndTheNextInstallationMendsIt() throws Exception {
        CniNetworkList newer = new CniNetworkList("pods", 1400, List.of());
        int step = 0;
        for (boolean crashed = true; crashed; step++) {
            CniInstallation afresh =
                    new CniInstallation(directory.resolve(step + "/bin"), directory.resolve(step + "/net.d"));
            crashed = crashes(step, afresh, "one", LIST);
            check(afresh, List.of("one"), List.of(LIST.json()));
            afresh.install(LIST, SOCKET, new SmallRuntime("one"), FILES);
            crashes(step, afresh, "two", newer);
            check(afresh, List.of("one", "two"), List.of(LIST.json(), newer.json()));
            afresh.install(newer, SOCKET, new SmallRuntime("two"), FILES);
            afresh.install(newer, SOCKET, new SmallRuntime("two"), FILES);
            try (Stream<Path> all = Files.walk(directory.resolve("" + step))) {
                assertThat(all.filter(Files::isRegularFile)).hasSize(3);
            }
        }
        assertThat(step).isGreaterThan(8); // three things, each with several steps
    }

    private static boolean crashes(int step, CniInstallation installation, String runtime, CniNetworkList list)
            throws IOException {
        try {
            installation.install(list, SOCKET, new SmallRuntime(runtime), new DurableFiles(new Crash(step)::step));
            return false;
        } catch (Crash crash) {
            return true;
        }
    }

    /** Whoever looks sees the configuration only when the plugin works, and everything whole. */
    private void check(CniInstallation installation, List<String> runtimes, List<String> lists) throws IOException {
        script = installation.binaries().resolve("espalier-cni");
        Path list = installation.configurations().resolve("10-pods.conflist");
        if (Files.exists(script)) {
            assertThat(call()).isIn(runtimes);
        }
        if (Files.exists(list)) {
            assertThat(Files.readString(list)).isIn(lists);
            assertThat(script).exists();
        }
    }

    @Test
    void theConfigurationGoesBeforeThePlugin() throws Exception {
        for (int step = 0; step < 6; step++) {
            install(LIST, "one");
            try {
                installation.uninstall("pods", new DurableFiles(new Crash(step)::step));
            } catch (Crash crash) {
                assertThat(crash).isNotNull();
            }
            assertThat(!Files.exists(configuration) || call().equals("one")).isTrue();
        }
        installation.uninstall("pods", FILES);
        assertThat(files()).isEmpty();
        assertThat(installation.uninstall("pods", FILES)).isEmpty();
    }

    @Test
    void whatIsNotOursIsNeitherReplacedNorRemoved() throws Exception {
        Files.createDirectories(configuration.resolveSibling(""));
        Files.writeString(configuration, "{\"name\":\"pods\",\"plugins\":[{\"type\":\"bridge\"}]}");
        assertThatThrownBy(() -> install(LIST, "one"))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("10-pods.conflist is not ours");
        assertThatThrownBy(() -> installation.uninstall("pods", FILES)).isInstanceOf(CommandFailure.class);
        Files.delete(configuration);
        Files.createDirectories(script.resolveSibling(""));
        Files.writeString(script, "#!/bin/sh\n");
        assertThatThrownBy(() -> install(LIST, "one")).hasMessageContaining("espalier-cni is not ours");
        assertThatThrownBy(() -> installation.uninstall("pods", FILES)).hasMessageContaining("is not ours");
        assertThat(files()).containsExactly("bin/espalier-cni");
    }

    @Test
    void aChainTakesOverWhatItsPluginsCanDoAndMustBeThere() throws Exception {
        CniNetworkList chained = new CniNetworkList("pods", 1400, List.of("portmap"));
        assertThatThrownBy(() -> install(chained, "one")).hasMessageContaining("bin/portmap for --chain");
        assertThat(files()).isEmpty();
        assertThat(chained.json()).isEqualTo("""
                {
                  "cniVersion" : "1.0.0",
                  "name" : "pods",
                  "plugins" : [ {
                    "type" : "espalier-cni",
                    "mtu" : 1400,
                    "capabilities" : {
                      "bandwidth" : true,
                      "ips" : true,
                      "mac" : true
                    }
                  }, {
                    "type" : "portmap",
                    "capabilities" : {
                      "portMappings" : true
                    }
                  } ]
                }
                """);
    }

    @Test
    void aConfigurationThatComesBeforeOursIsFound() throws Exception {
        install(LIST, "one");
        Files.writeString(configuration.resolveSibling("05-other.conf"), "{}");
        Files.writeString(configuration.resolveSibling("05-other.conf.disabled"), "{}");
        Files.writeString(configuration.resolveSibling("20-other.conf"), "{}");
        assertThat(installation.before(LIST)).containsExactly(configuration.resolveSibling("05-other.conf"));
    }
}
