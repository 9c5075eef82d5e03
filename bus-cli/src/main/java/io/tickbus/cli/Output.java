// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.BusException;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.core.internal.platform.SystemError;
import io.tickbus.posix.OutputReader;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Standard output, of which nothing may be lost unnoticed: what cannot be written throws, through every writer that
 * swallows an {@link IOException}. So a command whose output fails ends there and then, whatever it was doing.
 */
public final class Output extends OutputStream {
    private final OutputStream target;

    Output(OutputStream target) {
        this.target = target;
    }

    /** Output could not be written. */
    public static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean isReaderGone;

        /** With the system's answer. */
        public Lost(IOException cause) {
            super("standard output cannot be written: " + BusException.why(cause) + "; print to another place", cause);
            isReaderGone = SystemError.BROKEN_PIPE.isIn(cause.getMessage());
        }

        /** Whether its reader has closed the pipe, as in {@code tickbus tail | head}. */
        public boolean isReaderGone() {
            return isReaderGone;
        }
    }

    /** For loops that rarely print: throws when the reader of this process's output is gone. */
    public static void check() {
        // Without native code it comes out with the next line that is printed.
        if (Platforms.current().hasFutex() && OutputReader.isGone()) {
            throw new Lost(new IOException("Broken pipe"));
        }
    }

    @Override
    public void write(int letter) {
        write(new byte[] {(byte) letter}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            target.write(bytes, offset, length);
        } catch (IOException e) {
            throw new Lost(e);
        }
    }

    @Override
    public void flush() {
        try {
            target.flush();
        } catch (IOException e) {
            throw new Lost(e);
        }
    }
}
