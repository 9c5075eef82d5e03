// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.transport;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.file.Path;

/** A Tickbus publisher in Java and a reader of its bus in C, through the header. */
final class CReader extends TickbusTransport {
    private Function receiving;
    private Function closing;
    private Pointer attached;

    CReader() {
        super("c-reader");
    }

    @Override
    public String settings() {
        return "SignalPublisher.publish; C reads through tickbus.h, tb_poll in a tight loop, cc -O2";
    }

    @Override
    public void openReceiver(Path directory) {
        NativeLibrary library = CLibrary.READER.load(directory);
        String path = directory(directory).path().toString();
        attached = (Pointer) library.getFunction("reader_open").invoke(Pointer.class, new Object[] {path});
        if (attached == null) {
            throw new IllegalStateException("the C reader does not accept it as a bus: path=" + path);
        }
        receiving = library.getFunction("reader_receive");
        closing = library.getFunction("reader_close");
    }

    @Override
    public void receive(Burst burst, Reception reception) {
        try (Memory keys = new Memory((long) burst.count() * Long.BYTES);
                Memory latencies = new Memory((long) burst.count() * Long.BYTES)) {
            int received = (int) receiving.invokeLong(new Object[] {attached, (long) burst.count(), keys, latencies,
                burst.giveUpNs()});
            if (received < 0) {
                throw new IllegalStateException("the C reader was overrun, or its bus is gone");
            }
            for (int i = 0; i < received; i++) {
                long offset = (long) i * Long.BYTES;
                reception.take(keys.getLong(offset), 0, latencies.getLong(offset));
            }
        }
    }

    @Override
    public void close() {
        super.close();
        if (attached != null) {
            closing.invokeVoid(new Object[] {attached});
        }
    }
}
