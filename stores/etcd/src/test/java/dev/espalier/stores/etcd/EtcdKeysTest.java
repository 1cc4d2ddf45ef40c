package dev.espalier.stores.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.stores.state.StateStoreException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leases and watches, against a real etcd whose members come and go. */
@Tag("netns") // not for a namespace: for a package that has to be installed
@Timeout(120)
class EtcdKeysTest {

    private static final String PREFIX = "/shared/";

    @TempDir
    Path folder;

    @BeforeEach
    void etcdIsInstalled() {
        assumeTrue(EtcdServer.isInstalled(), "etcd-server is not installed");
    }

    private static EtcdKeys keys(URI... endpoints) {
        return new EtcdKeys(EtcdOptions.of(PREFIX, endpoints));
    }

    /** What a watch told, one after the other; null where it said that nobody answers. */
    private static final class Heard implements EtcdWatch.Observer {
        private record Told(EtcdKeys.Contents contents, String silence) {}

        private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();

        @Override
        public void changed(EtcdKeys.Contents contents) {
            told.add(new Told(contents, null));
        }

        @Override
        public void unreachable(String why) {
            told.add(new Told(null, why));
        }

        /** Waits until it tells something that is so. */
        private Told await(Predicate<Told> wanted) throws InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
            while (System.nanoTime() < end) {
                Told next = told.poll(1, TimeUnit.SECONDS);
                if (next != null && wanted.test(next)) {
                    return next;
                }
            }
            throw new AssertionError("the watch did not tell it");
        }

        private EtcdKeys.Contents awaitKeys(String... keys) throws InterruptedException {
            return await(next -> next.contents != null
                            && List.copyOf(next.contents.entries().keySet()).equals(List.of(keys)))
                    .contents;
        }

        private String awaitSilence() throws InterruptedException {
            return await(next -> next.silence != null).silence;
        }
    }

    /** Writes, as often as it takes: while a leader is elected nobody can. */
    private static void write(EtcdKeys keys, String key) throws InterruptedException {
        for (int attempt = 0; attempt < 200; attempt++) {
            try {
                if (keys.get(key) != null || keys.put(key, "x", EtcdKeys.ABSENT, EtcdKeys.FOREVER) != EtcdKeys.ABSENT) {
                    return;
                }
            } catch (StateStoreException notNow) {
                Thread.sleep(100);
            }
        }
        throw new AssertionError("etcd did not come back");
    }

    @Test
    void aKeyIsMadeOnceAndKeepsTheLeaseItWasWrittenWithLast() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 1);
                EtcdKeys keys = keys(server.endpoints())) {
            EtcdKeys.Lease lease = keys.grant(Duration.ofMinutes(5));
            assertThat(lease.ttl()).isEqualTo(Duration.ofMinutes(5));
            long made = keys.put("a", "one", EtcdKeys.ABSENT, lease.id());
            assertThat(made).isPositive();
            assertThat(keys.put("a", "two", EtcdKeys.ABSENT, lease.id())).isEqualTo(EtcdKeys.ABSENT);
            assertThat(keys.get("a")).isEqualTo(new EtcdKeys.Entry("a", "one", made, lease.id()));

            EtcdKeys.Lease second = keys.grant(Duration.ofMinutes(5));
            long changed = keys.put("a", "two", made, second.id());
            keys.revoke(lease.id());
            assertThat(keys.get("a")).isEqualTo(new EtcdKeys.Entry("a", "two", changed, second.id()));
            assertThat(keys.put("a", "stays", changed, EtcdKeys.FOREVER)).isPositive();
            keys.revoke(second.id());
            assertThat(keys.list("").entries().values())
                    .extracting(EtcdKeys.Entry::value, EtcdKeys.Entry::lease)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple("stays", EtcdKeys.FOREVER));
        }
    }

    @Test
    void aKeyEndsWithItsLeaseUnlessThatIsKeptAlive() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 1);
                EtcdKeys keys = keys(server.endpoints())) {
            Heard heard = new Heard();
            long kept = keys.grant(Duration.ofSeconds(2)).id();
            long left = keys.grant(Duration.ofSeconds(2)).id();
            keys.put("kept", "x", EtcdKeys.ABSENT, kept);
            keys.put("left", "x", EtcdKeys.ABSENT, left);
            try (EtcdWatch _ = keys.watch("", heard)) {
                heard.awaitKeys("kept", "left");
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                while (keys.list("").entries().size() == 2 && System.nanoTime() < end) {
                    assertThat(keys.keepAlive(kept)).isEqualTo(Duration.ofSeconds(2));
                    Thread.sleep(200);
                }
                heard.awaitKeys("kept");
            }
            assertThat(keys.keepAlive(left)).as("what has ended cannot be kept").isZero();
            keys.revoke(left);
            assertThatThrownBy(() -> keys.put("late", "x", EtcdKeys.ABSENT, left))
                    .isInstanceOf(StateStoreException.class)
                    .hasMessageContaining("lease not found");
        }
    }

    @Test
    void aWatchTellsWhatIsThereAndThenEachChangeOfItsPrefixOnly() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 1);
                EtcdKeys others = new EtcdKeys(EtcdOptions.of("/shared2/", server.endpoints()));
                EtcdKeys keys = keys(server.endpoints())) {
            write(keys, "in/a");
            write(keys, "out");
            Heard heard = new Heard();
            try (EtcdWatch _ = keys.watch("in/", heard)) {
                heard.awaitKeys("in/a");
                write(others, "in/x");
                write(keys, "in/b");
                EtcdKeys.Contents two = heard.awaitKeys("in/a", "in/b");
                assertThat(two.revision()).isEqualTo(two.entries().get("in/b").revision());
                keys.delete("in/a", two.entries().get("in/a").revision());
                heard.awaitKeys("in/b");
            }
        }
    }

    @Test
    void aWatchGoesOnAfterARestartOfEtcdAndSaysThatNobodyAnsweredMeanwhile() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 1);
                EtcdKeys keys = keys(server.endpoints())) {
            write(keys, "a");
            Heard heard = new Heard();
            try (EtcdWatch _ = keys.watch("", heard)) {
                heard.awaitKeys("a");
                server.kill(0);
                assertThat(heard.awaitSilence()).contains("no member of etcd answers");
                server.startMember(0);
                heard.awaitKeys("a"); // it answers again, although nothing changed
                write(keys, "b");
                heard.awaitKeys("a", "b");
            }
        }
    }

    @Test
    void aWatchHearsOfWhatHappenedWhileItWasAwayAlsoWhereEtcdHasForgotten() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 3);
                EtcdKeys through = keys(server.endpoint(1), server.endpoint(2));
                EtcdKeys keys = keys(server.endpoint(0))) {
            write(through, "goes");
            write(through, "stays");
            Heard heard = new Heard();
            try (EtcdWatch _ = keys.watch("", heard)) {
                EtcdKeys.Contents before = heard.awaitKeys("goes", "stays");
                server.kill(0);
                heard.awaitSilence();
                write(through, "came");
                while (!through.delete("goes", before.entries().get("goes").revision())) {
                    Thread.sleep(100);
                }
                compact(server, through.list("").revision());
                server.startMember(0);
                heard.awaitKeys("came", "stays");
                write(through, "later");
                heard.awaitKeys("came", "later", "stays");
            }
        }
    }

    private static void compact(EtcdServer server, long revision) {
        try (Gateway gateway = new Gateway(EtcdOptions.of("", server.endpoint(1)))) {
            ObjectNode order = Gateway.JSON.createObjectNode().put("revision", Long.toString(revision));
            gateway.ask("/v3/kv/compaction", order.put("physical", true), false);
        }
    }

    @Test
    void aWatchGoesOnWhicheverMemberDiesTheLeaderAmongThem() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 3);
                EtcdKeys writer = keys(server.endpoints());
                EtcdKeys keys = keys(server.endpoints())) {
            write(writer, "k");
            Heard heard = new Heard();
            try (EtcdWatch _ = keys.watch("", heard)) {
                heard.awaitKeys("k");
                String last = "k";
                for (int dead = 0; dead < 3; dead++) {
                    server.kill(dead);
                    write(writer, "k" + dead);
                    String wanted = "k" + dead;
                    assertThat(heard.await(next -> next.contents != null
                                            && next.contents.entries().containsKey(wanted))
                                    .contents
                                    .entries())
                            .containsKey(last);
                    last = wanted;
                    server.startMember(dead);
                    server.await(dead);
                }
            }
        }
    }

    @Test
    void aUserWithAPasswordHasLeasesAndWatchesToo() throws Exception {
        try (EtcdServer server = EtcdServer.start(folder, 1)) {
            requirePasswords(server.endpoint(0));
            EtcdOptions plain = EtcdOptions.of(PREFIX, server.endpoints());
            try (EtcdKeys stranger = new EtcdKeys(plain);
                    EtcdKeys keys = new EtcdKeys(
                            new EtcdOptions(plain.endpoints(), PREFIX, "root", "secret", null, EtcdOptions.PATIENCE))) {
                Heard heard = new Heard();
                try (EtcdWatch _ = keys.watch("", heard)) {
                    heard.awaitKeys();
                    keys.put(
                            "a",
                            "x",
                            EtcdKeys.ABSENT,
                            keys.grant(Duration.ofMinutes(1)).id());
                    heard.awaitKeys("a");
                }
                try (EtcdWatch _ = stranger.watch("", heard)) {
                    assertThat(heard.awaitSilence()).contains("refuses").doesNotContain("secret");
                }
            }
        }
    }

    @Test
    void aMemberThatWantsToSeeACertificateIsWatchedToo() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
        Path certificates = Files.createDirectory(folder.resolve("certificates"));
        makeCertificate(certificates);
        try (EtcdServer server = EtcdServer.startWithTls(folder, certificates);
                EtcdKeys stranger = keys(server.endpoints());
                EtcdKeys keys = new EtcdKeys(server.options(PREFIX, 0))) {
            Heard heard = new Heard();
            try (EtcdWatch _ = keys.watch("", heard)) {
                heard.awaitKeys();
                keys.put(
                        "a",
                        "x",
                        EtcdKeys.ABSENT,
                        keys.grant(Duration.ofMinutes(1)).id());
                heard.awaitKeys("a");
            }
            try (EtcdWatch _ = stranger.watch("", heard)) {
                assertThat(heard.awaitSilence()).contains("no member of etcd answers");
            }
        }
    }

    /** One that vouches for itself, for server and client alike. */
    private static void makeCertificate(Path folder) throws Exception {
        Process openssl = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=etcd",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1",
                        "-keyout",
                        "key.pem",
                        "-out",
                        "cert.pem")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("openssl.log").toFile())
                .start();
        assertThat(openssl.waitFor()).isZero();
        Files.copy(folder.resolve("cert.pem"), folder.resolve("ca.pem"));
    }

    private static void requirePasswords(URI endpoint) {
        try (Gateway gateway = new Gateway(EtcdOptions.of("", endpoint))) {
            ObjectNode user = Gateway.JSON.createObjectNode().put("name", "root");
            gateway.ask("/v3/auth/user/add", user.deepCopy().put("password", "secret"), false);
            gateway.ask("/v3/auth/role/add", user, false);
            gateway.ask(
                    "/v3/auth/user/grant",
                    Gateway.JSON.createObjectNode().put("user", "root").put("role", "root"),
                    false);
            gateway.ask("/v3/auth/enable", Gateway.JSON.createObjectNode(), false);
        }
    }
}
