// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.internal.layout.CountersLayout;

/**
 * What a histogram is, besides its numbers.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param kind  what is recorded in it
 * @param key   which one of its kind; {@link CountersLayout#NOT_USED} if it gets its key with the first value
 * @param label its name: 1 to 40 printable ASCII characters
 */
public record HistogramDefinition(HistogramKind kind, long key, String label) {
    /** Checks the label. */
    public HistogramDefinition {
        CounterDefinition.checkLabel(label, CountersLayout.HISTOGRAM_LABEL_LENGTH);
    }
}
