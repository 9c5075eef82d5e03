package io.tickbus.bench.latency.timers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Those who take part in a scenario: Tickbus, other timers in JVMs of their own, and what is installed here. */
final class Contenders {
    private final Stage stage;
    private final Report report;
    private final List<String> only;
    private final List<Contender> contenders = new ArrayList<>();

    /**
     * None yet.
     *
     * @param only names; whoever's does not begin with one of them is not started; empty for all
     */
    Contenders(Stage stage, Report report, List<String> only) {
        this.stage = stage;
        this.report = report;
        this.only = only;
    }

    private boolean isWanted(String name) {
        return only.isEmpty() || only.stream().anyMatch(name::startsWith);
    }

    Contenders tickbus(Map<String, Object> settings) throws IOException {
        if (isWanted("tickbus")) {
            contenders.add(TickbusContender.start(stage, settings));
        }
        return this;
    }

    Contenders peers(List<String> names) throws IOException {
        for (String name : names) {
            if (isWanted(name)) {
                contenders.add(stage.peer(name));
            }
        }
        return this;
    }

    Contenders cyclictest() {
        if (isWanted("cyclictest")) {
            Cyclictest.find(stage).ifPresentOrElse(contenders::add, () -> report.note(
                    "cyclictest is left out: there is no such programme on the PATH (package rt-tests)"));
        }
        return this;
    }

    Contenders go(Rhythm... rhythms) throws InterruptedException {
        for (Rhythm rhythm : rhythms) {
            if (isWanted(GoTimers.name(rhythm))) {
                GoTimers.build(stage, report::note, rhythm).ifPresent(contenders::add);
            }
        }
        return this;
    }

    /** All of them; with nobody at all the names were wrong. */
    List<Contender> all() {
        if (contenders.isEmpty()) {
            throw new IllegalArgumentException("none of these takes part here: only=" + only);
        }
        return contenders;
    }
}
