// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.cli.Terminal;
import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.SignalRecordLayout;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import static org.junit.jupiter.api.Assertions.assertEquals;


final class TimerTableTest {
    private static final int DUE_COLUMN = 2;

    private final SignalRecord firing = new SignalRecord().signalId(42).key(-7).owner(65_535).occurrence(9, 3)
            .flags(SignalRecordLayout.FLAG_LATE | SignalRecordLayout.FLAG_COALESCED).payload(0xCAFEL)
            .deadlineNs(1_000_000).publishedNs(1_012_345).sequence(77);

    private static List<String> words(boolean isBacklog, SignalRecord firing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LineBuffer out = new LineBuffer(bytes);
        SignalFormat format = SignalTable.ofTimers(Terminal.UNLIMITED);
        format.begin(out);
        format.signal(out, new ObservedSignal().set(firing, 1_020_001, isBacklog));
        out.flush();
        List<String> lines = bytes.toString(StandardCharsets.US_ASCII).lines().toList();
        assertEquals(2, lines.size());
        List<String> words = new java.util.ArrayList<>(List.of(lines.get(1).split(" +", -1)));
        words.remove(DUE_COLUMN);
        return words;
    }

    @Test
    void shouldShowWhatConcernsTheTimer() {
        assertEquals(List.of("77", "42", "65535", "-7", "9", "3", "12.345", "20.001", "LATE,COALESCED",
                "feca000000000000"), words(false, firing));
    }

    @Test
    void shouldShowWhenABacklogWasPublishedButNotWhenItWasSeen() {
        List<String> words = words(true, firing.publishedNs(999_999));
        assertEquals(List.of("-0.001", "-"), words.subList(6, 8));
    }
}
