package dev.espalier.stores.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The store of a single machine, on a real file system. */
class FileStateStoreTest {

    @TempDir
    Path folder;

    @Test
    void aDocumentIsWrittenOnlyByWhoHasSeenTheLatest() {
        try (FileStateStore store = FileStateStore.open(folder)) {
            long first = store.put("a/b", "one", StateStore.ABSENT);
            assertThat(store.put("a/b", "again", StateStore.ABSENT)).isEqualTo(StateStore.ABSENT);
            long second = store.put("a/b", "two", first);
            assertThat(second).isGreaterThan(first);
            assertThat(store.put("a/b", "late", first)).isEqualTo(StateStore.ABSENT);
            assertThat(store.delete("a/b", first)).isFalse();
            assertThat(text(store, "a/b")).isEqualTo("two");
            assertThat(store.delete("a/b", second)).isTrue();
            assertThat(store.get("a/b")).isNull();
        }
    }

    @Test
    void whatWasWrittenIsThereAfterARestartAndNoVersionComesAgain() {
        long gone;
        try (FileStateStore store = FileStateStore.open(folder)) {
            store.put("kept", "still", StateStore.ABSENT);
            gone = store.put("gone", "soon", StateStore.ABSENT);
            store.delete("gone", gone);
        }
        try (FileStateStore store = FileStateStore.open(folder)) {
            assertThat(text(store, "kept")).isEqualTo("still");
            assertThat(store.put("gone", "new", StateStore.ABSENT)).isGreaterThan(gone);
        }
    }

    @Test
    void aListHasWhatBeginsWithAPrefixInOrder() {
        try (FileStateStore store = FileStateStore.open(folder)) {
            for (String key : List.of("ipam/blocks/10.0.1.0-26", "ipam/blocks/10.0.0.0-26", "ipam/blocks2", "other")) {
                store.put(key, key, StateStore.ABSENT);
            }
            assertThat(store.list("ipam/blocks/"))
                    .extracting(StateStore.Document::key)
                    .containsExactly("ipam/blocks/10.0.0.0-26", "ipam/blocks/10.0.1.0-26");
        }
    }

    @Test
    void aSecondUserIsRefusedUntilTheFirstHasGone() {
        try (FileStateStore store = FileStateStore.open(folder)) {
            assertThat(store.list("")).isEmpty();
            assertThatThrownBy(() -> FileStateStore.open(folder))
                    .isInstanceOf(StateStoreException.class)
                    .hasMessage("the state in " + folder + " is in use by another process");
        }
        FileStateStore.open(folder).close();
    }

    @Test
    void aFileThatWasNeverFinishedIsRemovedAndOneThatIsDamagedIsNamed() throws IOException {
        Files.writeString(folder.resolve("a.doc.new"), "17\nhalf a docu");
        FileStateStore.open(folder).close();
        assertThat(folder.resolve("a.doc.new")).doesNotExist();

        Files.writeString(folder.resolve("b.doc"), "xyz\nvalue");
        assertThatThrownBy(() -> FileStateStore.open(folder))
                .isInstanceOf(StateStoreException.class)
                .hasMessage(folder.resolve("b.doc") + " begins with 'xyz' where its version should be."
                        + " Move it away to go on without it");
    }

    @Test
    void onlyItsOwnerMayReadIt() throws IOException {
        Path deep = folder.resolve("run/state");
        FileStateStore.open(deep).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(deep)))
                .isEqualTo("rwx------");
    }

    @Test
    void aKeyThatIsNoKeyIsRefused() {
        try (FileStateStore store = FileStateStore.open(folder)) {
            for (String key : List.of("", "/a", "a/", "a//b", "../up,", "a b")) {
                assertThatThrownBy(() -> store.put(key, "", StateStore.ABSENT))
                        .as("key '%s'", key)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    /** The process is killed with SIGKILL while it writes as fast as it can, again and again. */
    @Test
    @Timeout(120)
    void whateverWasAcknowledgedSurvivesAKillAtAnyInstant() throws Exception {
        Random random = new Random(20261128);
        long last = 0;
        for (int round = 0; round < 8; round++) {
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path") + ":target/classes:target/test-classes",
                            Writer.class.getName(),
                            folder.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (var said = writer.inputReader()) {
                String line = said.readLine(); // the first document is written
                Thread.sleep(random.nextInt(200));
                writer.toHandle().destroyForcibly(); // of the process itself it would close the pipe as well
                for (String next = said.readLine(); next != null; next = said.readLine()) {
                    line = next;
                }
                assertThat(writer.waitFor(10, TimeUnit.SECONDS)).isTrue();
                assertThat(line).isNotNull();
                long acknowledged = Long.parseLong(line.strip());
                try (FileStateStore store = FileStateStore.open(folder)) {
                    long there = Long.parseLong(text(store, "count"));
                    // The one after may have been written and not yet acknowledged; a line may have been cut.
                    assertThat(there).as("round %d", round).isBetween(acknowledged, acknowledged + 1);
                    assertThat(there).isGreaterThan(last);
                    last = there;
                }
            }
        }
    }

    /** Counts in a document, and says each number once it is written. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            try (FileStateStore store = FileStateStore.open(Path.of(arguments[0]))) {
                while (true) {
                    StateStore.Document seen = store.get("count");
                    long number = seen == null ? 1 : Long.parseLong(seen.value()) + 1;
                    store.put("count", Long.toString(number), seen == null ? StateStore.ABSENT : seen.version());
                    System.out.println(number);
                    System.out.flush();
                }
            }
        }
    }

    private static String text(StateStore store, String key) {
        StateStore.Document document = store.get(key);
        assertThat(document).as(key).isNotNull();
        return document.value();
    }
}
