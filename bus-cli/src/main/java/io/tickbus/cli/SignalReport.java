// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.cli.tail.FlagNames;
import io.tickbus.core.SignalRecord;

/** A signal as an object of JSON, for commands that print few; {@code tail} writes the same names by hand. */
public final class SignalReport {
    private SignalReport() {
    }

    /** What every signal has. */
    public static Report of(String type, SignalRecord signal) {
        return new Report().with("type", type).with("sequence", signal.sequence()).with("signalId", signal.signalId())
                .with("key", Long.toString(signal.key())).with("owner", signal.owner())
                .with("publishedNs", signal.publishedNs()).with("deadlineNs", signal.deadlineNs())
                .with("publishedLatenessNs", signal.publishedNs() - signal.deadlineNs())
                .with("flags", FlagNames.of(signal.flags()))
                .with("occurrence", Integer.toUnsignedLong(signal.occurrence()))
                .with("generation", Integer.toUnsignedLong(signal.generation()))
                .with("missed", Integer.toUnsignedLong(signal.missed()));
    }
}
