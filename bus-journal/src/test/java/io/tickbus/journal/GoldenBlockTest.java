// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.testkit.GoldenHex;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Version 2 of the journal's blocks: the current code reads the golden file and writes it byte by byte. */
class GoldenBlockTest {
    private static final int OWNER = 65_244;
    private static final long NOW_NS = 1_000_000_000_000L;

    private final Block block = new Block();
    private final List<Integer> records = new ArrayList<>();

    private void readGolden() throws IOException {
        byte[] golden = GoldenBlock.read();
        System.arraycopy(golden, 0, block.bytes(), 0, golden.length);
        assertNull(block.fault(golden.length, true));
        for (int at = Block.first(); at < block.length(); at = block.next(at)) {
            records.add(at);
            assertTrue(block.next(at) > at, () -> "records=" + records);
        }
    }

    @Test
    void shouldWriteGoldenBlockToTheByte() throws IOException {
        byte[] written = GoldenBlock.written();
        assertEquals(GoldenHex.format(GoldenBlock.read()), GoldenHex.format(written));
        assertArrayEquals(GoldenBlock.read(), written);
    }

    @Test
    void shouldReadHeaderAndKindsOfGoldenBlock() throws IOException {
        readGolden();
        assertEquals(0x0123_4567_89AB_CDEFL, block.historyId());
        assertEquals(new JournalClock(0x0011_2233_4455_6676L, -5, 1_700_000_000_000_000_000L), block.clock());
        assertEquals(NOW_NS + 9, block.writtenNs());
        assertEquals(198, block.firstSequence());
        assertEquals(200, block.nextSequence());
        assertEquals(48, block.nextTicket());
        assertEquals("[SIGNAL, GAP, OWNER, APPLIED, PENDING, ABORTED, SNAPSHOT_BEGIN, IMAGE, SNAPSHOT_END, START]",
                records.stream().map(block::kind).toList().toString());
    }

    @Test
    void shouldReadSignalAndGapOfGoldenBlock() throws IOException {
        readGolden();
        assertEquals(198, block.sequence(records.get(0)));
        SignalRecord signal = new SignalRecord();
        block.copySignal(records.get(0), signal.fields());
        assertEquals(-42, signal.signalId());
        assertEquals(-3, signal.key());
        assertEquals(999_999_999_300L, signal.deadlineNs());
        assertEquals(999_999_999_500L, signal.publishedNs());
        assertEquals(OWNER, signal.owner());
        assertEquals(7, signal.flags());
        assertEquals(13, signal.generation());
        assertEquals(7, signal.occurrence());
        assertEquals(11, signal.missed());
        assertEquals(12, signal.payload().length);
        assertEquals(199, block.sequence(records.get(1)));
        assertEquals(1, block.missing(records.get(1)));
    }

    @Test
    void shouldReadEntriesOfGoldenBlock() throws IOException {
        readGolden();
        for (int i = 0; i < 8; i++) {
            Entry entry = entry(2 + i);
            assertEquals(40 + i, entry.ticket());
            assertEquals(OWNER, entry.owner());
            assertEquals(200, entry.nextSequence);
            assertEquals(NOW_NS + i, entry.nowNs);
        }
        assertEquals("Pump_1.left-side", entry(2).name());
        assertEquals(1_000, EntryKind.user(entry(2).header));
        assertEquals(-1, entry(3).body()[7]);
        assertEquals(42, entry(4).body()[7]);
        for (int i = 3; i <= 4; i++) {
            TimerCommand command = new TimerCommand();
            entry(i).command(command);
            assertEquals("command type=1 key=-4 signalId=-43 deadlineNs=1000000001000 periodNs=50000 flags=8 "
                    + "misfire=2 graceUs=2000 catchUpCap=1000 payloadLength=12 generation=3597", command.toString());
            assertEquals(0x0807_0605_0403_0201L, command.payloadLow());
            assertEquals(0x0C0B_0A09, command.payloadHigh());
        }
        assertEquals(42, entry(5).body()[0]);
        assertEquals(44, entry(8).body()[0]);
        assertEquals(0x0123_4567_89AB_CDEFL, entry(9).body()[0]);
    }

    @Test
    void shouldRestoreTimerFromImageInGoldenBlock() throws IOException {
        readGolden();
        TimerEngine engine = TimerEngine.create(new TimerQuotas(1, 1));
        DurableTimers timers = DurableTimers.of(engine);
        assertTrue(timers.restore(OWNER, entry(7).body()));
        assertEquals(Durability.DISK, timers.durability(OWNER, -4));
        TimerReply reply = new TimerReply();
        engine.execute(OWNER, new TimerCommand().reset(CommandLayout.TYPE_RESUME, -4), NOW_NS, 0, reply);
        assertEquals(ReplyCode.RESUMED, reply.code());
        List<String> fired = new ArrayList<>();
        engine.expire(NOW_NS + 1_000, 1, firing -> {
            fired.add(firing.key() + " " + firing.signalId() + " " + (firing.deadlineNs() - NOW_NS) + " "
                    + firing.owner() + " " + firing.payload().length + " " + firing.generation());
            return 0;
        });
        assertEquals(List.of("-4 -43 1000 65244 12 3597"), fired);
    }

    private Entry entry(int record) {
        Entry entry = new Entry();
        block.copy(records.get(record), entry);
        return entry;
    }
}
