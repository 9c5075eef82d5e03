// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.BusException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** User ids by their names. */
final class UserName {
    private static final int LONGEST_ID = 10;
    private static final long NOBODY = 0xFFFF_FFFFL;
    private static final int TIMEOUT_S = 5;

    private UserName() {
    }

    /** The id of a name or a number. */
    static Integer parse(String text) {
        try {
            return text.matches("[0-9]+") ? id(text) : ask(text);
        } catch (IOException | NumberFormatException e) {
            throw new IllegalArgumentException("user '" + text + "' cannot be looked up (" + BusException.why(e)
                    + "); give the number that 'id -u " + text + "' prints", e);
        }
    }

    /** 32 bits without a sign, of which the highest number means no user. */
    private static Integer id(String number) {
        if (number.length() > LONGEST_ID || Long.parseLong(number) >= NOBODY) {
            throw new IllegalArgumentException("a user's number is 0 to " + (NOBODY - 1) + ": owner=" + number);
        }
        return Integer.parseUnsignedInt(number);
    }

    /** Of the system, since users of a directory service are in no file. */
    private static Integer ask(String name) throws IOException {
        Process id = new ProcessBuilder("id", "-u", "--", name).redirectErrorStream(true).start();
        try {
            if (id.waitFor(TIMEOUT_S, TimeUnit.SECONDS) && id.exitValue() == 0) {
                String number = new String(id.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
                return Integer.parseUnsignedInt(number);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            id.destroy();
        }
        throw new IllegalArgumentException("there is no user '" + name + "'; give a name of this host or a number");
    }
}
