package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecodeCommandTest {

    private static final String MARKER = "ff".repeat(16);

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int decode(String content) throws IOException {
        Path file = directory.resolve("messages.hex");
        Files.writeString(file, content);
        return run("decode", file.toString());
    }

    private int run(String... arguments) {
        return EspalierMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @Test
    void eachMessageIsOneLineOfJson() throws IOException {
        int status =
                decode("0000 0022 40010100 400206 0201 0000fbf5 400304 c0000201 80040400000007 c00804fbf50064 10 0a01"
                        + "\n" + MARKER + "001304\n");
        assertThat(out).hasToString("""
                {"record":1,"offset":0,"source":"hex","type":"update","announced":[{"family":"ipv4-unicast",\
                "prefixes":["10.1.0.0/16"],"attributes":{"nextHop":"192.0.2.1","asPath":"64501","origin":"igp",\
                "med":7,"communities":["64501:100"]}}]}
                {"record":2,"offset":94,"source":"hex","type":"keepalive"}
                """);
        assertThat(err).hasToString("""
                1 keepalive, 1 update
                prefixes in updates: 1 announced, 0 withdrawn, 0 treated as withdrawn
                """);
        assertThat(status).isZero();
    }

    @Test
    void whatCannotBeDecodedIsSaidAndMakesTheStatusOne() throws IOException {
        int status = decode("zz\n" + MARKER + "001309\n" + MARKER + "001304\n");
        assertThat(out).hasToString("""
                {"record":1,"offset":0,"source":"hex","type":"problem","recordOffset":0,\
                "reason":"this is not a hexadecimal digit"}
                {"record":2,"offset":3,"source":"hex","type":"unknown","error":{"code":1,"subcode":3,\
                "name":"Message Header Error / Bad Message Type (1/3)","messageOffset":18,\
                "reason":"there is no message type 9"},"raw":"%s001309"}
                {"record":3,"offset":42,"source":"hex","type":"keepalive"}
                """.formatted(MARKER));
        assertThat(err).hasToString("""
                1 keepalive, 1 problem, 1 unknown
                errors: 1 problems, 1 malformed messages, 0 attributes to be ignored
                """);
        assertThat(status).isEqualTo(ExitStatus.FAILED);
    }

    @Test
    void prefixesOfAMalformedUpdateAreTreatedAsWithdrawn() throws IOException {
        // ORIGIN 9
        int status = decode("0000 0014 40010109 400206 0201 0000fbf5 400304 c0000201 10 0a01");
        assertThat(out.toString())
                .contains("\"withdrawn\":[{\"family\":\"ipv4-unicast\",\"prefixes\":[\"10.1.0.0/16\"]}]")
                .contains("\"treatment\":\"treat-as-withdraw\",\"attributeType\":1,\"messageOffset\":23");
        assertThat(err.toString()).contains("0 announced, 0 withdrawn, 1 treated as withdrawn");
        assertThat(status).isEqualTo(ExitStatus.FAILED);
    }

    @Test
    void anEmptyFileSaysNothingAndIsNoFailure() throws IOException {
        assertThat(decode("")).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(err).hasToString("nothing recorded\n");
    }

    @Test
    void aFileThatIsNotThereIsOneSentence() {
        assertThat(run("decode", "/nowhere/rib.bz2")).isEqualTo(ExitStatus.FAILED);
        assertThat(err).hasToString("espalier: there is no file /nowhere/rib.bz2\n");
    }

    @Test
    void aTableHasOneRowARecord() throws IOException {
        Path file = Files.writeString(directory.resolve("a.hex"), MARKER + "001304\n" + MARKER + "00170200000000\n");
        assertThat(run("decode", "-q", "-o", "table", file.toString())).isZero();
        assertThat(out).hasToString("""
                Record  Time  Peer  Type       Content
                     1              keepalive
                     2              update     End-of-RIB ipv4-unicast
                """);
    }

    @Test
    void yamlIsAListOfTheSameObjects() throws IOException {
        Path file = Files.writeString(directory.resolve("a.hex"), MARKER + "001304\n" + MARKER + "001304\n");
        assertThat(run("decode", "-q", "-o", "yaml", file.toString())).isZero();
        assertThat(out.toString()).startsWith("""
                - record: 1
                  offset: 0
                  source: hex
                  type: keepalive
                - record: 2
                """);
    }
}
