package io.tickbus.publisher.daemon;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Whose timers are whose: gives out the owners' numbers. A client without a name is an owner of its own; clients of one
 * user with one name are one owner. A number is used again only after all the others, so that a late signal of a former
 * owner is not taken for one of the next. The conductor's.
 */
final class Owners {
    /** Owner numbers are 16 bits on the wire; 0 is the publisher itself. */
    static final int MAX_OWNERS = 0xFFFF;

    private final Map<String, Owner> named = new HashMap<>();
    private final Map<Integer, Owner> numbered = new HashMap<>();
    private final Queue<Integer> released = new ArrayDeque<>();
    private int neverUsed = 1;

    private static final class Owner {
        private final int number;
        private final String name;
        private int clients;

        Owner(int number, String name) {
            this.number = number;
            this.name = name;
        }
    }

    /**
     * A client comes.
     *
     * @param user its numeric user id
     * @param name empty for an owner of its own
     * @return the owner's number; 0 when there is none left
     */
    int open(int user, String name) {
        String fullName = name.isEmpty() ? null : user + ":" + name;
        Owner owner = fullName == null ? null : named.get(fullName);
        if (owner == null) {
            int number = nextNumber();
            if (number == 0) {
                return 0;
            }
            owner = new Owner(number, fullName);
            numbered.put(number, owner);
            if (fullName != null) {
                named.put(fullName, owner);
            }
        }
        owner.clients++;
        return owner.number;
    }

    private int nextNumber() {
        int number = neverUsed <= MAX_OWNERS ? neverUsed++ : released.isEmpty() ? 0 : released.remove();
        return number;
    }

    /** A client goes; returns whether it was its owner's last. */
    boolean close(int number) {
        return --numbered.get(number).clients == 0;
    }

    /** Nothing is left of an owner: gives its number back, unless a client has come meanwhile. */
    boolean release(int number) {
        Owner owner = numbered.get(number);
        if (owner == null || owner.clients > 0) {
            return false;
        }
        numbered.remove(number);
        if (owner.name != null) {
            named.remove(owner.name);
        }
        released.add(number);
        return true;
    }

    /** The name of an owner, as {@code user:name}; empty for one without. */
    String name(int number) {
        Owner owner = numbered.get(number);
        return owner == null || owner.name == null ? "" : owner.name;
    }

    int count() {
        return numbered.size();
    }
}
