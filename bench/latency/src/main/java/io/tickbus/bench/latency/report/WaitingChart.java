// SPDX-License-Identifier: Apache-2.0
package io.tickbus.bench.latency.report;

import static io.tickbus.bench.latency.report.GoalCheck.format;
import static io.tickbus.bench.latency.report.GoalCheck.number;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The ways to wait as a chart for the README, an SVG that needs nothing else: how late a signal is seen against the CPU
 * that the wait costs, both on logarithmic axes, of receivers that get a signal each millisecond. Readable on light and
 * on dark pages.
 */
final class WaitingChart {
    private static final long GAP_NS = 1_000_000;
    private static final double NS_PER_US = 1_000;
    /** One each of the kernel's ways: they are too close to each other for more. */
    private static final List<String> OTHERS = List.of("futex", "unix-socket", "kill-sigwait", "java-signal");
    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final int LEFT = 76;
    private static final int RIGHT = WIDTH - 24;
    private static final int TOP = 52;
    private static final int BOTTOM = HEIGHT - 56;
    private static final int GAP = 14;
    private static final int LINE_HEIGHT = 17;
    private static final double CHARACTER_WIDTH = 7.6;
    private static final double LEAST_CPU_PERCENT = 0.1;
    private static final String STYLE = """
            text { font: 13px system-ui, sans-serif; fill: #57606a; }
            .title { font-size: 16px; font-weight: 600; fill: #1f2328; }
            .ours { font-weight: 600; fill: #0969da; }
            line { stroke: #afb8c1; stroke-opacity: 0.5; }
            .leader { stroke: #8c959f; stroke-opacity: 1; }
            circle { fill: #8c959f; } circle.ours { fill: #0969da; }
            @media (prefers-color-scheme: dark) {
              text { fill: #9198a1; } .title { fill: #f0f6fc; } .ours { fill: #58a6ff; }
              line { stroke: #656c76; } circle.ours { fill: #58a6ff; }
            }
            """;

    private final List<Point> points = new ArrayList<>();
    private final List<Label> labels = new ArrayList<>();
    private final StringBuilder svg = new StringBuilder();
    private Axis cpu;
    private Axis latency;

    private WaitingChart() {
    }

    private record Point(String name, double cpuPercent, double latencyUs) {
        boolean isOurs() {
            return name.startsWith("tickbus-");
        }
    }

    /** The room of a name, around the middle of its height. */
    private record Label(double left, double right, double y) {
        boolean overlaps(Label other) {
            return left < other.right && other.left < right && Math.abs(y - other.y) < LINE_HEIGHT;
        }

        boolean contains(double x, double pointY) {
            return left < x && x < right && Math.abs(y - pointY) < LINE_HEIGHT / 2.0;
        }
    }

    /** A logarithmic axis, in pixels, with a margin beyond the points. */
    private record Axis(double least, double most, int fromPixel, int toPixel) {
        private static final double MARGIN = 0.2;

        static Axis over(double least, double most, int fromPixel, int toPixel) {
            return new Axis(Math.log10(least) - MARGIN, Math.log10(most) + MARGIN, fromPixel, toPixel);
        }

        /** The whole powers of ten on it. */
        IntStream decades() {
            return IntStream.rangeClosed((int) Math.ceil(least), (int) Math.floor(most));
        }

        double at(double value) {
            return fromPixel + (Math.log10(value) - least) / (most - least) * (toPixel - fromPixel);
        }
    }

    /** The chart of results that contain {@code bench wakeup}. */
    static String of(Results results) {
        WaitingChart chart = new WaitingChart();
        for (Map<String, Object> leg : Results.list(results.section("wakeup"), "legs")) {
            Point point = new Point(String.valueOf(leg.get("name")),
                    Math.max(LEAST_CPU_PERCENT, number(leg, "cpuPercent", "receiver")),
                    number(leg, "latencyNs", "p50") / NS_PER_US);
            if (Results.isUsual(leg) && number(leg, "gapNs") == GAP_NS && point.latencyUs() > 0
                    && (point.isOurs() || OTHERS.contains(point.name()))) {
                chart.points.add(point);
            }
        }
        if (chart.points.isEmpty()) {
            throw new IllegalArgumentException("the results have no wake-ups after 1 ms; run 'bench wakeup --json'");
        }
        return chart.draw(results.isDisturbed("wakeup"));
    }

    private String draw(boolean isDisturbed) {
        cpu = Axis.over(min(Point::cpuPercent), max(Point::cpuPercent), LEFT, RIGHT);
        latency = Axis.over(min(Point::latencyUs), max(Point::latencyUs), BOTTOM, TOP);
        svg.append(format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">%n", WIDTH,
                HEIGHT));
        svg.append("<title>").append(words()).append("</title>\n<style>\n").append(STYLE).append("</style>\n");
        text(LEFT, 26, "title", "start", "A signal each millisecond: how late it is seen, and what the wait costs"
                + (isDisturbed ? " (busy host)" : ""));
        axes();
        labels();
        return svg.append("</svg>\n").toString();
    }

    private double min(ToDoubleFunction<Point> figure) {
        return points.stream().mapToDouble(figure).min().orElseThrow();
    }

    private double max(ToDoubleFunction<Point> figure) {
        return points.stream().mapToDouble(figure).max().orElseThrow();
    }

    private String words() {
        return points.stream().map(each -> format("%s: %.2f µs at %.1f %% CPU", each.name(), each.latencyUs(),
                each.cpuPercent())).collect(Collectors.joining("; "));
    }

    private void axes() {
        cpu.decades().forEach(decade -> {
            double x = cpu.at(Math.pow(10, decade));
            line("grid", x, TOP, x, BOTTOM);
            text(x, BOTTOM + 20, "tick", "middle", plain(decade) + " %");
        });
        latency.decades().forEach(decade -> {
            double y = latency.at(Math.pow(10, decade));
            line("grid", LEFT, y, RIGHT, y);
            text(LEFT - 8, y + 4, "tick", "end", plain(decade) + " µs");
        });
        text((LEFT + RIGHT) / 2.0, HEIGHT - 10, "axis", "middle",
                "CPU of the receiving process; left and low is better");
        text(LEFT, TOP - 8, "axis", "start", "median latency");
    }

    private static String plain(int decade) {
        return decade >= 0 ? format("%.0f", Math.pow(10, decade)) : format("%." + -decade + "f", Math.pow(10, decade));
    }

    /** Names beside the points, as near as they find room; ours choose first. */
    private void labels() {
        points.sort(Comparator.comparing(Point::isOurs).reversed().thenComparing(Point::latencyUs));
        for (Point point : points) {
            double x = cpu.at(point.cpuPercent());
            double y = latency.at(point.latencyUs());
            double width = point.name().length() * CHARACTER_WIDTH;
            boolean isLeft = x + GAP + width > RIGHT;
            Label label = freeLabel(isLeft ? x - GAP - width : x + GAP, width, y);
            labels.add(label);
            String kind = point.isOurs() ? "ours" : "other";
            line("leader", x, y, isLeft ? label.right() : label.left(), label.y());
            svg.append(format("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>%n", kind, x, y));
            text(isLeft ? label.right() - 3 : label.left() + 3, label.y() + 4, kind, isLeft ? "end" : "start",
                    point.name());
        }
    }

    /** At the height of the point, or above or below it by as little as possible. */
    private Label freeLabel(double left, double width, double y) {
        Label label = new Label(left, left + width, y);
        for (int step = 1; isTaken(label); step++) {
            int lines = step % 2 == 0 ? step / 2 : -(step + 1) / 2;
            label = new Label(label.left(), label.right(), y + lines * LINE_HEIGHT);
        }
        return label;
    }

    private boolean isTaken(Label label) {
        return label.y() < TOP || label.y() > BOTTOM || labels.stream().anyMatch(label::overlaps)
                || points.stream().anyMatch(
                        each -> label.contains(cpu.at(each.cpuPercent()), latency.at(each.latencyUs())));
    }

    private void line(String kind, double x1, double y1, double x2, double y2) {
        svg.append(format("<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n", kind, x1, y1, x2,
                y2));
    }

    private void text(double x, double y, String kind, String anchor, String text) {
        svg.append(format("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", kind, x, y, anchor,
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
