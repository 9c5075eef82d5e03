// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.tickbus.core.SignalsOptions;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;

/**
 * The floor: the same handover of one line in C, called for a whole burst at a time in the very threads that run the
 * other transports.
 */
final class CFloor implements Transport {
    private static final int LINES = SignalsOptions.DEFAULT_SLOT_COUNT;
    private static final String FILE = "floor";

    private MappedByteBuffer lines;
    private Function sending;
    private Function receiving;

    @Override
    public String settings() {
        return "C, one 64-byte line per message, release store and acquire load, 65,536 lines, cc -O2";
    }

    @Override
    public void open(Path directory) throws IOException {
        lines = SharedFile.buffer(directory.resolve(FILE), (long) LINES * SignalRecordLayout.LENGTH);
        NativeLibrary library = CLibrary.FLOOR.load(directory);
        sending = library.getFunction("floor_send");
        receiving = library.getFunction("floor_receive");
    }

    @Override
    public void send(Burst burst) {
        sending.invokeVoid(new Object[] {Native.getDirectBufferPointer(lines), LINES - 1L, burst.first(),
            (long) burst.count(), burst.startNs(), burst.gapNs()});
    }

    @Override
    public void receive(Burst burst, Reception reception) {
        try (Memory latencies = new Memory((long) burst.count() * Long.BYTES)) {
            int received = (int) receiving.invokeLong(new Object[] {Native.getDirectBufferPointer(lines), LINES - 1L,
                burst.first(), (long) burst.count(), latencies, burst.giveUpNs()});
            for (int i = 0; i < received; i++) {
                reception.take(burst.first() + i, 0, latencies.getLong((long) i * Long.BYTES));
            }
        }
    }
}
