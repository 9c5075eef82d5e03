// SPDX-License-Identifier: Apache-2.0
package io.tickbus.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CommandNumbersTest {
    @Test
    void shouldNeverHaveGenerationZero() {
        CommandNumbers numbers = CommandNumbers.from(0x7FFF_FFFEL);
        assertEquals(0xFFFF_FFFEL, numbers.of(0));
        assertEquals(0xFFFF_FFFFL, numbers.of(1));
        assertEquals(0x1_8000_0000L, numbers.of(2));
        assertEquals(0x1_8000_0001L, numbers.of(3));
        assertEquals(0x1_FFFF_FFFFL, numbers.of(0x8000_0001L));
        assertEquals(0x2_8000_0000L, numbers.of(0x8000_0002L));
        assertEquals(0x1_8000_0001L, numbers.next(3).of(0), "the next connection");
        assertEquals(0x8000_0000L, CommandNumbers.from(0).of(0));
    }

    @Test
    void shouldIncreaseFromAnyStart() {
        SplittableRandom random = new SplittableRandom(42);
        for (int i = 0; i < 100_000; i++) {
            CommandNumbers numbers = CommandNumbers.from(random.nextLong());
            long sequence = random.nextLong() & Long.MAX_VALUE >>> random.nextInt(3, 64);
            assertNotEquals(0, (int) numbers.of(sequence));
            assertTrue(numbers.of(sequence) > 0 && numbers.of(sequence + 1) > numbers.of(sequence));
        }
    }
}
