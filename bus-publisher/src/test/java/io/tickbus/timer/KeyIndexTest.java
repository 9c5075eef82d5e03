// SPDX-License-Identifier: Apache-2.0
package io.tickbus.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.core.timer.TimerCommand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class KeyIndexTest {
    private static final int MANY = 200_000;

    private final TimerTable table = new TimerTable(1 << 20);
    private final TimerCommand command = new TimerCommand();

    private record Id(int owner, long key) {
    }

    @Test
    void shouldFindWhatIsThereWhenKeysComeAndGo() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("KeyIndexTest -Dseed=" + seed);
        Random random = new Random(seed);
        KeyIndex index = new KeyIndex(table, 1 << 20, seed);
        Map<Id, Integer> model = new HashMap<>();
        List<Integer> free = new ArrayList<>();
        int next = 0;
        for (int step = 0; step < 1_000_000; step++) {
            Id id = new Id(random.nextInt(3), random.nextInt(60_000) - 30_000L);
            Integer expected = model.get(id);
            assertEquals(expected == null ? KeyIndex.NONE : expected, find(index, id), "seed=" + seed);
            if (expected == null) {
                int timer = free.isEmpty() ? next++ : free.remove(free.size() - 1);
                add(index, timer, id.owner(), id.key());
                model.put(id, timer);
            } else if (random.nextInt(4) > 0) {
                index.remove(index.hashOf(expected), expected);
                free.add(model.remove(id));
            }
            assertEquals(model.size(), index.size());
        }
        model.forEach((id, timer) -> assertEquals(timer, find(index, id)));
    }

    @Test
    void shouldSpreadKeysWhateverTheirPattern() {
        List<IntToLongFunction> patterns = List.of(i -> i, i -> -i, i -> (long) i << 8, i -> (long) i << 20,
                i -> (long) i << 40, i -> (long) i << 46, Long::reverse, Double::doubleToRawLongBits,
                i -> 1_000_000_007L * i);
        for (int pattern = 0; pattern < patterns.size(); pattern++) {
            TimerTable fresh = new TimerTable(1 << 20);
            KeyIndex index = new KeyIndex(fresh, 1 << 20, pattern);
            for (int i = 0; i < MANY; i++) {
                fresh.reserve();
                index.reserve();
                fresh.fill(i, 7, command.arm(patterns.get(pattern).applyAsLong(i), 0, 0), 0);
                index.add(index.hashOf(i), i);
            }
            // Random hashing gives about 100 at this load; the array has room for 1,024 behind its end.
            assertTrue(index.longestCluster() < 512, "pattern=" + pattern + " longest=" + index.longestCluster());
        }
    }

    @Test
    void shouldSpreadOwnersOfOneKey() {
        KeyIndex index = new KeyIndex(table, 1 << 20, 5);
        for (int owner = 0; owner < 1 << 16; owner++) {
            add(index, owner, owner, 42);
        }
        assertTrue(index.longestCluster() < 512, "longest=" + index.longestCluster());
        for (int owner = 0; owner < 1 << 16; owner++) {
            assertEquals(owner, find(index, new Id(owner, 42)));
        }
    }

    @Test
    void shouldHashOtherwiseWhenSecretDiffers() {
        assertTrue(new KeyIndex(table, 1, 1).hash(1, 2) != new KeyIndex(table, 1, 2).hash(1, 2));
    }

    @Test
    void shouldGoOnWhenFull() {
        int capacity = 1 << 14;
        KeyIndex index = new KeyIndex(table, capacity, 5);
        for (int i = 0; i < capacity; i++) {
            add(index, i, 1, i);
        }
        assertEquals(capacity, index.size());
        assertTrue(index.sizeBytes() < 32L * capacity, "size=" + index.sizeBytes());
    }

    @Test
    void shouldTakeSomeMoreWhenThereIsNoMemoryToGrow() {
        KeyIndex index = new KeyIndex(table, 1 << 20, 5);
        int timer = 0;
        while (index.hasSpare()) {
            fill(timer, 1, timer);
            index.add(index.hashOf(timer), timer++);
        }
        int grownAt = timer;
        while (index.hasRoom()) {
            fill(timer, 1, timer);
            index.add(index.hashOf(timer), timer++);
        }
        assertTrue(timer > grownAt, "timers=" + timer);
        for (int key = 0; key < timer; key++) {
            assertEquals(key, find(index, new Id(1, key)));
        }
    }

    private static int find(KeyIndex index, Id id) {
        return index.find(index.hash(id.owner(), id.key()), id.owner(), id.key());
    }

    private void fill(int timer, int owner, long key) {
        table.reserve();
        table.fill(timer, owner, command.arm(key, 0, 0), 0);
    }

    private void add(KeyIndex index, int timer, int owner, long key) {
        fill(timer, owner, key);
        index.reserve();
        index.add(index.hashOf(timer), timer);
    }
}
