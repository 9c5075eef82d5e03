// SPDX-License-Identifier: Apache-2.0
package io.tickbus.lint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tickbus.testkit.ProjectFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Text that a program reads back must not depend on the locale: an Arabic one writes other digits, a German one a
 * decimal comma, and the C locale has no letter beyond ASCII. So nothing in the main code formats, parses or encodes
 * with the JVM's defaults, or inspects an exception's message, which may be in the user's language.
 */
class LocaleLintTest {
    /** Calls that need {@code Locale.ROOT} as their first argument. */
    private static final Pattern FORMATS =
            Pattern.compile("(?:String\\.format|\\.printf|\\b(?:out|err)\\.format)\\(\\s*");
    /** Calls that need a charset among their arguments. */
    private static final Pattern ENCODES = Pattern.compile("\\.getBytes\\(|new String\\(|new (?:InputStreamReader|"
            + "OutputStreamWriter|FileReader|FileWriter|PrintStream|Scanner)\\(|Files\\.(?:readString|readAllLines|"
            + "lines|newBufferedReader|newBufferedWriter|writeString)\\(|\\.(?:input|error)Reader\\(|"
            + "\\.outputWriter\\(");
    private static final Pattern FORBIDDEN = Pattern.compile("\\.formatted\\(|\\.to(?:Lower|Upper)Case\\(\\)|"
            + "NumberFormat\\.get|new DecimalFormat\\(|new SimpleDateFormat\\(|new Formatter\\(|Locale\\.getDefault|"
            + "(?:\\bwhy|[gG]etMessage\\(\\)\\)?)\\.(?:contains|startsWith|endsWith|equals|matches)\\("
            + "(?!\"unsafe memory access)|DateTimeFormatter\\.(?:ofPattern\\([^,)]*\\)|ofLocalized)");

    @Test
    void shouldNameLocaleAndCharsetEverywhereInMainCode() throws IOException {
        Path project = ProjectFiles.root();
        List<String> wrong = new ArrayList<>();
        int count = 0;
        for (String module : List.of("bus-core", "native", "bus-publisher", "bus-daemon", "bus-subscriber",
                "bus-journal", "bus-cli", "examples", "bench/latency", "bench/micro", "bench/stress")) {
            try (Stream<Path> files = Files.walk(project.resolve(module).resolve("src/main/java"))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    count++;
                    check(project.relativize(file), Files.readString(file, StandardCharsets.UTF_8), wrong);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(count > 300, "files=" + count);
    }

    @Test
    void shouldFindEachKindOfDefault() {
        for (String code : List.of("String.format(\"%d\", 1)", "out.printf(\n    \"%d\", 1)", "text.getBytes()",
                "new String(bytes, 0, 3)", "new InputStreamReader(in)", "Files.readString(of(path))",
                "word.toLowerCase()",
                "e.getMessage().contains(\"No space left\")", "\"%d\".formatted(1)",
                "DateTimeFormatter.ofPattern(\"HH\")")) {
            List<String> wrong = new ArrayList<>();
            check(Path.of("Some.java"), code, wrong);
            assertEquals(1, wrong.size(), code);
        }
        List<String> wrong = new ArrayList<>();
        check(Path.of("Some.java"), "String.format(Locale.ROOT, \"%d\", 1); Durations.format(ns); new String(bytes(), "
                + "StandardCharsets.US_ASCII); HexFormat.of().formatHex(bytes)", wrong);
        assertEquals(List.of(), wrong);
    }

    private static void check(Path file, String code, List<String> wrong) {
        Matcher format = FORMATS.matcher(code);
        while (format.find()) {
            if (!code.startsWith("Locale.ROOT", format.end())) {
                wrong.add(place(file, code, format.start()));
            }
        }
        Matcher encode = ENCODES.matcher(code);
        while (encode.find()) {
            String arguments = arguments(code, encode.end());
            if (!arguments.contains("harset") && !arguments.contains("encoding()")) {
                wrong.add(place(file, code, encode.start()));
            }
        }
        Matcher forbidden = FORBIDDEN.matcher(code);
        while (forbidden.find()) {
            wrong.add(place(file, code, forbidden.start()));
        }
    }

    private static String arguments(String code, int start) {
        int depth = 1;
        int end = start;
        while (depth > 0 && end < code.length()) {
            char letter = code.charAt(end++);
            depth += letter == '(' ? 1 : letter == ')' ? -1 : 0;
        }
        return code.substring(start, end);
    }

    private static String place(Path file, String code, int at) {
        int end = code.indexOf('\n', at);
        return file + " line " + (1 + code.substring(0, at).chars().filter(letter -> letter == '\n').count()) + ": "
                + code.substring(at, end < 0 ? code.length() : end);
    }
}
