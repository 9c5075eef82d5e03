package io.tickbus.bench.latency.throughput;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import io.tickbus.bench.latency.transport.AeronDriver;
import java.nio.file.Path;

/** Aeron IPC, exclusive publication, claimed in place: its readers hold its writer back. */
final class AeronEnd implements End {
    private static final String CHANNEL = "aeron:ipc?term-length=16m";
    private static final int STREAM = 2001;
    private static final int LENGTH = 32;
    private static final int FRAGMENTS = 256;

    private final BufferClaim claim = new BufferClaim();
    private Aeron aeron;
    private ExclusivePublication publication;
    private Subscription subscription;
    private Tally tally;
    private final FragmentHandler handler = (buffer, offset, length, header) -> tally.take(buffer.getLong(offset));

    @Override
    public String settings() {
        return "exclusive publication, tryClaim, 32 bytes + 32 of header, " + CHANNEL;
    }

    private void connect(Path directory) {
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(AeronDriver.directory(directory).toString())
                .preTouchMappedMemory(true));
    }

    @Override
    public void openWriter(Path directory) {
        connect(directory);
        publication = aeron.addExclusivePublication(CHANNEL, STREAM);
    }

    @Override
    public void openReader(Path directory) {
        connect(directory);
        subscription = aeron.addSubscription(CHANNEL, STREAM);
        while (!subscription.isConnected()) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void write(long first, int count) {
        for (long number = first; number < first + count; number++) {
            while (publication.tryClaim(LENGTH, claim) < 0) {
                Thread.onSpinWait();
            }
            claim.buffer().putLong(claim.offset(), number);
            claim.commit();
        }
    }

    @Override
    public void read(Tally newTally) {
        tally = newTally;
        while (subscription.poll(handler, FRAGMENTS) == FRAGMENTS) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        if (aeron != null) {
            aeron.close();
        }
    }
}
