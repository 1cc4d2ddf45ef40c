package dev.espalier.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace made for one test and removed with it; {@code ip} runs inside. */
final class TestNamespace implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name = "esp-linux-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();

    TestNamespace() {
        run(List.of("ip", "netns", "add", name), "");
        ip("link set lo up");
    }

    /** One with the links {@code left} and {@code right}, an address of each family on both. */
    static TestNamespace withTwoLinks() {
        TestNamespace namespace = new TestNamespace();
        namespace.veth("left", "left-peer");
        namespace.veth("right", "right-peer");
        namespace.ip("address add 10.1.0.1/24 dev left");
        namespace.ip("address add 10.2.0.1/24 dev right");
        namespace.ip("address add 2001:db8:1::1/64 dev left nodad");
        namespace.ip("address add 2001:db8:2::1/64 dev right nodad");
        return namespace;
    }

    NetworkNamespace namespace() {
        return NetworkNamespace.named(name);
    }

    String name() {
        return name;
    }

    /** A pair of links, both up, so that the first has a carrier. */
    void veth(String link, String peer) {
        ip("link add " + link + " type veth peer name " + peer);
        ip("link set " + link + " up");
        ip("link set " + peer + " up");
        await("carrier of " + link, () -> ip("link show " + link).contains("state UP"));
    }

    int linkIndex(String link) {
        String line = ip("-o link show " + link);
        return Integer.parseInt(line.substring(0, line.indexOf(':')));
    }

    /** Runs {@code ip -n NAMESPACE ARGUMENTS}. @return what it printed */
    String ip(String arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments.split(" ", -1)));
        return run(command, "");
    }

    /** Runs lines of {@code ip -batch}. */
    void ipBatch(String lines) {
        run(List.of("ip", "-n", name, "-batch", "-"), lines);
    }

    /** Starts a program in the namespace, which writes to a file. */
    Process start(Path output, String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(command));
        try {
            return new ProcessBuilder(all)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException cannotStart) {
            throw new UncheckedIOException(cannotStart);
        }
    }

    /** Runs a program in the namespace. */
    String exec(String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(command));
        return run(all, "");
    }

    /** Whether a program in the namespace ends well. */
    boolean exits(String... command) {
        try {
            exec(command);
            return true;
        } catch (AssertionError failed) {
            return false;
        }
    }

    private static String run(List<String> command, String input) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    interface Condition {
        boolean holds();
    }

    /** Waits up to five seconds. */
    static void await(String what, Condition condition) {
        long end = System.nanoTime() + 5_000_000_000L;
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 5 seconds: " + what);
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }
    }

    @Override
    public void close() {
        run(List.of("ip", "netns", "del", name), "");
    }
}
