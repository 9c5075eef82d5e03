package io.tickbus.bench.latency.enqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChannelTest {
    @TempDir
    private Path folder;

    static Stream<Function<Path, Channel>> channels() {
        return Stream.of(folder -> new SlotChannel(), folder -> new BusChannel(folder, "bus"),
                folder -> new BlockingQueueChannel(), folder -> new SynchronizedChannel());
    }

    @ParameterizedTest
    @MethodSource("channels")
    void shouldTakeOutWhatWasPutInWhenThereIsRoomForAll(Function<Path, Channel> kind) {
        try (Channel channel = kind.apply(folder)) {
            long next = 0;
            for (int lap = 0; lap < 3; lap++) {
                assertEquals(0, channel.take(next));
                channel.put(next, Channel.CAPACITY - 1);
                channel.put(next + Channel.CAPACITY - 1, 1);
                assertEquals(Channel.CAPACITY, channel.take(next));
                next += Channel.CAPACITY;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("channels")
    void shouldComplainWhenAnotherMessageWasExpected(Function<Path, Channel> kind) {
        try (Channel channel = kind.apply(folder)) {
            channel.put(0, 2);
            // The ring finds nothing where the reader looks, all others find a number that is not the next.
            if (channel instanceof SlotChannel) {
                assertEquals(0, channel.take(5));
            } else {
                assertThrows(IllegalStateException.class, () -> channel.take(5));
            }
        }
    }
}
