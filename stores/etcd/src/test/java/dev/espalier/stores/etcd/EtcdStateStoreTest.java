package dev.espalier.stores.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.stores.state.StateStore;
import dev.espalier.stores.state.StateStoreException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real etcd. */
@Tag("netns") // not for a namespace: for a package that has to be installed
@Timeout(120)
class EtcdStateStoreTest {

    @TempDir
    Path folder;

    @BeforeEach
    void etcdIsInstalled() {
        assumeTrue(EtcdServer.isInstalled(), "etcd-server is not installed");
    }

    @Test
    void aDocumentIsWrittenOnlyByWhoHasSeenTheLatest() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 1);
                StateStore store = new EtcdStateStore(EtcdOptions.of("/espalier/", server.endpoints()))) {
            long first = store.put("a/b", "one", StateStore.ABSENT);
            assertThat(first).isPositive();
            assertThat(store.put("a/b", "again", StateStore.ABSENT)).isEqualTo(StateStore.ABSENT);
            long second = store.put("a/b", "two", first);
            assertThat(second).isGreaterThan(first);
            assertThat(store.put("a/b", "late", first)).isEqualTo(StateStore.ABSENT);
            assertThat(store.delete("a/b", first)).isFalse();
            assertThat(text(store, "a/b")).isEqualTo("two");
            assertThat(store.delete("a/b", second)).isTrue();
            assertThat(store.get("a/b")).isNull();
            assertThat(store.put("a/b", "new", StateStore.ABSENT)).isGreaterThan(second);
        }
    }

    @Test
    void aListHasWhatBeginsWithAPrefixAndNothingOfOthers() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 1);
                StateStore others = new EtcdStateStore(EtcdOptions.of("/espalier2/", server.endpoints()));
                StateStore store = new EtcdStateStore(EtcdOptions.of("/espalier/", server.endpoints()))) {
            others.put("ipam/blocks/10.0.9.0-26", "not ours", StateStore.ABSENT);
            for (String key : List.of("ipam/blocks/10.0.1.0-26", "ipam/blocks/10.0.0.0-26", "ipam/blocks2", "other")) {
                store.put(key, key, StateStore.ABSENT);
            }
            assertThat(store.list("ipam/blocks/"))
                    .extracting(StateStore.Document::key)
                    .containsExactly("ipam/blocks/10.0.0.0-26", "ipam/blocks/10.0.1.0-26");
            assertThat(store.list("")).hasSize(4);
        }
    }

    @Test
    void whoListsAgainAndAgainSeesWhatSomebodySeesWhoListsOnce() throws Exception {
        Random random = new Random(20261128);
        try (EtcdServer server = EtcdServer.start(folder, 1);
                StateStore writer = new EtcdStateStore(EtcdOptions.of("/espalier/", server.endpoints()));
                StateStore again = new EtcdStateStore(EtcdOptions.of("/espalier/", server.endpoints()))) {
            for (int round = 0; round < 60; round++) {
                for (int changes = random.nextInt(4); changes > 0; changes--) {
                    String key = "a/" + random.nextInt(8);
                    StateStore.Document there = writer.get(key);
                    long version = there == null ? StateStore.ABSENT : there.version();
                    if (there == null || random.nextBoolean()) {
                        writer.put(key, "round " + round, version);
                    } else {
                        writer.delete(key, version);
                    }
                }
                try (StateStore once = new EtcdStateStore(EtcdOptions.of("/espalier/", server.endpoints()))) {
                    assertThat(again.list("a/")).isEqualTo(once.list("a/"));
                }
            }
        }
    }

    @Test
    void manyWritersLoseNothing() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 1);
                StateStore store = new EtcdStateStore(EtcdOptions.of("/espalier/", server.endpoints()))) {
            Callable<Integer> writer = () -> {
                int acknowledged = 0;
                while (acknowledged < 10) {
                    acknowledged += increment(store) ? 1 : 0;
                }
                return acknowledged;
            };
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Integer> done : threads.invokeAll(Collections.nCopies(20, writer))) {
                    assertThat(done.get()).isEqualTo(10);
                }
            }
            assertThat(text(store, "count")).isEqualTo("200");
        }
    }

    @Test
    void aMemberThatDiesIsPassedOverAndWhatWasAcknowledgedIsThere() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 3);
                StateStore store = new EtcdStateStore(EtcdOptions.of("/espalier/", server.endpoints()))) {
            long version = store.put("a", "one", StateStore.ABSENT);
            for (int dead = 0; dead < 3; dead++) {
                server.kill(dead);
                version = putThrough(store, version, "round " + dead);
                assertThat(text(store, "a")).isEqualTo("round " + dead);
                server.startMember(dead);
                server.await(dead);
            }
        }
    }

    /** While a leader is elected nobody can say whether a write was carried out: then one looks. */
    private static long putThrough(StateStore store, long version, String value) throws InterruptedException {
        for (int attempt = 0; attempt < 100; attempt++) {
            try {
                StateStore.Document there = store.get("a");
                assertThat(there).isNotNull();
                if (there.value().equals(value)) {
                    return there.version();
                }
                assertThat(there.version()).isEqualTo(version);
                long written = store.put("a", value, version);
                if (written != StateStore.ABSENT) {
                    return written;
                }
            } catch (StateStoreException notNow) {
                Thread.sleep(100);
            }
        }
        throw new AssertionError("etcd did not come back");
    }

    @Test
    void whereNobodyAnswersItIsSaidWhoWasAsked() throws IOException {
        int nobody;
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        URI endpoint = URI.create("http://127.0.0.1:" + nobody);
        try (StateStore store = new EtcdStateStore(EtcdOptions.of("/espalier/", endpoint))) {
            assertThatThrownBy(() -> store.get("a"))
                    .isInstanceOf(StateStoreException.class)
                    .hasMessageStartingWith("no member of etcd answers; " + endpoint);
        }
    }

    private static boolean increment(StateStore store) {
        StateStore.Document seen = store.get("count");
        int number = seen == null ? 0 : Integer.parseInt(seen.value());
        long version = seen == null ? StateStore.ABSENT : seen.version();
        return store.put("count", Integer.toString(number + 1), version) != StateStore.ABSENT;
    }

    private static String text(StateStore store, String key) {
        StateStore.Document document = store.get(key);
        assertThat(document).as(key).isNotNull();
        return document.value();
    }
}
