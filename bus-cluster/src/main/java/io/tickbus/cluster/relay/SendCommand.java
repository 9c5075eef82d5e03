// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cluster.relay;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.tickbus.cli.BusOptions;
import io.tickbus.cli.Command;
import io.tickbus.cli.CommandSpec;
import io.tickbus.cli.Option;
import io.tickbus.cli.PathText;
import io.tickbus.cli.Report;
import io.tickbus.cli.Tickbus;
import io.tickbus.core.internal.IntegerText;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** {@code tickbus relay send}: reads a bus and sends its signals to other hosts. */
public final class SendCommand implements Command {
    private static final int LEAST_MTU = 512;
    private static final int MOST_MTU = 65_504;

    private final BusOptions bus;
    private final Option<String> to;
    private final Option<String> serve;
    private final Option<Integer> signalIds;
    private final Option<Integer> mtu;
    private final Option<Path> archive;
    private final RelayOptions options;

    /** Says what it takes. */
    public SendCommand(CommandSpec command) {
        bus = new BusOptions(command);
        to = command.option("--to", "HOST:PORT", RelayChannels::place, "Where a receiver is, or a multicast group; or "
                + "an aeron: channel. With several places each gets everything.").repeatable();
        serve = command.option("--serve", "HOST:PORT", RelayChannels::place, "This host's own address, at which "
                + "receivers ask for the signals with --from; in the place of --to.");
        signalIds = command.option("--signal", "ID", IntegerText::toInt, "Send signals of this id only.")
                .repeatable();
        mtu = command.option("--mtu", "BYTES", SendCommand::mtu, "The longest datagram, a multiple of 32.")
                .standard("1408");
        archive = command.option("--archive", "DIR", PathText::parse, "Record what is sent in a folder, so that a "
                + "receiver that was away gets all of it.");
        options = new RelayOptions(command);
        command.footer("""
                Examples:
                  tickbus relay send --bus prices --to 10.0.0.2:40100
                  tickbus relay send --bus prices --serve 10.0.0.1:40100
                  tickbus relay send --bus prices --to 224.0.1.9:40100 --interface 10.0.0.0/8

                The bus's publisher never waits for a relay. See docs/RELAY.md.""");
    }

    private static int mtu(String text) {
        int bytes = IntegerText.toInt(text);
        if (bytes < LEAST_MTU || bytes > MOST_MTU || bytes % Integer.SIZE != 0) {
            throw new IllegalArgumentException("a datagram has 512 to 65504 bytes, a multiple of 32: mtu=" + text);
        }
        return bytes;
    }

    @Override
    public int run() {
        List<String> places = to.all();
        if (places.isEmpty() == (serve.get() == null)) {
            throw new IllegalArgumentException("say where to: --to for receivers whose places are known, or --serve");
        }
        try (RelayAeron media = options.open();
                RelaySender sender = open(media.aeron(), places)) {
            options.run(sender::turn, () -> report(sender));
        }
        return Tickbus.DONE;
    }

    private RelaySender open(Aeron aeron, List<String> places) {
        String host = RelayChannels.host(places.isEmpty() ? null : places.get(0), serve.get());
        Subscription returns = aeron.addSubscription(RelayChannels.returns(host), RelayFrames.RETURN_STREAM);
        String channel = RelayChannels.publication(places, serve.get(), options.networkInterface(), mtu.get());
        ExclusivePublication publication = aeron.addExclusivePublication(channel, RelayFrames.STREAM);
        addDestinations(publication, places);
        RelayRecording recording = null;
        if (archive.isGiven()) {
            recording = RelayRecording.open(aeron, archive.get(), channel, host, options::sayError);
            addDestinations(recording.publication(), places);
        }
        long id = ThreadLocalRandom.current().nextLong();
        FrameWriter frame = new FrameWriter(publication.maxPayloadLength());
        RelaySource source = new RelaySource(bus.directory(),
                signalIds.all().stream().mapToInt(Integer::intValue).toArray(), frame, id);
        return new RelaySender(source, frame, id, new RelaySender.RelayEnds(publication, returns, recording));
    }

    private static void addDestinations(ExclusivePublication publication, List<String> places) {
        if (places.size() > 1) {
            places.forEach(place -> publication.addDestination(RelayChannels.destination(place)));
        }
    }

    private static Report report(RelaySender sender) {
        RelaySource source = sender.source();
        return new Report().with("sent", source.sent()).with("filtered", source.filtered())
                .with("lost", source.lost()).with("frames", sender.frames())
                .with("nextSequence", source.frameStart()).with("backlog", source.backlog())
                .with("backPressured", sender.backPressured()).with("isConnected", sender.isConnected());
    }
}
