// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Assigns the owners' numbers. A client without a name is an owner of its own; clients of one user with the same name
 * share one. A number is reused only after all the others, so that a late signal of a former owner is not taken for one
 * of the next. A user has a quarter of all numbers at most, so that nobody can use them up by leaving timers behind.
 * The conductor's.
 */
final class OwnerRegistry {
    /** Owner numbers are 16 bits on the wire; 0 is the publisher itself. */
    static final int MAX_OWNERS = 0xFFFF;
    static final int MAX_PER_USER = 1 << 14;

    private final Map<String, Owner> named = new HashMap<>();
    private final Map<Integer, Owner> numbered = new HashMap<>();
    private final Map<Integer, Integer> countByUser = new HashMap<>();
    /** Names of owners that have no client and may have timers. */
    private final SortedMap<Integer, String> absent = new TreeMap<>();
    private final Queue<Integer> released = new ArrayDeque<>();
    private boolean hasAbsentChanged;
    private int neverUsed = 1;

    private static final class Owner {
        private final int number;
        private final int user;
        private final String name;
        private int clients;

        Owner(int number, int user, String name) {
            this.number = number;
            this.user = user;
            this.name = name;
        }
    }

    /**
     * A client is admitted.
     *
     * @param user its numeric user id
     * @param name empty for an owner of its own
     * @return the owner's number; 0 if none is left for this user
     */
    int open(int user, String name) {
        String fullName = name.isEmpty() ? null : user + ":" + name;
        Owner owner = fullName == null ? null : named.get(fullName);
        if (owner == null) {
            int number = countByUser.getOrDefault(user, 0) < MAX_PER_USER ? nextNumber() : 0;
            if (number == 0) {
                return 0;
            }
            owner = new Owner(number, user, fullName);
            countByUser.merge(user, 1, Integer::sum);
            numbered.put(number, owner);
            if (fullName != null) {
                named.put(fullName, owner);
            }
        }
        owner.clients++;
        hasAbsentChanged |= absent.remove(owner.number) != null;
        return owner.number;
    }

    private int nextNumber() {
        while (neverUsed <= MAX_OWNERS && numbered.containsKey(neverUsed)) {
            neverUsed++;
        }
        return neverUsed <= MAX_OWNERS ? neverUsed++ : released.isEmpty() ? 0 : released.remove();
    }

    /** An owner whose timers were recovered: its number stays the same, and its clients find it by its name. */
    void restore(int number, int user, String name) {
        String fullName = name.isEmpty() ? null : user + ":" + name;
        Owner owner = new Owner(number, user, fullName);
        numbered.put(number, owner);
        countByUser.merge(user, 1, Integer::sum);
        if (fullName != null) {
            named.put(fullName, owner);
        }
        addAbsent(owner);
    }

    private void addAbsent(Owner owner) {
        if (owner.name != null) {
            absent.put(owner.number, owner.name.substring(owner.name.indexOf(':') + 1));
            hasAbsentChanged = true;
        }
    }

    /** Writes the names of owners without a client, by number, if they have changed since they were last written. */
    void writeAbsent(Consumer<Map<Integer, String>> writer) {
        if (hasAbsentChanged) {
            writer.accept(absent);
            // Not before: what could not be written is tried again.
            hasAbsentChanged = false;
        }
    }

    /** A client has closed; returns whether it was its owner's last. */
    boolean close(int number) {
        Owner owner = numbered.get(number);
        owner.clients--;
        if (owner.clients == 0) {
            addAbsent(owner);
        }
        return owner.clients == 0;
    }

    /** Nothing is left of an owner: releases its number, unless a client was admitted meanwhile. */
    boolean release(int number) {
        Owner owner = numbered.get(number);
        if (owner == null || owner.clients > 0) {
            return false;
        }
        numbered.remove(number);
        hasAbsentChanged |= absent.remove(number) != null;
        countByUser.compute(owner.user, (user, count) -> count == 1 ? null : count - 1);
        if (owner.name != null) {
            named.remove(owner.name);
        }
        released.add(number);
        return true;
    }
}
