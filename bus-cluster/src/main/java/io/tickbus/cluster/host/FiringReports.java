// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.host;

import io.tickbus.cluster.intent.CancelledIntent;
import io.tickbus.cluster.intent.Intent;
import io.tickbus.cluster.intent.IntentCommands;
import io.tickbus.cluster.intent.IntentLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.ExpandableArrayBuffer;

/**
 * Firings that the log is to know of. All of them are sent at once, as standbys wait for the news of each, and again
 * until the log has them.
 *
 * <p><b>Threads:</b> the agent's.
 */
final class FiringReports {
    private static final long RESEND_NS = TimeUnit.MILLISECONDS.toNanos(250);
    /** After the log has taken no more. */
    private static final long REFUSED_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int BATCH = 32;

    private record Id(Intent intent, long first) {
    }

    /** The rest of a report. */
    private static final class Report {
        private final long last;
        private final int term;
        private boolean isSent;
        private long sentNs;

        private Report(long last, int term) {
            this.last = last;
            this.term = term;
        }
    }

    private final LogWriter log;
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(2048);
    private final Map<Id, Report> reports = new LinkedHashMap<>();
    private final List<Report> batch = new ArrayList<>(BATCH);
    private int length;
    private long nextNs;

    FiringReports(LogWriter log) {
        this.log = log;
    }

    /** A range of occurrences has fired as one. */
    void add(Intent intent, long first, long last, int term) {
        reports.putIfAbsent(new Id(intent, first), new Report(last, term));
        nextNs = System.nanoTime();
    }

    /** The log has it. */
    void applied(Intent intent, long first) {
        reports.remove(new Id(intent, first));
    }

    boolean isEmpty() {
        return reports.isEmpty();
    }

    void clear() {
        reports.clear();
    }

    /** Sends what is to be sent by now. */
    void poll(IntentLog state, int host) {
        long nowNs = System.nanoTime();
        if (!reports.isEmpty() && nowNs - nextNs >= 0) {
            nextNs = nowNs + RESEND_NS;
            send(state, host, nowNs);
        }
    }

    private void send(IntentLog state, int host, long nowNs) {
        reports.keySet().removeIf(id -> !isKnown(state, id.intent()));
        for (Map.Entry<Id, Report> entry : reports.entrySet()) {
            Report report = entry.getValue();
            if (!report.isSent || nowNs - report.sentNs >= RESEND_NS) {
                length += IntentCommands.fired(buffer, length, host, entry.getKey().intent(), entry.getKey().first(),
                        report.last, report.term);
                batch.add(report);
                if (batch.size() == BATCH && !flush(nowNs)) {
                    return;
                }
            }
        }
        if (!batch.isEmpty()) {
            flush(nowNs);
        }
    }

    private boolean flush(long nowNs) {
        boolean isTaken = log.send(buffer, length);
        for (Report report : batch) {
            report.isSent = isTaken;
            report.sentNs = nowNs;
        }
        batch.clear();
        length = 0;
        if (!isTaken) {
            nextNs = nowNs + REFUSED_NS;
        }
        return isTaken;
    }

    private static boolean isKnown(IntentLog state, Intent intent) {
        CancelledIntent cancelled = state.findCancelled(intent.owner(), intent.spec().key());
        return state.find(intent.owner(), intent.spec().key()) == intent
                || (cancelled != null && cancelled.intent() == intent);
    }
}
