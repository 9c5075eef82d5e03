// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.harness;

import io.tickbus.cli.Report;
import io.tickbus.cli.ReportText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Results as people read them, in text and on the page: a table for each kind of figure, with the rows that have some.
 * The end of a column's name is its unit, as in every {@link Report}.
 */
public final class Tables {
    /** The figure that makes a row one of a kind; columns are "name=where it is", those with "+" on the page. */
    private record Kind(String figure, String columns) {
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("ratioToFloor", "transport=name timesFloor=ratioToFloor.p50 p50Ns=latencyNs.p50 "
                    + "+p90Ns=latencyNs.p90 p99Ns=latencyNs.p99 p999Ns=latencyNs.p999 +p9999Ns=latencyNs.p9999 "
                    + "maxNs=latencyNs.max calls=syscallsPerMessage count lost +coalesced +twice=duplicated "
                    + "+disordered=outOfOrder"),
            new Kind("cpuPercent.receiver", "transport=name,gapNs p50Ns=latencyNs.p50 "
                    + "p90Ns=latencyNs.p90 p99Ns=latencyNs.p99 cpuPercent=cpuPercent.receiver count lost"),
            new Kind("messagesPerSecond", "transport=name,readers messagesPerSecond received lost"),
            new Kind("costNs", "path=path,jdk,clockSource costNs=costNs.p50 +p25Ns=costNs.p25 +p75Ns=costNs.p75 "
                    + "resolutionNs backwardSteps"),
            new Kind("aloneNs", "channel=name aloneNs besideConsumerP50Ns=contendedNs.p50 "
                    + "besideConsumerP99Ns=contendedNs.p99"),
            new Kind("latenessNs", "timers=name p50Ns=latenessNs.p50 p90Ns=latenessNs.p90 "
                    + "p99Ns=latenessNs.p99 +p999Ns=latenessNs.p999 maxNs=latenessNs.max cpuPercent count lost early "
                    + "+missed +jitPercent"),
            new Kind("herdPublishedNs", "timers=name herdPublishedNs=herdPublishedNs.median "
                    + "atBestNs=herdPublishedNs.min herdObservedNs=herdObservedNs.median "
                    + "latecomerAfterNs=latecomerAfterHerdNs.median"),
            new Kind("windowNs", "timers=name windowNs p50OfWindowsNs=windows.p50Ns.p50 "
                    + "p99OfWindowsNs=windows.p99Ns.p50 publishedP50Ns=publishedWindows.p50Ns.p50 "
                    + "publishedP99Ns=publishedWindows.p99Ns.p50"),
            new Kind("isKept", "timers=name seconds isKept lastAfterEndNs overrun"),
            new Kind("firingsPerSecond", "timers=name firingsPerSecond"),
            new Kind("drift", "timers=name rhythm slopePpm=drift.slopePpm "
                    + "firstOffsetNs=drift.firstOffsetNs finalOffsetNs=drift.finalOffsetNs firings=drift.firings"),
            new Kind("nsPerCancel", "timers=name bytesEach=heapBytesPerTimer +ownBytesEach=ownBytesPerTimer "
                    + "emptyHeapBytes armP50Ns=nsPerArm.p50 armP99Ns=nsPerArm.p99 cancelP50Ns=nsPerCancel.p50 "
                    + "cancelP99Ns=nsPerCancel.p99"),
            new Kind("settledNsPerArm", "timers=name armsPerSecond armP50Ns=nsPerArm.p50 armP90Ns=nsPerArm.p90 "
                    + "armMeanNs=nsPerArm.mean settledP50Ns=settledNsPerArm.p50 settledP90Ns=settledNsPerArm.p90"),
            new Kind("callsPerArm", "timers=name arms calls callsPerArm"),
            new Kind("replyNs", "timers=name armsPerSecond replyP50Ns=replyNs.p50 replyP90Ns=replyNs.p90 "
                    + "replyP99Ns=replyNs.p99 maxNs=replyNs.max refused"),
            new Kind("collectingMs", "timers=name collections collectingMs"),
            new Kind("onNs", "observation=name onNs offNs differencePercent lowPercent highPercent pairs isWithinGoal"),
            new Kind("tickbusPublished", "correlation=name windows tickbusPublished tickbusObserved stpe"),
            new Kind("compilersCpuPercent", "second=name p50Ns p99Ns maxNs processCpuPercent compilersCpuPercent"),
            new Kind("timerThreadAllocatedBytes", "process=name timerThreadAllocatedBytes"));

    /** From here on a fraction of a nanosecond is not shown. */
    private static final double LONG_NS = 1_000;

    private Tables() {
    }

    /**
     * One table.
     *
     * @param idleStates under which its rows were measured; null where that is not told apart
     * @param rows       all with the same columns, the first of which names the row
     */
    public record Table(Object idleStates, List<Report> rows) {
        /** The columns' names. */
        public List<String> columns() {
            return List.copyOf(rows.get(0).keySet());
        }
    }

    /** The tables of some rows. */
    public static List<Table> of(List<Map<String, Object>> rows, boolean isPage) {
        boolean isToldApart = rows.stream().anyMatch(row -> IdleStates.FORBIDDEN.label().equals(row.get("idleStates")));
        List<Table> tables = new ArrayList<>();
        for (Kind kind : KINDS) {
            Map<Object, List<Report>> byStates = new LinkedHashMap<>();
            rows.stream().filter(row -> value(row, kind.figure()) != null).forEach(row -> byStates
                    .computeIfAbsent(isToldApart ? row.get("idleStates") : null, states -> new ArrayList<>())
                    .add(line(row, kind, isPage)));
            byStates.forEach((states, lines) -> {
                // A column that is empty in each row says nothing.
                Set<String> columns = new LinkedHashSet<>();
                lines.forEach(line -> line.forEach((name, value) -> columns.addAll(value == null ? Set.of()
                        : Set.of(name))));
                lines.forEach(line -> line.keySet().retainAll(columns));
                tables.add(new Table(states, lines));
            });
        }
        return tables;
    }

    private static Report line(Map<String, Object> row, Kind kind, boolean isPage) {
        Report line = new Report();
        for (String column : kind.columns().split(" ", -1)) {
            if (isPage || !column.startsWith("+")) {
                String[] parts = column.replace("+", "").split("=", 2);
                String where = parts[parts.length - 1];
                if (where.contains(",")) {
                    line.with(parts[0], Stream.of(where.split(",", -1)).map(each -> ReportText.text(
                            new Report().with(each, row.get(each)), each)).collect(Collectors.joining(", ")));
                } else {
                    add(line, parts[0], value(row, where));
                }
            }
        }
        return line;
    }

    private static void add(Report line, String name, Object value) {
        if (value instanceof Map<?, ?> map) {
            // Of each process; that of its threads alone is a part of one of them.
            line.with(name, map.entrySet().stream().filter(each -> !"daemonThreads".equals(each.getKey()))
                    .map(each -> decimals(each.getValue(), 1)).collect(Collectors.joining(" + ")));
        } else if (value instanceof Double ns && name.endsWith("Ns") && ns >= LONG_NS) {
            line.with(name, Math.round(ns));
        } else if (value instanceof Double && !name.endsWith("Ns") && !name.endsWith("Percent")) {
            line.with(name, value, decimals(value, 2));
        } else {
            line.with(name, value);
        }
    }

    private static String decimals(Object number, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", ((Number) number).doubleValue());
    }

    private static Object value(Map<?, ?> row, String path) {
        Object value = row;
        for (String name : path.split("\\.", -1)) {
            value = value instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return value;
    }
}
