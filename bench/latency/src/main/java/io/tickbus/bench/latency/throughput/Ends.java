package io.tickbus.bench.latency.throughput;

import io.tickbus.bench.latency.transport.Transports;
import java.util.function.Supplier;

/** The transports that are tried at full speed. */
enum Ends {
    TICKBUS(Transports.TICKBUS_SPIN, true, TickbusEnd::new),
    AERON(Transports.AERON_IPC, true, AeronEnd::new),
    BROADCAST(Transports.AGRONA_BROADCAST, true, BroadcastEnd::new),
    MANY_TO_ONE(Transports.AGRONA_MANY_TO_ONE, false, ManyToOneEnd::new),
    CHRONICLE(Transports.CHRONICLE_QUEUE, true, ChronicleEnd::new);

    private final Transports transport;
    private final boolean hasManyReaders;
    @SuppressWarnings("ImmutableEnumChecker") // they are constructors
    private final Supplier<End> maker;

    Ends(Transports transport, boolean hasManyReaders, Supplier<End> maker) {
        this.transport = transport;
        this.hasManyReaders = hasManyReaders;
        this.maker = maker;
    }

    Transports transport() {
        return transport;
    }

    boolean hasManyReaders() {
        return hasManyReaders;
    }

    End make() {
        return maker.get();
    }
}
