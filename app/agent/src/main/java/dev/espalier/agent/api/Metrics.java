package dev.espalier.agent.api;

import dev.espalier.transport.HttpResponse;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What Prometheus reads, made anew from the daemon's views at each scrape: nothing is counted twice, and what is gone from the
 * views is gone from the metrics.
 */
final class Metrics {

    /** Not {@code instance}: that label is Prometheus' own, for the target of a scrape. */
    private static final double MILLIS_PER_SECOND = 1000;

    private static final String INSTANCE = "routing_instance";

    private final Daemon daemon;

    Metrics(Daemon daemon) {
        this.daemon = daemon;
    }

    HttpResponse answer() {
        PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
        ByteArrayOutputStream page = new ByteArrayOutputStream(16 * 1024);
        try {
            writer.write(page, snapshot());
        } catch (IOException impossible) {
            throw new UncheckedIOException("memory cannot be written to", impossible);
        }
        return HttpResponse.of(200, PrometheusTextFormatWriter.CONTENT_TYPE, page.toByteArray());
    }

    private MetricSnapshots snapshot() {
        List<MetricSnapshot> all = new ArrayList<>();
        node(daemon.status(), all);
        // A range to which nobody has come is no session.
        List<PeerView> sessions =
                daemon.peers().stream().filter(peer -> peer.address() != null).toList();
        sessions(sessions, all);
        families(sessions, all);
        bfd(daemon.bfd(), all);
        JvmMetrics.addTo(all);
        return new MetricSnapshots(all);
    }

    private static void node(StatusView status, List<MetricSnapshot> all) {
        all.add(InfoSnapshot.builder()
                .name("espalier_build")
                .help("The version that runs, and on which node.")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of("version", status.version(), "node", status.node()))
                        .build())
                .build());
        all.add(gauge(
                "espalier_uptime_seconds",
                "Time since the daemon was started.",
                List.of(status),
                any -> Labels.EMPTY,
                StatusView::uptimeSeconds));
        all.add(gauge(
                "espalier_ready",
                "1 when everything is started and no restart is still learning routes.",
                List.of(status),
                any -> Labels.EMPTY,
                s -> s.ready() ? 1 : 0));
        List<StatusView.Instance> instances = status.instances();
        all.add(gauge(
                "espalier_bgp_paths",
                "BGP paths that are known, of all families.",
                instances,
                Metrics::labels,
                StatusView.Instance::paths));
        all.add(gauge(
                "espalier_bgp_attribute_sets",
                "Distinct sets of path attributes.",
                instances,
                Metrics::labels,
                StatusView.Instance::attributeSets));
        all.add(gauge(
                "espalier_bgp_restarting",
                "1 while routes are learnt again after a restart of ours.",
                instances,
                Metrics::labels,
                i -> i.restarting() ? 1 : 0));
        all.add(kernelRoutes(instances));
    }

    private static GaugeSnapshot kernelRoutes(List<StatusView.Instance> instances) {
        GaugeSnapshot.Builder metric = GaugeSnapshot.builder()
                .name("espalier_kernel_routes")
                .help("Routes by what the kernel thinks of them: installed, stale, pending or failed.");
        for (StatusView.Instance instance : instances) {
            instance.kernel()
                    .forEach((state, count) -> metric.dataPoint(point(
                            labels(instance)
                                    .merge(Labels.of("table", Long.toString(instance.kernelTable()), "state", state)),
                            count)));
        }
        return metric.build();
    }

    private static void sessions(List<PeerView> peers, List<MetricSnapshot> all) {
        all.add(gauge(
                "espalier_bgp_session_established",
                "1 when the session is established, 0 when not.",
                peers,
                Metrics::labels,
                peer -> peer.state().equals("Established") ? 1 : 0));
        all.add(gauge(
                "espalier_bgp_session_state_seconds",
                "How long the session has been in its state.",
                peers,
                Metrics::labels,
                PeerView::sinceSeconds));
        all.add(counter(
                "espalier_bgp_session_establishments",
                "How often the session came up.",
                peers,
                Metrics::labels,
                PeerView::timesEstablished));
        all.add(byDirection(
                "espalier_bgp_messages", "BGP messages.", peers, PeerView::messagesReceived, PeerView::messagesSent));
        all.add(byDirection(
                "espalier_bgp_updates",
                "BGP UPDATE messages.",
                peers,
                PeerView::updatesReceived,
                PeerView::updatesSent));
        all.add(counter(
                "espalier_bgp_update_errors",
                "Errors in updates that RFC 7606 dealt with.",
                peers,
                Metrics::labels,
                PeerView::updateErrors));
    }

    /** A family of a peer. */
    private record PeerFamily(PeerView peer, String family, PeerView.Routes routes) {
        Labels labels() {
            return Metrics.labels(peer).merge(Labels.of("family", family));
        }
    }

    private static void families(List<PeerView> peers, List<MetricSnapshot> all) {
        List<PeerFamily> families = new ArrayList<>();
        for (PeerView peer : peers) {
            peer.families().forEach((family, routes) -> families.add(new PeerFamily(peer, family, routes)));
        }
        all.add(gauge(
                "espalier_bgp_prefixes_received",
                "Prefixes that the neighbour announces.",
                families,
                PeerFamily::labels,
                f -> f.routes().received()));
        all.add(gauge(
                "espalier_bgp_prefixes_accepted",
                "Prefixes of the neighbour that take part in the decision.",
                families,
                PeerFamily::labels,
                f -> f.routes().accepted()));
        all.add(gauge(
                "espalier_bgp_prefixes_best",
                "Prefixes for which the neighbour's path is chosen.",
                families,
                PeerFamily::labels,
                f -> f.routes().best()));
        all.add(gauge(
                "espalier_bgp_prefixes_sent",
                "Prefixes that are announced to the neighbour.",
                families,
                PeerFamily::labels,
                f -> f.routes().sent()));
    }

    private static void bfd(BfdReport report, List<MetricSnapshot> all) {
        List<BfdView> sessions = report.sessions();
        all.add(gauge(
                "espalier_bfd_session_up",
                "1 when the BFD session is Up, 0 when not.",
                sessions,
                Metrics::labels,
                session -> session.state().equals("Up") ? 1 : 0));
        all.add(gauge(
                "espalier_bfd_detection_seconds",
                "How long the peer may be silent; 0 while it is not heard.",
                sessions,
                Metrics::labels,
                session -> session.detectionMillis() == null ? 0 : session.detectionMillis() / MILLIS_PER_SECOND));
        all.add(counter(
                "espalier_bfd_session_ups",
                "How often the BFD session came up.",
                sessions,
                Metrics::labels,
                BfdView::timesUp));
        CounterSnapshot.Builder packets =
                CounterSnapshot.builder().name("espalier_bfd_packets").help("BFD control packets.");
        for (BfdView session : sessions) {
            packets.dataPoint(count(labels(session).add("direction", "received"), (double) session.packetsReceived()));
            packets.dataPoint(count(labels(session).add("direction", "sent"), (double) session.packetsSent()));
        }
        all.add(packets.build());
        all.add(counter(
                "espalier_bfd_packets_discarded",
                "BFD packets that were not taken, by reason.",
                List.copyOf(report.discarded().entrySet()),
                discarded -> Labels.of("reason", discarded.getKey()),
                Map.Entry::getValue));
    }

    // ---- labels and points

    private static Labels labels(BfdView session) {
        return Labels.of(
                "peer",
                session.peer(),
                "local",
                String.valueOf(session.localAddress()),
                "link",
                String.valueOf(session.link()),
                "hops",
                session.multihop() ? "multi" : "one");
    }

    private static Labels labels(StatusView.Instance instance) {
        return Labels.of(INSTANCE, instance.name());
    }

    private static Labels labels(PeerView peer) {
        return Labels.of(INSTANCE, peer.instance(), "peer", peer.name(), "address", String.valueOf(peer.address()));
    }

    private static <T> GaugeSnapshot gauge(
            String name, String help, List<T> subjects, Function<T, Labels> labels, ToDoubleFunction<T> value) {
        GaugeSnapshot.Builder metric = GaugeSnapshot.builder().name(name).help(help);
        subjects.forEach(subject -> metric.dataPoint(point(labels.apply(subject), value.applyAsDouble(subject))));
        return metric.build();
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build();
    }

    private static <T> CounterSnapshot counter(
            String name, String help, List<T> subjects, Function<T, Labels> labels, ToDoubleFunction<T> value) {
        CounterSnapshot.Builder metric = CounterSnapshot.builder().name(name).help(help);
        subjects.forEach(subject -> metric.dataPoint(count(labels.apply(subject), value.applyAsDouble(subject))));
        return metric.build();
    }

    private static CounterSnapshot byDirection(
            String name,
            String help,
            List<PeerView> peers,
            ToDoubleFunction<PeerView> received,
            ToDoubleFunction<PeerView> sent) {
        CounterSnapshot.Builder metric = CounterSnapshot.builder().name(name).help(help);
        for (PeerView peer : peers) {
            metric.dataPoint(count(labels(peer).add("direction", "received"), received.applyAsDouble(peer)));
            metric.dataPoint(count(labels(peer).add("direction", "sent"), sent.applyAsDouble(peer)));
        }
        return metric.build();
    }

    private static CounterSnapshot.CounterDataPointSnapshot count(Labels labels, double value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build();
    }
}
