// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import io.tickbus.core.internal.NearestName;
import io.tickbus.core.internal.VisibleText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads a settings file: a {@code .properties} file, of which only comments and lines of {@code key = value} are
 * understood, and every other line is refused. Not {@link java.util.Properties}, since that one forgets the lines,
 * and silently lets a second mention of a key win.
 */
final class SettingsFile {
    private static final int MAX_LENGTH = 1 << 16;
    /** Some editors put it first. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String REMEDY = "correct it; until then nothing is changed";

    private SettingsFile() {
    }

    /** The defaults with what the file says; each value is checked, but not yet whether they contradict each other. */
    static DaemonSettings read(Path file, Consumer<RuntimeException> problems) {
        Map<DaemonSetting<?>, Integer> lineOf = new HashMap<>();
        DaemonSettings settings = DaemonSettings.defaults();
        int number = 0;
        for (String raw : lines(file)) {
            number++;
            String line = raw.strip();
            if (!line.isEmpty() && line.charAt(0) != '#' && line.charAt(0) != '!') {
                try {
                    DaemonSetting<?> setting = setting(line);
                    Integer before = lineOf.putIfAbsent(setting, number);
                    if (before != null) {
                        throw new IllegalArgumentException(setting.key() + " is set in line " + before + " already");
                    }
                    settings = settings.with(setting, line.substring(line.indexOf('=') + 1),
                            file.toAbsolutePath() + ":" + number);
                } catch (IllegalArgumentException e) {
                    problems.accept(refused(file + " line " + number, e.getMessage()));
                }
            }
        }
        return settings;
    }

    /** Bounded, and from a regular file only: a pipe or a device could block, have no end, or be empty next time. */
    private static List<String> lines(Path file) {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw refused(file.toString(), "it is not a regular file, so it cannot be read again");
            }
            ByteBuffer bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = ByteBuffer.wrap(in.readNBytes(MAX_LENGTH + 1));
            }
            if (bytes.limit() > MAX_LENGTH) {
                throw refused(file.toString(), "it has more than " + MAX_LENGTH + " bytes, which no settings need");
            }
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return text.substring(text.startsWith(BYTE_ORDER_MARK) ? 1 : 0).lines().toList();
        } catch (NoSuchFileException e) {
            throw new BusException(Reason.NOT_FOUND, "settings file " + file, "there is no such file",
                    "write one, or leave out --settings");
        } catch (CharacterCodingException e) {
            throw refused(file.toString(), "it is not UTF-8 text");
        } catch (IOException e) {
            throw BusException.system(file, e, "check that you may read it");
        }
    }

    private static DaemonSetting<?> setting(String line) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("a line is key = value, or a comment after #: line=" + line);
        }
        String key = line.substring(0, equals).strip();
        DaemonSetting<?> setting = DaemonSetting.of(key);
        if (setting == null) {
            throw new IllegalArgumentException("there is no setting '" + key + "'" + NearestName.of(key,
                    DaemonSetting.all().stream().map(DaemonSetting::key).toList())
                    + "; 'tickbus config sample' lists all");
        }
        return setting;
    }

    static BusException refused(String place, String why) {
        return new BusException(Reason.BAD_SETTINGS, "settings " + VisibleText.of(place), VisibleText.of(why), REMEDY);
    }
}
