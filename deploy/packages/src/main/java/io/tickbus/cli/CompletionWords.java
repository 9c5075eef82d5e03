// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.util.Arrays;
import java.util.List;

/**
 * What can be typed for a value, as its label says: {@code FILE}, {@code spin|park}, {@code newest|oldest|SEQUENCE}.
 *
 * @param kind  what is looked up when a value is completed
 * @param words values that are always right
 */
record CompletionWords(Kind kind, List<String> words) {
    /** What is looked up. */
    enum Kind { NOTHING, FILES, FOLDERS, BUSES, USERS, GROUPS, COMMANDS }

    /** Of an option or an argument. */
    static CompletionWords of(Option<?> option) {
        List<String> choices = Arrays.asList(option.label.split("\\|", -1));
        List<String> words = choices.size() == 1 ? List.of()
                : choices.stream().filter(choice -> choice.matches("[a-z0-9-]+")).toList();
        return new CompletionWords(kind(option.name, choices), words);
    }

    private static Kind kind(String name, List<String> choices) {
        if (name.equals("--bus") || choices.contains("BUS")) {
            return Kind.BUSES;
        }
        return choices.contains("FILE") ? Kind.FILES : choices.contains("DIR") ? Kind.FOLDERS
                : choices.contains("USER") ? Kind.USERS : choices.contains("GROUP") ? Kind.GROUPS : Kind.NOTHING;
    }

    boolean isEmpty() {
        return kind == Kind.NOTHING && words.isEmpty();
    }
}
