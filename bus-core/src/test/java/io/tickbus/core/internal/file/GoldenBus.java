// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.internal.layout.SignalsLayout;
import io.tickbus.core.internal.memory.SharedRegion;
import java.util.function.Consumer;

/** A bus whose history and epoch are fixed, for the golden files of what lies beside {@code signals}. */
final class GoldenBus {
    static final long HISTORY_ID = 0x0123_4567_89AB_CDEFL;
    static final long EPOCH = 7;

    private GoldenBus() {
    }

    /** Opens the bus, hands over the header that its other files are made from, and closes it. */
    static void open(BusDirectory directory, Consumer<SignalsHeader> work) {
        try (WritableBus bus = WritableBus.open(directory, BusFixture.SMALL)) {
            SharedRegion region = bus.signals().region();
            region.putLong(SignalsLayout.HISTORY_ID, HISTORY_ID);
            region.putLong(SignalsLayout.EPOCH, EPOCH);
            work.accept(bus.signals().header());
        }
    }
}
