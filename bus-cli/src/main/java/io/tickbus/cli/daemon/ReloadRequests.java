// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.daemon;

/**
 * Requests to read the settings again, which may come at any time: one that comes before the daemon is there is carried
 * out as soon as it is, one that comes at its end is not.
 *
 * <p><b>Threads:</b> any.
 */
final class ReloadRequests implements Runnable {
    private Runnable reload;
    private boolean isAsked;
    private boolean isOver;

    /** A request has come. */
    @Override
    public synchronized void run() {
        if (reload == null) {
            isAsked = true;
        } else if (!isOver) {
            reload.run();
        }
    }

    /** The daemon is there: this is what a request leads to. */
    synchronized void leadTo(Runnable newReload) {
        reload = newReload;
        if (isAsked) {
            isAsked = false;
            reload.run();
        }
    }

    /** The daemon is about to end; waits for a request that is being carried out. */
    synchronized void end() {
        isOver = true;
    }
}
