// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The standard streams: colours and lines of a width on a terminal only, an encoding that can show every character. */
public final class Terminal {
    /** Of what is no terminal. */
    public static final int UNLIMITED = 1 << 20;

    private static final int NARROWEST = 20;
    private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");
    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

    private Terminal() {
    }

    /** Whether standard output is a terminal that shows colours, and neither NO_COLOR nor TERM=dumb is set. */
    public static boolean hasColours() {
        return hasColours(System.getenv("TERM")) && System.getenv("NO_COLOR") == null && !Device.PATH.isEmpty();
    }

    /** Whether standard input and output are a terminal that can draw a screen. */
    public static boolean isInteractive() {
        return hasColours(System.getenv("TERM")) && !Device.PATH.isEmpty() && !Device.path(STANDARD_INPUT).isEmpty();
    }

    static boolean hasColours(String terminal) {
        return terminal != null && !terminal.isEmpty() && !terminal.equals("dumb") && !terminal.equals("none");
    }

    /** How many characters a line of standard output has: what COLUMNS says, else the terminal. */
    public static int width() {
        String columns = System.getenv("COLUMNS");
        return width(columns != null ? columns : Device.PATH.isEmpty() ? "" : Size.COLUMNS);
    }

    static int width(String columns) {
        return columns.matches("[1-9][0-9]{0,5}") ? Math.max(NARROWEST, Integer.parseInt(columns)) : UNLIMITED;
    }

    /** The terminal that standard output is; empty for a file or a pipe. */
    private static final class Device {
        static final String PATH = path(STANDARD_OUTPUT);

        private static String path(Path stream) {
            try {
                String target = Files.readSymbolicLink(stream).toString();
                return target.matches("/dev/(pts/|tty|console).*") ? target : "";
            } catch (IOException | UnsupportedOperationException e) {
                return "";
            }
        }
    }

    /** Asked for once, since it takes a process. */
    private static final class Size {
        static final String COLUMNS = columns();

        private static String columns() {
            try {
                Process size = new ProcessBuilder("stty", "size").redirectInput(new File(Device.PATH))
                        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
                String text = new String(size.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
                return text.substring(text.indexOf(' ') + 1);
            } catch (IOException e) {
                return "";
            }
        }
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
        return coloured("32", text);
    }

    /** Yellow. */
    public static String warning(String text) {
        return coloured("33", text);
    }

    /** Red and bold. */
    public static String bad(String text) {
        return coloured("1;31", text);
    }

    /** Dark on light, or the other way round. */
    public static String inverse(String text) {
        return coloured("7", text);
    }

    /** Bold. */
    public static String bold(String text) {
        return coloured("1", text);
    }

    /** Faint. */
    public static String faint(String text) {
        return coloured("2", text);
    }

    private static String coloured(String style, String text) {
        return hasColours() ? "\033[" + style + "m" + text + "\033[0m" : text;
    }

    /** The C locale promises only ASCII, and a µ would come out as a question mark: UTF-8 then. */
    static void useReadableEncoding() {
        System.setOut(new PrintStream(new Output(new FileOutputStream(FileDescriptor.out)), true, encoding()));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, encoding()));
    }

    /** A writer to one of the standard streams that flushes at each line's end. */
    public static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, encoding()), true);
    }

    /** What standard output and standard error are written in. */
    public static Charset encoding() {
        String name = System.getProperty("stdout.encoding", System.getProperty("native.encoding"));
        try {
            Charset charset = name == null ? Charset.defaultCharset() : Charset.forName(name);
            return charset.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : charset;
        } catch (IllegalArgumentException e) {
            return StandardCharsets.UTF_8;
        }
    }
}
