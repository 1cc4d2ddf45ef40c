package dev.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.engine.RememberedNeighbor;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Event;
import dev.espalier.route.RoutingInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Neighbours from ranges are remembered from one run to the next. */
class NeighborFileTest {

    private static final RoutingInstance RED = new RoutingInstance("red", 100);
    private static final RememberedNeighbor ONE = neighbor("clients", "10.0.0.2", 0, "10.0.0.1");
    private static final RememberedNeighbor OTHER = neighbor("pods of süd 1", "fe80::2", 7, "fe80::1");

    @TempDir
    private Path folder;

    private final List<Event> events = new CopyOnWriteArrayList<>();

    private static RememberedNeighbor neighbor(String peer, String address, int link, String local) {
        return new RememberedNeighbor(
                peer,
                IpAddress.parse(address),
                link,
                IpAddress.parse(local),
                new Asn(4200000001L),
                Set.of(Family.IPV4_UNICAST, Family.IPV6_UNICAST));
    }

    private NeighborFile open() {
        return NeighborFile.beside(folder.resolve("api.sock"), events::add);
    }

    private Path file() {
        return folder.resolve("api.sock.neighbors");
    }

    @Test
    void theNextRunReadsWhatTheLastOneNotedOfEachInstance() {
        try (NeighborFile file = open()) {
            assertThat(file.of(RED).ofEarlierRun()).as("at a first start").isNull();
            file.of(RoutingInstance.DEFAULT).note(List.of(OTHER));
            file.of(RoutingInstance.DEFAULT).note(List.of(ONE, OTHER));
            file.of(RED).note(List.of());
        }
        try (NeighborFile file = open()) {
            assertThat(file.of(RoutingInstance.DEFAULT).ofEarlierRun()).containsExactly(ONE, OTHER);
            assertThat(file.of(RED).ofEarlierRun()).isEmpty();
            file.of(RED).note(List.of(ONE));
            assertThat(file.of(RED).ofEarlierRun())
                    .as("an instance started anew in the same run")
                    .containsExactly(ONE);
        }
        assertThat(events).isEmpty();
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1 | `` | the file is empty",
                "1 | espalier-neighbors 2 | must be 'espalier-neighbors 1', not 'espalier-neighbors 2'",
                "2 | espalier-neighbors 1%nred a 10.0.0.2 | must have 7 words, not 3",
                "2 | espalier-neighbors 1%nred a 10.0.0 0 :: 1 ipv4-unicast | '10.0.0'",
                "2 | espalier-neighbors 1%nred a 10.0.0.2 x 10.0.0.1 1 ipv4-unicast | 'x' is not the number of a link",
                "3 | espalier-neighbors 1%nred a 10.0.0.2 0 10.0.0.1 1 ipv4-unicast%nred%zz a 10.0.0.3 0 10.0.0.1 1 ipv4-unicast | hex",
                "2 | espalier-neighbors 1%nred a 10.0.0.2 0 10.0.0.1 1 ipv4 | 'ipv4' is not an address family",
            })
    void aBadFileIsNamedWithItsPlaceAndIgnored(int line, String content, String why) throws IOException {
        Files.writeString(file(), content.replace("%n", "\n"));
        try (NeighborFile file = open()) {
            assertThat(file.of(RED).ofEarlierRun()).isNull();
            assertThat(events).singleElement().satisfies(event -> assertThat(event.message())
                    .startsWith(file() + ":" + line + ": ")
                    .contains(why)
                    .contains("the file is ignored"));
            file.of(RED).note(List.of(ONE));
        }
        assertThat(open().of(RED).ofEarlierRun()).containsExactly(ONE);
    }

    @Test
    void aFolderThatCannotBeWrittenToIsSaidOnce() throws IOException {
        Files.createDirectory(Path.of(file() + ".new"));
        try (NeighborFile file = open()) {
            file.of(RED).note(List.of(ONE));
            file.write();
            file.of(RED).note(List.of(ONE, OTHER));
        }
        assertThat(new ArrayList<>(events)).singleElement().satisfies(event -> assertThat(event.message())
                .startsWith("cannot write " + file())
                .endsWith("will not be known again"));
    }
}
