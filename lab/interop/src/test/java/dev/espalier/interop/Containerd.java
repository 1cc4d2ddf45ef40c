package dev.espalier.interop;

import dev.espalier.lab.Command;
import dev.espalier.lab.Pause;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A containerd with folders of its own in our namespace, and one image, made of busybox. It and its client see our plugin where plugins
 * are, in a mount namespace of their own: the host's folders stay as they are. One thread at a time.
 */
final class Containerd implements AutoCloseable {

    static final String IMAGE = "local/busybox:1";

    /** An OCI image of one layer. */
    private static final String MAKE_IMAGE = """
            set -e
            blob() { digest=$(sha256sum "$1" | cut -d ' ' -f 1); size=$(stat -c %s "$1"); mv "$1" "image/blobs/sha256/$digest"; }
            mkdir -p root/bin image/blobs/sha256
            cp /bin/busybox root/bin
            for name in sh sleep ping ip; do ln -s busybox "root/bin/$name"; done
            tar -C root -cf layer .
            blob layer; layer=$digest layer_size=$size
            printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$layer" >config
            blob config
            type=application/vnd.oci.image
            printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json","config":{"mediaType":"%s.config.v1+json","digest":"sha256:%s","size":%d},"layers":[{"mediaType":"%s.layer.v1.tar","digest":"sha256:%s","size":%d}]}' \\
                $type $type "$digest" "$size" $type "$layer" "$layer_size" >manifest
            blob manifest
            printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s.manifest.v1+json","digest":"sha256:%s","size":%d,"annotations":{"io.containerd.image.name":"local/busybox:1"}}]}' \\
                $type "$digest" "$size" >image/index.json
            printf '{"imageLayoutVersion":"1.0.0"}' >image/oci-layout
            tar -C image -cf image.tar .
            """;

    private final Rig rig;
    private final Path directory;
    private final List<Process> processes = new ArrayList<>();

    /** @param rig with the plugin in its folders {@code bin} and {@code net.d} */
    Containerd(Rig rig) {
        this.rig = rig;
        this.directory = rig.directory().resolve("containerd");
    }

    /** Starts it, with the image. */
    Containerd start() {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("config.toml"), """
                    version = 2
                    root = "%1$s/root"
                    state = "%1$s/state"
                    disabled_plugins = ["io.containerd.grpc.v1.cri"]
                    [grpc]
                      address = "%1$s/sock"
                    """.formatted(directory));
            Files.createDirectories(directory.resolve("build"));
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        Command.of("sh", "-c", "cd " + directory.resolve("build") + "\n" + MAKE_IMAGE)
                .output();
        launch("containerd", "-c", directory.resolve("config.toml").toString());
        Eventually.within(20, () -> ctr("version"));
        ctr("image", "import", directory.resolve("build/image.tar").toString());
        return this;
    }

    /** Runs its client, and returns what it says. */
    String ctr(String... arguments) {
        return new Command(client(arguments), "", Duration.ofSeconds(30)).output();
    }

    /** Starts a pod that lives until it is killed, or its client, which joins it to the network and takes it off again. */
    Process pod(String name) {
        return launch(client("run", "--cni", "--rm", "--snapshotter", "native", IMAGE, name, "/bin/sleep", "1000")
                .toArray(String[]::new));
    }

    /** Runs a command in a pod. */
    String exec(String pod, String... command) {
        List<String> arguments = new ArrayList<>(List.of("task", "exec", "--exec-id", "x" + System.nanoTime(), pod));
        arguments.addAll(List.of(command));
        return ctr(arguments.toArray(String[]::new));
    }

    /** Ends a pod and waits until its client has taken it off the network. */
    void kill(String name, Process pod) {
        ctr("task", "kill", "--signal", "KILL", name);
        Pause.until(Duration.ofSeconds(20), () -> !pod.isAlive());
    }

    /** What it and its clients have written. */
    String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private List<String> client(String... arguments) {
        List<String> all = new ArrayList<>(inside());
        all.addAll(List.of(
                "ctr",
                "--address",
                directory.resolve("sock").toString(),
                "--namespace",
                rig.ours().name()));
        all.addAll(List.of(arguments));
        return all;
    }

    /** Not {@code ip netns exec}, which takes away the control groups. */
    private List<String> inside() {
        return List.of(
                "nsenter",
                "--net=/run/netns/" + rig.ours().name(),
                "unshare",
                "--mount",
                "sh",
                "-ec",
                "mount -t tmpfs tmpfs /opt; mount -t tmpfs tmpfs /etc; mkdir -p /opt/cni/bin /etc/cni/net.d\n"
                        + "mount --bind \"$0/bin\" /opt/cni/bin; mount --bind \"$0/net.d\" /etc/cni/net.d; exec \"$@\"",
                rig.directory().toString());
    }

    private Process launch(String... command) {
        List<String> argv = new ArrayList<>(command[0].equals("nsenter") ? List.of() : inside());
        argv.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(argv)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .redirectInput(new File("/dev/null"));
        builder.environment().put(Command.RUN_MARK, Command.RUN);
        try {
            Process process = builder.start();
            processes.add(process);
            return process;
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** Ends it; what is left inside the namespace goes with that. */
    @Override
    public void close() {
        processes.reversed().forEach(Process::destroy);
        Pause.until(Duration.ofSeconds(10), () -> processes.stream().noneMatch(Process::isAlive));
        processes.forEach(Process::destroyForcibly);
        removeControlGroups();
    }

    /** One of the containers' namespace in each hierarchy; what is not empty stays. */
    private void removeControlGroups() {
        File[] hierarchies = new File("/sys/fs/cgroup").listFiles(File::isDirectory);
        for (File hierarchy : hierarchies == null ? new File[0] : hierarchies) {
            File group = new File(hierarchy, rig.ours().name());
            if (group.exists() && !group.delete()) {
                System.getLogger(Containerd.class.getName())
                        .log(System.Logger.Level.WARNING, group + " is still in use");
            }
        }
    }
}
