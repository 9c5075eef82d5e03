// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ClusterControl;
import io.aeron.cluster.ClusteredMediaDriver;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.service.Cluster.Role;
import io.aeron.cluster.service.ClusterClock;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.tickbus.cluster.host.HostAgent;
import io.tickbus.cluster.host.HostClock;
import io.tickbus.cluster.host.HostFeed;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * A member of the cluster, in this process: Aeron's media driver, archive and consensus, the service with the
 * replicated state, and the agent of this host.
 *
 * <p><b>Threads:</b> its own; the methods are for any. <b>Errors:</b> {@link IllegalStateException} where another
 * process uses the same folder; what goes wrong later is logged, and Aeron's own counters and error logs have it.
 */
public final class ClusterMember implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ClusterMember.class.getName());
    private static final long LONGEST_PARK_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final String LOCAL = "aeron:ipc?term-length=64k";
    private static final String LOG_CHANNEL = "aeron:udp?term-length=8m";
    /** Aeron answers a vote or a heartbeat in time on a busy machine too. */
    private static final long LEADER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long LEADER_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long ELECTION_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CANVASS_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(8);
    private static final int ARCHIVE_PORT = 4;

    private final MemberOptions options;
    private final FileChannel lockFile;
    private final HostFeed feed = new HostFeed();
    private final IntentService service = new IntentService(feed);
    private final String aeronDirectory = AeronDirectory.make("cluster");
    private ClusteredMediaDriver driver;
    private ClusteredServiceContainer container;
    private HostAgent agent;
    private LogKeeper keeper;

    private ClusterMember(MemberOptions options, FileChannel lockFile) {
        this.options = options;
        this.lockFile = lockFile;
    }

    /** Starts a member. It takes part as soon as a majority does. */
    public static ClusterMember start(MemberOptions options) {
        ClusterMember member = new ClusterMember(options, lock(options.folder()));
        try {
            member.launch();
            return member;
        } catch (RuntimeException e) {
            member.close();
            throw e;
        }
    }

    private static FileChannel lock(Path folder) {
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new IllegalStateException("another member runs in this folder; give each its own: folder="
                        + folder);
            }
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of the member cannot be used: " + folder, e);
        }
    }

    private void launch() {
        String host = MemberOptions.host(options.members().get(options.member()));
        String control = "aeron:udp?endpoint="
                + MemberOptions.endpoint(options.members().get(options.member()), ARCHIVE_PORT);
        File cluster = options.folder().resolve("cluster").toFile();
        File marks = new File(aeronDirectory + "-marks");
        marks.mkdirs();
        marks.deleteOnExit();
        AeronArchive.Context archiveClient = new AeronArchive.Context().controlRequestChannel(LOCAL)
                .controlResponseChannel(LOCAL).aeronDirectoryName(aeronDirectory);
        driver = ClusteredMediaDriver.launch(mediaDriver(),
                new Archive.Context().aeronDirectoryName(aeronDirectory).errorHandler(ClusterMember::log)
                        .archiveDir(options.folder().resolve("archive").toFile()).markFileDir(marks)
                        .segmentFileLength(MemberOptions.SEGMENT_LENGTH)
                        .controlChannel(control).localControlChannel(LOCAL)
                        .replicationChannel("aeron:udp?endpoint=" + host + ":0").recordingEventsEnabled(false)
                        .threadingMode(ArchiveThreadingMode.SHARED).idleStrategySupplier(ClusterMember::idle),
                consensus(host, cluster, marks).archiveContext(archiveClient.clone()));
        container = ClusteredServiceContainer.launch(new ClusteredServiceContainer.Context()
                .aeronDirectoryName(aeronDirectory).archiveContext(archiveClient.clone()).clusterDir(cluster)
                .markFileDir(marks).clusteredService(service).errorHandler(ClusterMember::log)
                .idleStrategySupplier(ClusterMember::idle).terminationHook(() -> { }));
        String ingress = MemberOptions.ingressEndpoints(options.members());
        AeronLogWriter writer = new AeronLogWriter(() -> new AeronCluster.Context().aeronDirectoryName(aeronDirectory)
                .ingressChannel("aeron:udp?term-length=64k").ingressEndpoints(ingress).errorHandler(ClusterMember::log)
                .egressChannel("aeron:udp?term-length=64k|endpoint=" + host + ":0"));
        agent = HostAgent.start(options.clock(), options.bus(), options.name(), options.folder().resolve("fired"), feed,
                writer);
        keeper = new LogKeeper(cluster, archiveClient, options.snapshotBytes(), service::position,
                () -> service.neededPosition(options.members().size()), this::takeSnapshot);
        keeper.start();
    }

    private MediaDriver.Context mediaDriver() {
        return new MediaDriver.Context().aeronDirectoryName(aeronDirectory).dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true).threadingMode(ThreadingMode.SHARED).sharedIdleStrategy(idle())
                .termBufferSparseFile(true).errorHandler(ClusterMember::log);
    }

    private ConsensusModule.Context consensus(String host, File cluster, File marks) {
        return new ConsensusModule.Context().aeronDirectoryName(aeronDirectory).errorHandler(ClusterMember::log)
                .clusterMemberId(options.member()).clusterMembers(MemberOptions.clusterMembers(options.members()))
                .clusterDir(cluster).markFileDir(marks).clusterClock(clock(options.clock()))
                .ingressChannel(LOG_CHANNEL).logChannel(LOG_CHANNEL)
                .replicationChannel("aeron:udp?endpoint=" + host + ":0").idleStrategySupplier(ClusterMember::idle)
                .leaderHeartbeatTimeoutNs(LEADER_TIMEOUT_NS).leaderHeartbeatIntervalNs(LEADER_INTERVAL_NS)
                .electionTimeoutNs(ELECTION_TIMEOUT_NS).startupCanvassTimeoutNs(CANVASS_TIMEOUT_NS)
                .terminationHook(() -> { });
    }

    /** The cluster's time is that of the leader's host, in nanoseconds. */
    private static ClusterClock clock(HostClock clock) {
        return new ClusterClock() {
            @Override
            public long time() {
                return clock.utcNs();
            }

            @Override
            public TimeUnit timeUnit() {
                return TimeUnit.NANOSECONDS;
            }
        };
    }

    private static IdleStrategy idle() {
        return new BackoffIdleStrategy(10, 10, 1_000, LONGEST_PARK_NS);
    }

    private static void log(Throwable error) {
        LOG.log(System.Logger.Level.WARNING, "Aeron: {0}", error.getMessage());
    }

    /** The agent of this host. */
    public HostAgent agent() {
        return agent;
    }

    /** Whether this member leads. */
    public boolean isLeader() {
        return service.role() == Role.LEADER;
    }

    /** Up to where it has applied the log. */
    public long position() {
        return service.position();
    }

    /** All of its state as text, for tests. */
    String describe() {
        return service.describe();
    }

    /** Asks for a snapshot on all members; false if this member does not lead, or takes one already. */
    public boolean takeSnapshot() {
        return isLeader() && ClusterControl.ToggleState.SNAPSHOT
                .toggle(driver.consensusModule().context().controlToggleCounter());
    }

    /** How many snapshots have been taken since the member was started. */
    public long snapshots() {
        return driver.consensusModule().context().snapshotCounter().get();
    }

    /** Leaves cleanly: nothing fires on this host until it is started again. */
    @Override
    public void close() {
        CloseHelper.quietCloseAll(keeper, agent, container, driver, lockFile);
    }
}
