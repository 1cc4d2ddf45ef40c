package dev.espalier.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** In which form a command says what it has to say. */
enum Output {
    /** For people. */
    TABLE,
    /** The API's own. */
    JSON,
    /** The same as YAML. */
    YAML;

    /** Reads the word on the command line; picocli's own reader would speak of TABLE, JSON and YAML. */
    static final class Reader implements ITypeConverter<Output> {

        /** For picocli. */
        Reader() {}

        @Override
        public Output convert(String word) {
            for (Output output : values()) {
                if (output.name().toLowerCase(Locale.ROOT).equals(word)) {
                    return output;
                }
            }
            throw new TypeConversionException("it is table, json or yaml, not '" + word + "'");
        }
    }
}
