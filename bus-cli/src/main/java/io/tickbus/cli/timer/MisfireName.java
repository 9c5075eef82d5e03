package io.tickbus.cli.timer;

import io.tickbus.core.timer.MisfirePolicy;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Misfire policies as they are typed: {@code fire-once}. */
final class MisfireName implements ITypeConverter<MisfirePolicy> {
    @Override
    public MisfirePolicy convert(String value) {
        return Arrays.stream(MisfirePolicy.values()).filter(policy -> name(policy).equalsIgnoreCase(value)).findFirst()
                .orElseThrow(() -> new TypeConversionException("a misfire policy is one of "
                        + Arrays.stream(MisfirePolicy.values()).map(MisfireName::name)
                        .collect(Collectors.joining(", ")) + ": misfire=" + value));
    }

    private static String name(MisfirePolicy policy) {
        return policy.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
