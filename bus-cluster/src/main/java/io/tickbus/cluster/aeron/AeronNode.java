// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.aeron.archive.Archive;
import io.aeron.archive.ArchiveThreadingMode;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ClusteredMediaDriver;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.service.ClusteredService;
import io.aeron.cluster.service.ClusteredServiceContainer;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** Aeron's part of a member, in this process: media driver, archive, consensus, and a service. */
public final class AeronNode implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AeronNode.class.getName());
    private static final long LONGEST_PARK_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final String LOCAL = "aeron:ipc?term-length=64k";
    private static final String LOG_CHANNEL = "aeron:udp?term-length=8m";
    /** Aeron answers a vote or a heartbeat in time on a busy machine too. */
    private static final long LEADER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long LEADER_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long ELECTION_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long CANVASS_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(8);
    private static final int ARCHIVE_PORT = 4;
    /** Clients and agents at one time. With Aeron's ten, a few clients would keep out the agents of hosts. */
    static final int MAX_SESSIONS = 1 << 13;

    private final MemberOptions options;
    private final String aeronDirectory = AeronDirectory.make("cluster");
    private final File marks = new File(aeronDirectory + "-marks");
    private final AeronArchive.Context archiveClient = new AeronArchive.Context().controlRequestChannel(LOCAL)
            .controlResponseChannel(LOCAL).aeronDirectoryName(aeronDirectory);
    private ClusteredMediaDriver driver;
    private ClusteredServiceContainer container;

    private AeronNode(MemberOptions options) {
        this.options = options;
    }

    /** Starts it. The service is called when a majority takes part. */
    public static AeronNode launch(MemberOptions options, ClusteredService service) {
        AeronNode node = new AeronNode(options);
        try {
            node.launch(service);
            return node;
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }

    private void launch(ClusteredService service) {
        String host = MemberOptions.host(options.members().get(options.member()));
        String control = "aeron:udp?endpoint="
                + MemberOptions.endpoint(options.members().get(options.member()), ARCHIVE_PORT);
        PrivateFolders.make(marks.toPath());
        Path archive = PrivateFolders.make(options.folder().resolve("archive"));
        PrivateFolders.make(clusterFolder().toPath());
        driver = ClusteredMediaDriver.launch(mediaDriver(aeronDirectory),
                new Archive.Context().aeronDirectoryName(aeronDirectory).errorHandler(AeronNode::log)
                        .archiveDir(archive.toFile()).markFileDir(marks)
                        .segmentFileLength(MemberOptions.SEGMENT_LENGTH)
                        .controlChannel(control).localControlChannel(LOCAL)
                        .replicationChannel("aeron:udp?endpoint=" + host + ":0").recordingEventsEnabled(false)
                        .threadingMode(ArchiveThreadingMode.SHARED).idleStrategySupplier(AeronNode::idle),
                consensus(host).archiveContext(archiveClient.clone()));
        container = ClusteredServiceContainer.launch(new ClusteredServiceContainer.Context()
                .aeronDirectoryName(aeronDirectory).archiveContext(archiveClient.clone()).clusterDir(clusterFolder())
                .markFileDir(marks).clusteredService(service).errorHandler(AeronNode::log)
                .idleStrategySupplier(AeronNode::idle).terminationHook(() -> { }));
    }

    static MediaDriver.Context mediaDriver(String aeronDirectory) {
        return new MediaDriver.Context().aeronDirectoryName(aeronDirectory).dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true).threadingMode(ThreadingMode.SHARED).sharedIdleStrategy(idle())
                .termBufferSparseFile(true).errorHandler(AeronNode::log);
    }

    private ConsensusModule.Context consensus(String host) {
        // The cluster's time is that of the leader's host, in nanoseconds.
        ForwardClock clock = new ForwardClock(options.clock()::utcNs, System::nanoTime);
        return new ConsensusModule.Context().aeronDirectoryName(aeronDirectory).errorHandler(AeronNode::log)
                .clusterMemberId(options.member()).clusterMembers(MemberOptions.clusterMembers(options.members()))
                .clusterDir(clusterFolder()).markFileDir(marks).clusterClock(clock)
                .ingressChannel(LOG_CHANNEL).logChannel(LOG_CHANNEL)
                .replicationChannel("aeron:udp?endpoint=" + host + ":0").idleStrategySupplier(AeronNode::idle)
                .leaderHeartbeatTimeoutNs(LEADER_TIMEOUT_NS).leaderHeartbeatIntervalNs(LEADER_INTERVAL_NS)
                .electionTimeoutNs(ELECTION_TIMEOUT_NS).startupCanvassTimeoutNs(CANVASS_TIMEOUT_NS)
                .maxConcurrentSessions(MAX_SESSIONS).terminationHook(() -> { });
    }

    private static IdleStrategy idle() {
        return new BackoffIdleStrategy(10, 10, 1_000, LONGEST_PARK_NS);
    }

    static void log(Throwable error) {
        LOG.log(System.Logger.Level.WARNING, "Aeron: {0}", error.getMessage());
    }

    /** Where the media driver is found. */
    public String aeronDirectory() {
        return aeronDirectory;
    }

    File clusterFolder() {
        return options.folder().resolve("cluster").toFile();
    }

    AeronArchive.Context archiveClient() {
        return archiveClient;
    }

    ConsensusModule.Context consensus() {
        return driver.consensusModule().context();
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(container, driver);
        IoUtil.delete(marks, true);
    }
}
