package dev.espalier.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * A machine of its own for what this host's kernel lacks: Debian's kernel in QEMU, without acceleration, with this host's files
 * underneath and whatever it writes in its memory. It boots within seconds, runs one command, and is gone.
 */
final class Guest {

    /** Kept from one run to the next: a kernel is 70 MB to fetch. */
    private static final Path CACHE = Path.of("/var/cache/espalier-guest");

    /** What makes the host's files visible, then what tests need; in the order in which they need each other. */
    private static final List<String> MODULES = List.of(
            "virtio_ring",
            "virtio",
            "virtio_pci_modern_dev",
            "virtio_pci_legacy_dev",
            "virtio_pci",
            "netfs",
            "fscache",
            "9pnet",
            "9pnet_virtio",
            "9p",
            "overlay",
            "veth",
            "tunnel4",
            "ip_tunnel",
            "ipip");

    private Guest() {}

    /**
     * Boots, runs a command in a shell as root, and waits for its end.
     *
     * @param command without single quotes
     * @return what the console showed; its last line is {@code guest-exit=0} when the command succeeded
     * @throws TestAbortedException when there is no QEMU or no kernel to be had: the test is then skipped
     */
    static String run(String command, int seconds) throws IOException, InterruptedException {
        require(Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "qemu-system-x86 is not installed");
        require(Files.isExecutable(Path.of("/usr/bin/busybox")), "busybox-static is not installed");
        Path kernel = kernel();
        Path ramdisk = Files.createTempFile("esp-guest-", ".cpio");
        try {
            Files.write(ramdisk, ramdisk(kernel, command));
            Process machine = new ProcessBuilder(
                            "/usr/bin/qemu-system-x86_64",
                            "-accel",
                            "tcg,thread=multi",
                            "-cpu",
                            "max",
                            "-smp",
                            "2",
                            "-m",
                            "768",
                            "-nographic",
                            "-no-reboot",
                            "-nic",
                            "none",
                            "-kernel",
                            one(kernel.resolve("boot"), "vmlinuz-").toString(),
                            "-initrd",
                            ramdisk.toString(),
                            "-append",
                            "console=ttyS0 quiet panic=-1",
                            "-virtfs",
                            "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap")
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(
                            ProcessBuilder.Redirect.to(ramdisk.resolveSibling(ramdisk.getFileName() + ".console")
                                    .toFile()))
                    .start();
            boolean ended = machine.waitFor(seconds, TimeUnit.SECONDS);
            machine.destroyForcibly().waitFor();
            Path console = ramdisk.resolveSibling(ramdisk.getFileName() + ".console");
            String text = Files.readString(console, StandardCharsets.ISO_8859_1);
            Files.delete(console);
            return ended ? text.strip() : text + "\n(not within " + seconds + " s)";
        } finally {
            Files.delete(ramdisk);
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new TestAbortedException("no guest: " + otherwise);
        }
    }

    // ---- the kernel

    /** A folder with {@code boot} and {@code lib/modules}. */
    private static Path kernel() throws IOException, InterruptedException {
        Path unpacked = CACHE.resolve("kernel");
        if (!Files.isDirectory(unpacked.resolve("boot"))) {
            Files.createDirectories(CACHE);
            String depends = output(CACHE, "apt-cache", "depends", "linux-image-amd64");
            Optional<String> name = depends.lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("Depends: linux-image-"))
                    .map(line -> line.substring("Depends: ".length()))
                    .findFirst();
            require(name.isPresent(), "apt knows no package linux-image-amd64");
            output(CACHE, "apt-get", "download", name.orElseThrow());
            Path archive = one(CACHE, "linux-image-");
            Path next = CACHE.resolve("kernel.new");
            output(CACHE, "dpkg", "-x", archive.toString(), next.toString());
            Files.delete(archive);
            Files.move(next, unpacked);
        }
        return unpacked;
    }

    private static String output(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        require(process.waitFor() == 0, String.join(" ", command) + " failed: " + text.strip());
        return text;
    }

    private static Path one(Path directory, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            Optional<Path> found = files.filter(
                            file -> file.getFileName().toString().startsWith(prefix))
                    .findFirst();
            require(found.isPresent(), directory + " has no " + prefix + "...");
            return found.orElseThrow();
        }
    }

    // ---- the first files it sees, in the kernel's "newc" format of cpio

    private static byte[] ramdisk(Path kernel, String command) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String directory : List.of("bin", "dev", "lower", "memory", "modules", "proc", "root", "sys")) {
            entry(out, directory, 0_040755, new byte[0]);
        }
        entry(out, "bin/busybox", 0_100755, Files.readAllBytes(Path.of("/usr/bin/busybox")));
        List<String> loaded = new ArrayList<>();
        try (Stream<Path> files = Files.walk(kernel.resolve("lib/modules"))) {
            List<Path> all =
                    files.filter(file -> file.toString().endsWith(".ko")).toList();
            for (String module : MODULES) {
                for (Path file : all) {
                    if (file.endsWith(module + ".ko")) { // what is not there is built in
                        entry(out, "modules/" + module + ".ko", 0_100644, Files.readAllBytes(file));
                        loaded.add(module);
                    }
                }
            }
        }
        entry(out, "init", 0_100755, init(loaded, command).getBytes(StandardCharsets.UTF_8));
        entry(out, "TRAILER!!!", 0, new byte[0]);
        return out.toByteArray();
    }

    private static String init(List<String> modules, String command) {
        return """
            #!/bin/busybox sh
            B=/bin/busybox
            $B mount -t proc proc /proc
            $B mount -t sysfs sysfs /sys
            for module in %s; do $B insmod /modules/$module.ko; done
            $B mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose,ro,msize=262144 host /lower
            $B mount -t tmpfs tmpfs /memory
            $B mkdir /memory/upper /memory/work
            $B mount -t overlay overlay -o lowerdir=/lower,upperdir=/memory/upper,workdir=/memory/work /root
            $B mount -t proc proc /root/proc
            $B mount -t sysfs sysfs /root/sys
            $B mount -t devtmpfs devtmpfs /root/dev
            $B mount -t tmpfs tmpfs /root/run
            echo # the firmware leaves the console in the middle of a line
            $B chroot /root /bin/sh -c '%s' 2>&1
            echo "guest-exit=$?"
            $B poweroff -f
            """.formatted(String.join(" ", modules), command);
    }

    private static void entry(ByteArrayOutputStream out, String name, int mode, byte[] content) {
        byte[] text = (name + "\0").getBytes(StandardCharsets.US_ASCII);
        int[] fields = {out.size() + 1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, text.length, 0};
        StringBuilder header = new StringBuilder("070701");
        for (int field : fields) {
            header.append(String.format(Locale.ROOT, "%08x", field));
        }
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(text);
        pad(out);
        out.writeBytes(content);
        pad(out);
    }

    private static void pad(ByteArrayOutputStream out) {
        while (out.size() % 4 != 0) {
            out.write(0);
        }
    }
}
