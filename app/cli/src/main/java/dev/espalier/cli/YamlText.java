package dev.espalier.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** What {@link JsonReader} read, as YAML. */
final class YamlText {

    private static final int WIDTH = 100;

    private final Dump dump = new Dump(DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setWidth(WIDTH)
            .build());

    /** A whole document. */
    String of(@Nullable Object value) {
        return dump.dumpToString(value);
    }

    /** An item of a list; items one after the other are a list. */
    String item(Object value) {
        return dump.dumpToString(List.of(value));
    }
}
