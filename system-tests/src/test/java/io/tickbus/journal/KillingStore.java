// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.daemon.journal.JournalOptions.Roll;
import java.io.IOException;
import java.nio.file.Path;

/** A journal's folder that tells a killer of each step of writing to it. */
record KillingStore(JournalStore store, Killer killer) implements JournalStore {
    @Override
    public Segment newSegment(Roll roll) throws IOException {
        return new KillingSegment(store.newSegment(roll), killer);
    }

    private record KillingSegment(Segment segment, Killer killer) implements Segment {
        @Override
        public Position append(Block block) throws IOException {
            killer.reach("write");
            Position position = segment.append(block);
            killer.reach("written");
            return position;
        }

        @Override
        public void sync() throws IOException {
            segment.sync();
            killer.reach("sync");
        }

        @Override
        public String file() {
            return segment.file();
        }

        @Override
        public long number() {
            return segment.number();
        }

        @Override
        public void close() throws IOException {
            segment.close();
        }
    }

    @Override
    public Path path() {
        return store.path();
    }

    @Override
    public void sync() throws IOException {
        store.sync();
    }

    @Override
    public Blocks read(Position start, UnreadableHandler trouble) {
        return store.read(start, trouble);
    }

    @Override
    public Position snapshot() {
        return store.snapshot();
    }

    @Override
    public void snapshot(Position position) throws IOException {
        store.snapshot(position);
    }

    @Override
    public void setAside(byte[] bytes, int length) {
        store.setAside(bytes, length);
    }

    @Override
    public void release() {
        store.release();
    }
}
