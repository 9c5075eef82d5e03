package io.tickbus.cli.stat;

import io.tickbus.cli.JsonObject;
import io.tickbus.core.BusException;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.CounterDefinition;
import io.tickbus.core.bus.CounterUnit;
import io.tickbus.core.bus.CountersFile;
import io.tickbus.core.bus.LatenessHistogram;
import io.tickbus.core.bus.SignalsHeader;
import io.tickbus.core.internal.FaultBoundary;
import io.tickbus.publisher.daemon.DaemonCounter;
import io.tickbus.publisher.daemon.DaemonMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a daemon says of itself, as of one moment. Counters are shown by the names they have in the file, so that those
 * of another version are shown too.
 *
 * @param problem why counters or clients cannot be shown; null where they can
 */
record DaemonFigures(List<Counter> counters, long firings, List<Percentile> lateness, List<ClientFigures> clients,
        String problem) {
    private static final double[] PERCENTS = {50, 90, 99, 99.9, 99.99};
    private static final String NANOSECONDS_SUFFIX = "Ns";

    /** One counter and its value. */
    record Counter(CounterDefinition definition, long value) {
        boolean isDuration() {
            return definition.unit() == CounterUnit.NANOSECONDS || definition.unit() == CounterUnit.NANOSECONDS_TOTAL;
        }

        /** {@code duty cycle max}, in nanoseconds, becomes {@code dutyCycleMaxNs}. */
        String jsonName() {
            StringBuilder name = new StringBuilder();
            for (String word : definition.label().split("[^A-Za-z0-9]+", -1)) {
                name.append(name.length() == 0 || word.isEmpty() ? word
                        : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
            }
            return name + (isDuration() ? NANOSECONDS_SUFFIX : "");
        }
    }

    /** How late the given share of all firings was at most; −1 without any firing. */
    record Percentile(double percent, long latenessNs) {
        /** {@code 99.9} becomes {@code p999Ns}. */
        String jsonName() {
            return "p" + text().replace(".", "") + NANOSECONDS_SUFFIX;
        }

        String text() {
            return percent == Math.rint(percent) ? String.valueOf((int) percent) : String.valueOf(percent);
        }
    }

    /** Of the daemon that a signals file belongs to; null where that publisher is no daemon. */
    static DaemonFigures of(BusDirectory directory, SignalsHeader header) {
        CountersFile file;
        try {
            file = CountersFile.attach(directory);
        } catch (BusException e) {
            return e.reason() == BusException.Reason.NOT_FOUND ? null : unreadable(e);
        }
        DaemonFigures[] figures = new DaemonFigures[1];
        try {
            FaultBoundary.run(() -> figures[0] = read(file, directory, header), fault -> {
                file.checkSound();
                // The signals header is read here too: its boundary is the caller's.
                throw fault;
            });
            return figures[0];
        } catch (BusException e) {
            return unreadable(e);
        }
    }

    private static DaemonFigures read(CountersFile file, BusDirectory directory, SignalsHeader header) {
        if (!file.belongsTo(header)) {
            return null;
        }
        List<Counter> counters = new ArrayList<>();
        for (int i = 0; i < file.count(); i++) {
            counters.add(new Counter(file.definition(i), file.value(i)));
        }
        List<Percentile> lateness = new ArrayList<>();
        for (double percent : PERCENTS) {
            lateness.add(new Percentile(percent, file.lateness().percentileNs(percent)));
        }
        return withClients(counters, file.lateness().total(), lateness, directory, header);
    }

    private static DaemonFigures withClients(List<Counter> counters, long firings, List<Percentile> lateness,
            BusDirectory directory, SignalsHeader header) {
        try {
            return new DaemonFigures(counters, firings, lateness, ClientFigures.list(directory, header), null);
        } catch (BusException e) {
            return new DaemonFigures(counters, firings, lateness, List.of(), e.getMessage());
        }
    }

    private static DaemonFigures unreadable(BusException e) {
        return new DaemonFigures(List.of(), 0, List.of(), List.of(), e.getMessage());
    }

    /** A counter's value; −1 where this daemon has none of it. */
    long value(DaemonCounter counter) {
        return counters.stream().filter(each -> each.definition().id() == counter.id()).mapToLong(Counter::value)
                .findFirst().orElse(-1);
    }

    /** The mode in words; null where it is unknown. */
    String mode() {
        DaemonMode mode = DaemonMode.of(value(DaemonCounter.MODE));
        return mode == null ? null : mode.toString();
    }

    JsonObject json() {
        JsonObject values = new JsonObject();
        counters.forEach(counter -> values.with(counter.jsonName(), counter.value()));
        JsonObject late = new JsonObject().with("firings", firings);
        for (Percentile percentile : lateness) {
            late.with(percentile.jsonName(), percentile.latenessNs() == LatenessHistogram.NONE ? null
                    : (Object) percentile.latenessNs());
        }
        return new JsonObject().with("mode", mode()).with("problem", problem).with("counters", values)
                .with("lateness", late).with("clients", clients.stream().map(ClientFigures::json).toList());
    }
}
