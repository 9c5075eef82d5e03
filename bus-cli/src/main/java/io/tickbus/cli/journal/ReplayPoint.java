// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.journal;

import io.tickbus.cli.IntegerConverter;
import io.tickbus.cli.TimeText;
import picocli.CommandLine.ITypeConverter;

/** Where a replay begins or ends: a sequence, or a time. */
record ReplayPoint(Long sequence, Long realtimeNs) {
    static final class Converter implements ITypeConverter<ReplayPoint> {
        @Override
        public ReplayPoint convert(String value) {
            return value.matches("[0-9]+") ? new ReplayPoint(IntegerConverter.toLong(value), null)
                    : new ReplayPoint(null, TimeText.parse(value).saturatedNs());
        }
    }

    /** Whether a signal is before this. */
    boolean isAfter(long ofSequence, long ofRealtimeNs) {
        return sequence != null ? ofSequence < sequence : ofRealtimeNs < realtimeNs;
    }
}
