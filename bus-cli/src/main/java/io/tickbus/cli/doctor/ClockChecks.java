// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.doctor;

import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.platform.ClockDiscipline;
import io.tickbus.core.internal.platform.HostFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CLOCK_REALTIME, by which timers of a time of day are due, and those of many hosts. */
final class ClockChecks {
    private static final Pattern MAKE_STEP = Pattern.compile("\\s*makestep\\s+\\S+\\s+(-?\\d+)\\b.*");
    private static final Pattern SMEAR = Pattern.compile("\\s*(?:(?:server|pool|peer)\\s+|NTP=.*?|FallbackNTP=.*?)"
            + "(169\\.254\\.169\\.123|fd00:ec2::123|\\S*\\btime\\.aws\\.com|time\\d?\\.google\\.com"
            + "|time\\d?\\.facebook\\.com).*|\\s*(smoothtime|leapsecmode\\s+slew)\\b.*");

    private final HostFiles files;
    private final Optional<ClockDiscipline> kernel;

    ClockChecks(HostFiles files, Optional<ClockDiscipline> kernel) {
        this.files = files;
        this.kernel = kernel;
    }

    List<Finding> findings() {
        List<String> chrony = chrony();
        return List.of(error(), steps(chrony), smear(chrony), tai());
    }

    private Finding error() {
        if (kernel.isEmpty()) {
            return Finding.unknown("clock-error", "the kernel does not say");
        }
        return kernel.get().isSynchronized()
                ? Finding.ok("clock-error", "up to " + DurationText.format(kernel.get().maxErrorNs()))
                : Finding.warn("clock-error", "nothing keeps CLOCK_REALTIME",
                        "Run chrony: a timer of a time of day, or of many hosts, is only as right as that clock.");
    }

    private Finding steps(List<String> chrony) {
        for (String line : chrony) {
            Matcher step = MAKE_STEP.matcher(line);
            if (step.matches() && step.group(1).startsWith("-")) {
                return Finding.warn("clock-steps", "chrony may set the clock at any time (" + line.strip() + ")",
                        "Say 'makestep 1 3', so that it is set after the start alone, and slewed then.");
            }
        }
        if (!chrony.isEmpty()) {
            return Finding.ok("clock-steps", "chrony sets the clock after its start at most");
        }
        return files.exists("run/systemd/timesync") ? Finding.warn("clock-steps", "systemd-timesyncd sets the clock "
                + "whenever it is wrong by 0.4 s or more", "Use chrony with 'makestep 1 3': timers of a time of day "
                + "follow a clock that is set, but what was due meanwhile is late or comes at once.")
                : Finding.unknown("clock-steps", "neither chrony nor systemd-timesyncd is configured here");
    }

    private Finding smear(List<String> chrony) {
        List<String> all = new ArrayList<>(chrony);
        all.addAll(files.lines("etc/systemd/timesyncd.conf"));
        all.addAll(inFolder("etc/systemd/timesyncd.conf.d", ".conf"));
        for (String line : all) {
            Matcher smear = SMEAR.matcher(line);
            if (smear.matches()) {
                return Finding.warn("clock-smear", "leap seconds are smeared (" + (smear.group(1) != null
                        ? smear.group(1) : smear.group(2)) + ")", "Let all hosts of a cluster use such sources, or "
                        + "none: for a day around a leap second the two kinds differ by up to a second.");
            }
        }
        return all.isEmpty() ? Finding.unknown("clock-smear", "no configured source of time was found")
                : Finding.ok("clock-smear", "no source that is known to smear leap seconds");
    }

    private Finding tai() {
        if (kernel.isEmpty()) {
            return Finding.unknown("tai-offset", "the kernel does not say");
        }
        int seconds = kernel.get().taiOffsetS();
        return Finding.ok("tai-offset", seconds != 0 ? seconds + " s" : "0 s: CLOCK_TAI was never told of leap seconds "
                + "and shows UTC; nothing here uses it");
    }

    private List<String> chrony() {
        List<String> lines = new ArrayList<>(files.lines("etc/chrony/chrony.conf"));
        lines.addAll(files.lines("etc/chrony.conf"));
        lines.addAll(inFolder("etc/chrony/conf.d", ".conf"));
        lines.addAll(inFolder("etc/chrony/sources.d", ".sources"));
        return lines;
    }

    private List<String> inFolder(String folder, String ending) {
        return files.names(folder).stream().filter(name -> name.endsWith(ending))
                .flatMap(name -> files.lines(folder + "/" + name).stream()).toList();
    }
}
