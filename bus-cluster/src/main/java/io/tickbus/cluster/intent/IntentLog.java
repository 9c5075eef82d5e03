// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.intent;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.agrona.DirectBuffer;

/**
 * The replicated state: all timers, owners and hosts. The same commands in the same order give the same state on every
 * member and every follower: nothing here reads a clock, draws a random number, or depends on the order of a hash.
 *
 * <p>Time is the cluster's, as each entry of the log states it; it never goes back here. A timer is removed when its
 * last occurrence has been past for {@link #KEEP_NS}: until then a host that was away may still fire it. What is past
 * is decided by the clocks of most hosts, as they report them: a leader whose clock is wrong removes nothing too soon.
 *
 * <p><b>Threads:</b> one at a time.
 */
public final class IntentLog {
    /** How long a timer is kept after its last occurrence. */
    public static final long KEEP_NS = TimeUnit.MINUTES.toNanos(10);
    /** How long a cancelled timer can be asked about. */
    public static final long KEEP_CANCELLED_NS = TimeUnit.SECONDS.toNanos(30);
    /** How many owners there may be: each is a client of every host's daemon. */
    public static final int MAX_OWNERS = 256;
    /** How many hosts there may be: members and followers. */
    public static final int MAX_HOSTS = 4096;
    /** How many timers there may be. */
    public static final int MAX_INTENTS = 1 << 26;
    /** How many cancelled ones can be asked about, the latest. */
    public static final int MAX_CANCELLED = 1 << 12;
    /** The most timers that were replaced or cancelled which may wait for being passed over. */
    private static final int MIN_STALE = 1 << 10;
    /** No bound and no lag that a host reports counts for more. */
    private static final long LONGEST_NS = TimeUnit.DAYS.toNanos(36_500);

    private record Id(int owner, long key) {
    }

    private final IntentTable table = new IntentTable();
    private final Membership membership = new Membership();
    private final List<String> owners = new ArrayList<>();
    private final Clients clients = new Clients();
    private final Map<Id, CancelledIntent> cancelled = new LinkedHashMap<>();
    /** By when they are removed. What was replaced meanwhile is passed over then. */
    private final TreeMap<Long, List<Intent>> expiring = new TreeMap<>();
    /** Of those, the ones that were replaced or cancelled. */
    private int stale;
    private IntentEvents events = IntentEvents.NONE;
    private long position;
    private long timeNs;
    /** What was due before this time is past by the clocks of most hosts. */
    private long passedNs;
    private int term;
    private long unfired;
    private long firedTwice;

    /** Sets who is told what commands do. */
    public IntentLog tell(IntentEvents listener) {
        events = listener;
        return this;
    }

    /** Position in the log up to which everything is applied. */
    public long position() {
        return position;
    }

    /** The cluster's time of the latest entry, CLOCK_REALTIME nanoseconds. */
    public long timeNs() {
        return timeNs;
    }

    /** Leadership term of the latest entry. */
    public int term() {
        return term;
    }

    /** The hosts. */
    public Membership membership() {
        return membership;
    }

    /** Names of the owners, by number. */
    public List<String> owners() {
        return Collections.unmodifiableList(owners);
    }

    /** Name of an owner. */
    public String ownerName(int owner) {
        return owners.get(owner);
    }

    /**
     * What became of the only command of a client's message.
     *
     * @param type of the command
     * @return null if the message is not applied; STALE if its result is not known any more
     */
    public IntentResult result(long client, long message, byte type) {
        return clients.find(client, message, type);
    }

    /** How many timers there are. */
    public int size() {
        return table.size();
    }

    /** The timer of a key; null if there is none. */
    public Intent find(int owner, long key) {
        return table.find(owner, key);
    }

    /** What is known of a timer that was cancelled lately; null if nothing is. */
    public CancelledIntent findCancelled(int owner, long key) {
        return cancelled.get(new Id(owner, key));
    }

    /** Occurrences of {@link IntentSpec#ONCE} timers that no host has reported as fired, of timers removed by now. */
    public long unfired() {
        return unfired;
    }

    /** How often an occurrence of a {@link IntentSpec#ONCE} timer was reported by a second host. */
    public long firedTwice() {
        return firedTwice;
    }

    /** All timers, in no particular order. */
    public void forEach(Consumer<Intent> consumer) {
        table.forEach(consumer);
    }

    /** The same, up to the first for which the test is true. */
    void forEachUntil(Predicate<Intent> isLast) {
        table.forEachUntil(isLast);
    }

    /** The timers that were cancelled lately, in that order. */
    public void forEachCancelled(Consumer<CancelledIntent> consumer) {
        cancelled.values().forEach(consumer);
    }

    /**
     * Applies a message: one or more commands.
     *
     * @param at           where in the buffer it begins
     * @param length       its bytes
     * @param newPosition  where in the log it ends
     * @param clusterNs    the cluster's time, CLOCK_REALTIME nanoseconds
     * @param newTerm      the leadership term
     * @return false if its client has sent another one before it that is not here: nothing is applied
     */
    public boolean apply(DirectBuffer message, int at, int length, long newPosition, long clusterNs, int newTerm) {
        position = newPosition;
        advance(clusterNs, newTerm);
        clients.none();
        int next = at;
        int end = at + length;
        while (next < end) {
            int commandLength = IntentCommands.length(message, next, end - next);
            if (commandLength < 0) {
                told((byte) 0, IntentResult.INVALID, 0);
                return true;
            }
            if (message.getByte(next) != IntentCommands.CLIENT) {
                applyOne(message, next, message.getByte(next));
            } else if (!clients.begin(IntentCommands.longAt(message, next + 8), IntentCommands.longAt(message,
                    next + 16))) {
                return false;
            }
            next += commandLength;
        }
        return true;
    }

    private void told(byte type, IntentResult result, int number) {
        clients.note(result);
        events.onResult(type, result, number);
    }

    /** Notes the time and term of an entry without commands. */
    public void advance(long clusterNs, int newTerm) {
        term = newTerm;
        timeNs = Math.max(timeNs, clusterNs);
        expire();
    }

    private void applyOne(DirectBuffer from, int at, byte type) {
        // The number of an owner is the same each time.
        if (clients.isRepeated() && type != IntentCommands.OWNER) {
            told(type, clients.earlier(type), 0);
            return;
        }
        switch (type) {
            case IntentCommands.ARM -> told(type, arm(from, at), 0);
            case IntentCommands.CANCEL -> told(type, cancel(from, at), 0);
            case IntentCommands.FIRED -> told(type, fired(from, at), 0);
            case IntentCommands.OWNER -> owner(IntentCommands.name(from, at));
            case IntentCommands.JOIN -> join(from, at);
            default -> told(type, state(from, at, type), 0);
        }
    }

    private void owner(String name) {
        if (!IntentCommands.isName(name, IntentCommands.MAX_OWNER_LENGTH)) {
            told(IntentCommands.OWNER, IntentResult.INVALID, 0);
            return;
        }
        int number = owners.indexOf(name);
        if (number < 0 && owners.size() < MAX_OWNERS) {
            number = owners.size();
            owners.add(name);
        }
        told(IntentCommands.OWNER, number < 0 ? IntentResult.FULL : IntentResult.DONE, number);
    }

    private IntentResult arm(DirectBuffer from, int at) {
        int owner = IntentCommands.ownerOrHost(from, at);
        IntentSpec spec = IntentCommands.spec(from, at);
        if (!spec.isValid() || owner < 0 || owner >= owners.size()) {
            return IntentResult.INVALID;
        }
        Intent earlier = table.find(owner, spec.key());
        if (earlier != null && earlier.spec().equals(spec)) {
            return IntentResult.ARMED;
        }
        if (earlier == null && table.size() >= MAX_INTENTS) {
            return IntentResult.FULL;
        }
        if ((spec.flags() & IntentSpec.BOUND_REQUIRED) != 0 && isABoundUnknown()) {
            return IntentResult.NO_BOUND;
        }
        // Its firings are not those of a timer that was cancelled.
        CancelledIntent tomb = findCancelled(owner, spec.key());
        if (tomb != null && tomb.intent().spec().generation() == spec.generation()) {
            forget(tomb);
        }
        Intent intent = new Intent(owner, spec, position, timeNs, term);
        add(intent);
        if (earlier != null) {
            removed(earlier);
        }
        events.onArmed(intent, earlier);
        return IntentResult.ARMED;
    }

    private boolean isABoundUnknown() {
        for (Host host : membership.hosts()) {
            if (host.untilNs() > timeNs && host.boundNs() < 0) {
                return true;
            }
        }
        return false;
    }

    private void add(Intent intent) {
        table.put(intent);
        if (hasEnd(intent)) {
            long endNs = intent.spec().deadlineNs(intent.spec().lastOccurrence());
            expiring.computeIfAbsent(Math.max(endNs, intent.armedNs()) + KEEP_NS, ns -> new ArrayList<>(1))
                    .add(intent);
        }
    }

    private static boolean hasEnd(Intent intent) {
        return intent.spec().deadlineNs(intent.spec().lastOccurrence()) < Long.MAX_VALUE - KEEP_NS;
    }

    private boolean isArmed(Intent intent) {
        return table.find(intent.owner(), intent.spec().key()) == intent;
    }

    private void expire() {
        while (!expiring.isEmpty() && expiring.firstKey() <= passedNs) {
            for (Intent intent : expiring.pollFirstEntry().getValue()) {
                if (isArmed(intent)) {
                    table.remove(intent.owner(), intent.spec().key());
                    unfired += intent.passedOver() + (intent.spec().isOnce() && !intent.isDone() ? 1 : 0);
                    events.onExpired(intent);
                } else {
                    stale--;
                }
            }
        }
        Iterator<CancelledIntent> oldest = cancelled.values().iterator();
        while (oldest.hasNext()) {
            CancelledIntent tomb = oldest.next();
            if (cancelled.size() <= MAX_CANCELLED && tomb.cancelledNs() >= timeNs - KEEP_CANCELLED_NS) {
                return;
            }
            oldest.remove();
            events.onForgotten(tomb);
        }
    }

    private void forget(CancelledIntent tomb) {
        cancelled.remove(new Id(tomb.intent().owner(), tomb.intent().spec().key()));
        events.onForgotten(tomb);
    }

    /** A timer was replaced or cancelled. Those whose time is far away do not pile up. */
    private void removed(Intent intent) {
        unfired += intent.passedOver();
        stale += hasEnd(intent) ? 1 : 0;
        if (stale > MIN_STALE && stale > table.size()) {
            expiring.values().forEach(all -> all.removeIf(each -> !isArmed(each)));
            expiring.values().removeIf(List::isEmpty);
            stale = 0;
        }
    }

    /** Timers that wait for being removed, with those that are gone already. */
    int expiring() {
        return expiring.values().stream().mapToInt(List::size).sum();
    }

    private IntentResult cancel(DirectBuffer from, int at) {
        int owner = IntentCommands.ownerOrHost(from, at);
        long key = IntentCommands.keyOrEpoch(from, at);
        int generation = IntentCommands.generation(from, at);
        Intent intent = table.find(owner, key);
        if (intent == null || (generation != 0 && generation != intent.spec().generation())) {
            return IntentResult.UNKNOWN;
        }
        table.remove(owner, key);
        removed(intent);
        CancelledIntent earlier = findCancelled(owner, key);
        if (earlier != null) {
            forget(earlier);
        }
        cancelled.put(new Id(owner, key), new CancelledIntent(intent, position, timeNs, presentHosts(), new BitSet()));
        events.onCancelled(intent);
        return IntentResult.CANCELLED;
    }

    private BitSet presentHosts() {
        BitSet present = new BitSet();
        for (Host host : membership.hosts()) {
            present.set(host.number(), !host.hasLeft());
        }
        return present;
    }

    private IntentResult fired(DirectBuffer from, int at) {
        int owner = IntentCommands.ownerOrHost(from, at);
        long key = IntentCommands.keyOrEpoch(from, at);
        int generation = IntentCommands.generation(from, at);
        int host = IntentCommands.intAt(from, at + 20);
        CancelledIntent tomb = cancelled.get(new Id(owner, key));
        if (tomb != null && tomb.intent().spec().generation() == generation && membership.host(host) != null) {
            tomb.fired().set(host);
            events.onFired(tomb.intent(), IntentCommands.longAt(from, at + 24), IntentCommands.longAt(from, at + 32),
                    host, true);
            return IntentResult.DONE;
        }
        Intent intent = table.find(owner, key);
        long first = IntentCommands.longAt(from, at + 24);
        long last = IntentCommands.longAt(from, at + 32);
        if (intent == null || intent.spec().generation() != generation || !intent.spec().isOnce() || first < 0
                || last < first || !intent.spec().isDueEver(last)) {
            return IntentResult.STALE;
        }
        long firedTwiceBefore = intent.firedTwice();
        boolean isNew = intent.fired(first, last, host, IntentCommands.intAt(from, at + 40));
        firedTwice += intent.firedTwice() - firedTwiceBefore;
        events.onFired(intent, first, last, host, isNew);
        return IntentResult.DONE;
    }

    private void join(DirectBuffer from, int at) {
        String name = IntentCommands.name(from, at);
        int longs = at + 2 + (from.getByte(at + 1) & 0xFF);
        long epoch = IntentCommands.longAt(from, longs);
        boolean isFollower = IntentCommands.longAt(from, longs + Long.BYTES) != 0;
        boolean isValid = IntentCommands.isName(name, IntentCommands.MAX_NAME_LENGTH);
        if (!isValid || (membership.host(name) == null && membership.hosts().size() >= MAX_HOSTS)) {
            told(IntentCommands.JOIN, isValid ? IntentResult.FULL : IntentResult.INVALID, 0);
            return;
        }
        Host host = membership.join(name, epoch, isFollower, timeNs);
        events.onHost(host);
        told(IntentCommands.JOIN, IntentResult.DONE, host.number());
    }

    private IntentResult state(DirectBuffer from, int at, byte type) {
        Host host = membership.host(IntentCommands.ownerOrHost(from, at));
        if (host == null || host.epoch() != IntentCommands.keyOrEpoch(from, at)) {
            return IntentResult.STALE;
        }
        if (type == IntentCommands.LEAVE) {
            membership.leave(host, timeNs);
        } else {
            membership.renew(host, timeNs);
            host.appliedPosition = Math.max(host.appliedPosition, IntentCommands.longAt(from, at + 16));
            host.boundNs = Math.max(-1, Math.min(LONGEST_NS, IntentCommands.longAt(from, at + 24)));
            host.lagNs = Math.max(-LONGEST_NS, Math.min(LONGEST_NS, IntentCommands.longAt(from, at + 32)));
            passedNs = membership.passedNs(passedNs, timeNs);
        }
        events.onHost(host);
        return IntentResult.DONE;
    }

    /** What the snapshot has besides timers, hosts and owners; and the way to restore it. */
    long[] numbers() {
        return new long[] {position, timeNs, term, unfired, firedTwice, membership.forgottenNs(), passedNs};
    }

    void restoreNumbers(long... numbers) {
        position = numbers[0];
        timeNs = numbers[1];
        term = (int) numbers[2];
        unfired = numbers[3];
        firedTwice = numbers[4];
        membership.restoreForgotten(numbers[5]);
        passedNs = numbers[6];
    }

    void restoreOwner(String name) {
        owners.add(name);
    }

    Clients clients() {
        return clients;
    }

    void restore(Intent intent) {
        add(intent);
    }

    void restore(CancelledIntent tomb) {
        cancelled.put(new Id(tomb.intent().owner(), tomb.intent().spec().key()), tomb);
    }

    /** All of the state as text, the same for equal states; for tests and diagnosis. */
    public String describe() {
        SortedMap<String, String> sorted = new TreeMap<>();
        forEach(intent -> sorted.put(intent.owner() + "/" + intent.spec().key(), intent.toString()));
        return "position=" + position + " timeNs=" + timeNs + " passedNs=" + passedNs + " term=" + term
                + " unfired=" + unfired + " firedTwice=" + firedTwice
                + " forgottenNs=" + membership.forgottenNs() + "\nowners=" + owners + "\nhosts="
                + membership.hosts() + "\nclients=" + clients + "\ncancelled=" + cancelled.values() + "\n"
                + String.join("\n", sorted.values());
    }
}
