package dev.espalier.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.capture.SampleRecordings.SampleRoute;
import dev.espalier.net.IpPrefix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The recordings of our own making that are in the resources. */
class SampleRecordingTest {

    private static final Path SAMPLES = Path.of("src/test/resources/dev/espalier/capture");

    @Test
    void everyRouteThatWentIntoTheTableComesOut() throws IOException {
        List<SampleRoute> routes = new ArrayList<>();
        byte[] generated = new SampleRecordings(SampleRecordings.SEED).table(routes);
        List<SampleRoute> read = new ArrayList<>();
        for (CaptureRecord record : Recordings.read(SAMPLES.resolve("table.mrt.bz2"))) {
            CaptureRecord.RibEntry entry = (CaptureRecord.RibEntry) record;
            assertThat(entry.findings()).isEmpty();
            read.add(new SampleRoute(entry.peer(), entry.prefix(), entry.attributes()));
        }
        assertThat(read).hasSize(1000).isEqualTo(routes);
        assertThat(Recordings.read(generated))
                .as("the resource is the generator's")
                .hasSize(1000);
    }

    @Test
    void everyRouteThatWasAnnouncedIsRead() throws IOException {
        List<SampleRoute> announced = new ArrayList<>();
        new SampleRecordings(SampleRecordings.SEED).updates(announced);
        List<SampleRoute> read = new ArrayList<>();
        for (CaptureRecord record : Recordings.read(SAMPLES.resolve("updates.mrt.gz"))) {
            if (record instanceof CaptureRecord.BgpMessageRecord message
                    && message.decoded() instanceof Decoded.Valid(Message.Update(UpdateMessage update))) {
                assertThat(update.findings()).isEmpty();
                collect(message.peering().peer(), update, read);
            }
        }
        assertThat(read).hasSizeGreaterThan(1000).isEqualTo(announced);
    }

    private static void collect(Endpoint peer, UpdateMessage update, List<SampleRoute> routes) {
        for (UpdateMessage.Announcement announced : update.announced()) {
            announced
                    .nlri()
                    .forEach((pathId, high, low, length) -> routes.add(new SampleRoute(
                            peer,
                            IpPrefix.of(announced.nlri().family().addresses(), high, low, length),
                            announced.attributes())));
        }
    }

    @Test
    void aRecordingCanBeReadFromAStream() throws IOException {
        byte[] table = new SampleRecordings(1).table(new ArrayList<>());
        try (Capture capture = Capture.open(new ByteArrayInputStream(table))) {
            assertThat(capture.next()).isInstanceOf(CaptureRecord.RibEntry.class);
        }
    }
}
