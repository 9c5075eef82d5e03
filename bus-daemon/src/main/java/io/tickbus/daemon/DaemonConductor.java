// SPDX-License-Identifier: Apache-2.0
package io.tickbus.daemon;

import io.tickbus.core.BusException;
import io.tickbus.core.internal.file.BusFiles;
import io.tickbus.core.internal.file.ControlSocket;
import io.tickbus.core.internal.file.FileStatus;
import io.tickbus.core.internal.platform.Platforms;
import io.tickbus.core.timer.ReplyReason;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The daemon's second thread: accepts connections to the control socket, has a {@link ClientRegistry} admit clients,
 * reads the commands of clients that have no ring, and learns from the kernel that a client has ended. All work that
 * makes system calls or allocates is done here and not on the timer thread.
 *
 * <p>A misbehaving peer can harm only its own connection: peers are served separately, reads are bounded, and a peer
 * that does not send its HELLO in time is rejected.
 */
final class DaemonConductor implements Runnable, AutoCloseable {
    static final long HELLO_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CHECK_NS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long ECO_CHECK_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long TIMER_SLACK_NS = 50_000;
    /** A selector's timeout is in whole milliseconds. */
    private static final long ROUND_UP_NS = 999_999;
    private static final int MAX_NEW_PER_CYCLE = 64;
    private static final int ROOT_USER = 0;
    /** One failed check is not enough: the file may just be being replaced. */
    private static final int CHECKS_WITHOUT_NAME = 2;
    private static final int CHECKS_BEFORE_NEXT_TRY = 100;
    /** The owners without clients are written at most this often, as many of them can come and go. */
    private static final int CHECKS_PER_REPORT = 5;

    private final DaemonContext context;
    private final DaemonLog log;
    private final DaemonCounters counters;
    private final TaskMailboxes tasks;
    private final ClientRegistry registry;
    private final ConductorErrors errors;
    private final String group;
    private final LoopProgress progress = new LoopProgress("tickbus-conductor");
    /** This and the next two fields are null until {@link #listen}. */
    private ControlSocket socket;
    private Selector selector;
    private SelectionKey acceptKey;
    private long nextCheckNs = System.nanoTime();
    private long acceptAgainNs;
    private long failedAccepts;
    private int checksWithoutName;
    private long checks;
    private volatile DaemonSettings settings;
    private volatile boolean isStopped;
    private Runnable onCheck = () -> { };

    /** {@code context} has everything that the daemon's two threads share. */
    DaemonConductor(DaemonContext context) {
        this.context = context;
        this.log = context.log;
        this.counters = context.counters;
        this.tasks = context.tasks;
        this.settings = context.settings;
        this.group = context.signals.group();
        this.errors = new ConductorErrors(counters, log);
        this.registry = new ClientRegistry(context, errors);
    }

    /** Creates the control socket; peers are answered only once {@link #run} is running. */
    void listen() {
        BusFiles.prepareClients(context.directory);
        socket = ControlSocket.bind(context.directory, group);
        try {
            selector = Selector.open();
            acceptKey = socket.channel().register(selector, SelectionKey.OP_ACCEPT);
            registry.ownUser(socket.ownUser());
        } catch (IOException e) {
            socket.close();
            throw BusException.system(context.directory.control(), e, "see how many files this process may open");
        } catch (RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    /** Registers an owner whose timers were recovered. To be called before {@link #run}. */
    void ownerRecovered(int number, int user, String name) {
        registry.ownerRecovered(number, user, name);
    }

    /** Sets a task that runs ten times a second. To be called before {@link #run}. */
    void onCheck(Runnable newOnCheck) {
        onCheck = newOnCheck;
    }

    void settings(DaemonSettings newSettings) {
        settings = newSettings;
        registry.settings(newSettings);
    }

    void stop() {
        isStopped = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        try {
            tasks.conductorWaker(selector::wakeup);
            Platforms.current().setTimerSlackNs(TIMER_SLACK_NS);
            progress.begin();
            while (!isStopped) {
                if (!errors.attempt(this::runCycle)) {
                    LockSupport.parkNanos(CHECK_NS);
                }
            }
            // The timer thread's last tasks.
            errors.attempt(this::runTasks);
        } finally {
            progress.end();
            close();
        }
    }

    /** Where the thread is. */
    LoopProgress progress() {
        return progress;
    }

    /** Releases everything, after {@link #run} has returned or if it never ran. */
    @Override
    public void close() {
        registry.close();
        try {
            selector.close();
            socket.close();
        } catch (IOException | BusException e) {
            log.warn("control-socket-left", "error", e.getMessage());
        }
    }

    private void runCycle() throws IOException {
        progress.round(LoopStep.WAITING);
        selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNs() + ROUND_UP_NS)));
        long startNs = System.nanoTime();
        progress.step(LoopStep.CLIENTS);
        Set<SelectionKey> ready = selector.selectedKeys();
        // Before new peers, as clients that close make room for them.
        for (SelectionKey key : ready) {
            if (key != acceptKey && key.isValid()) {
                registry.serve((ClientPeer) key.attachment());
            }
        }
        if (ready.contains(acceptKey)) {
            errors.attempt(this::accept);
        }
        ready.clear();
        errors.attempt(this::runTasks);
        registry.recheckWaiting();
        progress.step(LoopStep.CHECKS);
        errors.attempt(() -> check(startNs));
        if (registry.pollForwarded() || tasks.hasTasksForTimerThread()) {
            context.timerThreadWaker.run();
        }
        counters.raise(DaemonCounter.CONDUCTOR_ROUND_MAX, System.nanoTime() - startNs);
        counters.add(DaemonCounter.CONDUCTOR_ROUNDS, 1);
    }

    private void runTasks() {
        tasks.runForConductor(registry);
    }

    /** How long to wait for events at most: until the next work that does not wake this thread. */
    private long waitNs() {
        long waitNs = registry.nextTimeoutNs(nextCheckNs) - System.nanoTime();
        return registry.isPeerWaiting() ? Math.min(waitNs, PAUSE_NS) : waitNs;
    }

    /** Accepts peers; false if there may be more. */
    private boolean accept() {
        for (int i = 0; i < MAX_NEW_PER_CYCLE; i++) {
            SocketChannel channel;
            try {
                channel = socket.channel().accept();
            } catch (IOException e) {
                pauseAccepting(e);
                return false;
            }
            if (channel == null) {
                return true;
            }
            onNewPeer(channel);
        }
        return false;
    }

    /** Pauses, as the most likely cause lasts for a while; retrying at once would only use CPU time. */
    private void pauseAccepting(IOException e) {
        if (failedAccepts++ == 0) {
            log.error("accept-failed", "error", e.getMessage(), "why", "most likely the open-files limit is "
                    + "reached: raise it with 'ulimit -n'; clients wait meanwhile");
        }
        acceptKey.interestOps(0);
        acceptAgainNs = System.nanoTime() + CHECK_NS;
    }

    private void onNewPeer(SocketChannel channel) {
        ClientPeer peer = null;
        try {
            peer = new ClientPeer(channel, socket.userOf(channel), System.nanoTime() + HELLO_NS);
            channel.configureBlocking(false);
            if (group == null && peer.user() != socket.ownUser() && peer.user() != ROOT_USER) {
                registry.reject(peer, ReplyReason.NOT_SHARED, "it is of another user");
                return;
            }
            peer.key(channel.register(selector, SelectionKey.OP_READ, peer));
            registry.add(peer);
        } catch (IOException | RuntimeException | Error e) {
            errors.report(e);
            new ClientPeer(channel, 0, 0).close();
            return;
        }
        if (failedAccepts > 0) {
            log.info("accepting-again", "failures", failedAccepts);
            failedAccepts = 0;
        }
        // Its HELLO has probably arrived already.
        registry.serve(peer);
    }

    /** Checks timeouts in each cycle, and everything else ten times a second. */
    private void check(long nowNs) {
        registry.rejectLate(nowNs);
        registry.forwardPaused();
        if (nextCheckNs - nowNs > 0) {
            return;
        }
        nextCheckNs = nowNs + (settings.value(DaemonSetting.MODE) == DaemonMode.ECO ? ECO_CHECK_NS : CHECK_NS);
        if (failedAccepts > 0 && acceptAgainNs - nowNs <= 0) {
            acceptKey.interestOps(SelectionKey.OP_ACCEPT);
        }
        counters.set(DaemonCounter.CPU_TIME, Platforms.current().processCpuNs());
        onCheck.run();
        errors.attempt(() -> registry.deleteUnclaimed(this::accept));
        if (checks++ % CHECKS_PER_REPORT == 0) {
            errors.attempt(registry::reportAbsent);
        }
        checksWithoutName = socket.isCurrent() ? 0 : checksWithoutName + 1;
        if (checksWithoutName >= CHECKS_WITHOUT_NAME) {
            checksWithoutName = -CHECKS_BEFORE_NEXT_TRY;
            replaceSocket();
        }
    }

    /** Creates the socket again, as nobody can find one whose name was removed. */
    private void replaceSocket() {
        log.warn("control-socket-lost", "path", context.directory.control(), "why",
                "its file was removed or replaced; it is made again");
        try {
            if (context.replies.fileStatus() != FileStatus.CURRENT) {
                // The whole bus was removed or replaced: another daemon may use its name by now.
                return;
            }
            ControlSocket lost = socket;
            ControlSocket next = ControlSocket.bind(context.directory, group);
            acceptKey = next.channel().register(selector, SelectionKey.OP_ACCEPT);
            socket = next;
            lost.close();
        } catch (IOException | BusException e) {
            log.warn("control-socket-not-made", "error", e.getMessage());
        }
    }
}
