// SPDX-License-Identifier: Apache-2.0
package io.tickbus.conformance;

import io.tickbus.core.BusException;

/** The names of errors that all languages share; the kit's README lists them. */
final class ErrorNames {
    private ErrorNames() {
    }

    static String of(BusException e) {
        return switch (e.reason()) {
            case NOT_FOUND -> "ABSENT";
            case WRONG_MAGIC, NOT_A_FILE -> "NOT_A_BUS";
            case WRONG_VERSION -> "VERSION";
            case WRONG_BYTE_ORDER -> "BYTE_ORDER";
            case WRONG_LENGTH, TRUNCATED, UNREADABLE -> "TRUNCATED";
            case WRONG_RECORD_SIZE -> "GEOMETRY";
            case CORRUPT -> "TAMPERED";
            case WRONG_BOOT_ID -> "ANOTHER_BOOT";
            case WRONG_TIME_NAMESPACE -> "ANOTHER_TIME_NAMESPACE";
            case NOT_TRUSTED -> "PERMISSION";
            default -> e.reason().name();
        };
    }
}
