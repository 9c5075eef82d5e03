// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.daemon.journal.JournalOptions.Roll;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A journal in memory. A test can stop it at any write, make its disk fail, and cut its power: each block that was not
 * synced is then present, missing or torn.
 */
final class MemoryStore implements JournalStore {
    /** Shared by the readers, one at a time, as it is large. */
    private final Block reading = new Block();
    private final List<List<byte[]>> segments = new ArrayList<>();
    private final List<Integer> synced = new ArrayList<>();
    private Position snapshot;
    private long setAside;
    private boolean isDead;
    private volatile boolean isReleased;
    private int deathIn = Integer.MAX_VALUE;
    private volatile Throwable refusal;

    /** Kills the daemon at the n-th step, which may be half done; nothing happens afterwards. */
    void dieIn(int steps) {
        deathIn = steps;
    }

    boolean isDead() {
        return isDead;
    }

    /** Lets another daemon continue with what is there. */
    void revive() {
        isDead = false;
        deathIn = Integer.MAX_VALUE;
        refusal = null;
    }

    /** The error with which the disk answers everything; null if it works. */
    void refuse(Throwable newRefusal) {
        refusal = newRefusal;
    }

    void losePower(Random random) {
        for (int i = 0; i < segments.size(); i++) {
            List<byte[]> blocks = segments.get(i);
            boolean isAll = random.nextInt(3) == 0;
            for (int block = blocks.size() - 1; block >= synced.get(i); block--) {
                int fate = isAll ? 0 : random.nextInt(4);
                if (fate == 0 && block == blocks.size() - 1) {
                    blocks.remove(block);
                } else if (fate == 1) {
                    Arrays.fill(blocks.get(block), random.nextInt(blocks.get(block).length),
                            blocks.get(block).length, (byte) 0);
                }
            }
            synced.set(i, blocks.size());
        }
    }

    /** The clock of the last readable block; null if there is none. */
    JournalClock lastClock() {
        JournalClock last = null;
        try (Blocks blocks = read(null, (where, bytes, length, why) -> { })) {
            while (blocks.next()) {
                last = blocks.block().clock();
            }
        }
        return last;
    }

    long setAside() {
        return setAside;
    }

    /** Returns whether a step is carried out; the last step is half done, so either. */
    private void step() throws IOException {
        if (refusal instanceof IOException e) {
            throw e;
        }
        if (refusal instanceof Error e) {
            throw e;
        }
        if (isDead || --deathIn <= 0) {
            isDead = true;
            throw new IOException("killed");
        }
    }

    @Override
    public Path path() {
        return Path.of("memory");
    }

    @Override
    public Segment newSegment(Roll roll) throws IOException {
        step();
        segments.add(new ArrayList<>());
        synced.add(0);
        return new MemorySegment(segments.size());
    }

    private final class MemorySegment implements Segment {
        private final int number;

        MemorySegment(int number) {
            this.number = number;
        }

        @Override
        public Position append(Block block) throws IOException {
            step();
            List<byte[]> blocks = segments.get(number - 1);
            blocks.add(Arrays.copyOf(block.bytes(), block.length()));
            Position position = new Position(number, file(), blocks.size() - 1L);
            step();
            return position;
        }

        @Override
        public void sync() throws IOException {
            step();
            synced.set(number - 1, segments.get(number - 1).size());
            step();
        }

        @Override
        public String file() {
            return "blocks";
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public void close() {
            // Nothing to release.
        }
    }

    @Override
    public void sync() throws IOException {
        step();
        for (int i = 0; i < segments.size(); i++) {
            synced.set(i, segments.get(i).size());
        }
    }

    @Override
    public Blocks read(Position start, UnreadableHandler trouble) {
        return new Blocks() {
            private int segment = start == null ? 0 : (int) start.segment() - 1;
            private int index = start == null ? 0 : (int) start.offset();
            private Position position;

            @Override
            public boolean next() {
                while (segment < segments.size()) {
                    if (index < segments.get(segment).size()) {
                        byte[] bytes = segments.get(segment).get(index);
                        position = new Position(segment + 1L, "blocks", index++);
                        System.arraycopy(bytes, 0, reading.bytes(), 0, bytes.length);
                        String fault = reading.fault(bytes.length, true);
                        if (fault == null) {
                            return true;
                        }
                        trouble.unreadable(position, bytes, bytes.length, fault);
                    } else {
                        segment++;
                        index = 0;
                    }
                }
                return false;
            }

            @Override
            public Block block() {
                return reading;
            }

            @Override
            public Position position() {
                return position;
            }

            @Override
            public void close() {
                // Nothing to release.
            }
        };
    }

    @Override
    public Position snapshot() {
        return snapshot;
    }

    @Override
    public void snapshot(Position position) throws IOException {
        step();
        snapshot = position;
        step();
    }

    @Override
    public void setAside(byte[] bytes, int length) {
        setAside++;
    }

    @Override
    public void release() {
        isReleased = true;
    }

    boolean isReleased() {
        return isReleased;
    }
}
