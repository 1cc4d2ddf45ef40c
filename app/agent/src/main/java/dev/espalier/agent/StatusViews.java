package dev.espalier.agent;

import dev.espalier.agent.api.StatusView;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.engine.PeerSnapshot;
import dev.espalier.bgp.engine.SpeakerView;
import dev.espalier.bgp.fsm.SessionState;
import dev.espalier.library.instance.Instance;
import dev.espalier.routing.RouteCounters;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How an instance is doing, as the API shows it. On the instance's loop. */
final class StatusViews {

    private StatusViews() {}

    static StatusView.Instance of(Instance.View view) {
        SpeakerView speaker = view.speaker().view();
        SpeakerConfig config = speaker.config();
        List<PeerSnapshot> peers = speaker.peers();
        RouteCounters counters = view.table().counters();
        Map<String, Integer> kernel = new TreeMap<>();
        kernel.put("installed", counters.installed());
        kernel.put("stale", counters.stale());
        kernel.put("pending", counters.pending());
        kernel.put("failed", counters.failed());
        int established = (int) peers.stream()
                .filter(peer -> peer.session() != null && peer.session().state() == SessionState.ESTABLISHED)
                .count();
        return new StatusView.Instance(
                config.instance().name(),
                Integer.toUnsignedLong(config.instance().kernelTable()),
                config.asn().value(),
                config.routerId().toString(),
                speaker.ports(),
                (int) peers.stream().filter(peer -> peer.address() != null).count(),
                established,
                speaker.paths(),
                speaker.attributeSets(),
                kernel,
                speaker.restarting(),
                List.copyOf(speaker.awaited()));
    }

    /** Espalier's version, as the build wrote it into the archive. */
    static String version() {
        String version = StatusViews.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
