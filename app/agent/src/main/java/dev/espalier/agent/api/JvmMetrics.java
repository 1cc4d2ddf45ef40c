package dev.espalier.agent.api;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.util.List;

/** What the Java machine says of its memory, under the names that Prometheus' own client gives them, so that dashboards fit. */
final class JvmMetrics {

    private static final double MILLIS_PER_SECOND = 1000;

    private JvmMetrics() {}

    static void addTo(List<MetricSnapshot> all) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        MemoryUsage heap = memory.getHeapMemoryUsage();
        MemoryUsage rest = memory.getNonHeapMemoryUsage();
        all.add(areas("jvm_memory_used_bytes", "Memory in use.", heap.getUsed(), rest.getUsed()));
        all.add(areas(
                "jvm_memory_committed_bytes",
                "Memory taken from the kernel.",
                heap.getCommitted(),
                rest.getCommitted()));
        all.add(areas(
                "jvm_memory_max_bytes", "The limit of the memory; -1 without one.", heap.getMax(), rest.getMax()));
        all.add(collections());
        all.add(GaugeSnapshot.builder()
                .name("jvm_threads_current")
                .help("Platform threads.")
                .dataPoint(GaugeDataPointSnapshot.builder()
                        .value(ManagementFactory.getThreadMXBean().getThreadCount())
                        .build())
                .build());
    }

    private static GaugeSnapshot areas(String name, String help, long heap, long rest) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(area("heap", heap))
                .dataPoint(area("nonheap", rest))
                .build();
    }

    private static GaugeDataPointSnapshot area(String area, long octets) {
        return GaugeDataPointSnapshot.builder()
                .labels(Labels.of("area", area))
                .value((double) octets)
                .build();
    }

    private static SummarySnapshot collections() {
        SummarySnapshot.Builder metric =
                SummarySnapshot.builder().name("jvm_gc_collection_seconds").help("Time spent in garbage collections.");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            metric.dataPoint(SummarySnapshot.SummaryDataPointSnapshot.builder()
                    .labels(Labels.of("gc", collector.getName()))
                    .count(collector.getCollectionCount())
                    .sum(collector.getCollectionTime() / MILLIS_PER_SECOND)
                    .build());
        }
        return metric.build();
    }
}
