package dev.espalier.stores.files;

import dev.espalier.objects.SecretReader;
import dev.espalier.policy.NearestName;
import dev.espalier.route.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads passwords from files: the first line, without the end of the line. Relative paths begin where the configuration is.
 * Keeps nothing; any thread that may block.
 */
public final class FileSecrets implements SecretReader {

    /** What the kernel takes for TCP-MD5. */
    private static final int MAX_OCTETS = 80;

    private final Path base;

    private FileSecrets(Path base) {
        this.base = base;
    }

    /** For a configuration in this file or directory. */
    public static FileSecrets beside(Path fileOrDirectory) {
        return new FileSecrets(FileStore.baseOf(fileOrDirectory));
    }

    @Override
    public Answer read(String file) {
        Path path;
        try {
            path = base.resolve(file);
        } catch (InvalidPathException invalid) {
            return new Answer.Refused("'" + file + "' is not a path", "");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return understand(path, in.readNBytes(MAX_OCTETS + 2));
        } catch (NoSuchFileException missing) {
            String nearest = NearestName.hint(String.valueOf(path.getFileName()), namesBeside(path), 0);
            return new Answer.Refused(
                    "there is no file " + path,
                    nearest.isEmpty() ? "write the password into it, on one line" : nearest);
        } catch (AccessDeniedException denied) {
            return new Answer.Refused("the file " + path + " may not be read by this user", "check its permissions");
        } catch (IOException unreadable) {
            return new Answer.Refused("the file " + path + " cannot be read: " + unreadable.getMessage(), "");
        }
    }

    /** What else is there, for people who mistyped; nothing when that cannot be seen. */
    private static List<String> namesBeside(Path path) {
        Path directory = path.getParent();
        String[] names = directory == null ? null : directory.toFile().list();
        return names == null ? List.of() : List.of(names);
    }

    private static Answer understand(Path path, byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        String line = end < 0 ? text : text.substring(0, end);
        String password = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
        if (password.isEmpty()) {
            return new Answer.Refused("the file " + path + " has an empty first line", "write the password there");
        }
        if (password.getBytes(StandardCharsets.UTF_8).length > MAX_OCTETS) {
            return new Answer.Refused(
                    "the first line of the file " + path + " is longer than " + MAX_OCTETS + " octets",
                    "the kernel takes no longer password");
        }
        return new Answer.Found(Secret.of(password));
    }
}
