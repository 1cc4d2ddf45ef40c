package dev.espalier.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A session between two BIRDs (2.0.12, Debian), captured by tcpdump in a network namespace, once on the interface (Ethernet)
 * and once on all (Linux cooked v2): four-octet AS numbers, ADD-PATH for IPv4, IPv6 beside it, 300 IPv4 routes and one IPv6
 * route each, then a shutdown with a message.
 */
class RealSessionTest {

    @ParameterizedTest
    @ValueSource(strings = {"bird-ethernet.pcap.gz", "bird-cooked.pcap.gz"})
    void everyRouteOfTheTwoBirdsIsRead(String name) throws IOException {
        List<CaptureRecord> records = Recordings.read(
                Path.of("src/test/resources/dev/espalier/capture").resolve(name));
        Set<IpPrefix> prefixes = new HashSet<>();
        for (CaptureRecord record : records) {
            CaptureRecord.BgpMessageRecord message = Recordings.message(record);
            if (((Decoded.Valid) message.decoded()).message() instanceof Message.Update(UpdateMessage update)) {
                assertThat(update.findings()).isEmpty();
                assertThat(message.options().addPathReceive()).containsExactly(Family.IPV4_UNICAST);
                collect(message.peering().peer(), update, prefixes);
            }
        }
        assertThat(prefixes).isEqualTo(expected());
        assertThat(((Decoded.Valid) Recordings.message(records.getLast()).decoded()).message())
                .hasToString("Cease / Administrative Shutdown (6/2): \"maintenance\"");
    }

    private static void collect(Endpoint sender, UpdateMessage update, Set<IpPrefix> prefixes) {
        for (UpdateMessage.Announcement announced : update.announced()) {
            assertThat(announced.attributes().asPath()).hasToString(String.valueOf(sender.as()));
            announced
                    .nlri()
                    .forEach((pathId, high, low, length) ->
                            prefixes.add(IpPrefix.of(announced.nlri().family().addresses(), high, low, length)));
        }
    }

    private static Set<IpPrefix> expected() {
        Set<IpPrefix> prefixes = new HashSet<>();
        for (int bird = 1; bird <= 2; bird++) {
            prefixes.add(IpPrefix.parse("2001:db8:" + bird + "::/48"));
            for (int i = 1; i <= 300; i++) {
                prefixes.add(IpPrefix.parse("10." + bird + "." + i % 250 + "." + i / 250 * 128 + "/25"));
            }
        }
        return prefixes;
    }
}
