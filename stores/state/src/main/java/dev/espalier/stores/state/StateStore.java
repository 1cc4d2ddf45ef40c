package dev.espalier.stores.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Documents with versions, changed only by whoever has seen the latest one. Any thread; every call may block.
 *
 * <p>A key is words of {@code a-z A-Z 0-9 . : _ -} joined by {@code /}; a value is text. A version is never 0 and never comes
 * again for the same key, not even after it was deleted and made anew.
 */
public interface StateStore extends AutoCloseable {

    /** The version of a document that does not exist. */
    long ABSENT = 0;

    /**
     * A document.
     *
     * @param key its name
     * @param value what it says
     * @param version of this value
     */
    record Document(String key, String value, long version) {}

    /**
     * The document of a key, null when there is none.
     *
     * @throws StateStoreException when the store does not answer
     */
    @Nullable
    Document get(String key);

    /**
     * All documents whose key begins with this, in the order of their keys: how they all were at one moment.
     *
     * @throws StateStoreException when the store does not answer
     */
    List<Document> list(String prefix);

    /**
     * Writes a document if its version is still the one given. When this returns a version, the document outlives a crash of the
     * store.
     *
     * @param expected the version that was read; {@link #ABSENT} for a new document
     * @return the new version, or {@link #ABSENT} when somebody else was faster and nothing is changed
     * @throws StateStoreException when the store does not answer: then it is not known whether it was written
     */
    long put(String key, String value, long expected);

    /**
     * Removes a document if its version is still the one given.
     *
     * @return whether it is gone by this; false when somebody else was faster and nothing is changed
     * @throws StateStoreException when the store does not answer: then it is not known whether it was removed
     */
    boolean delete(String key, long expected);

    @Override
    void close();
}
