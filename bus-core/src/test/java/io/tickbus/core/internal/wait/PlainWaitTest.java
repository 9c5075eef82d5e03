// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.WaitStrategy;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.IdleStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The strategies that ask the real clock; the condition's clock is made to follow it. */
@Timeout(30)
class PlainWaitTest {
    private final FakeCondition condition = new FakeCondition();

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff", "park", "predictive"})
    void shouldBeFoundByName(String name) {
        assertEquals(name, WaitStrategy.named(name).name());
    }

    @Test
    void shouldRefuseUnknownName() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> WaitStrategy.named("sleep"));
        assertTrue(e.getMessage().contains("waiting=sleep"), e.getMessage());
    }

    @Test
    void shouldParkOnceWhenGateIsClosed() {
        long untilNs = condition.nowNs + 5_000;
        condition.deadlineNs = condition.nowNs + 1_000;
        WaitStrategy.park().await(condition, untilNs);
        assertEquals(untilNs, condition.onlyPark().untilNs());
        assertEquals(Long.MIN_VALUE, condition.onlyPark().plannedDeadlineNs());
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff", "park", "predictive"})
    void shouldReturnAtOnceWhenGateIsOpen(String name) {
        condition.readyAtNs = condition.nowNs;
        WaitStrategy.named(name).await(condition, Long.MAX_VALUE);
        assertTrue(condition.parks.isEmpty());
        assertEquals(1, condition.looks);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff"})
    void shouldReturnWhenGateOpensAfterManyLooks(String name) {
        condition.onLook = () -> condition.readyAtNs = condition.looks < 500 ? Long.MAX_VALUE : condition.nowNs;
        WaitStrategy.named(name).await(condition, Long.MAX_VALUE);
        assertEquals(500, condition.looks);
        assertTrue(condition.parks.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin", "backoff"})
    void shouldReturnWhenTimeIsOver(String name) {
        long untilNs = System.nanoTime() + 2_000_000;
        WaitStrategy.named(name).await(condition, untilNs);
        assertTrue(System.nanoTime() >= untilNs);
        WaitStrategy.named(name).await(condition, Long.MIN_VALUE);
    }

    @Test
    void shouldIdleAndResetWhenAgronaStrategyIsGiven() {
        List<String> calls = new ArrayList<>();
        IdleStrategy strategy = new IdleStrategy() {
            @Override
            public void idle(int workCount) {
                calls.add("idle " + workCount);
            }

            @Override
            public void idle() {
                calls.add("idle");
            }

            @Override
            public void reset() {
                calls.add("reset");
            }
        };
        condition.onLook = () -> condition.readyAtNs = condition.looks < 3 ? Long.MAX_VALUE : condition.nowNs;
        WaitStrategy wait = WaitStrategy.idle("mine", strategy);
        wait.await(condition, Long.MAX_VALUE);
        assertEquals(List.of("reset", "idle", "idle"), calls);
        assertEquals("mine", wait.name());
    }
}
