package dev.espalier.objects;

import dev.espalier.route.Secret;

/** The port to where passwords are kept. */
public interface SecretReader {

    /** What a reader found. */
    sealed interface Answer {
        /** The secret. */
        record Found(Secret secret) implements Answer {}

        /**
         * There is none, or it cannot be used.
         *
         * @param message why, without any part of it
         * @param hint what to try, or empty
         */
        record Refused(String message, String hint) implements Answer {}
    }

    /**
     * Reads a secret from a file.
     *
     * @param file its path as the configuration gives it
     */
    Answer read(String file);
}
