package dev.espalier.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a process and its descendants have used, as /proc tells. Immutable.
 *
 * @param cpuSeconds user and system time
 * @param residentKb resident memory now, summed over the processes
 * @param peakKb the most that each process ever had, summed
 */
record ProcessTree(double cpuSeconds, long residentKb, long peakKb) {

    /** USER_HZ, which is 100 on every architecture that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    /** Of the processes from this one down; of nothing with 0. A process that ends meanwhile is left out. */
    static ProcessTree of(long pid) {
        List<ProcessHandle> processes = ProcessHandle.of(pid).stream()
                .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
                .toList();
        double cpu = 0;
        long resident = 0;
        long peak = 0;
        for (ProcessHandle process : processes) {
            Path folder = Path.of("/proc", Long.toString(process.pid()));
            Optional<String> stat = read(folder.resolve("stat"));
            Optional<String> status = read(folder.resolve("status"));
            if (stat.isEmpty() || status.isEmpty()) {
                continue;
            }
            // The name may hold anything; what follows its last bracket begins with the third field.
            String[] fields =
                    stat.get().substring(stat.get().lastIndexOf(')') + 2).split(" ", -1);
            cpu += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
            resident += kilobytes(status.get(), "VmRSS:");
            peak += kilobytes(status.get(), "VmHWM:");
        }
        return new ProcessTree(cpu, resident, peak);
    }

    /** CPU seconds of this process. */
    static double ownCpuSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1e9;
    }

    /** CPU seconds that all processes of the machine have used together. */
    static double machineCpuSeconds() {
        String[] fields =
                read(Path.of("/proc/stat")).orElse("cpu 0 0 0 0 0 0 0").split("\\s+", 9);
        // user, nice, system; not idle and iowait; irq and softirq
        long ticks = 0;
        for (int field : new int[] {1, 2, 3, 6, 7}) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    private static long kilobytes(String status, String field) {
        return status.lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .sum();
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
