package io.tickbus.cli.dump;

import io.tickbus.cli.JsonObject;
import io.tickbus.cli.JsonOutput;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A dump as one object; its slots are printed as they are read, since there may be millions. */
record DumpJson(PrintWriter out, DumpFile file) {
    void print(String origin, Findings findings, SlotScan scan, List<SlotRange> ranges, boolean isRaw) {
        List<JsonObject> fields = new ArrayList<>();
        for (HeaderField field : HeaderField.ALL) {
            fields.add(new JsonObject().with("name", field.name()).with("offset", field.offset())
                    .with("length", field.length()).with("value", field.value(file.header())));
        }
        JsonObject dump = new JsonObject().with("file", file.path().toString()).with("fileBytes", file.length())
                .with("writtenBy", origin).with("header", fields);
        if (scan != null) {
            dump.with("slotStates", new JsonObject().with("slots", scan.slotCount())
                    .with("committed", scan.committed()).with("writing", scan.writing()).with("empty", scan.empty()));
        }
        dump.with("inconsistencies", findings.count()).with("findings", findings.sentences());
        String text = JsonOutput.line(dump);
        // All but the closing bracket, and then the slots one by one.
        out.print(text.substring(0, text.length() - 1));
        out.print(",\"slots\":[");
        boolean[] isFirst = {true};
        for (SlotRange range : ranges) {
            SlotScan.read(file, range.first(), range.last(), slot -> {
                out.print(isFirst[0] ? "\n" : ",\n");
                out.print(JsonOutput.line(slot.json(isRaw)));
                isFirst[0] = false;
            });
        }
        out.println("]}");
        out.flush();
    }
}
