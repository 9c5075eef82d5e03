package io.tickbus.publisher.daemon;

import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads a settings file: a {@code .properties} file, of which only comments and lines of {@code key = value} are
 * understood, and every other line is refused. Not {@link java.util.Properties}, since that one forgets the lines,
 * and lets a second mention of a key win in silence.
 */
final class SettingsFile {
    private static final long MAX_LENGTH = 1 << 16;
    private static final String REMEDY = "mend it; until then nothing is changed";

    private SettingsFile() {
    }

    static void read(Path file, DaemonSettings.Builder builder) {
        Map<DaemonSetting, Integer> lineOf = new EnumMap<>(DaemonSetting.class);
        int number = 0;
        for (String raw : lines(file)) {
            number++;
            String line = raw.strip();
            if (!line.isEmpty() && line.charAt(0) != '#' && line.charAt(0) != '!') {
                String place = file + " line " + number;
                try {
                    DaemonSetting setting = put(line, builder);
                    Integer before = lineOf.put(setting, number);
                    if (before != null) {
                        throw refused(place, setting.key() + " stands in line " + before + " already");
                    }
                } catch (IllegalArgumentException e) {
                    throw refused(place, e.getMessage());
                }
            }
        }
    }

    private static List<String> lines(Path file) {
        try {
            if (Files.size(file) > MAX_LENGTH) {
                throw refused(file.toString(), "it has more than " + MAX_LENGTH + " bytes, which no settings need");
            }
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new BusException(Reason.NOT_FOUND, "settings file " + file, "there is no such file",
                    "write one, or leave out --settings");
        } catch (CharacterCodingException e) {
            throw refused(file.toString(), "it is not UTF-8 text");
        } catch (IOException e) {
            throw BusException.system(file, e, "check that you may read it");
        }
    }

    private static DaemonSetting put(String line, DaemonSettings.Builder builder) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("a line is key = value, or a comment after #: line=" + line);
        }
        String key = line.substring(0, equals).strip();
        DaemonSetting setting = DaemonSetting.of(key);
        if (setting == null) {
            throw new IllegalArgumentException("there is no setting of that name: " + key + "="
                    + line.substring(equals + 1).strip() + ", known are " + known());
        }
        builder.put(setting, line.substring(equals + 1));
        return setting;
    }

    private static String known() {
        return Arrays.stream(DaemonSetting.values()).map(DaemonSetting::key).collect(Collectors.joining(", "));
    }

    static BusException refused(String place, String why) {
        return new BusException(Reason.BAD_SETTINGS, "settings " + place, why, REMEDY);
    }
}
