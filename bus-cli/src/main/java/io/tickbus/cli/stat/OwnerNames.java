package io.tickbus.cli.stat;

import io.tickbus.core.BusException;
import io.tickbus.core.bus.BusDirectory;
import io.tickbus.core.bus.SignalsFile;
import java.util.HashMap;
import java.util.Map;

/** The names of the clients that are connected, by the numbers that their timers' owners have. */
public final class OwnerNames {
    private OwnerNames() {
    }

    /** Those that can be read; the owners of kept timers whose clients are gone are not among them. */
    public static Map<Integer, String> of(BusDirectory directory) {
        Map<Integer, String> names = new HashMap<>();
        try {
            for (ClientFigures client : ClientFigures.list(directory, SignalsFile.attach(directory).header())) {
                if (!client.name().isEmpty()) {
                    names.put(client.owner(), client.name());
                }
            }
        } catch (BusException e) {
            // Names are a help and no more: the timers are listed without them.
            return names;
        }
        return names;
    }
}
