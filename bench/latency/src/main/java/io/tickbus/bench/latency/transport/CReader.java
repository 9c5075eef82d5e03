// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.file.Path;

/** A Tickbus publisher in Java and a reader of its file in C. */
final class CReader extends TickbusTransport {
    private Function receiving;
    private Pointer file;
    private long position;

    CReader() {
        super("c-reader");
    }

    @Override
    public String settings() {
        return "SignalPublisher.publish; the signals file read by C written from docs/WIRE_FORMAT.md, cc -O2";
    }

    @Override
    public void openReceiver(Path directory) {
        NativeLibrary library = CLibrary.READER.load(directory);
        String path = directory(directory).signals().toString();
        file = (Pointer) library.getFunction("reader_open").invoke(Pointer.class, new Object[] {path});
        if (file == null) {
            throw new IllegalStateException("the C reader does not accept it as a bus: path=" + path);
        }
        position = library.getFunction("reader_next").invokeLong(new Object[] {file});
        receiving = library.getFunction("reader_receive");
    }

    @Override
    public void receive(Burst burst, Reception reception) {
        try (Memory keys = new Memory((long) burst.count() * Long.BYTES);
                Memory latencies = new Memory((long) burst.count() * Long.BYTES)) {
            int received = (int) receiving.invokeLong(new Object[] {file, position, (long) burst.count(), keys,
                latencies, burst.giveUpNs()});
            if (received < 0) {
                throw new IllegalStateException("the C reader was overrun: position=" + position);
            }
            position += received;
            for (int i = 0; i < received; i++) {
                long offset = (long) i * Long.BYTES;
                reception.take(keys.getLong(offset), 0, latencies.getLong(offset));
            }
        }
    }
}
