// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class VisibleTextTest {
    @Test
    void shouldShowWhatNobodySees() {
        assertEquals("\\ufeffmode", VisibleText.of("\ufeffmode"));
        assertEquals("a\\u000ab\\u001b[31m", VisibleText.of("a\nb\u001b[31m"));
        assertEquals("\\u202e\\u2028\\ud800", VisibleText.of("\u202e\u2028\ud800"));
    }

    @Test
    void shouldLeaveLettersAsTheyAre() {
        assertEquals("5 µs → größer 😀", VisibleText.of("5 µs → größer 😀"));
    }
}
