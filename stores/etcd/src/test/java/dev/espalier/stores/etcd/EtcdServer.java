package dev.espalier.stores.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** A real etcd (Debian's etcd-server) with one member or more, on ports of 127.0.0.1 that were free; ended by {@link #close}. */
final class EtcdServer implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/bin/etcd");

    private final Path folder;
    private final List<Integer> clientPorts = new ArrayList<>();
    private final List<Integer> peerPorts = new ArrayList<>();
    private final List<Process> members = new ArrayList<>();

    /** The folder of its certificate; null where it speaks without TLS. */
    private final Path certificates;

    private EtcdServer(Path folder, Path certificates) {
        this.folder = folder;
        this.certificates = certificates;
    }

    static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /** Starts so many members, and waits until each answers. */
    static EtcdServer start(Path folder, int count) throws IOException, InterruptedException {
        return start(new EtcdServer(folder, null), count);
    }

    /** Starts one member that wants to see a certificate; there are {@code ca.pem}, {@code cert.pem} and {@code key.pem} in the folder. */
    static EtcdServer startWithTls(Path folder, Path certificates) throws IOException, InterruptedException {
        return start(new EtcdServer(folder, certificates), 1);
    }

    private static EtcdServer start(EtcdServer server, int count) throws IOException, InterruptedException {
        for (int i = 0; i < count; i++) {
            server.clientPorts.add(freePort());
            server.peerPorts.add(freePort());
            server.members.add(null);
        }
        try {
            for (int i = 0; i < count; i++) {
                server.startMember(i);
            }
            for (int i = 0; i < count; i++) {
                server.await(i);
            }
        } catch (IOException | InterruptedException | RuntimeException failed) {
            server.close();
            throw failed;
        }
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    void startMember(int index) throws IOException {
        List<String> cluster = new ArrayList<>();
        for (int i = 0; i < peerPorts.size(); i++) {
            cluster.add("m" + i + "=http://127.0.0.1:" + peerPorts.get(i));
        }
        String client = endpoint(index).toString();
        String peer = "http://127.0.0.1:" + peerPorts.get(index);
        ProcessBuilder start = new ProcessBuilder(
                PROGRAM.toString(),
                "--name=m" + index,
                "--data-dir=" + folder.resolve("m" + index),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=" + String.join(",", cluster),
                "--logger=zap");
        if (certificates != null) {
            start.command()
                    .addAll(List.of(
                            "--client-cert-auth",
                            "--trusted-ca-file=" + certificates.resolve("ca.pem"),
                            "--cert-file=" + certificates.resolve("cert.pem"),
                            "--key-file=" + certificates.resolve("key.pem")));
        }
        Path log = folder.resolve("m" + index + ".log");
        members.set(
                index,
                start.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start());
    }

    /** Waits until a member answers. */
    void await(int index) throws InterruptedException, IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        try (EtcdStateStore store = new EtcdStateStore(options("/ready/", index))) {
            while (true) {
                try {
                    store.get("anything");
                    return;
                } catch (RuntimeException notYet) {
                    if (System.nanoTime() > end || !members.get(index).isAlive()) {
                        throw new IOException(Files.readString(folder.resolve("m" + index + ".log")), notYet);
                    }
                    Thread.sleep(50);
                }
            }
        }
    }

    URI endpoint(int index) {
        return URI.create((certificates == null ? "http" : "https") + "://127.0.0.1:" + clientPorts.get(index));
    }

    /** What it takes to speak to a member. */
    EtcdOptions options(String prefix, int index) {
        SSLContext tls = certificates == null
                ? null
                : PemFiles.context(
                        certificates.resolve("ca.pem"),
                        certificates.resolve("cert.pem"),
                        certificates.resolve("key.pem"));
        return new EtcdOptions(List.of(endpoint(index)), prefix, null, null, tls, EtcdOptions.PATIENCE);
    }

    URI[] endpoints() {
        URI[] all = new URI[clientPorts.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = endpoint(i);
        }
        return all;
    }

    /** Kills a member with SIGKILL. */
    void kill(int index) throws InterruptedException {
        members.get(index).destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        for (Process member : members) {
            if (member != null) {
                member.destroyForcibly();
            }
        }
    }
}
