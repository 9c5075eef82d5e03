// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** One command, run inside the test's JVM. Not for tail, which writes to the process's own standard output. */
public record CliRun(int exitCode, String out, String err) {
    public static CliRun of(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            texts[i] = args[i].toString();
        }
        int exitCode = Tickbus.run(new PrintWriter(out, true), new PrintWriter(err, true), texts);
        return new CliRun(exitCode, out.toString(), err.toString());
    }

    /** Its output, which must be one JSON object. */
    public Map<String, Object> json() throws IOException {
        assertEquals(Tickbus.DONE, exitCode, err);
        return JSON.std.mapFrom(out);
    }
}
