// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.aeron;

import io.tickbus.cluster.host.HostClock;
import io.tickbus.core.BusDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A member that obeys, line by line. Arguments: which member, -1 for a follower, the members' addresses, its folder,
 * root and bus of its daemon, its name, the error of its clock and the bound of that, in nanoseconds.
 */
final class MemberMain {
    private MemberMain() {
    }

    public static void main(String[] arguments) throws IOException {
        HostClock clock = clock(Long.parseLong(arguments[6]), Long.parseLong(arguments[7]));
        List<String> members = List.of(arguments[1].split(",", -1));
        Path folder = Path.of(arguments[2]);
        BusDirectory bus = BusDirectory.at(Path.of(arguments[3]), arguments[4]);
        int index = Integer.parseInt(arguments[0]);
        if (index < 0) {
            try (ClusterFollower follower = ClusterFollower.start(
                    new FollowerOptions(members, folder, bus, arguments[5], clock))) {
                System.out.println("READY " + follower.position());
                System.in.transferTo(System.err);
            }
            return;
        }
        MemberOptions options = MemberOptions.of(index, members, folder, bus, arguments[5]).withClock(clock);
        try (ClusterMember member = ClusterMember.start(options);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("READY");
            for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
                switch (line) {
                    case "leader" -> System.out.println("LEADER " + member.isLeader());
                    case "snapshot" -> System.out.println("SNAPSHOT " + member.takeSnapshot());
                    case "describe" -> System.out.println("STATE " + summary(member.describe()));
                    case "snapshots" -> System.out.println("SNAPSHOTS count=" + member.snapshots());
                    default -> System.out.println("FIRINGS count=" + member.agent().firings() + " flagged="
                            + member.agent().flagged() + " missed=" + member.agent().missed());
                }
            }
        }
    }

    /** Position and the like, and a checksum of everything. */
    private static String summary(String state) {
        CRC32 checksum = new CRC32();
        checksum.update(state.getBytes(StandardCharsets.UTF_8));
        return state.lines().findFirst().orElseThrow() + " checksum=" + checksum.getValue();
    }

    private static HostClock clock(long errorNs, long boundNs) {
        HostClock system = HostClock.system();
        return new HostClock() {
            @Override
            public long utcNs() {
                return system.utcNs() + errorNs;
            }

            @Override
            public long boundNs() {
                return boundNs;
            }
        };
    }
}
