package dev.espalier.agent.api;

import java.util.List;

/**
 * What a configuration changes, or what is wrong with it.
 *
 * @param valid whether it has no errors; if it has, nothing changes
 * @param errors each with its place
 * @param warnings what people should know although it is valid
 * @param changes what differs from what runs, in the order in which it is applied
 */
public record PlanView(boolean valid, List<Problem> errors, List<Problem> warnings, List<Change> changes) {

    /**
     * Something wrong, or odd, in a configuration.
     *
     * @param file the file
     * @param line from 1
     * @param column from 1
     * @param object kind and name, as far as known
     * @param field the field's path, as far as known
     * @param message what is wrong and what to do, a sentence
     * @param text all of this as one line
     */
    public record Problem(
            String file, int line, int column, String object, String field, String message, String text) {}

    /**
     * A difference.
     *
     * @param subject what changes, such as {@code peer tor-1}
     * @param field which of its properties; empty when it is the whole thing
     * @param before its value now; empty when it is new
     * @param after its value then; empty when it goes
     * @param effect what that means: {@code none}, {@code policy}, {@code session-reset}, ...
     * @param text all of this as a sentence
     */
    public record Change(String subject, String field, String before, String after, String effect, String text) {}
}
