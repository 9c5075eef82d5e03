// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.profile;

import io.tickbus.cli.late.LateText;
import io.tickbus.cli.stat.BusReader;
import io.tickbus.cli.stat.DaemonSnapshot;
import io.tickbus.core.BusException;
import io.tickbus.core.LateFiring;
import io.tickbus.core.internal.DurationText;
import io.tickbus.daemon.DaemonCounter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Adds to a flame graph what went wrong on a bus while it was sampled: stalls and late firings. */
final class ProfilePage {
    private static final int MOST = 200;
    private static final String END = "</body>";

    private final BusReader reader;
    private final DaemonSnapshot before;

    private ProfilePage(BusReader reader, DaemonSnapshot before) {
        this.reader = reader;
        this.before = before;
    }

    /** Begins with a bus's next late firing. */
    static ProfilePage begin(BusReader reader) {
        DaemonSnapshot before = reader.read().daemon();
        reader.newLateFirings();
        return new ProfilePage(reader, before);
    }

    /** Adds them to a page; to none where the bus has no daemon. */
    void complete(Path page) {
        DaemonSnapshot now = reader.read().daemon();
        if (before == null || now == null) {
            return;
        }
        String section = section(now, reader.newLateFirings());
        try {
            String html = Files.readString(page, StandardCharsets.UTF_8);
            int end = html.lastIndexOf(END);
            int place = end < 0 ? html.length() : end;
            Files.writeString(page, html.substring(0, place) + section + html.substring(place),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw BusException.system(page, e, "name a file that can be written with -o");
        }
    }

    private String section(DaemonSnapshot now, List<LateFiring> late) {
        StringBuilder html = new StringBuilder("<section style='margin: 16px'><h2>Meanwhile on the bus</h2><p style="
                + "'position: static; display: block; outline: none; background: none; white-space: normal'>");
        html.append(String.format(Locale.ROOT, "%,d firings, %,d late firings, %,d stalls of the daemon's threads.</p>",
                increase(now, DaemonCounter.FIRINGS), increase(now, DaemonCounter.LATE_FIRINGS),
                increase(now, DaemonCounter.STALLS)));
        if (!late.isEmpty()) {
            html.append("<table cellpadding='4'>");
            row(html, "th", "published", "late by", "cause", "explains", "details", "signal", "client");
            Map<Integer, String> owners = now.ownerNames();
            for (LateFiring each : late.subList(Math.max(0, late.size() - MOST), late.size())) {
                row(html, "td", LateText.time(each), DurationText.format(each.latenessNs()), each.cause().label(),
                        String.format(Locale.ROOT, "%.0f %%", LateText.explainedPercent(each)),
                        LateText.details(each), Integer.toString(each.signalId()),
                        DaemonSnapshot.clientName(each.owner(), owners));
            }
            html.append("</table>");
        }
        return html.append("</section>").toString();
    }

    private long increase(DaemonSnapshot now, DaemonCounter counter) {
        return Math.max(0, now.value(counter) - before.value(counter));
    }

    private static void row(StringBuilder html, String tag, String... cells) {
        html.append("<tr>");
        for (String cell : cells) {
            html.append("<").append(tag).append(" align='left'>").append(cell.replace("&", "&amp;")
                    .replace("<", "&lt;")).append("</").append(tag).append(">");
        }
        html.append("</tr>\n");
    }
}
