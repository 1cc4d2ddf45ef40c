package dev.espalier.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Changes of files that are there whole or not at all, in this order, after a crash at any instant: each is flushed to the disk
 * before the next one begins.
 *
 * @param beforeEachStep is called before the disk changes; a test ends the program there, as a crash would
 */
record DurableFiles(Runnable beforeEachStep) {

    /** What is not complete has a name that begins and ends so; container runtimes do not read it. */
    private static final String UNFINISHED = ".unfinished";

    /** Where a file or folder is made that will be at this place. */
    static Path unfinished(Path target) {
        return target.resolveSibling("." + target.getFileName() + UNFINISHED);
    }

    /** Puts a file in its place, also over an older one. Whoever reads it reads the one or the other. */
    void put(Path target, byte[] content, String permissions) throws IOException {
        Path unfinished = unfinished(target);
        int half = content.length / 2;
        removeTree(unfinished);
        step();
        try (FileChannel file = FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(file, Arrays.copyOfRange(content, 0, half));
            step();
            write(file, Arrays.copyOfRange(content, half, content.length));
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString(permissions));
            file.force(true);
        }
        rename(unfinished, target);
    }

    /** Puts a folder in its place that was made at {@link #unfinished}. There must be none yet. */
    void putTree(Path target) throws IOException {
        Path unfinished = unfinished(target);
        for (Path each : tree(unfinished)) {
            flush(each);
        }
        rename(unfinished, target);
    }

    /** Removes a file or folder, which may be missing; whether it was there. A folder vanishes at once, then what was in it. */
    boolean remove(Path target) throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            Path unfinished = unfinished(target);
            removeTree(unfinished);
            rename(target, unfinished);
            removeTree(unfinished);
        } else {
            step();
            Files.delete(target);
            flush(folderOf(target));
        }
        return true;
    }

    /** Removes what an earlier run did not finish in this folder. */
    void sweep(Path folder) throws IOException {
        List<Path> entries;
        try (Stream<Path> listed = Files.list(folder)) {
            entries = listed.toList();
        }
        for (Path entry : entries) {
            String name = entry.getFileName().toString();
            if (name.startsWith(".") && name.endsWith(UNFINISHED)) {
                removeTree(entry);
            }
        }
    }

    private void rename(Path from, Path to) throws IOException {
        step();
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        step();
        flush(folderOf(to));
    }

    private void removeTree(Path root) throws IOException {
        if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            step();
            for (Path each : tree(root)) {
                Files.delete(each);
            }
        }
    }

    /** What is in a folder before the folder itself. */
    private static List<Path> tree(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.sorted(Comparator.reverseOrder()).toList();
        }
    }

    private static void write(FileChannel file, byte[] octets) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(octets);
        while (rest.hasRemaining()) {
            file.write(rest);
        }
    }

    private static void flush(Path path) throws IOException {
        if (!Files.isSymbolicLink(path)) {
            try (FileChannel opened = FileChannel.open(path, StandardOpenOption.READ)) {
                opened.force(true);
            }
        }
    }

    private static Path folderOf(Path target) {
        return target.toAbsolutePath().resolveSibling("");
    }

    private void step() {
        beforeEachStep.run();
    }
}
