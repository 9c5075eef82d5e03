// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.VisibleText;
import io.tickbus.core.internal.file.AtomicFile;
import io.tickbus.core.internal.file.SecureFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings in force, each with where it came from. A daemon writes them into its bus's directory, for tools to
 * read: a line with the bus's epoch, then for each setting a line of key, value, origin and, where the next start will
 * have another value, that one, with tabs between them.
 *
 * <p><b>Threads:</b> any. <b>Progress:</b> makes system calls.
 */
public final class EffectiveSettings {
    private static final String SEPARATOR = "\t";
    private static final int MAX_LENGTH = 1 << 20;
    private static final int WANTED = 3;

    private EffectiveSettings() {
    }

    /**
     * One setting, as text.
     *
     * @param origin see {@link DaemonSettings#origin}
     * @param wanted the value that a restart would bring; null if the value is that one already
     */
    public record Row(String key, String value, String origin, String wanted) {
        private static Row of(DaemonSetting<?> setting, DaemonSettings inForce, DaemonSettings wanted) {
            String value = inForce.text(setting);
            String next = wanted.text(setting);
            return new Row(setting.key(), value, inForce.origin(setting), next.equals(value) ? null : next);
        }

        private String line() {
            return VisibleText.of(key) + SEPARATOR + VisibleText.of(value) + SEPARATOR + VisibleText.of(origin)
                    + (wanted == null ? "" : SEPARATOR + VisibleText.of(wanted));
        }

        private static Row parse(String line) {
            String[] fields = line.split(SEPARATOR, -1);
            if (fields.length < WANTED) {
                throw new IllegalArgumentException("line=" + line);
            }
            return new Row(fields[0], fields[1], fields[2], fields.length > WANTED ? fields[WANTED] : null);
        }
    }

    /** All settings, in the order of the table. */
    public static List<Row> of(DaemonSettings settings) {
        return of(settings, settings);
    }

    private static List<Row> of(DaemonSettings inForce, DaemonSettings wanted) {
        return DaemonSetting.all().stream().map(setting -> Row.of(setting, inForce, wanted)).toList();
    }

    /** Daemon: records what is in force, and what the next start would have. */
    static void write(BusDirectory bus, long epoch, String group, DaemonSettings inForce, DaemonSettings wanted) {
        StringBuilder text = new StringBuilder().append(epoch);
        of(inForce, wanted).forEach(row -> text.append('\n').append(row.line()));
        AtomicFile.write(bus.settings(), text.toString(), group);
    }

    /**
     * Reads what a bus's daemon has recorded.
     *
     * @param epoch of the bus
     * @throws BusException NOT_FOUND if no daemon has recorded any at this epoch; UNREADABLE, SYSTEM
     */
    public static List<Row> read(BusDirectory bus, long epoch) {
        List<Row> rows = new ArrayList<>();
        try (InputStream in = Channels.newInputStream(SecureFiles.open(bus.settings(), bus.ownerId(), false))) {
            List<String> lines = new String(in.readNBytes(MAX_LENGTH), StandardCharsets.UTF_8).lines().toList();
            if (lines.isEmpty() || !lines.get(0).equals(Long.toString(epoch))) {
                throw new BusException(Reason.NOT_FOUND, bus.settings().toString(), "it is of an earlier daemon",
                        "see who publishes with 'tickbus stat'");
            }
            lines.stream().skip(1).forEach(line -> rows.add(Row.parse(line)));
            return rows;
        } catch (IllegalArgumentException e) {
            throw new BusException(Reason.UNREADABLE, bus.settings().toString(), "it is damaged: " + e.getMessage(),
                    "restart the daemon, which writes it again");
        } catch (IOException e) {
            throw BusException.system(bus.settings(), e, "check that you may read it");
        }
    }
}
