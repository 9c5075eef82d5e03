package io.tickbus.cli.demo;

import io.tickbus.cli.Report;
import io.tickbus.posix.HostFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The figures of both processes put together, finished or not. */
final class DemoResult {
    private final Map<String, Object> publisher;
    private final Map<String, Object> subscriber;

    DemoResult(Map<String, Object> publisher, Map<String, Object> subscriber) {
        this.publisher = publisher;
        this.subscriber = subscriber;
    }

    static long number(Map<String, Object> map, String name) {
        return map.get(name) instanceof Number number ? number.longValue() : 0;
    }

    static double decimal(Map<String, Object> map, String name) {
        return map.get(name) instanceof Number number ? number.doubleValue() : 0;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Map<String, Object> map, String name) {
        return map.get(name) instanceof Map<?, ?> inner ? (Map<String, Object>) inner : Map.of();
    }

    long published() {
        return number(publisher, "published");
    }

    Report signals() {
        return new Report()
                .with("published", published())
                .with("received", number(subscriber, "received"))
                .with("lost", number(subscriber, "lost"))
                .with("outOfOrder", number(subscriber, "outOfOrder"))
                .with("duplicated", number(subscriber, "duplicated"));
    }

    /** Whether every published signal was received, once and in order. */
    boolean isComplete() {
        return published() == number(subscriber, "received") && number(subscriber, "lost") == 0
                && number(subscriber, "outOfOrder") == 0 && number(subscriber, "duplicated") == 0;
    }

    List<Report> modes() {
        List<Report> modes = new ArrayList<>();
        Map<String, Object> publisherCpu = object(publisher, "cpuPercent");
        for (Map.Entry<String, Object> entry : object(subscriber, "modes").entrySet()) {
            Map<String, Object> mode = object(object(subscriber, "modes"), entry.getKey());
            modes.add(new Report()
                    .with("name", entry.getKey())
                    .with("latencyNs", object(mode, "latencyNs"))
                    .with("latenessNs", object(mode, "latenessNs"))
                    .with("publisherCpuPercent", decimal(publisherCpu, entry.getKey()))
                    .with("subscriberCpuPercent", decimal(mode, "cpuPercent"))
                    .with("count", number(mode, "count"))
                    .with("lost", number(mode, "lost")));
        }
        return modes;
    }

    /** Median latency of a mode, ns; 0 where nothing was measured. */
    long medianNs(DemoMode mode) {
        Map<String, Object> figures = object(object(subscriber, "modes"), mode.label());
        return number(object(figures, "latencyNs"), "p50");
    }

    Map<String, Object> hiccup() {
        return object(subscriber, "hiccup");
    }

    Report toJson(Map<String, Object> pinning) {
        Report environment = new Report();
        environment.putAll(HostFacts.read());
        environment.putAll(pinning);
        environment.with("publisherGuardNs", number(publisher, "guardNs"))
                .with("subscriberGuardNs", number(subscriber, "guardNs"))
                .with("subscriberPreemptions", number(subscriber, "preemptions"));
        return new Report().with("signals", signals()).with("modes", modes()).with("hiccup", hiccup())
                .with("environment", environment);
    }
}
