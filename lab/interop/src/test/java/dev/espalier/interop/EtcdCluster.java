package dev.espalier.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.lab.Command;
import dev.espalier.lab.LabException;
import dev.espalier.lab.Namespace;
import dev.espalier.lab.Pause;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** A real etcd of several members in a namespace, all on one address and each on ports of its own. One thread at a time. */
final class EtcdCluster implements AutoCloseable {

    private static final int CLIENTS = 2379;
    private static final int STEP = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Namespace namespace;
    private final Path folder;
    private final String address;
    private final List<Process> members = new ArrayList<>();

    /** Starts so many, and waits until they have a leader. */
    EtcdCluster(Namespace namespace, Path folder, String address, int count) {
        this.namespace = namespace;
        this.folder = folder;
        this.address = address;
        IntStream.range(0, count).forEach(_ -> members.add(null));
        IntStream.range(0, count).forEach(this::start);
        awaitLeader();
    }

    static boolean isInstalled() {
        return Command.isInstalled("etcd");
    }

    private String url(int port) {
        return "http://" + address + ":" + port;
    }

    private String client(int member) {
        return url(CLIENTS + member * STEP);
    }

    private String peer(int member) {
        return url(CLIENTS + member * STEP + 1);
    }

    /** As a configuration lists them. */
    String endpoints() {
        return IntStream.range(0, members.size())
                .mapToObj(member -> "\"" + client(member) + "\"")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** Starts a member, for the first time or again. */
    void start(int member) {
        String cluster = IntStream.range(0, members.size())
                .mapToObj(each -> "m" + each + "=" + peer(each))
                .collect(Collectors.joining(","));
        ProcessBuilder builder = new ProcessBuilder(
                "etcd",
                "--name=m" + member,
                "--data-dir=" + folder.resolve("m" + member),
                "--listen-client-urls=" + client(member),
                "--advertise-client-urls=" + client(member),
                "--listen-peer-urls=" + peer(member),
                "--initial-advertise-peer-urls=" + peer(member),
                "--initial-cluster=" + cluster,
                "--logger=zap");
        File log = folder.resolve("m" + member + ".log").toFile();
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        members.set(member, namespace.start(builder));
    }

    /** Kills a member as a crash would. */
    void kill(int member) {
        try {
            members.get(member).destroyForcibly().waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", interrupted);
        }
    }

    /** The number of the member that leads now, or -1. */
    int leader() {
        for (int member = 0; member < members.size(); member++) {
            Command.Outcome outcome = namespace
                    .command("curl", "-s", "-m", "1", "-d", "{}", client(member) + "/v3/maintenance/status")
                    .run();
            try {
                JsonNode status = JSON.readTree(outcome.output());
                String leader = status.path("leader").asText("0");
                if (outcome.succeeded()
                        && !leader.equals("0")
                        && leader.equals(status.path("header").path("member_id").asText())) {
                    return member;
                }
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
        return -1;
    }

    /** Of the members that run. */
    LongStream pids() {
        return members.stream().filter(Objects::nonNull).mapToLong(Process::pid);
    }

    void awaitLeader() {
        if (!Pause.until(Duration.ofSeconds(30), () -> leader() >= 0)) {
            throw new LabException("etcd has no leader; its logs are in " + folder);
        }
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
