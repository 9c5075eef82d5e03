// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.tail;

import io.tickbus.core.internal.layout.SignalRecordLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A record's flags by name. */
public final class FlagNames {
    private static final int MASK = 0xFF;
    private static final byte[][] COMMA_SEPARATED = new byte[MASK + 1][];
    private static final byte[][] JSON_ARRAYS = new byte[MASK + 1][];

    static {
        for (int flags = 0; flags <= MASK; flags++) {
            List<String> names = of(flags);
            COMMA_SEPARATED[flags] = (names.isEmpty() ? "-" : String.join(",", names))
                    .getBytes(StandardCharsets.US_ASCII);
            JSON_ARRAYS[flags] = (names.isEmpty() ? "[]" : "[\"" + String.join("\",\"", names) + "\"]")
                    .getBytes(StandardCharsets.US_ASCII);
        }
    }

    private FlagNames() {
    }

    /** The names of the flags that are set; unknown ones by their value. */
    public static List<String> of(int flags) {
        List<String> names = new java.util.ArrayList<>();
        for (int bit = 1; bit <= MASK; bit <<= 1) {
            if ((flags & bit) != 0) {
                names.add(name(bit));
            }
        }
        return names;
    }

    private static String name(int bit) {
        return switch (bit) {
            case SignalRecordLayout.FLAG_LATE -> "LATE";
            case SignalRecordLayout.FLAG_COALESCED -> "COALESCED";
            case SignalRecordLayout.FLAG_RECOVERED -> "RECOVERED";
            case SignalRecordLayout.FLAG_MAYBE_DUPLICATE -> "MAYBE_DUPLICATE";
            case SignalRecordLayout.FLAG_LAST -> "LAST";
            case SignalRecordLayout.FLAG_ABSENT -> "ABSENT";
            case SignalRecordLayout.FLAG_LOST -> "LOST";
            default -> "0x" + Integer.toHexString(bit);
        };
    }

    static byte[] commaSeparated(int flags) {
        return COMMA_SEPARATED[flags & MASK];
    }

    static byte[] jsonArray(int flags) {
        return JSON_ARRAYS[flags & MASK];
    }
}
