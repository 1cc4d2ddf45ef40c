package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.api.AgentOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The short way to read the command line of {@code run} says what picocli says, or nothing. */
class PlainRunTest {

    private static AgentOptions plain(String line) {
        return PlainRun.read(line.split(" ", -1), Map.of());
    }

    /** As {@link RunCommand} reads it; the words after {@code run}. */
    private static AgentOptions picocli(List<String> words) {
        RunCommand command = new RunCommand();
        new CommandLine(command).parseArgs(words.toArray(String[]::new));
        return command.options();
    }

    @Test
    void whatOperatorsWriteIsReadTheShortWay() {
        assertThat(plain("run -c /etc/espalier --node worker-3 --label rack=r2 --label zone=a --socket /run/x.sock"))
                .isEqualTo(new AgentOptions(
                        Path.of("/etc/espalier"),
                        Path.of("/run/x.sock"),
                        "worker-3",
                        Map.of("rack", "r2", "zone", "a")));
    }

    @Test
    void theSocketIsThatOfTheEnvironmentUnlessItIsNamed() {
        Map<String, String> environment = Map.of("ESPALIER_SOCKET", "/run/other.sock");
        String[] unnamed = {"run", "-c", "x"};
        assertThat(PlainRun.read(unnamed, environment).socket()).hasToString("/run/other.sock");
        assertThat(PlainRun.read(unnamed, Map.of()).socket()).hasToString("/run/espalier/espalier.sock");
        String[] named = {"run", "-c", "x", "--socket", "/tmp/mine"};
        assertThat(PlainRun.read(named, environment).socket()).hasToString("/tmp/mine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "peers",
                "peers -c x",
                "run",
                "run --help",
                "run -c",
                "run --node n",
                "run -c x --help",
                "run -c x y",
                "run -cx",
                "run -c=x",
                "run -c x --config y",
                "run -c x --label a",
                "run -c x --label a=b=c",
                "run -c x --label a=1 --label a=2",
                "run -c --node n",
                "run -c @file",
                "run -c x --nose n"
            })
    void whatIsNotPlainIsLeftToPicocli(String line) {
        assertThat(plain(line)).isNull();
    }

    @Test
    void whereTheShortWaySaysSomethingPicocliSaysTheSame() {
        Random random = new Random(20261128);
        List<String> words = List.of(
                "-c",
                "--config",
                "--node",
                "--label",
                "--socket",
                "x",
                "/etc/y.yaml",
                "a=b",
                "a=",
                "=b",
                "-v",
                "--",
                "k=v,w=x",
                "'q'",
                "--help",
                "");
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            List<String> line = new ArrayList<>();
            for (int left = random.nextInt(1, 9); left > 0; left--) {
                line.add(words.get(random.nextInt(words.size())));
            }
            List<String> whole = new ArrayList<>(line);
            whole.addFirst("run");
            AgentOptions options = PlainRun.read(whole.toArray(String[]::new), System.getenv());
            if (options != null) {
                read++;
                assertThat(options).as("%s", line).isEqualTo(picocli(line));
            }
        }
        assertThat(read).isGreaterThan(100);
    }
}
