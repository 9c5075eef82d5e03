// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.platform.HostFiles;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Reads the metrics of buses from their files, which it maps read-only: no thread of a bus notices. A bus may be
 * missing at first, end, start again under the same name, or lose its files; each scrape shows what is there.
 *
 * <p><b>Threads:</b> any; scrapes wait for each other. <b>Progress:</b> some system calls and some hundred
 * microseconds for each bus.
 */
public final class BusCollector implements MultiCollector {
    private final Supplier<List<BusDirectory>> directories;
    private final Map<String, BusSamples> buses = new HashMap<>();
    private final HostReader host = new HostReader(HostFiles.ROOT);

    /**
     * A collector for a registry.
     *
     * @param directories the buses, asked at each scrape: those that are no longer among them are no longer shown
     */
    public BusCollector(Supplier<List<BusDirectory>> directories) {
        this.directories = directories;
    }

    @Override
    public synchronized MetricSnapshots collect() {
        long startNs = System.nanoTime();
        Samples samples = new Samples();
        List<BusDirectory> present = directories.get();
        buses.keySet().retainAll(present.stream().map(BusDirectory::name).toList());
        for (BusDirectory directory : present) {
            samples.addAll(buses.computeIfAbsent(directory.name(), name -> new BusSamples(directory)).read());
        }
        host.read(samples);
        samples.add(BusMetric.SCRAPE_TIME, Samples.seconds(System.nanoTime() - startNs));
        return samples.snapshots();
    }
}
