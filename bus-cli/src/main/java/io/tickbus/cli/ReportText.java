// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.core.internal.DurationText;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Prints reports as text: a value a line, lists of reports as tables. A value's name says its label and its unit. */
public final class ReportText {
    private static final int MIN_LABEL_WIDTH = 14;
    private static final Pattern UNIT = Pattern.compile("(?<=.)(RealtimeNs|Ns|Percent)$");
    private static final Pattern PERCENTILE = Pattern.compile("^p(\\d\\d)(\\d+)$");
    /** Readings of a clock, which are no durations. */
    private static final Pattern CLOCK_READING = Pattern.compile("(deadline|published|observed)Ns");
    /** Numbers that name something: nobody counts them, so their digits are not grouped. */
    private static final Pattern NAME_NUMBER = Pattern.compile("(?i).*(pid|ticks|cpu|epoch|version|session|owner|user|"
            + "sequence|signalId|generation|offset|slot|length)");

    private ReportText() {
    }

    /** Prints a report. */
    public static void print(PrintWriter out, Report report) {
        print(out, report, "");
    }

    private static void print(PrintWriter out, Report report, String indent) {
        List<String> names = report.keySet().stream().filter(report::isShown).toList();
        int width = names.stream().mapToInt(name -> label(name).length()).max().orElse(0);
        for (String name : names) {
            Object value = report.get(name);
            String label = indent + pad(label(name), Math.max(width, MIN_LABEL_WIDTH));
            if (value instanceof Report inner) {
                out.println(label.stripTrailing());
                print(out, inner, indent + "  ");
            } else if (value instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof Report) {
                out.println(label.stripTrailing());
                new Table(rows(list)).print(out, rows(list), indent + "  ", Terminal.width());
            } else {
                List<String> lines = TextLayout.wrap(text(report, name),
                        Math.max(Table.NARROWEST, Terminal.width() - label.length() - Table.GAP));
                out.println(label + "  " + Terminal.status(name, lines.get(0)));
                lines.stream().skip(1).forEach(line -> out.println(" ".repeat(label.length() + Table.GAP) + line));
            }
        }
    }

    private static List<Report> rows(List<?> reports) {
        return reports.stream().map(Report.class::cast).toList();
    }

    /** A table with a column for each of these names. */
    public static Table table(String... names) {
        return new Table(List.of(names));
    }

    /**
     * Rows under one heading, printed all at once or some at a time: a column then grows where it must. Where a line is
     * too short for all columns, they are printed some at a time too, each time beside the first, which names a row.
     */
    public static final class Table {
        private static final int GAP = 2;
        private static final int NARROWEST = 12;

        private final List<String> names;
        private final int[] widths;
        private boolean hasHeading;

        private Table(Collection<String> names) {
            this.names = new ArrayList<>(names);
            this.widths = this.names.stream().mapToInt(name -> label(name).length()).toArray();
        }

        private Table(List<Report> rows) {
            this(rows.get(0).keySet().stream().filter(rows.get(0)::isShown).collect(Collectors.toList()));
        }

        /** Prints more rows. */
        public void print(PrintWriter out, List<Report> rows) {
            print(out, rows, "", Terminal.width());
        }

        void print(PrintWriter out, List<Report> rows, String indent, int lineWidth) {
            List<String[]> cells = rows.stream().map(row -> names.stream().map(name -> text(row, name))
                    .toArray(String[]::new)).toList();
            cells.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], row[i].length())));
            int width = lineWidth - indent.length();
            int widest = Math.max(NARROWEST, width - widths[0] - GAP);
            Arrays.setAll(widths, i -> i == 0 ? widths[i] : Math.min(widths[i], widest));
            int first = 1;
            do {
                int end = first;
                for (int left = width - widths[0]; end < widths.length
                        && (end == first || left >= GAP + widths[end]); end++) {
                    left -= GAP + widths[end];
                }
                if (first > 1) {
                    out.println();
                }
                printColumns(out, rows, cells, indent, first, end);
                first = end;
            } while (first < widths.length);
            hasHeading = true;
        }

        /** Prints the first column and some of the others. */
        private void printColumns(PrintWriter out, List<Report> rows, List<String[]> cells, String indent, int from,
                int to) {
            if (!hasHeading || from > 1 || to < widths.length) {
                String[] heading = names.stream().map(name -> label(name).toUpperCase(Locale.ROOT))
                        .toArray(String[]::new);
                printRow(out, rows.isEmpty() ? new Report() : rows.get(0), heading, indent, from, to);
            }
            for (int row = 0; row < cells.size(); row++) {
                printRow(out, rows.get(row), cells.get(row), indent, from, to);
            }
        }

        private void printRow(PrintWriter out, Report row, String[] cells, String indent, int from, int to) {
            List<List<String>> lines = new ArrayList<>();
            int height = 0;
            for (int column = 0; column < to; column++) {
                lines.add(column == 0 || column >= from ? TextLayout.wrap(cells[column], widths[column]) : List.of());
                height = Math.max(height, lines.get(column).size());
            }
            for (int i = 0; i < height; i++) {
                StringBuilder line = new StringBuilder(indent);
                for (int column = 0; column < to; column++) {
                    if (column == 0 || column >= from) {
                        String cell = i < lines.get(column).size() ? lines.get(column).get(i) : "";
                        append(line, column, cell, row.get(names.get(column)) instanceof Number);
                    }
                }
                out.println(line.toString().stripTrailing());
            }
        }

        private void append(StringBuilder line, int column, String cell, boolean isNumber) {
            String padding = " ".repeat(widths[column] - cell.length());
            String coloured = Terminal.status(names.get(column), cell);
            line.append(isNumber ? padding + coloured : coloured + padding).append(" ".repeat(GAP));
        }
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    /** What a value is called: {@code heartbeatAgeNs} is read as "heartbeat age". */
    public static String label(String name) {
        String words = UNIT.matcher(name).replaceFirst("");
        return PERCENTILE.matcher(words).replaceFirst("p$1.$2").replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }

    /** A value as people read it, with its unit. */
    public static String text(Report report, String name) {
        String text = report.textOf(name);
        return text == null ? text(name, report.get(name)) : text;
    }

    private static String text(String name, Object value) {
        if (value == null) {
            return "-";
        } else if (value instanceof Boolean is) {
            return is ? "yes" : "no";
        } else if (value instanceof Collection<?> list) {
            return list.isEmpty() ? "none" : list.stream().map(String::valueOf).collect(Collectors.joining(", "));
        } else if (value instanceof Map<?, ?>) {
            return String.valueOf(value);
        }
        return value instanceof Number number ? text(name, number) : String.valueOf(value);
    }

    private static String text(String name, Number number) {
        boolean isWhole = !(number instanceof Double);
        if (name.endsWith("RealtimeNs")) {
            return Instant.ofEpochSecond(0, number.longValue()).toString();
        } else if (name.endsWith("Ns") && !CLOCK_READING.matcher(name).matches()) {
            return isWhole ? DurationText.format(number.longValue())
                    : String.format(Locale.ROOT, "%.1f ns", number.doubleValue());
        } else if (name.endsWith("ytes")) {
            return Sizes.format(number.longValue());
        } else if (name.endsWith("Percent")) {
            return String.format(Locale.ROOT, "%.1f %%", number.doubleValue());
        } else if (!isWhole) {
            return String.format(Locale.ROOT, "%,.1f", number.doubleValue());
        }
        return CLOCK_READING.matcher(name).matches() || NAME_NUMBER.matcher(name).matches() ? number.toString()
                : String.format(Locale.ROOT, "%,d", number.longValue());
    }
}
