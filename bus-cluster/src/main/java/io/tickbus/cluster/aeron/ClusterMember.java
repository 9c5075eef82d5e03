// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.aeron.cluster.ClusterControl;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.service.Cluster.Role;
import io.tickbus.cluster.host.HostAgent;
import io.tickbus.cluster.host.HostFeed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.CloseHelper;

/**
 * A member of the cluster, in this process: Aeron's media driver, archive and consensus, the service with the
 * replicated state, and the agent of this host.
 *
 * <p><b>Threads:</b> its own; the methods are for any. <b>Errors:</b> {@link IllegalStateException} where another
 * process uses the same folder; what goes wrong later is logged, and Aeron's own counters and error logs have it.
 */
public final class ClusterMember implements ClusterHost {
    private final MemberOptions options;
    private final FileChannel lockFile;
    private final HostFeed feed = new HostFeed();
    private final IntentService service = new IntentService();
    private AeronNode node;
    private HostAgent agent;
    private LogKeeper keeper;
    private FollowerServer followers;

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

    static FileChannel lock(Path folder) {
        try {
            FileChannel channel = FileChannel.open(PrivateFolders.make(folder).resolve("lock"),
                    StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new IllegalStateException("another process of the cluster uses this folder; give each its "
                        + "own: folder=" + folder);
            }
            return channel;
        } catch (IOException e) {
            throw new UncheckedIOException("the folder cannot be used: " + folder, e);
        }
    }

    private void launch() {
        service.add(feed);
        node = AeronNode.launch(options, service);
        String host = MemberOptions.host(options.members().get(options.member()));
        String ingress = MemberOptions.ingressEndpoints(options.members());
        AeronLogWriter writer = new AeronLogWriter(() -> new AeronCluster.Context()
                .aeronDirectoryName(node.aeronDirectory()).ingressChannel("aeron:udp?term-length=64k")
                .ingressEndpoints(ingress).errorHandler(AeronNode::log)
                .egressChannel("aeron:udp?term-length=64k|endpoint=" + host + ":0"));
        agent = HostAgent.start(options.clock(), options.bus(), options.name(), false,
                options.folder().resolve("fired"), feed, writer);
        keeper = new LogKeeper(node.clusterFolder(), node.archiveClient(), options.snapshotBytes(), service::position,
                () -> service.neededPosition(options.members().size()), this::takeSnapshot);
        keeper.start();
        followers = new FollowerServer(service, node.aeronDirectory(),
                MemberOptions.endpoint(options.members().get(options.member()), FollowerServer.PORT));
        followers.start();
    }

    @Override
    public HostAgent agent() {
        return agent;
    }

    @Override
    public boolean isLeader() {
        return service.role() == Role.LEADER;
    }

    @Override
    public long position() {
        return service.position();
    }

    /** All of its state as text, for tests. */
    String describe() {
        return service.describe();
    }

    /** Asks for a snapshot on all members; false if this member does not lead, or takes one already. */
    public boolean takeSnapshot() {
        return isLeader() && ClusterControl.ToggleState.SNAPSHOT.toggle(node.consensus().controlToggleCounter());
    }

    @Override
    public long snapshots() {
        return node.consensus().snapshotCounter().get();
    }

    /** Leaves cleanly: nothing fires on this host until it is started again. */
    @Override
    public void close() {
        CloseHelper.quietCloseAll(followers, keeper, agent, node, lockFile);
    }
}
