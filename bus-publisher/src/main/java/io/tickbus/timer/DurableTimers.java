package io.tickbus.timer;

import io.tickbus.core.SignalRecord;
import io.tickbus.core.internal.layout.CommandLayout;
import io.tickbus.core.timer.Durability;
import io.tickbus.core.timer.ReplyCode;
import io.tickbus.core.timer.TimerCommand;
import io.tickbus.core.timer.TimerReply;

/**
 * What a journal needs of a {@link TimerEngine}: which of its timers are durable, images of them for a snapshot, and
 * making it again from images, commands and firings in the order in which they happened.
 *
 * <p><b>Threads:</b> the engine's. <b>Progress:</b> {@link #page} is bounded; what recovers takes as long as there are
 * timers and belongs before the engine runs. <b>Errors:</b> none for any image or command whatever; what makes no sense
 * is answered with {@code false}.
 */
public final class DurableTimers {
    /** 64-bit words of an image. */
    public static final int IMAGE_WORDS = TimerTable.LONGS;
    private static final int MOST_LOOKED_AT = 2_048;
    private static final int IMAGE_KEY = 0;

    private final TimerEngine engine;
    private final TimerStore store;
    private final TimerTable table;
    private final TimerReply scratch = new TimerReply();
    private final long[] image = new long[IMAGE_WORDS];
    private TimerQuotas quotas;
    private RateQuotas rates;
    private long mostBytes;

    /** Takes the images of a snapshot. */
    @FunctionalInterface
    public interface ImageSink {
        /** Takes one image, an array that is used again. */
        void take(int owner, long[] image);
    }

    private DurableTimers(TimerEngine engine) {
        this.engine = engine;
        this.store = engine.store();
        this.table = store.table();
    }

    /** Those of an engine. */
    public static DurableTimers of(TimerEngine engine) {
        return new DurableTimers(engine);
    }

    /** What the pending timer of a key survives; NONE where there is none. */
    public Durability durability(int owner, long key) {
        int timer = store.index().find(owner, key);
        boolean isThere = timer != KeyIndex.NONE && table.isTaken(timer);
        return isThere ? Durability.of(table.durabilityCode(timer)) : Durability.NONE;
    }

    /**
     * Hands over images of durable timers.
     *
     * @param cursor 0, or what the last call returned
     * @param max    the most images
     * @return the cursor of the next page; −1 at the end
     */
    public int page(int cursor, int max, ImageSink sink) {
        int end = Math.min(table.usedEver(), cursor + MOST_LOOKED_AT);
        int timer = cursor;
        for (int count = 0; timer < end && count < max; timer++) {
            if (table.isTaken(timer) && table.durabilityCode(timer) != 0) {
                table.save(timer, image);
                sink.take(table.owner(timer), image);
                count++;
            }
        }
        return timer < table.usedEver() ? timer : -1;
    }

    /** Hands over the image of the pending or paused timer of a key, if there is one. */
    public void image(int owner, long key, ImageSink sink) {
        int timer = store.index().find(owner, key);
        if (timer != KeyIndex.NONE && table.isTaken(timer)) {
            table.save(timer, image);
            sink.take(owner, image);
        }
    }

    /** How often all timers were given new places, after a fault: a page's cursor means nothing then. */
    public long rebuilds() {
        return store.rebuilds();
    }

    /** Begins to recover: no quota applies until {@link #finish}. */
    public void begin() {
        quotas = engine.quotas();
        engine.quotas(new TimerQuotas(TimerQuotas.MOST_TIMERS, TimerQuotas.MOST_TIMERS));
        rates = engine.rates();
        engine.rates(RateQuotas.NONE);
        mostBytes = store.mostBytes();
        store.mostBytes(Long.MAX_VALUE);
    }

    /**
     * Says by how much CLOCK_REALTIME was ahead of the CLOCK_MONOTONIC that the times of what follows are in, for
     * commands about calendar timers; until {@link #finish}.
     */
    public void calendarOffsetNs(long offsetNs) {
        store.clock().pin(offsetNs);
    }

    /** Carries out a command again. Of a volatile arming only that it ends a durable one is. */
    public boolean redo(int owner, TimerCommand command, long nowNs) {
        open(owner);
        boolean isVolatileArm =
                command.type() == CommandLayout.TYPE_ARM && command.durability() == Durability.NONE;
        engine.execute(owner, command, nowNs, 0, scratch);
        if (isVolatileArm && scratch.code() == ReplyCode.ARMED) {
            remove(owner, command.key());
        }
        return switch (scratch.code()) {
            case ARMED, CANCELLED, PAUSED, RESUMED, ALREADY_FIRED, UNKNOWN -> true;
            default -> false;
        };
    }

    private void open(int owner) {
        OwnerAccount account = store.owners().find(owner);
        if (account == null || !account.isOpen()) {
            engine.openOwner(owner);
        }
    }

    private void remove(int owner, long key) {
        int timer = store.find(owner, key);
        if (timer != KeyIndex.NONE) {
            store.cancel(timer);
        }
    }

    /** Puts a timer back as an image shows it, in the place of any other of its key; false for no image of a timer. */
    public boolean restore(int owner, long[] from) {
        if (!TimerTable.isSound(from)) {
            return false;
        }
        open(owner);
        System.arraycopy(from, 0, image, 0, IMAGE_WORDS);
        remove(owner, image[IMAGE_KEY]);
        int timer = store.addImage(owner, image);
        return timer != KeyIndex.NONE;
    }

    /**
     * Does again what a firing has done: a timer that is due once is no more, a periodic one continues with its next
     * occurrence. A firing of another arming than the timer's, or one that is done already, changes nothing: so signals
     * of a daemon that knew nothing of these timers do them no harm, whatever owners and keys it had.
     */
    public void refire(SignalRecord firing) {
        int timer = store.find(firing.owner(), firing.key());
        if (timer == KeyIndex.NONE || table.durabilityCode(timer) == 0
                || table.generation(timer) != firing.generation()) {
            return;
        }
        long periodNs = table.periodNs(timer);
        if (periodNs == 0) {
            store.cancel(timer);
            return;
        }
        long occurrence = table.occurrence(timer);
        // As int32: the record has the low half of the number.
        int ahead = firing.occurrence() - (int) occurrence;
        long count = 1L + ahead + (firing.isLate() ? firing.missed() : 0);
        if (count > 0) {
            long nextNs = Saturating.deadlineNs(table.dueNs(timer), Saturating.product(count, periodNs));
            table.due(timer, nextNs, occurrence + count);
            table.arrears(timer, 0);
            if (nextNs > store.nowOf(timer, firing.publishedNs())) {
                table.firedSince(timer);
            }
            if (table.state(timer) == TimerTable.PENDING) {
                store.wheelOf(timer).rearm(timer, nextNs);
            }
        }
    }

    /**
     * Moves all deadlines but those of calendar timers, as CLOCK_MONOTONIC started over with the host.
     *
     * @param deltaNs what is added to each
     */
    public void shift(long deltaNs) {
        for (int timer = 0; timer < table.usedEver(); timer++) {
            if (table.isTaken(timer) && !table.isCalendar(timer)) {
                store.shift(timer, deltaNs);
            }
        }
    }

    /**
     * Ends the recovery: every timer's next firing says RECOVERED, and those that are due get their turns one after
     * the other, in the order of their deadlines.
     *
     * @param nowNs               CLOCK_MONOTONIC nanoseconds
     * @param intervalNs          from one overdue firing to the next, in nanoseconds
     * @param mayHaveFiredUntilNs until when it is unknown which of those that are due by then have fired before
     * @return how many are overdue
     */
    public int finish(long nowNs, long intervalNs, long mayHaveFiredUntilNs) {
        store.clock().unpin();
        for (int timer = 0; timer < table.usedEver(); timer++) {
            if (table.isTaken(timer)) {
                boolean isDue = table.state(timer) == TimerTable.PENDING
                        && table.dueNs(timer) <= store.nowOf(timer, mayHaveFiredUntilNs);
                table.recovered(timer, isDue);
            }
        }
        int[] overdue = {0};
        new ExpiryLoop(store).expire(nowNs, Integer.MAX_VALUE, (timer, dueNs) -> {
            overdue[0]++;
            store.wheelOf(timer).rearm(timer, store.nowOf(timer, nowNs) + 1 + overdue[0] * intervalNs);
        });
        engine.quotas(quotas);
        engine.rates(rates);
        store.mostBytes(mostBytes);
        return overdue[0];
    }

    /** Timers of an owner. */
    public int count(int owner) {
        return engine.pending(owner);
    }

    /** All timers. */
    public int count() {
        return engine.pending();
    }

    /** Owners that timers were recovered for, before their clients are back. */
    public void closeOwners() {
        for (int owner = 1; owner <= 0xFFFF; owner++) {
            OwnerAccount account = store.owners().find(owner);
            if (account != null && account.isOpen()) {
                engine.cancelOwner(owner);
            }
        }
    }
}
