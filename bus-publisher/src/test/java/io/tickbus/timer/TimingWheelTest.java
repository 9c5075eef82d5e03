// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimingWheelTest {
    private static final long NOW_NS = 1_000_000_000_007L;
    private static final int MANY = 300_000;

    private final TimingWheel wheel = TimingWheel.create(1 << 20);
    private final List<Integer> fired = new ArrayList<>();
    private final List<Long> firedNs = new ArrayList<>();

    @Test
    void shouldHaveNoDeadlineWhenNothingIsPending() {
        assertEquals(Long.MAX_VALUE, wheel.nextDeadlineNs());
        assertEquals(0, expire(Long.MAX_VALUE - 1));
        assertFalse(wheel.hasMoreDue());
        wheel.cancel(wheel.arm(NOW_NS));
        assertEquals(Long.MAX_VALUE, wheel.nextDeadlineNs());
        assertEquals(0, wheel.pending());
    }

    @Test
    void shouldFireAtDeadlineAndNotOneNanosecondEarlier() {
        int timer = wheel.arm(NOW_NS);
        assertEquals(NOW_NS, wheel.nextDeadlineNs());
        assertEquals(0, expire(NOW_NS - 1));
        assertTrue(wheel.isPending(timer));
        assertEquals(1, expire(NOW_NS));
        assertFalse(wheel.isPending(timer));
        assertEquals(0, expire(NOW_NS + 1));
        assertEquals(List.of(NOW_NS), firedNs);
    }

    /** Far more than the buckets take: most are in the heap, and those that are due lie on paths between them. */
    @Test
    void shouldCopyDueTimersAndNoOthersWhenMostAreNotDue() {
        Random random = new Random(5);
        for (int i = 0; i < MANY; i++) {
            wheel.arm(NOW_NS + TimeUnit.DAYS.toNanos(7) + random.nextInt(1_000));
        }
        for (int count = 1; count <= 100; count++) {
            wheel.arm(NOW_NS - random.nextInt(10));
            int[] due = new int[200];
            int copied = wheel.copyDue(NOW_NS, due, due.length);
            assertEquals(count, IntStream.of(due).limit(copied).filter(wheel::isPending).distinct().count());
            assertTrue(IntStream.of(due).limit(copied).allMatch(timer -> wheel.deadlineNs(timer) <= NOW_NS));
            int some = wheel.copyDue(NOW_NS, due, 16);
            assertTrue(some >= Math.min(8, count) && some <= 16, "some=" + some);
        }
        assertEquals(100, expire(NOW_NS));
    }

    @Test
    void shouldFireInArmingOrderWhenDeadlinesAreEqual() {
        int last = wheel.arm(NOW_NS);
        int first = wheel.arm(NOW_NS);
        int second = wheel.arm(NOW_NS);
        wheel.arm(NOW_NS + 1);
        wheel.rearm(last, NOW_NS);
        assertEquals(3, expire(NOW_NS));
        assertEquals(List.of(first, second, last), fired);
    }

    @Test
    void shouldFireInDeadlineOrderWhenDeadlinesAreFarApart() {
        long[] deadlinesNs = {Long.MIN_VALUE, -NOW_NS, -1, 0, 1, 63, 64, 4_096, NOW_NS - 1, NOW_NS, NOW_NS + 1,
            1L << 60, NOW_NS + Long.MAX_VALUE / 2, Long.MAX_VALUE - 1};
        for (int i = deadlinesNs.length; --i >= 0; ) {
            wheel.arm(deadlinesNs[i]);
            assertEquals(deadlinesNs[i], wheel.nextDeadlineNs());
        }
        assertEquals(10, expire(NOW_NS));
        assertEquals(4, expire(Long.MAX_VALUE));
        assertEquals(Arrays.stream(deadlinesNs).boxed().toList(), firedNs);
    }

    @Test
    void shouldFirePastDeadlinesFirstAndInTheirOrder() {
        wheel.arm(NOW_NS + 5);
        expire(NOW_NS + 4);
        int early = wheel.arm(NOW_NS - 1_000_000_000);
        int earlier = wheel.arm(NOW_NS - 2_000_000_000);
        assertEquals(NOW_NS - 2_000_000_000, wheel.nextDeadlineNs());
        assertEquals(2, expire(NOW_NS + 4));
        assertEquals(List.of(earlier, early), fired);
    }

    @Test
    void shouldBeDueAtAnyTimeWhenArmedAtAnyTimeBefore() {
        for (long delayNs = 1; delayNs < 1L << 62; delayNs += delayNs / 2 + 1) {
            wheel.arm(NOW_NS + delayNs);
            assertEquals(NOW_NS + delayNs, wheel.nextDeadlineNs());
            assertEquals(0, expire(NOW_NS + delayNs - 1));
            assertEquals(1, expire(NOW_NS + delayNs));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 1_000_000, 60_000_000_000L, 40_000_000_000_000_000L})
    void shouldFireAllInOrderAfterStallOfAnyLength(long stallNs) {
        Random random = new Random(stallNs);
        long[] deadlinesNs = random.longs(10_000, NOW_NS, NOW_NS + stallNs).toArray();
        for (long deadlineNs : deadlinesNs) {
            wheel.arm(deadlineNs);
        }
        Arrays.sort(deadlinesNs);
        while (expire(NOW_NS + stallNs, 100) == 100) {
            assertEquals(fired.size() < 10_000, wheel.hasMoreDue());
        }
        assertEquals(Arrays.stream(deadlinesNs).boxed().toList(), firedNs);
    }

    @Test
    void shouldGoOnWithHerdWhereLimitStoppedIt() {
        int herd = 100_000;
        for (int i = 0; i < herd; i++) {
            assertEquals(i, wheel.arm(NOW_NS));
        }
        int later = wheel.arm(NOW_NS + 100_000);
        int middle = wheel.arm(NOW_NS + 50_000);
        wheel.cancel(herd / 2);
        int calls = 0;
        while (expire(NOW_NS + 99_999, 256) > 0) {
            calls++;
            assertEquals(Math.min(calls * 256, herd), fired.size());
            assertEquals(fired.size() < herd, wheel.hasMoreDue());
            assertEquals(calls * 256 < herd - 1 ? NOW_NS : calls * 256 < herd ? NOW_NS + 50_000 : NOW_NS + 100_000,
                    wheel.nextDeadlineNs());
        }
        assertEquals((herd + 255) / 256, calls);
        assertEquals(1, expire(NOW_NS + 100_000));
        for (int i = 0; i < herd - 1; i++) {
            assertEquals(i < herd / 2 ? i : i + 1, fired.get(i));
        }
        assertEquals(List.of(middle, later), fired.subList(herd - 1, herd + 1));
    }

    @Test
    void shouldKeepNextDeadlineExactWhenMinimumIsCancelledAgainAndAgain() {
        Random random = new Random(42);
        long[] deadlinesNs = random.longs(20_000, NOW_NS, NOW_NS + 1_000_000_000).toArray();
        Integer[] timers = new Integer[deadlinesNs.length];
        for (int i = 0; i < timers.length; i++) {
            timers[i] = wheel.arm(deadlinesNs[i]);
        }
        Arrays.sort(timers, (a, b) -> Long.compare(wheel.deadlineNs(a), wheel.deadlineNs(b)));
        for (int timer : timers) {
            assertEquals(wheel.deadlineNs(timer), wheel.nextDeadlineNs());
            assertTrue(wheel.cancel(timer));
        }
        assertEquals(Long.MAX_VALUE, wheel.nextDeadlineNs());
    }

    @Test
    void shouldFireEarlierDeadlinesThatHandlerArms() {
        wheel.arm(NOW_NS);
        wheel.arm(NOW_NS + 10);
        assertEquals(4, wheel.expire(NOW_NS + 10, 10, (timer, deadlineNs) -> {
            firedNs.add(deadlineNs);
            if (deadlineNs == NOW_NS) {
                wheel.arm(NOW_NS + 10);
                wheel.arm(NOW_NS - 5);
                wheel.arm(NOW_NS + 11);
            }
        }));
        assertEquals(List.of(NOW_NS, NOW_NS - 5, NOW_NS + 10, NOW_NS + 10), firedNs);
        assertEquals(NOW_NS + 11, wheel.nextDeadlineNs());
    }

    @Test
    void shouldNotFireTimersThatHandlerCancelsOrPostpones() {
        wheel.arm(NOW_NS);
        int cancelled = wheel.arm(NOW_NS + 1);
        int postponed = wheel.arm(NOW_NS + 2);
        int last = wheel.arm(NOW_NS + 3);
        assertEquals(2, wheel.expire(NOW_NS + 3, 10, (timer, deadlineNs) -> {
            fired.add(timer);
            wheel.cancel(cancelled);
            wheel.rearm(postponed, NOW_NS + 4);
        }));
        assertEquals(List.of(0, last), fired);
        assertEquals(1, wheel.pending());
        assertEquals(NOW_NS + 4, wheel.deadlineNs(postponed));
    }

    @Test
    void shouldKeepNumberWhenHandlerRearmsItsTimer() {
        int timer = wheel.arm(NOW_NS);
        long handle = wheel.handle(timer);
        long[] deadlines = new long[1];
        assertEquals(5, wheel.expire(NOW_NS + 100, 5, (due, deadlineNs) -> {
            assertEquals(timer, due);
            assertFalse(wheel.isPending(due));
            assertFalse(wheel.cancel(due));
            assertEquals(TimingWheel.FULL, wheel.timer(handle));
            deadlines[0] = deadlineNs + 10;
            wheel.rearm(due, deadlines[0]);
        }));
        assertTrue(wheel.hasMoreDue());
        assertEquals(1, wheel.pending());
        assertEquals(NOW_NS + 50, wheel.nextDeadlineNs());
        assertFalse(wheel.cancelHandle(handle), "of an earlier arming");
        assertTrue(wheel.cancel(timer));
    }

    @Test
    void shouldFreeTimerOnceWhenHandlerRearmsAndCancelsIt() {
        wheel.arm(NOW_NS);
        wheel.expire(NOW_NS, 1, (timer, deadlineNs) -> {
            wheel.rearm(timer, NOW_NS + 1);
            wheel.cancel(timer);
            assertEquals(timer, wheel.arm(NOW_NS + 2));
        });
        assertEquals(1, wheel.pending());
        assertEquals(0, expire(NOW_NS + 1));
        assertEquals(1, wheel.arm(NOW_NS));
    }

    @Test
    void shouldNotReuseNumberWhileItsHandlerRuns() {
        wheel.arm(NOW_NS);
        wheel.expire(NOW_NS, 1, (timer, deadlineNs) -> assertNotEquals(timer, wheel.arm(NOW_NS)));
        assertEquals(0, wheel.arm(NOW_NS));
    }

    @Test
    void shouldStayAsItIsWhenHandlerThrows() {
        int timer = wheel.arm(NOW_NS);
        wheel.arm(NOW_NS + 1);
        assertThrows(UnsupportedOperationException.class, () -> wheel.expire(NOW_NS + 1, 10, (due, deadlineNs) -> {
            throw new UnsupportedOperationException();
        }));
        assertEquals(1, wheel.pending());
        assertEquals(timer, wheel.arm(NOW_NS + 2));
        assertEquals(2, expire(NOW_NS + 2));
    }

    @Test
    void shouldRefuseExpiryFromInsideHandler() {
        wheel.arm(NOW_NS);
        assertThrows(IllegalStateException.class,
                () -> wheel.expire(NOW_NS, 1, (timer, deadlineNs) -> expire(NOW_NS)));
        wheel.arm(NOW_NS);
        assertEquals(1, expire(NOW_NS));
    }

    @Test
    void shouldRefuseHandleWhenItsNumberBelongsToLaterArming() {
        int timer = wheel.arm(NOW_NS);
        wheel.arm(NOW_NS - 1);
        long first = wheel.handle(timer);
        wheel.rearm(timer, NOW_NS + 1);
        long stale = wheel.handle(timer);
        assertEquals(TimingWheel.FULL, wheel.timer(first));
        assertEquals(timer, wheel.timer(stale));
        assertTrue(wheel.cancelHandle(stale));
        assertEquals(timer, wheel.arm(NOW_NS + 3));
        assertEquals(TimingWheel.FULL, wheel.timer(stale));
        assertFalse(wheel.cancelHandle(stale));
        assertEquals(NOW_NS + 3, wheel.deadlineNs(timer));
        assertFalse(wheel.cancelHandle(TimingWheel.FULL));
    }

    @Test
    void shouldAnswerFullWhenAllTimersAreTaken() {
        TimingWheel small = TimingWheel.create(3);
        assertEquals(3, small.capacity());
        assertEquals(0, small.arm(NOW_NS));
        assertEquals(1, small.arm(NOW_NS));
        assertEquals(2, small.arm(NOW_NS));
        assertEquals(TimingWheel.FULL, small.arm(NOW_NS - 1));
        assertEquals(NOW_NS, small.nextDeadlineNs());
        small.cancel(1);
        assertEquals(1, small.arm(NOW_NS - 1));
        assertEquals(3, small.pending());
    }

    @Test
    void shouldReuseLastFreedNumberFirst() {
        for (int i = 0; i < 10; i++) {
            assertEquals(i, wheel.arm(NOW_NS + i));
        }
        wheel.cancel(7);
        wheel.cancel(2);
        assertEquals(2, wheel.arm(NOW_NS));
        assertEquals(7, wheel.arm(NOW_NS));
        assertEquals(10, wheel.arm(NOW_NS));
    }

    @Test
    void shouldRefuseNumbersThatAreNotPending() {
        assertThrows(IllegalArgumentException.class, () -> TimingWheel.create(0));
        assertThrows(IllegalArgumentException.class, () -> TimingWheel.create(TimingWheel.MAX_TIMERS + 1));
        int timer = wheel.arm(NOW_NS);
        expire(NOW_NS);
        for (int wrong : new int[] {timer, timer + 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertFalse(wheel.isPending(wrong));
            assertFalse(wheel.cancel(wrong));
            assertThrows(IllegalArgumentException.class, () -> wheel.rearm(wrong, NOW_NS));
            assertThrows(IllegalArgumentException.class, () -> wheel.handle(wrong));
            assertThrows(IllegalArgumentException.class, () -> wheel.deadlineNs(wrong));
        }
        assertEquals(0, wheel.pending());
    }

    @Test
    void shouldNeedNoMoreThan34BytesPerTimerUnlessTimersAreFarApart() {
        Random random = new Random(5);
        assertSmall(34, "one instant", i -> NOW_NS);
        for (long distanceNs : new long[] {1, 7, 50, 63, 127, 1_000}) {
            assertSmall(34, "ascending by " + distanceNs, i -> NOW_NS + i * distanceNs);
            assertSmall(34, "descending by " + distanceNs, i -> NOW_NS - i * distanceNs);
            assertSmall(34, "within " + distanceNs * MANY, i -> NOW_NS + random.nextLong(distanceNs * MANY));
        }
        assertSmall(44, "at whole milliseconds", i -> NOW_NS + 1_000_000 * random.nextLong(10_000));
        assertSmall(44, "in two classes", i -> NOW_NS + i * 50 + i % 2 * 25_000_000_000L);
        assertSmall(160, "alone in their buckets", i -> NOW_NS + i * 1_000_000L);
    }

    private static void assertSmall(int mostBytes, String distances, LongUnaryOperator deadlineNs) {
        TimingWheel wheel = TimingWheel.create(MANY);
        double worst = 0;
        for (int i = 0; i < MANY; i++) {
            wheel.arm(deadlineNs.applyAsLong(i));
            if (i >= 100_000 && i % 100 == 0) {
                worst = Math.max(worst, (double) wheel.sizeBytes() / wheel.pending());
            }
        }
        System.out.println("TimingWheelTest " + distances + ": bytes=" + worst);
        assertTrue(worst <= mostBytes, distances + ": bytes=" + worst);
    }

    private int expire(long nowNs) {
        return expire(nowNs, Integer.MAX_VALUE);
    }

    private int expire(long nowNs, int limit) {
        return wheel.expire(nowNs, limit, (timer, deadlineNs) -> {
            fired.add(timer);
            firedNs.add(deadlineNs);
        });
    }
}
