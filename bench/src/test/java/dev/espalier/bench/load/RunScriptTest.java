package dev.espalier.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code bench/run} says to arguments it cannot use, before it builds or starts anything. */
class RunScriptTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --scenarios S1,S9   | there is no scenario 'S9'; choose from: S1 S1t S2
            --daemons quagga    | there is no daemon 'quagga'; choose from: espalier bird
            --runs none         | --runs is a number from 1 to 99, not 'none'
            --runs              | --runs needs a value
            --page long         | --page is short or full, not 'long'
            --scenarios S1:many | a size is a number of prefixes such as S1:10000
            --fast              | unknown argument '--fast'; --help shows those there are
            """)
    void aWrongArgumentIsASentence(String arguments, String sentence) throws IOException, InterruptedException {
        Path script = Path.of("run").toAbsolutePath();
        assertThat(Files.isExecutable(script)).isTrue();
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments.split(" ")));

        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(said).startsWith("run: " + sentence);
    }
}
