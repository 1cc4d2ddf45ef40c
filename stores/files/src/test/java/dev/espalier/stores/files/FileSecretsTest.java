package dev.espalier.stores.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.objects.SecretReader.Answer;
import dev.espalier.route.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSecretsTest {

    @TempDir
    private Path directory;

    private FileSecrets secrets;

    @BeforeEach
    void configurationInTheDirectory() {
        secrets = FileSecrets.beside(directory.resolve("espalier.yaml"));
    }

    private Answer read(String content) throws IOException {
        Files.writeString(directory.resolve("secret"), content);
        return secrets.read("secret");
    }

    @Test
    void thePasswordIsTheFirstLine() throws IOException {
        assertThat(read("sesame\n")).isEqualTo(new Answer.Found(Secret.of("sesame")));
        assertThat(read("sesame\r\nsecond line\n")).isEqualTo(new Answer.Found(Secret.of("sesame")));
        assertThat(read(" with spaces ")).isEqualTo(new Answer.Found(Secret.of(" with spaces ")));
        assertThat(read("x".repeat(80) + "\n")).isEqualTo(new Answer.Found(Secret.of("x".repeat(80))));
    }

    @Test
    void anAbsolutePathIsTakenAsItIs() throws IOException {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "sesame");

        assertThat(secrets.read(elsewhere.toString())).isEqualTo(new Answer.Found(Secret.of("sesame")));
        assertThat(FileSecrets.beside(directory).read("elsewhere")).isEqualTo(new Answer.Found(Secret.of("sesame")));
    }

    @Test
    void aMissingFileIsNamed() {
        assertThat(secrets.read("none"))
                .isEqualTo(new Answer.Refused(
                        "there is no file " + directory.resolve("none"), "write the password into it, on one line"));
    }

    @Test
    void theNearestFileIsSuggested() throws IOException {
        Files.writeString(directory.resolve("tor.password"), "sesame");

        assertThat(secrets.read("tor.pasword"))
                .isEqualTo(new Answer.Refused(
                        "there is no file " + directory.resolve("tor.pasword"), "did you mean 'tor.password'?"));
    }

    @Test
    void anEmptyPasswordIsRefused() throws IOException {
        assertThat(read("\nsesame")).isInstanceOf(Answer.Refused.class);
        assertThat(read("")).isInstanceOf(Answer.Refused.class);
    }

    @Test
    void aPasswordThatIsTooLongIsRefusedWithoutRepeatingIt() throws IOException {
        assertThat(read("x".repeat(81)))
                .isInstanceOfSatisfying(Answer.Refused.class, refused -> assertThat(refused.message())
                        .contains("longer than 80 octets")
                        .doesNotContain("xxx"));
    }
}
