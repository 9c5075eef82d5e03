package io.tickbus.cli.tail;

import io.tickbus.subscriber.SubscriberOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where to begin: {@code newest}, {@code oldest} or a sequence. */
final class JoinPosition implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
        if (value.equals("newest")) {
            return SubscriberOptions.FROM_NEWEST;
        }
        if (value.equals("oldest")) {
            return SubscriberOptions.FROM_OLDEST;
        }
        if (!value.matches("[0-9]{1,18}")) {
            throw new TypeConversionException("tail begins at newest, oldest or a sequence: from=" + value);
        }
        return Long.parseLong(value);
    }
}
