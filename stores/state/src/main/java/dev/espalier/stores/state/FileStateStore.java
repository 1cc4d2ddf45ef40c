package dev.espalier.stores.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The store of a single machine: a folder with one file for each document. One process at a time; a second one is refused.
 *
 * <p><b>Crashes.</b> A document is written to a file beside, which is flushed to the disk (fsync) and then renamed, and then the
 * folder is flushed: after a crash at any instant there is the old document or the new one, whole. A file that was never renamed is
 * removed at the next start.
 *
 * <p><b>Versions</b> are counted for the whole store. The count is in the first line of every file, and in {@value #COUNT}, which is
 * raised by {@value #RESERVE} at a time before any of these is used: so a version of a document that was deleted does not come again
 * after a restart.
 *
 * <p>The documents are also kept in memory: reading is a look at a map.
 */
public final class FileStateStore implements StateStore {

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9.:_-]+(/[A-Za-z0-9.:_-]+)*");
    private static final String COUNT = "versions";
    private static final String LOCK = "lock";
    private static final String DOCUMENT = ".doc";
    private static final String UNFINISHED = ".new";
    private static final int RESERVE = 1000;

    private final Path folder;
    private final FileChannel lockFile;
    private final TreeMap<String, Document> documents = new TreeMap<>();
    private long version;
    private long reserved;

    private FileStateStore(Path folder, FileChannel lockFile) {
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /**
     * Opens the store in a folder, which is made if it is missing, readable by its owner only.
     *
     * @throws StateStoreException when it cannot be read or written, or another process has it
     */
    public static FileStateStore open(Path folder) {
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            FileChannel lockFile =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileStateStore store = new FileStateStore(folder, lockFile);
            try {
                store.lock();
                store.read();
            } catch (IOException | RuntimeException refused) {
                lockFile.close();
                throw refused;
            }
            return store;
        } catch (IOException refused) {
            throw new StateStoreException("the state in " + folder + " cannot be used: " + reason(refused), refused);
        }
    }

    private void lock() throws IOException {
        FileLock lock;
        try {
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException ours) {
            lock = null;
        }
        if (lock == null) {
            throw new StateStoreException("the state in " + folder + " is in use by another process");
        }
    }

    private void read() throws IOException {
        Path count = folder.resolve(COUNT);
        if (Files.exists(count)) {
            reserved = number(count, Files.readString(count).strip());
        }
        version = reserved;
        List<Path> files;
        try (Stream<Path> listed = Files.list(folder)) {
            files = listed.toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.endsWith(UNFINISHED)) {
                Files.delete(file);
            } else if (name.endsWith(DOCUMENT)) {
                readDocument(file, keyOf(name));
            }
        }
    }

    private void readDocument(Path file, String key) throws IOException {
        String text = Files.readString(file);
        int end = text.indexOf('\n');
        if (end < 0) {
            throw new StateStoreException(file + " has no line with its version: it was not written by this program."
                    + " Move it away to go on without it");
        }
        long its = number(file, text.substring(0, end));
        documents.put(key, new Document(key, text.substring(end + 1), its));
        version = Math.max(version, its);
    }

    private static long number(Path file, String text) {
        try {
            long number = Long.parseLong(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw new StateStoreException(
                file + " begins with '" + text + "' where its version should be. Move it away to go on without it");
    }

    @Override
    public synchronized @Nullable Document get(String key) {
        return documents.get(check(key));
    }

    @Override
    public synchronized List<Document> list(String prefix) {
        List<Document> found = new ArrayList<>();
        for (Document document : documents.tailMap(prefix).values()) {
            if (!document.key().startsWith(prefix)) {
                break;
            }
            found.add(document);
        }
        return found;
    }

    @Override
    public synchronized long put(String key, String value, long expected) {
        if (versionOf(check(key)) != expected) {
            return ABSENT;
        }
        long next = nextVersion();
        replace(nameOf(key), next + "\n" + value);
        documents.put(key, new Document(key, value, next));
        return next;
    }

    @Override
    public synchronized boolean delete(String key, long expected) {
        if (expected == ABSENT || versionOf(check(key)) != expected) {
            return false;
        }
        nextVersion(); // so that the count is ahead of what is about to be forgotten
        try {
            Files.delete(folder.resolve(nameOf(key)));
            flushFolder();
        } catch (IOException refused) {
            throw cannotWrite(nameOf(key), refused);
        }
        documents.remove(key);
        return true;
    }

    private long versionOf(String key) {
        Document document = documents.get(key);
        return document == null ? ABSENT : document.version();
    }

    private long nextVersion() {
        if (version >= reserved) {
            long more = version + RESERVE;
            replace(COUNT, more + "\n");
            reserved = more;
        }
        return ++version;
    }

    /** Puts a file in the place of another, or nothing changes. */
    private void replace(String name, String text) {
        ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        Path unfinished = folder.resolve(name + UNFINISHED);
        try {
            try (FileChannel file = FileChannel.open(
                    unfinished,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                while (octets.hasRemaining()) {
                    file.write(octets);
                }
                file.force(true);
            }
            Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            flushFolder();
        } catch (IOException refused) {
            throw cannotWrite(name, refused);
        }
    }

    /** Without this a rename may be undone by a loss of power. */
    private void flushFolder() throws IOException {
        try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
            opened.force(true);
        }
    }

    private StateStoreException cannotWrite(String name, IOException refused) {
        return new StateStoreException(folder.resolve(name) + " cannot be written: " + reason(refused), refused);
    }

    private static String reason(IOException refused) {
        String message = refused.getMessage();
        return refused.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }

    private static String check(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("'" + key + "' is not a key: words of A-Z a-z 0-9 . : _ - joined by /");
        }
        return key;
    }

    /** A key's file: a slash becomes a comma, which no key has. */
    private static String nameOf(String key) {
        return key.replace('/', ',') + DOCUMENT;
    }

    private static String keyOf(String name) {
        return name.substring(0, name.length() - DOCUMENT.length()).replace(',', '/');
    }

    /** Lets another process have it. */
    @Override
    public synchronized void close() {
        try {
            lockFile.close();
        } catch (IOException refused) {
            throw new StateStoreException("the lock of " + folder + " cannot be given back", refused);
        }
    }
}
