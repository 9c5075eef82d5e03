package io.tickbus.cli.stat;

import io.tickbus.cli.JsonObject;
import java.util.Locale;

/**
 * What {@code stat} found out about one bus.
 *
 * @param figures null where the file cannot be read
 * @param daemon  null where no daemon keeps the bus
 * @param problem what is wrong and what to do, one sentence; null where nothing is
 */
record BusReport(String bus, String path, BusCondition condition, BusFigures figures, DaemonFigures daemon,
        String problem) {
    JsonObject json() {
        JsonObject object = new JsonObject().with("bus", bus).with("path", path)
                .with("condition", condition.name().toLowerCase(Locale.ROOT)).with("problem", problem);
        object.putAll(figures == null ? BusFigures.unknown() : figures.json());
        return object.with("daemon", daemon == null ? null : daemon.json());
    }
}
