// SPDX-License-Identifier: Apache-2.0
package io.tickbus.core.internal;

import java.util.Arrays;
import java.util.List;

/** Finds what somebody who mistyped a name has probably meant. */
public final class NearestName {
    private NearestName() {
    }

    /** {@code , but 'stat'} where one of the names is near what was typed; else nothing. */
    public static String of(String typed, List<String> names) {
        String best = null;
        int fewest = Math.max(1, typed.replace("-", "").length() / 3) + 1;
        for (String each : names) {
            int distance = distance(typed, each);
            if (distance < fewest) {
                fewest = distance;
                best = each;
            }
        }
        return best == null ? "" : ", but '" + best + "'";
    }

    /** How many letters must be added, removed or replaced. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
