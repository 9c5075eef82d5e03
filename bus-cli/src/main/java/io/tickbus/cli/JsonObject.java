package io.tickbus.cli;

import java.util.LinkedHashMap;

/**
 * An object for {@link JsonOutput}, its fields in the order of their adding.
 *
 * <p>Values: text, numbers, booleans, null, lists of these, other objects.
 */
public final class JsonObject extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1L;

    /** Adds a field. */
    public JsonObject with(String name, Object value) {
        put(name, value);
        return this;
    }
}
