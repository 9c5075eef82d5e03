// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.internal.file.CountersFile;
import io.tickbus.core.internal.file.DurationHistogram;
import io.tickbus.core.internal.file.HistogramDefinition;
import io.tickbus.core.internal.file.HistogramKind;
import io.tickbus.core.internal.layout.CountersLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * How late firings were, by the daemon's mode and by the id of the signal. The first {@value #SIGNALS} ids that fire
 * get a histogram of their own, all others share one, so that a program that uses a million ids costs no more.
 *
 * <p><b>Threads:</b> the timer thread. <b>Progress:</b> wait-free, allocates nothing.
 */
final class LatenessHistograms {
    static final int SIGNALS = 32;
    /** Twice the ids, so that an id without a histogram meets an empty place soon. */
    private static final int PLACES = 2 * SIGNALS;
    private static final int PLACE_MASK = PLACES - 1;
    private static final int HASH = 0x9E37_79B9;
    private static final int HASH_SHIFT = Integer.SIZE - 6;

    private final DurationHistogram[] byMode = new DurationHistogram[DaemonMode.values().length + 1];
    private final List<DurationHistogram> unclaimed = new ArrayList<>();
    /** By open addressing; null for an empty place. */
    private final DurationHistogram[] bySignal = new DurationHistogram[PLACES];
    private final int[] ids = new int[PLACES];
    private final DurationHistogram others;
    private DurationHistogram mode;
    /** Most firings in a row are of one signal; at first it is no id. */
    private long lastId = Long.MIN_VALUE;
    private DurationHistogram last;

    LatenessHistograms(CountersFile file) {
        DurationHistogram rest = null;
        for (DurationHistogram histogram : file.histograms()) {
            if (histogram.kind() == HistogramKind.LATENESS_BY_MODE) {
                byMode[(int) histogram.key()] = histogram;
            } else if (histogram.kind() == HistogramKind.LATENESS_BY_SIGNAL && histogram.isUsed()) {
                rest = histogram;
            } else if (histogram.kind() == HistogramKind.LATENESS_BY_SIGNAL) {
                unclaimed.add(0, histogram);
            }
        }
        others = rest;
        mode(DaemonMode.HYBRID);
    }

    static List<HistogramDefinition> definitions() {
        List<HistogramDefinition> definitions = new ArrayList<>();
        for (DaemonMode mode : DaemonMode.values()) {
            definitions.add(
                    new HistogramDefinition(HistogramKind.LATENESS_BY_MODE, mode.code(), mode.toString()));
        }
        for (int i = 0; i < SIGNALS; i++) {
            definitions.add(
                    new HistogramDefinition(HistogramKind.LATENESS_BY_SIGNAL, CountersLayout.NOT_USED, "signal"));
        }
        definitions.add(new HistogramDefinition(HistogramKind.LATENESS_BY_SIGNAL, HistogramKind.OTHER_SIGNALS,
                "other"));
        return definitions;
    }

    void mode(DaemonMode newMode) {
        mode = byMode[newMode.code()];
    }

    void record(int signalId, long latenessNs) {
        int bucket = CountersLayout.bucketOf(latenessNs);
        mode.record(bucket, latenessNs);
        if (signalId != lastId) {
            last = find(signalId);
            lastId = signalId;
        }
        last.record(bucket, latenessNs);
    }

    private DurationHistogram find(int id) {
        int place = (id * HASH) >>> HASH_SHIFT;
        while (bySignal[place] != null && ids[place] != id) {
            place = (place + 1) & PLACE_MASK;
        }
        if (bySignal[place] == null) {
            if (unclaimed.isEmpty()) {
                return others;
            }
            bySignal[place] = unclaimed.remove(unclaimed.size() - 1);
            bySignal[place].claim(id);
            ids[place] = id;
        }
        return bySignal[place];
    }
}
