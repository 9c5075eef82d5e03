// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SortedRunTest {
    private final TimerSlab timers = new TimerSlab(2 * SortedRun.CAPACITY);
    private final SortedRun run = new SortedRun(timers);
    private long armings;

    private int offer(long deadlineNs) {
        int timer = timers.take();
        assertTrue(run.offer(deadlineNs, DeadlineHeap.word(armings++, timer)));
        return timer;
    }

    private void remove(int timer) {
        run.remove(timers.where(timer));
        timers.free(timer);
    }

    @Test
    void shouldRefuseWhatIsDueBeforeTheLast() {
        offer(5);
        int last = offer(7);
        assertFalse(run.offer(6, DeadlineHeap.word(armings, 9)));
        assertFalse(run.offer(7, DeadlineHeap.word(-1, 9)), "armed before the last");
        assertFalse(run.offer(Long.MAX_VALUE, DeadlineHeap.word(armings, 9)), "never");
        remove(last);
        assertTrue(run.offer(6, DeadlineHeap.word(armings, timers.take())));
        assertEquals(5, run.firstNs());
        assertEquals(2, run.size());
    }

    @Test
    void shouldRefuseWhenAllPlacesAreTaken() {
        int first = offer(1);
        for (int i = 1; i < SortedRun.CAPACITY; i++) {
            offer(1);
        }
        assertFalse(run.offer(1, DeadlineHeap.word(armings, timers.take())));
        remove(first);
        offer(1);
        assertEquals(SortedRun.CAPACITY, run.size());
    }

    /** The number of a timer grows with its deadline here, so the first is the one with the lowest number. */
    @Test
    void shouldKnowTheFirstWhateverIsRemoved() {
        Random random = new Random(1);
        TreeSet<Long> pending = new TreeSet<>();
        List<Integer> byDeadline = new ArrayList<>();
        for (int i = 0; i < 300_000; i++) {
            if (pending.size() < (i / 1_000 % 2 == 0 ? 900 : 3) || random.nextInt(3) == 0) {
                pending.add((long) byDeadline.size());
                byDeadline.add(offer(byDeadline.size()));
            }
            while (pending.size() > 1_000 || (!pending.isEmpty() && random.nextInt(3) > 0)) {
                Long from = pending.first() + random.nextLong(byDeadline.size() - pending.first());
                Long removed = random.nextInt(4) == 0 ? pending.first() : pending.floor(from);
                pending.remove(removed);
                remove(byDeadline.get(removed.intValue()));
                assertEquals(pending.isEmpty() ? Long.MAX_VALUE : pending.first(), run.firstNs());
            }
            assertEquals(pending.size(), run.size());
            if (i % 100 == 0) {
                checkCopies(pending, byDeadline);
            }
        }
    }

    private void checkCopies(Set<Long> pending, List<Integer> byDeadline) {
        int[] copies = new int[50];
        int count = run.copyDue(byDeadline.size() - 1L, copies, 0, copies.length);
        assertEquals(Math.min(pending.size(), copies.length), count);
        int at = 0;
        for (Long deadlineNs : pending) {
            if (at < count) {
                assertEquals(byDeadline.get(deadlineNs.intValue()), copies[at++]);
            }
        }
    }
}
