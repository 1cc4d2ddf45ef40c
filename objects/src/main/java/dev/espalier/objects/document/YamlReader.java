package dev.espalier.objects.document;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads YAML 1.2 (of which JSON is a part) into values that know their place.
 *
 * <p>Works on the parser's events rather than on composed nodes, because the composer calls itself once for every level of
 * nesting, and a hostile file could overflow the stack. Here nesting is bounded, and so is what aliases may multiply. Tags and
 * merge keys, which our objects have no use for, are refused by name.
 *
 * <p>A reader reads one text, once, on one thread.
 */
public final class YamlReader {

    /** Our deepest object has eight levels; this leaves room and stays far from the end of the stack. */
    private static final int MAX_DEPTH = 64;

    /** How many values aliases may stand for in one file, repetitions counted ("billion laughs"). */
    private static final int MAX_ALIASED = 100_000;

    private final String file;
    private final StreamReader stream;
    private final Iterator<Event> events;
    private final List<ConfigError> errors = new ArrayList<>();
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private int values;
    private int aliased;

    /**
     * What a text turned out to be.
     *
     * @param documents those that could be read
     * @param errors what ended the reading before the end of the text: at most one
     */
    public record Documents(List<Document> documents, List<ConfigError> errors) {
        /** Keeps copies of the lists. */
        public Documents {
            documents = List.copyOf(documents);
            errors = List.copyOf(errors);
        }

        /** A text that cannot be read. */
        public static Documents unreadable(ConfigError error) {
            return new Documents(List.of(), List.of(error));
        }
    }

    /**
     * One document of a text.
     *
     * @param root what it holds, as far as it could be understood
     * @param errors what could not
     */
    public record Document(Value root, List<ConfigError> errors) {
        /** Keeps a copy of the list. */
        public Document {
            errors = List.copyOf(errors);
        }
    }

    /** A value that aliases may name, and how many values it is made of. */
    private record Anchored(Value value, int size) {}

    /** Ends the reading of a text that is beyond understanding; never leaves this class. */
    @SuppressWarnings("serial") // it is caught a few frames further up
    private static final class Unreadable extends Exception {
        private final transient ConfigError error;

        Unreadable(ConfigError error) {
            super(error.message(), null, false, false);
            this.error = error;
        }
    }

    private YamlReader(String file, String text) {
        this.file = file;
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(Integer.MAX_VALUE) // the size was bounded by whoever read the text
                .build();
        this.stream = new StreamReader(settings, text);
        this.events = new ParserImpl(settings, stream);
    }

    private Place reached() {
        return new Place(file, stream.getLine() + 1, stream.getColumn() + 1);
    }

    /**
     * All documents of a text. After malformed YAML, what came before it is still returned, so that it can be checked too.
     *
     * @param file what to call the text in errors
     */
    public static Documents read(String file, String text) {
        YamlReader reader = new YamlReader(file, text);
        List<Document> documents = new ArrayList<>();
        try {
            reader.readAll(documents);
            return new Documents(documents, List.of());
        } catch (Unreadable unreadable) {
            return new Documents(documents, List.of(unreadable.error));
        } catch (MarkedYamlEngineException malformed) {
            return new Documents(documents, List.of(reader.malformed(malformed)));
        } catch (ReaderException unprintable) {
            return new Documents(documents, List.of(reader.unprintable(text, unprintable)));
        } catch (YamlEngineException malformed) {
            // The scanner does not say where; it has read no further than that.
            String message = "malformed YAML: " + firstLine(malformed.getMessage());
            return new Documents(documents, List.of(reader.error(reader.reached(), message, "")));
        }
    }

    private void readAll(List<Document> documents) throws Unreadable {
        while (events.hasNext()) {
            if (events.next() instanceof DocumentStartEvent) {
                anchors.clear();
                errors.clear();
                Value root = value(events.next(), 0);
                boolean empty = root instanceof Value.Scalar scalar && scalar.isNothing();
                if (!empty || !errors.isEmpty()) {
                    documents.add(new Document(root, errors));
                }
            }
        }
    }

    private Value value(Event event, int depth) throws Unreadable {
        values++;
        Place place = place(event.getStartMark());
        if (depth > MAX_DEPTH) {
            throw new Unreadable(error(place, "nested deeper than " + MAX_DEPTH + " levels", "no object needs that"));
        }
        if (event instanceof AliasEvent alias) {
            return aliased(alias, place);
        }
        int before = values;
        Value value =
                switch (event) {
                    case ScalarEvent scalar -> scalar(scalar, place);
                    case CollectionStartEvent start
                    when event.getEventId() == Event.ID.MappingStart -> mapping(start, place, depth);
                    case CollectionStartEvent start -> listing(start, place, depth);
                    default ->
                        throw new IllegalStateException("the YAML parser sent " + event + " where a value begins");
                };
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            anchors.put(node.getAnchor().get(), new Anchored(value, values - before + 1));
        }
        return value;
    }

    private Value.Scalar scalar(ScalarEvent event, Place place) {
        refuseTag(event.getTag(), place);
        return new Value.Scalar(place, event.getValue(), event.isPlain() ? Value.Form.PLAIN : Value.Form.QUOTED);
    }

    private Value.Listing listing(CollectionStartEvent start, Place place, int depth) throws Unreadable {
        refuseTag(start.getTag(), place);
        List<Value> items = new ArrayList<>();
        for (Event next = events.next(); next.getEventId() != Event.ID.SequenceEnd; next = events.next()) {
            items.add(value(next, depth + 1));
        }
        return new Value.Listing(place, items);
    }

    private Value.Mapping mapping(CollectionStartEvent start, Place place, int depth) throws Unreadable {
        refuseTag(start.getTag(), place);
        Map<String, Value.Entry> entries = new LinkedHashMap<>();
        for (Event next = events.next(); next.getEventId() != Event.ID.MappingEnd; next = events.next()) {
            Value key = value(next, depth + 1);
            Value value = value(events.next(), depth + 1);
            enter(entries, key, value);
        }
        return new Value.Mapping(place, entries);
    }

    private void enter(Map<String, Value.Entry> entries, Value key, Value value) {
        if (!(key instanceof Value.Scalar name)) {
            errors.add(error(key.place(), "the name of a field must be text, not " + key.words(), ""));
            return;
        }
        if (name.text().equals("<<") && name.form() == Value.Form.PLAIN) {
            errors.add(error(
                    key.place(),
                    "merge keys ('<<') are not part of YAML 1.2",
                    "write the fields out, or use an alias for a whole value"));
            return;
        }
        Value.Entry earlier = entries.putIfAbsent(name.text(), new Value.Entry(key.place(), value));
        if (earlier != null) {
            errors.add(error(
                    key.place(),
                    "the field '" + name.text() + "' is already given in line "
                            + earlier.key().line(),
                    "remove one of the two"));
        }
    }

    private Value aliased(AliasEvent alias, Place place) throws Unreadable {
        Anchor name = alias.getAlias();
        Anchored anchored = anchors.get(name);
        if (anchored == null) {
            throw new Unreadable(
                    error(
                            place,
                            // never its text: it may be a password that nobody quoted
                            "this alias names nothing that ends before it",
                            "write '&' and its name before the value it shall stand for, or quote a value that begins with '*'"));
        }
        values += anchored.size();
        aliased += anchored.size();
        if (aliased > MAX_ALIASED) {
            throw new Unreadable(
                    error(place, "aliases stand for more than " + MAX_ALIASED + " values", "write the values out"));
        }
        return anchored.value();
    }

    private void refuseTag(Optional<String> tag, Place place) {
        if (tag.isPresent()) {
            errors.add(error(
                    place,
                    // never its text: it may be a password that nobody quoted
                    "a tag means nothing here",
                    "remove it, or quote a value that begins with '!'"));
        }
    }

    private ConfigError malformed(MarkedYamlEngineException exception) {
        String context =
                exception.getContext() == null ? "" : exception.getContext() + begun(exception.getContextMark()) + ", ";
        Optional<Mark> mark = exception.getProblemMark().or(exception::getContextMark);
        return error(
                mark.isPresent() ? place(mark) : Place.ofFile(file),
                "malformed YAML: " + context + firstLine(exception.getProblem()),
                "check indentation, quotes and brackets from here upwards");
    }

    private static String begun(Optional<Mark> mark) {
        return mark.map(m -> " that begins in line " + (m.getLine() + 1)).orElse("");
    }

    private ConfigError unprintable(String text, ReaderException exception) {
        int end = text.offsetByCodePoints(0, Math.min(exception.getPosition(), text.codePointCount(0, text.length())));
        int line = (int) text.chars().limit(end).filter(c -> c == '\n').count() + 1;
        int column = text.codePointCount(text.lastIndexOf('\n', end - 1) + 1, end) + 1;
        return error(
                new Place(file, line, column),
                String.format("malformed YAML: the character U+%04X cannot be part of it", exception.getCodePoint()),
                "remove it; in quotes, write it as an escape");
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "no reason given" : text.lines().findFirst().orElse("no reason given");
    }

    private ConfigError error(Place place, String message, String hint) {
        return new ConfigError(place, "", "", message, hint);
    }

    private Place place(Optional<Mark> mark) {
        return mark.isPresent()
                ? new Place(file, mark.get().getLine() + 1, mark.get().getColumn() + 1)
                : Place.ofFile(file);
    }
}
