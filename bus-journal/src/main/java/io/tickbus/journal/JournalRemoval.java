// SPDX-License-Identifier: Apache-2.0
package io.tickbus.journal;

import io.tickbus.core.BusDirectory;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import java.io.IOException;
import java.nio.file.Path;

/** Deletes the journal of a bus. */
public final class JournalRemoval {
    private JournalRemoval() {
    }

    /**
     * Deletes a journal. Files that are not the journal's stay.
     *
     * @throws BusException NOT_FOUND if there is no journal in the folder; IN_USE if a daemon writes it, or if it is
     *                      that of another bus; SYSTEM
     */
    public static void delete(Path path, BusDirectory bus) {
        JournalFolder folder = new JournalFolder(path.toAbsolutePath().normalize());
        if (!folder.isJournal()) {
            throw new BusException(Reason.NOT_FOUND, path.toString(), "there is no journal in it",
                    "name the journal's folder with --journal DIR");
        }
        folder.lock();
        try {
            folder.claim(bus);
            folder.delete();
        } catch (IOException e) {
            throw BusException.system(path, e, "check that you may delete what is in it");
        } finally {
            folder.release();
        }
    }
}
