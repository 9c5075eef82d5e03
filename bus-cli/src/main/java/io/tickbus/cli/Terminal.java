// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Help.Ansi;

/** The standard streams: colours on a terminal only, and an encoding that can show every character. */
public final class Terminal {
    private Terminal() {
    }

    /** Whether standard output is a terminal that shows colours, and neither NO_COLOR nor TERM=dumb is set. */
    public static boolean hasColours() {
        return hasColours(System.getenv("TERM")) && Ansi.AUTO.enabled();
    }

    static boolean hasColours(String terminal) {
        return terminal != null && !terminal.isEmpty() && !terminal.equals("dumb") && !terminal.equals("none");
    }

    /** A text in the colour of what it says: of its name, or of a word that is good or bad. */
    public static String status(String name, String text) {
        return switch (name) {
            case "problem", "evictedBecause" -> text.strip().equals("-") ? text : warning(text);
            case "condition", "verdict" -> switch (text.strip()) {
                case "ALIVE", "OK" -> good(text);
                case "STALLED", "WARN" -> warning(text);
                case "DEAD", "UNREADABLE", "BAD" -> bad(text);
                default -> text;
            };
            default -> text;
        };
    }

    /** Green. */
    public static String good(String text) {
        return coloured("green", text);
    }

    /** Yellow. */
    public static String warning(String text) {
        return coloured("yellow", text);
    }

    /** Red and bold. */
    public static String bad(String text) {
        return coloured("bold,red", text);
    }

    /** Faint. */
    public static String faint(String text) {
        return coloured("faint", text);
    }

    private static String coloured(String style, String text) {
        return hasColours() ? Ansi.ON.string("@|" + style + " " + text.replace("|@", "| @") + "|@") : text;
    }

    /** The C locale promises only ASCII, and a µ would come out as a question mark: UTF-8 then. */
    static void useReadableEncoding() {
        System.setOut(new PrintStream(new Output(new FileOutputStream(FileDescriptor.out)), true, encoding()));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, encoding()));
    }

    /** A writer to one of the standard streams that flushes at each line's end. */
    static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, encoding()), true);
    }

    /** What standard output and standard error are written in. */
    static Charset encoding() {
        String name = System.getProperty("stdout.encoding", System.getProperty("native.encoding"));
        try {
            Charset charset = name == null ? Charset.defaultCharset() : Charset.forName(name);
            return charset.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : charset;
        } catch (IllegalArgumentException e) {
            return StandardCharsets.UTF_8;
        }
    }
}
