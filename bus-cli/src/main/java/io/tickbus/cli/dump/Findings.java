// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import java.util.ArrayList;
import java.util.List;

/** Inconsistencies, the first hundred in words and the rest as a number: a file of noise has millions. */
final class Findings {
    private static final int MAX_WORDS = 100;

    private final List<String> sentences = new ArrayList<>();
    private long count;

    void add(String sentence) {
        count++;
        if (sentences.size() < MAX_WORDS) {
            sentences.add(sentence);
        }
    }

    void addIf(boolean isWrong, String sentence) {
        if (isWrong) {
            add(sentence);
        }
    }

    List<String> sentences() {
        return sentences;
    }

    long count() {
        return count;
    }
}
