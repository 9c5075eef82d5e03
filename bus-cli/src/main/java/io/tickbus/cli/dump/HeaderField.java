// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.dump;

import io.tickbus.cli.Report;
import io.tickbus.core.internal.DurationText;
import io.tickbus.core.internal.layout.FileHeaderLayout;
import io.tickbus.core.internal.layout.SignalsLayout;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** A field of the header: where it is, how long, and how its value reads. */
record HeaderField(String name, int offset, Kind kind) {
    /** How a field's bytes are read. */
    enum Kind {
        INT32(Integer.BYTES), INT64(Long.BYTES), HEX32(Integer.BYTES), HEX64(Long.BYTES), UUID(2 * Long.BYTES);

        private final int length;

        Kind(int length) {
            this.length = length;
        }
    }

    /** All of layout version 1, by offset. */
    static final List<HeaderField> ALL = List.of(
            new HeaderField("magic", FileHeaderLayout.MAGIC, Kind.HEX64),
            new HeaderField("layoutVersion", FileHeaderLayout.LAYOUT_VERSION, Kind.INT32),
            new HeaderField("byteOrder", FileHeaderLayout.BYTE_ORDER, Kind.HEX32),
            new HeaderField("headerBytes", FileHeaderLayout.HEADER_BYTES, Kind.INT32),
            new HeaderField("recordBytes", FileHeaderLayout.RECORD_BYTES, Kind.INT32),
            new HeaderField("slotCount", FileHeaderLayout.SLOT_COUNT, Kind.INT64),
            new HeaderField("fileLength", FileHeaderLayout.FILE_LENGTH, Kind.INT64),
            new HeaderField("options", SignalsLayout.OPTIONS, Kind.HEX32),
            new HeaderField("clockId", SignalsLayout.CLOCK_ID, Kind.INT32),
            new HeaderField("baseSequence", SignalsLayout.BASE_SEQUENCE, Kind.INT64),
            new HeaderField("historyId", SignalsLayout.HISTORY_ID, Kind.HEX64),
            new HeaderField("bootId", SignalsLayout.BOOT_ID, Kind.UUID),
            new HeaderField("timeNamespace", SignalsLayout.TIME_NAMESPACE, Kind.INT64),
            new HeaderField("monotonicOffsetNs", SignalsLayout.MONOTONIC_OFFSET_NS, Kind.INT64),
            new HeaderField("createdRealtimeNs", SignalsLayout.CREATED_REALTIME_NS, Kind.INT64),
            new HeaderField("epoch", SignalsLayout.EPOCH, Kind.INT64),
            new HeaderField("publisherPid", SignalsLayout.PUBLISHER_PID, Kind.INT64),
            new HeaderField("publisherStartTicks", SignalsLayout.PUBLISHER_START_TICKS, Kind.INT64),
            new HeaderField("publisherPidNamespace", SignalsLayout.PUBLISHER_PID_NAMESPACE, Kind.INT64),
            new HeaderField("epochStartedNs", SignalsLayout.EPOCH_STARTED_NS, Kind.INT64),
            new HeaderField("epochSequence", SignalsLayout.EPOCH_SEQUENCE, Kind.INT64),
            new HeaderField("state", SignalsLayout.STATE, Kind.INT32),
            new HeaderField("heartbeatNs", SignalsLayout.HEARTBEAT_NS, Kind.INT64),
            new HeaderField("heartbeatIntervalNs", SignalsLayout.HEARTBEAT_INTERVAL_NS, Kind.INT64),
            new HeaderField("publisherCpu", SignalsLayout.PUBLISHER_CPU, Kind.INT32),
            new HeaderField("nextDeadlineNs", SignalsLayout.NEXT_DEADLINE_NS, Kind.INT64),
            new HeaderField("wakeWord", SignalsLayout.WAKE_WORD, Kind.INT32),
            new HeaderField("nextSequence", SignalsLayout.NEXT_SEQUENCE, Kind.INT64));

    /** All fields of a header with their values, null where the file ends before them, and what some values mean. */
    static List<Report> reports(ByteBuffer header) {
        return ALL.stream().map(field -> field.report(header)).toList();
    }

    private Report report(ByteBuffer header) {
        Object value = header.limit() < offset + kind.length ? null : value(header);
        String meaning = value == null ? "missing: the file ends before it" : meaning(value);
        Report report = new Report().with("name", name).with("offset", offset).with("length", kind.length)
                .with("value", value, String.valueOf(value));
        return meaning.isEmpty() ? report : report.with("meaning", meaning);
    }

    private Object value(ByteBuffer header) {
        return switch (kind) {
            case INT32 -> (Object) header.getInt(offset);
            case INT64 -> (Object) header.getLong(offset);
            case HEX32 -> "0x" + Integer.toHexString(header.getInt(offset));
            case HEX64 -> "0x" + Long.toHexString(header.getLong(offset));
            case UUID -> new UUID(Long.reverseBytes(header.getLong(offset)),
                    Long.reverseBytes(header.getLong(offset + Long.BYTES))).toString();
        };
    }

    private String meaning(Object value) {
        return switch (name) {
            case "magic" -> value.equals("0x" + Long.toHexString(SignalsLayout.MAGIC_VALUE)) ? "TICKSIG1" : "";
            case "createdRealtimeNs" -> Instant.ofEpochSecond(0, (long) value).toString();
            case "heartbeatIntervalNs" -> DurationText.format((long) value);
            case "nextDeadlineNs" -> (long) value == SignalsLayout.NO_DEADLINE ? "none" : "";
            case "state" -> switch ((int) value) {
                case SignalsLayout.STATE_OPEN -> "open";
                case SignalsLayout.STATE_CLOSED -> "closed";
                case SignalsLayout.STATE_REPLACED -> "replaced";
                default -> "";
            };
            case "clockId" -> (int) value == SignalsLayout.CLOCK_MONOTONIC ? "CLOCK_MONOTONIC" : "";
            default -> "";
        };
    }
}
