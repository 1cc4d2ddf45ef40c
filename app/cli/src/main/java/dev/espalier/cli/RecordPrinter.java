package dev.espalier.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.espalier.capture.CaptureRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;

/** Prints what a recording says, in one of three forms. */
interface RecordPrinter {

    /** Prints one record. */
    void print(CaptureRecord record) throws IOException;

    /** Hands on what has been printed, because more may be long in coming. */
    default void flush() throws IOException {}

    /** Prints what still waits, after the last record. */
    default void end() throws IOException {}

    /** The printer of a form. */
    static RecordPrinter of(Output form, PrintWriter out, Style style) throws IOException {
        return switch (form) {
            case TABLE -> new RecordTable(out, style);
            case JSON -> new Json(out);
            case YAML -> new Yaml(out);
        };
    }

    /** One object a line. */
    final class Json implements RecordPrinter {

        private final JsonGenerator json;
        private final RecordJson records;

        Json(PrintWriter out) throws IOException {
            json = new JsonFactory().createGenerator(out);
            json.setPrettyPrinter(new MinimalPrettyPrinter("")); // between objects; the line ends are written below
            json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            records = new RecordJson(json);
        }

        @Override
        public void print(CaptureRecord record) throws IOException {
            records.write(record);
            json.writeRaw('\n');
        }

        @Override
        public void flush() throws IOException {
            json.flush();
        }

        @Override
        public void end() throws IOException {
            json.close();
        }
    }

    /** A list of the same objects. */
    final class Yaml implements RecordPrinter {

        private final PrintWriter out;
        private final JsonFactory factory = new JsonFactory();
        private final YamlText yaml = new YamlText();

        Yaml(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void print(CaptureRecord record) throws IOException {
            StringWriter text = new StringWriter();
            try (JsonGenerator json = factory.createGenerator(text)) {
                new RecordJson(json).write(record);
            }
            out.print(yaml.item(Objects.requireNonNull(JsonReader.read(text.toString()))));
        }
    }
}
