// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.cli.Report;
import io.tickbus.core.SignalRecord;
import java.nio.charset.StandardCharsets;

/** Signals as JSON lines, put together by hand since there may be 100,000 a second. */
final class SignalJson implements SignalFormat {
    private static final byte[] BEGIN = ascii("{\"type\":\"signal\",\"sequence\":");
    private static final byte[] SIGNAL_ID = ascii(",\"signalId\":");
    private static final byte[] KEY = ascii(",\"key\":\"");
    private static final byte[] OWNER = ascii("\",\"owner\":");
    private static final byte[] REALTIME = ascii(",\"publishedRealtimeNs\":");
    private static final byte[] PUBLISHED = ascii(",\"publishedNs\":");
    private static final byte[] DEADLINE = ascii(",\"deadlineNs\":");
    private static final byte[] OBSERVED = ascii(",\"observedNs\":");
    private static final byte[] LATENESS = ascii(",\"latenessNs\":");
    private static final byte[] PUBLISHED_LATENESS = ascii(",\"publishedLatenessNs\":");
    private static final byte[] LATENCY = ascii(",\"latencyNs\":");
    private static final byte[] NULL = ascii("null");
    private static final byte[] FLAGS = ascii(",\"flags\":");
    private static final byte[] OCCURRENCE = ascii(",\"occurrence\":");
    private static final byte[] GENERATION = ascii(",\"generation\":");
    private static final byte[] MISSED = ascii(",\"missed\":");
    private static final byte[] PAYLOAD = ascii(",\"payload\":\"");
    private static final byte[] END = ascii("\"}");

    private final WallClock clock = new WallClock();

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void signal(LineBuffer out, ObservedSignal observed) {
        SignalRecord signal = observed.signal();
        out.put(BEGIN).put(signal.sequence()).put(SIGNAL_ID).put(signal.signalId()).put(KEY).put(signal.key())
                .put(OWNER).put(signal.owner())
                .put(REALTIME).put(clock.realtimeNs(signal.publishedNs(), observed.observedNs()))
                .put(PUBLISHED).put(signal.publishedNs()).put(DEADLINE).put(signal.deadlineNs())
                .put(OBSERVED).put(observed.observedNs());
        out.put(PUBLISHED_LATENESS).put(observed.publishedLatenessNs());
        putUnlessBacklog(out.put(LATENESS), observed, observed.latenessNs());
        putUnlessBacklog(out.put(LATENCY), observed, observed.latencyNs());
        out.put(FLAGS).put(FlagNames.jsonArray(signal.flags()))
                .put(OCCURRENCE).put(Integer.toUnsignedLong(signal.occurrence()))
                .put(GENERATION).put(Integer.toUnsignedLong(signal.generation()))
                .put(MISSED).put(Integer.toUnsignedLong(signal.missed())).put(PAYLOAD).putPayload(signal)
                .put(END).endLine();
    }

    private static void putUnlessBacklog(LineBuffer out, ObservedSignal observed, long ns) {
        if (observed.isBacklog()) {
            out.put(NULL);
        } else {
            out.put(ns);
        }
    }

    @Override
    public void event(LineBuffer out, Report event) {
        out.put(event.line()).endLine();
    }
}
