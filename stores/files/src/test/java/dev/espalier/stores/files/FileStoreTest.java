package dev.espalier.stores.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.espalier.objects.ConfigObject;
import dev.espalier.objects.ObjectSet;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {

    @TempDir
    private Path directory;

    private static String router(String name) {
        return "apiVersion: espalier.dev/v1alpha1\nkind: Router\nmetadata: {name: " + name + "}\nspec: {asn: 65000}\n";
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static String error(Path path) {
        ObjectSet objects = FileStore.load(path);
        assertThat(objects.complete()).isFalse();
        assertThat(objects.errors()).hasSize(1);
        return objects.errors().getFirst().toString();
    }

    @Test
    void aFileHoldsObjects() throws IOException {
        ObjectSet objects = FileStore.load(write("one.yaml", router("main")));

        assertThat(objects.errors()).isEmpty();
        assertThat(objects.objects()).extracting(ConfigObject::reference).containsExactly("Router/main");
    }

    @Test
    void aDirectoryHoldsFilesInTheOrderOfTheirNames() throws IOException {
        write("20.yml", router("second"));
        write("10.yaml", router("first"));
        write(
                "30.json",
                "{\"apiVersion\": \"espalier.dev/v1alpha1\", \"kind\": \"Router\","
                        + " \"metadata\": {\"name\": \"third\"}, \"spec\": {\"asn\": 1}}");
        write(".10.yaml.swp.yaml", "left by an editor: [");
        write("README.md", "not configuration: [");
        Files.createDirectory(directory.resolve("below.yaml"));

        ObjectSet objects = FileStore.load(directory);

        assertThat(objects.errors()).isEmpty();
        assertThat(objects.objects()).extracting(ConfigObject::name).containsExactly("first", "second", "third");
    }

    @Test
    void twoFilesCannotHoldOneObject() throws IOException {
        Path first = write("a.yaml", router("main"));
        Path second = write("b.yaml", router("main"));

        assertThat(FileStore.load(directory).errors())
                .singleElement()
                .hasToString(second + ":3:18: Router/main: metadata.name: there is already a Router of this name at "
                        + first + ":3:18; rename or remove one of the two");
    }

    @Test
    void errorsOfAllFilesAreFound() throws IOException {
        write("a.yaml", "a: [");
        write("b.yaml", "b: [");
        write("c.yaml", router("main"));

        ObjectSet objects = FileStore.load(directory);

        assertThat(objects.errors()).hasSize(2);
        assertThat(objects.objects()).hasSize(1);
    }

    @Test
    void aMissingFileIsNamed() {
        Path missing = directory.resolve("missing.yaml");
        Path nowhere = directory.resolve("no/where.yaml");

        assertThat(error(missing)).isEqualTo(missing + ": there is no such file; check the path given with -c");
        assertThat(error(nowhere))
                .isEqualTo(nowhere + ": there is no such file, nor its directory; check the path given with -c");
    }

    @Test
    void anEmptyDirectoryIsNotAnEmptyConfiguration() {
        assertThat(error(directory))
                .isEqualTo(directory + ": the directory holds no configuration; "
                        + "put a file into it whose name ends in .yaml, .yml or .json");
    }

    @Test
    void anEmptyFileIsAnEmptyConfiguration() throws IOException {
        assertThat(FileStore.load(write("empty.yaml", ""))).isEqualTo(ObjectSet.EMPTY);
    }

    @Test
    void whatIsNotUtf8IsRefused() throws IOException {
        Path file = Files.write(directory.resolve("latin.yaml"), new byte[] {'a', ':', ' ', (byte) 0xE9, '\n'});

        assertThat(error(file)).isEqualTo(file + ": is not UTF-8 text, first at octet 3; save it as UTF-8");
    }

    @Test
    void aFileThatIsTooLargeIsRefused() throws IOException {
        Path file = directory.resolve("large.yaml");
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(FileStore.MAX_FILE_OCTETS + 1L);
        }

        assertThat(error(file))
                .isEqualTo(file + ": the file is larger than 16 MiB; spread its objects over several files");
    }

    @Test
    void aFileThatMayNotBeReadIsNamed() throws IOException {
        Path file = write("private.yaml", router("main"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(file), "root reads every file");

        assertThat(error(file)).isEqualTo(file + ": may not be read by this user; check its permissions");
    }
}
