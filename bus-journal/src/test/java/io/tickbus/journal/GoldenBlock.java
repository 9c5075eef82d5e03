// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.MisfirePolicy;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.testkit.GoldenHex;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** A block with a record of each kind and fixed contents; see {@link GoldenHex}. */
final class GoldenBlock {
    static final long HISTORY_ID = 0x0123_4567_89AB_CDEFL;
    static final int OWNER = 0xFEDC;
    static final long NOW_NS = 1_000_000_000_000L;
    static final long FIRST_SEQUENCE = 198;
    static final long FIRST_TICKET = 40;
    static final JournalClock CLOCK = new JournalClock(0x0011_2233_4455_6676L, -5, 1_700_000_000_000_000_000L);

    /** The last character of the magic number, as a block has no other version field. */
    private static final String RESOURCE = "block-v" + (char) (Block.MAGIC_VALUE >>> 24) + ".hex";

    private GoldenBlock() {
    }

    /** Writes the golden file: {@code main(the resource to write)}. */
    public static void main(String[] args) throws IOException {
        GoldenHex.write(Path.of(args[0]), written());
    }

    /** The golden file's bytes. */
    static byte[] read() throws IOException {
        return GoldenHex.read(GoldenBlock.class, RESOURCE);
    }

    /** The same content, written by the current code. */
    static byte[] written() {
        Block block = new Block();
        block.clear();
        block.admits(CLOCK);
        block.addSignal(FIRST_SEQUENCE, signal().fields());
        block.addGap(FIRST_SEQUENCE + 1, 1);
        add(block, EntryKind.OWNER, 0, owner("Pump_1.left-side"));
        add(block, EntryKind.APPLIED, 1, command(-1));
        add(block, EntryKind.PENDING, 2, command(FIRST_TICKET + 2));
        add(block, EntryKind.ABORTED, 3, FIRST_TICKET + 2);
        add(block, EntryKind.SNAPSHOT_BEGIN, 4);
        add(block, EntryKind.IMAGE, 5, image());
        add(block, EntryKind.SNAPSHOT_END, 6, FIRST_TICKET + 4);
        add(block, EntryKind.START, 7, HISTORY_ID);
        block.finish(HISTORY_ID, NOW_NS + 9, FIRST_SEQUENCE, FIRST_SEQUENCE + 2, FIRST_TICKET + 8);
        return Arrays.copyOf(block.bytes(), block.length());
    }

    private static void add(Block block, EntryKind kind, int i, long... body) {
        Entry entry = new Entry();
        entry.header = kind.header(OWNER, kind == EntryKind.OWNER ? 1_000 : 0);
        entry.ticket = FIRST_TICKET + i;
        entry.nextSequence = FIRST_SEQUENCE + 2;
        entry.nowNs = NOW_NS + i;
        System.arraycopy(body, 0, entry.body, 0, body.length);
        block.add(entry);
    }

    static SignalRecord signal() {
        return new SignalRecord().signalId(-42).key(-3).deadlineNs(NOW_NS - 700).publishedNs(NOW_NS - 500).owner(OWNER)
                .flags(0x07).occurrence(7, 11).generation(13)
                .payload("0123456789AB".getBytes(StandardCharsets.US_ASCII));
    }

    private static long[] owner(String name) {
        Entry entry = new Entry();
        Entry.putName(name, entry.body);
        return entry.body;
    }

    static TimerCommand arm() {
        return new TimerCommand().arm(-4, -43, NOW_NS + 1_000).periodNs(50_000).misfire(MisfirePolicy.FIRE_ALL, 1_000)
                .graceUs(2_000).payload(0x0807_0605_0403_0201L, 0x0C0B_0A09, 12).generation(0x0E0D)
                .durability(Durability.DISK);
    }

    private static long[] command(long intentTicket) {
        long[] body = Arrays.copyOf(arm().fields(), Entry.COMMAND_WORDS + 1);
        body[Entry.PENDING_TICKET] = intentTicket;
        return body;
    }

    /** The timer of {@link #arm}, paused. */
    static long[] image() {
        TimerEngine engine = TimerEngine.create(new TimerQuotas(1, 1));
        DurableTimers timers = DurableTimers.of(engine);
        timers.redo(OWNER, arm(), NOW_NS);
        timers.redo(OWNER, new TimerCommand().reset(CommandLayout.TYPE_PAUSE, -4), NOW_NS);
        long[] found = new long[DurableTimers.IMAGE_WORDS];
        timers.page(0, 1, (owner, image) -> System.arraycopy(image, 0, found, 0, found.length));
        return found;
    }

    /** An entry with a distinct number in each field; the ring does not interpret them. */
    static Entry entry(int i) {
        Entry entry = new Entry();
        entry.header = EntryKind.of(4L + i).header(0xFFDC + i, 1_000 + i);
        entry.nextSequence = 200L + i;
        entry.nowNs = NOW_NS + i;
        for (int word = 0; word < entry.body.length; word++) {
            entry.body[word] = 10L * i - word;
        }
        return entry;
    }
}
