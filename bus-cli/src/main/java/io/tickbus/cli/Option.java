// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * An option of a command, or an argument without a name, and what was typed for it.
 *
 * @param <T> what its text is converted to
 */
public final class Option<T> {
    final String name;
    /** What stands for the value in help; null for an option without one. */
    final String label;
    final String description;
    final String heading;
    private final Function<String, T> converter;
    private final List<T> values = new ArrayList<>(1);
    private String standard;
    private T valueAlone;
    private boolean isRequired;
    private boolean isRepeatable;
    private boolean isHidden;

    Option(String heading, String name, String label, Function<String, T> converter, String description) {
        this.heading = heading;
        this.name = name;
        this.label = label;
        this.converter = converter;
        this.description = description;
    }

    /** The value where none is typed, as it would be typed; help names it. */
    public Option<T> standard(String text) {
        standard = text;
        return this;
    }

    /** It must be given. */
    public Option<T> required() {
        isRequired = true;
        return this;
    }

    /** It may be given more than once. */
    public Option<T> repeatable() {
        isRepeatable = true;
        return this;
    }

    /** Help does not mention it. */
    public Option<T> hidden() {
        isHidden = true;
        return this;
    }

    /** It may be given without a value, and has this one then; another is typed after a {@code =} or a blank. */
    public Option<T> alone(T value) {
        valueAlone = value;
        return this;
    }

    /** Whether it was typed. */
    public boolean isGiven() {
        return !values.isEmpty();
    }

    /** What was typed, else the standard value; null where there is neither. */
    public T get() {
        return isGiven() ? values.get(0) : standard == null ? null : converter.apply(standard);
    }

    /** What was typed, else another value. */
    public T or(T other) {
        return isGiven() ? values.get(0) : other;
    }

    /** All that was typed. */
    public List<T> all() {
        return values;
    }

    /** Takes a text; an {@link IllegalArgumentException} says what is wrong with it. */
    void add(String text) {
        if (isGiven() && !isRepeatable) {
            throw new IllegalArgumentException(name + " is given twice; give it once");
        }
        try {
            values.add(text == null ? valueAlone : converter.apply(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    boolean takesValue() {
        return label != null;
    }

    boolean needsValue() {
        return label != null && valueAlone == null;
    }

    boolean isMissing() {
        return isRequired && !isGiven();
    }

    boolean isShown() {
        return !isHidden;
    }

    /** An argument, which has no name of its own: its label stands for it. */
    boolean isArgument() {
        return name.equals(label);
    }

    boolean isFull() {
        return isGiven() && !isRepeatable;
    }

    /** As it is typed: {@code --slots N}. */
    String usage() {
        return isArgument() ? label : !takesValue() ? name : needsValue() ? name + " " + label
                : name + " [" + label + "]";
    }

    boolean isNeeded() {
        return isRequired;
    }

    boolean isRepeatable() {
        return isRepeatable;
    }

    /** What it is for, and what it is where it is not given. */
    String explanation() {
        String text = description.endsWith(".") ? description.substring(0, description.length() - 1) : description;
        return text + (standard == null ? "" : "; default " + standard) + (isRepeatable ? "; may be repeated" : "")
                + ".";
    }
}
