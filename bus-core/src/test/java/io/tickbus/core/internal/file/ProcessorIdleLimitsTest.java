// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.BusException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a copy of the kernel's directory, which any user may write. */
@Timeout(30)
class ProcessorIdleLimitsTest {
    @TempDir
    Path folder;

    @Test
    void shouldLimitNamedProcessorsAndRestoreThem() throws Exception {
        cpu(0, "0");
        cpu(1, "0");
        cpu(2, "500");
        ProcessorIdleLimits limits = hold(0, 1, 2);
        assertEquals(List.of("0", "n/a", "n/a"), limits());
        assertTrue(Files.exists(record()));
        limits.close();
        assertEquals(List.of("0", "0", "500"), limits());
        assertFalse(Files.exists(record()));
    }

    @Test
    void shouldNeverRaiseALimit() throws Exception {
        cpu(0, "n/a");
        cpu(1, "20");
        cpu(2, "100");
        ProcessorIdleLimits limits = hold(50, 0, 1, 2);
        assertEquals(List.of("n/a", "20", "50"), limits());
        limits.close();
        assertEquals(List.of("n/a", "20", "100"), limits());
    }

    @Test
    void shouldRestoreWhatAKilledProcessLeft() throws Exception {
        cpu(0, "0");
        cpu(1, "7");
        hold(0, 0, 1); // and never closed
        ProcessorIdleLimits.restore(record(), folder);
        assertEquals(List.of("0", "7"), limits());
        assertFalse(Files.exists(record()));
        ProcessorIdleLimits.restore(record(), folder);
    }

    @Test
    void shouldLeaveAloneWhatOthersChangedMeanwhile() throws Exception {
        cpu(0, "0");
        hold(10, 0);
        cpu(0, "30");
        ProcessorIdleLimits.restore(record(), folder);
        assertEquals(List.of("30"), limits());
    }

    @Test
    void shouldIgnoreRecordOfAnotherBootAndGarbage() throws Exception {
        cpu(0, "n/a");
        Files.writeString(record(), "00000000-0000-0000-0000-000000000001\ncpu0 0 n/a\n");
        ProcessorIdleLimits.restore(record(), folder);
        Files.writeString(record(), "cpu0 0 n/a\n../cpu0 0 n/a\n\u0000");
        ProcessorIdleLimits.restore(record(), folder);
        Files.createFile(record());
        ProcessorIdleLimits.restore(record(), folder);
        assertEquals(List.of("n/a"), limits());
        assertFalse(Files.exists(record()));
    }

    @Test
    void shouldChangeNothingWhenAProcessorDoesNotExist() throws Exception {
        cpu(0, "0");
        String message = assertThrows(BusException.class, () -> hold(0, 0, 9)).getMessage();
        assertTrue(message.contains("processors [0, 9]") && message.endsWith("name processors that exist"), message);
        assertEquals(List.of("0"), limits());
        assertFalse(Files.exists(record()));
    }

    @Test
    void shouldKeepRecordThatCouldNotBeRestored() throws Exception {
        cpu(0, "0");
        hold(0, 0);
        Files.delete(limit(0));
        Files.createDirectory(limit(0)); // cannot be read, whoever tries
        assertThrows(IOException.class, () -> ProcessorIdleLimits.restore(record(), folder));
        assertTrue(Files.exists(record()));
    }

    private ProcessorIdleLimits hold(int latencyUs, Integer... cpus) {
        return ProcessorIdleLimits.hold(record(), folder, List.of(cpus), latencyUs);
    }

    private Path record() {
        return folder.resolve("idle");
    }

    private Path limit(int cpu) {
        return folder.resolve("cpu" + cpu + "/power/pm_qos_resume_latency_us");
    }

    private void cpu(int cpu, String text) throws IOException {
        Files.createDirectories(limit(cpu).getParent());
        Files.writeString(limit(cpu), text + "\n");
    }

    private List<String> limits() throws IOException {
        List<String> limits = new ArrayList<>();
        for (int cpu = 0; Files.exists(limit(cpu)); cpu++) {
            limits.add(Files.readString(limit(cpu)).strip());
        }
        return limits;
    }
}
