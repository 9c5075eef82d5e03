package io.tickbus.cli.timer;

import io.tickbus.core.timer.Durability;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A durability by its name. */
final class DurabilityName implements ITypeConverter<Durability> {
    @Override
    public Durability convert(String value) {
        try {
            return Durability.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("allowed is none, process, disk: durable=" + value);
        }
    }
}
