package dev.espalier.stores.files;

import dev.espalier.objects.ObjectSet;
import dev.espalier.objects.document.ConfigError;
import dev.espalier.objects.document.YamlReader;
import dev.espalier.objects.document.YamlReader.Documents;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads objects from a file, or from the files of a directory whose names end in {@code .yaml}, {@code .yml} or {@code .json}, in
 * the order of their names; directories within are not entered, and files whose names begin with a dot (an editor's) are left
 * alone. Keeps nothing; any thread that may block.
 */
public final class FileStore {

    /** Larger files are refused: 16 MiB hold some 800,000 prefixes. */
    static final int MAX_FILE_OCTETS = 16 << 20;

    private FileStore() {}

    /**
     * Reads all there is.
     *
     * @param fileOrDirectory what {@code -c} was given
     * @return the objects, and what was wrong with files and texts
     */
    public static ObjectSet load(Path fileOrDirectory) {
        if (!Files.isDirectory(fileOrDirectory)) {
            return ObjectSet.of(List.of(read(fileOrDirectory)));
        }
        List<Path> files;
        try {
            files = filesIn(fileOrDirectory);
        } catch (IOException | DirectoryIteratorException unreadable) {
            return ObjectSet.unreadable(List.of(unreadable(fileOrDirectory, unreadable)));
        }
        if (files.isEmpty()) {
            return ObjectSet.unreadable(List.of(ConfigError.ofFile(
                    fileOrDirectory.toString(),
                    "the directory holds no configuration",
                    "put a file into it whose name ends in .yaml, .yml or .json")));
        }
        return ObjectSet.of(files.stream().map(FileStore::read).toList());
    }

    /** Where relative paths of passwords begin: the directory itself, or that of the file. */
    static Path baseOf(Path fileOrDirectory) {
        Path absolute = fileOrDirectory.toAbsolutePath();
        Path parent = absolute.getParent();
        return Files.isDirectory(absolute) || parent == null ? absolute : parent;
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "[!.]*.{yaml,yml,json}")) {
            for (Path entry : entries) {
                if (!Files.isDirectory(entry)) {
                    files.add(entry);
                }
            }
        }
        files.sort(null);
        return files;
    }

    private static Documents read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(MAX_FILE_OCTETS + 1);
            if (octets.length > MAX_FILE_OCTETS) {
                return Documents.unreadable(ConfigError.ofFile(
                        file.toString(), "the file is larger than 16 MiB", "spread its objects over several files"));
            }
            return decode(file, octets);
        } catch (IOException unreadable) {
            return Documents.unreadable(unreadable(file, unreadable));
        }
    }

    private static Documents decode(Path file, byte[] octets) {
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(buffer)
                    .toString();
            return YamlReader.read(file.toString(), text);
        } catch (CharacterCodingException notUtf8) {
            return Documents.unreadable(ConfigError.ofFile(
                    file.toString(), "is not UTF-8 text, first at octet " + buffer.position(), "save it as UTF-8"));
        }
    }

    private static ConfigError unreadable(Path file, Exception exception) {
        if (exception instanceof NoSuchFileException) {
            Path parent = file.toAbsolutePath().getParent();
            boolean parentThere = parent != null && Files.isDirectory(parent);
            String why = parentThere ? "there is no such file" : "there is no such file, nor its directory";
            return ConfigError.ofFile(file.toString(), why, "check the path given with -c");
        }
        if (exception instanceof AccessDeniedException) {
            return ConfigError.ofFile(file.toString(), "may not be read by this user", "check its permissions");
        }
        return ConfigError.ofFile(file.toString(), "cannot be read: " + exception.getMessage(), "");
    }
}
