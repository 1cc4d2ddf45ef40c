package dev.espalier.cli;

import java.io.Console;
import java.util.Map;

/**
 * Colour, where there is a terminal to show it and nobody has objected with NO_COLOR (no-color.org).
 *
 * @param coloured whether to use it
 */
record Style(boolean coloured) {

    /** What a text means; the colour follows. */
    enum Tone {
        /** Nothing special. */
        PLAIN(""),
        /** Headings. */
        STRONG("1"),
        /** As it should be. */
        GOOD("32"),
        /** To be looked at. */
        WARNING("33"),
        /** Not as it should be. */
        BAD("31"),
        /** Of minor interest. */
        FAINT("2");

        private final String code;

        Tone(String code) {
            this.code = code;
        }
    }

    /** What fits the terminal of this process. */
    @SuppressWarnings(
            "SystemConsoleNull") // Java 25 is back at the console that is null without a terminal (JDK-8351435)
    static Style ofTerminal(Map<String, String> environment) {
        if (!environment.getOrDefault("NO_COLOR", "").isEmpty() || "dumb".equals(environment.get("TERM"))) {
            return new Style(false);
        }
        Console console = System.console();
        return new Style(console != null && console.isTerminal());
    }

    String paint(String text, Tone tone) {
        return !coloured || tone == Tone.PLAIN || text.isEmpty() ? text : "\033[" + tone.code + "m" + text + "\033[0m";
    }
}
