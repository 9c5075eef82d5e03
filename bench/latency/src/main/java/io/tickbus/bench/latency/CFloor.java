package io.tickbus.bench.latency;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.tickbus.core.bus.SignalsOptions;
import io.tickbus.core.layout.SignalRecordLayout;
import java.io.IOException;
import java.io.InputStream;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The floor: the same hand-over of one line in C, called for a whole burst at a time in the very threads that run the
 * other transports. Compiled with the {@code cc} that is found.
 */
final class CFloor implements Transport {
    private static final int LINES = SignalsOptions.DEFAULT_SLOT_COUNT;
    private static final String LIBRARY = "libfloor.so";
    private static final String FILE = "floor";

    private MappedByteBuffer lines;
    private Function sending;
    private Function receiving;

    /** Compiles the library into a directory; the reason where that is not possible. */
    static Optional<String> compile(Path directory) throws IOException, InterruptedException {
        Path source = directory.resolve("floor.c");
        try (InputStream in = CFloor.class.getResourceAsStream("floor.c")) {
            Files.copy(in, source);
        }
        try {
            Process compiler = new ProcessBuilder(List.of("cc", "-O2", "-shared", "-fPIC", "-o",
                    directory.resolve(LIBRARY).toString(), source.toString())).inheritIO().start();
            return compiler.waitFor() == 0 ? Optional.empty() : Optional.of("cc failed, see its message above");
        } catch (IOException e) {
            return Optional.of("there is no C compiler 'cc': " + e.getMessage());
        }
    }

    @Override
    public String name() {
        return "c-floor";
    }

    @Override
    public void openSender(Path directory) throws IOException {
        open(directory);
    }

    @Override
    public void openReceiver(Path directory) throws IOException {
        open(directory);
    }

    private void open(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            lines = channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) LINES * SignalRecordLayout.LENGTH);
        }
        // Touches every page, so that no burst meets a page fault.
        lines.load();
        NativeLibrary library = NativeLibrary.getInstance(directory.resolve(LIBRARY).toString());
        sending = library.getFunction("floor_send");
        receiving = library.getFunction("floor_receive");
    }

    @Override
    public void send(Burst burst) {
        sending.invokeVoid(new Object[] {Native.getDirectBufferPointer(lines), LINES - 1L, burst.first(),
            (long) burst.count(), burst.startNs(), burst.gapNs()});
    }

    @Override
    public int receive(Burst burst, long[] latenciesNs) {
        try (Memory latencies = new Memory((long) burst.count() * Long.BYTES)) {
            int received = (int) receiving.invokeLong(new Object[] {Native.getDirectBufferPointer(lines), LINES - 1L,
                burst.first(), (long) burst.count(), latencies, burst.giveUpNs()});
            latencies.read(0, latenciesNs, 0, received);
            return received;
        }
    }

    @Override
    public void close() {
        lines = null;
    }
}
