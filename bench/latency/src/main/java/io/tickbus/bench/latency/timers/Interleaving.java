package io.tickbus.bench.latency.timers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Contenders in turns: in each round each of them runs each workload, with a rest after each, and another one begins.
 * So what the host does to one it does to all.
 */
final class Interleaving {
    private final Stage stage;
    private final Report report;
    private final List<Contender> contenders;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    Interleaving(Stage stage, Report report, List<Contender> contenders) {
        this.stage = stage;
        this.report = report;
        this.contenders = contenders;
    }

    /** Runs every contender once with short workloads that do not count, so that its code is compiled. */
    void warmUp(List<Workload> workloads) throws Exception {
        for (Contender contender : contenders) {
            Progress.say("warm-up " + contender.name());
            for (Workload workload : workloads) {
                if (contender.refusal(workload).isEmpty()) {
                    contender.run(workload, stage.startNs(workload));
                }
            }
            stage.rest();
        }
    }

    void run(int rounds, Map<String, Workload> workloads) throws Exception {
        makeRows(workloads);
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                Contender contender = contenders.get((round + i) % contenders.size());
                for (Map.Entry<String, Workload> entry : workloads.entrySet()) {
                    Row row = rows.get(contender.name() + " " + entry.getKey());
                    if (row != null) {
                        Progress.say("round " + (round + 1) + " of " + rounds + ": " + contender.name() + " "
                                + entry.getKey());
                        row.add(contender.run(entry.getValue(), stage.startNs(entry.getValue())));
                        stage.rest();
                    }
                }
            }
        }
    }

    private void makeRows(Map<String, Workload> workloads) {
        for (Map.Entry<String, Workload> entry : workloads.entrySet()) {
            for (Contender contender : contenders) {
                Optional<String> refusal = contender.refusal(entry.getValue());
                String name = contender.name() + " " + entry.getKey();
                if (refusal.isPresent()) {
                    report.note(name + " is left out: " + refusal.get());
                } else {
                    rows.put(name, report.row(name));
                }
            }
        }
    }

    /** Every row whose name starts so must be without a flaw. */
    void demandFlawless(String start) {
        rows.forEach((name, row) -> {
            if (name.startsWith(start) && !row.figures().isFlawless()) {
                report.fault(name + " fired early, twice, out of order or not at all: " + row.figures().toReport());
            }
        });
    }
}
