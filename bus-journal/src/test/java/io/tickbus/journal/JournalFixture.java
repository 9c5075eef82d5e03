// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.calendar.CalendarSchedule;
import io.tickbus.core.calendar.ScheduleDefinition;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;
import io.tickbus.daemon.journal.JournalOptions.Roll;
import io.tickbus.journal.JournalStore.Position;
import io.tickbus.timer.DurableTimers;
import io.tickbus.timer.TimerEngine;
import io.tickbus.timer.TimerQuotas;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** Writes a journal's segment block by block. */
final class JournalFixture implements AutoCloseable {
    static final long HISTORY = 4711;
    static final int OWNER = 3;

    private final SegmentWriter segment;
    private final Block block = new Block();
    private final Entry entry = new Entry();
    private final List<Position> positions = new ArrayList<>();
    private long history = HISTORY;
    private JournalClock clock = JournalClock.of(new UUID(0, 0), 0, 0);
    private long writtenNs;
    private long firstSequence;
    private long nextSequence;
    private long nextTicket;

    JournalFixture(Path folder, long number) throws IOException {
        JournalFolder journal = new JournalFolder(folder);
        journal.create();
        segment = SegmentWriter.open(journal, number, Roll.DAILY);
        block.clear();
    }

    JournalFixture start(UUID bootId, long offsetNs) {
        return clock(JournalClock.of(bootId, 0, offsetNs)).put(EntryKind.START);
    }

    /** Sets the history of the current and the following blocks. */
    JournalFixture clock(JournalClock newClock) {
        clock = newClock;
        return this;
    }

    /** Sets when the next block is written. */
    JournalFixture writtenAt(long newWrittenNs) {
        writtenNs = newWrittenNs;
        return this;
    }

    /** Skips tickets, as if their entries were lost. */
    JournalFixture lose(int tickets) {
        nextTicket += tickets;
        return this;
    }

    JournalFixture history(long newHistory) {
        history = newHistory;
        return this;
    }

    JournalFixture owner(int user, String name) {
        Entry.putName(name, entry.body);
        entry.header = EntryKind.OWNER.header(OWNER, user);
        return put();
    }

    JournalFixture arm(long key, long deadlineNs, long periodNs) {
        return command(EntryKind.APPLIED, new TimerCommand().arm(key, 1, deadlineNs).periodNs(periodNs), -1);
    }

    JournalFixture armAt(long key, long realtimeNs) {
        return command(EntryKind.APPLIED, new TimerCommand().armAt(key, 1, realtimeNs), -1);
    }

    /** Sets the version of the rules of time zones that the next START states. */
    JournalFixture zoneRules(String version) {
        ByteBuffer bytes = ByteBuffer.wrap(Arrays.copyOf(version.getBytes(StandardCharsets.US_ASCII), 16));
        entry.body[1] = bytes.getLong();
        entry.body[2] = bytes.getLong();
        return this;
    }

    JournalFixture schedule(CalendarSchedule schedule) {
        for (int part = 0; part < TimerCommand.parts(schedule.definition()); part++) {
            System.arraycopy(new TimerCommand().define(schedule.definition(), part).fields(), 0, entry.body, 0,
                    Entry.COMMAND_WORDS);
            put(EntryKind.SCHEDULE);
        }
        return this;
    }

    JournalFixture calendar(long key, CalendarSchedule schedule, long realtimeNs) {
        return image(image(key, schedule, realtimeNs));
    }

    /** The timer of a schedule, as a daemon tells the journal of it. */
    static long[] image(long key, CalendarSchedule schedule, long realtimeNs) {
        TimerEngine engine = TimerEngine.create(TimerQuotas.DEFAULT, 1 << 10, () -> realtimeNs);
        engine.openOwner(OWNER);
        engine.define(schedule);
        engine.execute(OWNER, new TimerCommand().calendar(key, 1, schedule).deadlineNs(realtimeNs)
                .durability(Durability.DISK), 0, 0, new TimerReply());
        long[] image = new long[DurableTimers.IMAGE_WORDS];
        DurableTimers.of(engine).image(OWNER, key, (owner, words) -> System.arraycopy(words, 0, image, 0,
                image.length));
        return image;
    }

    /** A schedule of a text of one part; returns its number. */
    long schedule(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer words = ByteBuffer.wrap(Arrays.copyOf(bytes, CommandLayout.TEXT_LENGTH))
                .order(ByteOrder.LITTLE_ENDIAN);
        long id = ScheduleDefinition.idOf(bytes, bytes.length);
        TimerCommand part = new TimerCommand().reset(CommandLayout.TYPE_DEFINE, id).deadlineNs(words.getLong())
                .periodNs(words.getLong());
        part.fields()[3] |= (long) bytes.length << Short.SIZE;
        for (int i = 4; i < 7; i++) {
            part.fields()[i] = words.getLong();
        }
        System.arraycopy(part.fields(), 0, entry.body, 0, Entry.COMMAND_WORDS);
        put(EntryKind.SCHEDULE);
        return id;
    }

    /** Sets the next ticket. */
    JournalFixture tickets(long newNextTicket) {
        nextTicket = newNextTicket;
        return this;
    }

    JournalFixture image(long[] image) {
        System.arraycopy(image, 0, entry.body, 0, image.length);
        return put(EntryKind.IMAGE);
    }

    JournalFixture pause(long key, long nowNs) {
        return command(CommandLayout.TYPE_PAUSE, key, nowNs);
    }

    JournalFixture command(int type, long key, long nowNs) {
        entry.nowNs = nowNs;
        System.arraycopy(new TimerCommand().reset(type, key).fields(), 0, entry.body, 0, Entry.COMMAND_WORDS);
        entry.body[Entry.PENDING_TICKET] = -1;
        return put(EntryKind.APPLIED);
    }

    JournalFixture intend(long key, long deadlineNs) {
        return command(EntryKind.PENDING, new TimerCommand().arm(key, 1, deadlineNs), nextTicket);
    }

    private JournalFixture command(EntryKind kind, TimerCommand command, long ticket) {
        System.arraycopy(command.durability(Durability.DISK).fields(), 0, entry.body, 0, Entry.COMMAND_WORDS);
        entry.body[Entry.PENDING_TICKET] = ticket;
        return put(kind);
    }

    JournalFixture put(EntryKind kind) {
        entry.header = kind.header(OWNER, 0);
        return put();
    }

    private JournalFixture put() {
        entry.ticket = nextTicket++;
        entry.nextSequence = nextSequence;
        entry.clock = clock;
        block.admits(clock);
        block.add(entry);
        return this;
    }

    JournalFixture signal(long key, long deadlineNs) {
        SignalRecord signal = new SignalRecord().key(key).owner(OWNER).deadlineNs(deadlineNs).publishedNs(deadlineNs);
        block.admits(clock);
        block.addSignal(nextSequence++, signal.fields());
        return this;
    }

    JournalFixture gap(long count) {
        block.addGap(nextSequence, count);
        nextSequence += count;
        return this;
    }

    /** Writes the block twice, as after a failed sync. */
    JournalFixture writeTwice() throws IOException {
        block.finish(history, writtenNs, firstSequence, nextSequence, nextTicket);
        segment.append(block);
        return write();
    }

    /** Writes the block. */
    JournalFixture write() throws IOException {
        block.finish(history, writtenNs, firstSequence, nextSequence, nextTicket);
        positions.add(segment.append(block));
        block.clear();
        firstSequence = nextSequence;
        return this;
    }

    /** The blocks' positions. */
    List<Position> positions() {
        return positions;
    }

    @Override
    public void close() {
        try {
            segment.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
