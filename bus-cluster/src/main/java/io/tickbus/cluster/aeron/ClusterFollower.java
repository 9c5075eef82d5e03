// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.aeron.cluster.client.AeronCluster;
import io.aeron.driver.MediaDriver;
import io.tickbus.cluster.host.HostAgent;
import io.tickbus.cluster.host.HostFeed;
import java.nio.channels.FileChannel;
import org.agrona.CloseHelper;

/**
 * A host that is no member, in this process: it fires timers as a member's host does, but keeps no log and has no
 * vote. It is fed by one of the members, by another when that one fails, and has its own session with the cluster.
 *
 * <p><b>Threads:</b> its own; the methods are for any. <b>Errors:</b> {@link IllegalStateException} where another
 * process uses the same folder; what goes wrong later is logged.
 */
public final class ClusterFollower implements ClusterHost {
    private final FollowerOptions options;
    private final FileChannel lockFile;
    private final HostFeed feed = new HostFeed();
    private MediaDriver driver;
    private FollowedLog log;
    private HostAgent agent;

    private ClusterFollower(FollowerOptions options, FileChannel lockFile) {
        this.options = options;
        this.lockFile = lockFile;
    }

    /** Starts a follower. It fires as soon as it has the state from a member, and the cluster knows of it. */
    public static ClusterFollower start(FollowerOptions options) {
        ClusterFollower follower = new ClusterFollower(options, ClusterMember.lock(options.folder()));
        try {
            follower.launch();
            return follower;
        } catch (RuntimeException e) {
            follower.close();
            throw e;
        }
    }

    private void launch() {
        driver = MediaDriver.launch(AeronNode.mediaDriver(AeronDirectory.make("follower")));
        log = new FollowedLog(driver.aeronDirectoryName(), options.members(), feed);
        log.start();
        AeronLogWriter writer = new AeronLogWriter(this::session);
        agent = HostAgent.start(options.clock(), options.bus(), options.name(), true, options.folder().resolve("fired"),
                feed, writer);
    }

    private AeronCluster.Context session() {
        String own = log.ownAddress();
        if (own == null) {
            throw new IllegalStateException("there is no way to a member yet");
        }
        return new AeronCluster.Context().aeronDirectoryName(driver.aeronDirectoryName())
                .ingressChannel("aeron:udp?term-length=64k")
                .ingressEndpoints(MemberOptions.ingressEndpoints(options.members())).errorHandler(AeronNode::log)
                .egressChannel("aeron:udp?term-length=64k|endpoint=" + own + ":0");
    }

    @Override
    public HostAgent agent() {
        return agent;
    }

    @Override
    public long position() {
        return log.position();
    }

    @Override
    public boolean isLeader() {
        return false;
    }

    @Override
    public long snapshots() {
        return 0;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(agent, log, driver, lockFile);
    }
}
