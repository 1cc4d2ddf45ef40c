package dev.espalier.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadMainTest {

    /** What it says on standard error when it refuses. */
    private static String refusal(String... arguments) {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
            assertThat(LoadMain.run(arguments)).isEqualTo(1);
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            walk                                     | is no command; there are 'run'
            run                                      | --scenario is missing
            run --scenario S9                        | there is no scenario 'S9'; choose from S1, S1t, S2
            run --scenario S1 --prefixes many        | --prefixes is a number from 1 to 8000000, not 'many'
            run --scenario S5 --prefixes 100         | --prefixes is a number from 20000
            run --scenario S1 --fast yes             | there is no option '--fast'
            run --scenario                           | --scenario needs a value
            run --scenario S1 --daemon here          | --daemon is an address and a port
            run --scenario S2 --label null           | a relay chooses no best path
            run --scenario idle --label null         | idle means nothing to it
            run --scenario start --limit 1           | no daemon had a session with 127.0.1.1 on port 1791 within 1 s
            """)
    void whatCannotBeRunIsRefusedWithASentence(String line, String sentence) {
        assertThat(refusal(line.split(" "))).contains(sentence);
    }

    @Test
    void noArgumentsAtAllIsRefusedToo() {
        assertThat(refusal()).contains("say what to do");
    }

    @Test
    void aDaemonThatDoesNotListenIsASentence() {
        assertThat(refusal("run", "--scenario", "S1", "--prefixes", "10", "--daemon", "127.0.0.1:1", "--limit", "1"))
                .contains("only 0 of 2 sessions came up in time");
    }
}
