// SPDX-License-Identifier: Apache-2.0
/*
 * Attaches to a signals file that anybody may have written, and reads it. The first byte of the input says how long the
 * file is, the second where to join; the rest damages the file.
 */
#include "frame.h"

static struct file *file;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void) argc;
    (void) argv;
    file = add_bus();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct tb_subscriber bus;
    struct tb_signal signal;
    if (size < 2) {
        return 0;
    }
    damage(&signals, &sound_signals, sizeof signals, data + 2, size - 2);
    file->length = data[0] < 0x20 ? data[0] * 160 : (off_t) sizeof signals;
    if (data[0] % 8 == 7) {
        signals.header.state = TB_REPLACED;
    }
    lock_type = data[0] % 2 == 0 ? F_WRLCK : F_UNLCK;
    int error = tb_attach(&bus, BUS, data[1] < 0x80 ? TB_OLDEST : data[1] < 0xC0 ? TB_NEWEST : data[1] - 0xC0);
    for (int i = 0; error == TB_OK && i < 24; i++) {
        int event = i % 8 == 7 ? tb_check(&bus, tb_now()) : i % 8 == 6 ? tb_await(&bus, (enum tb_how) (data[1] % 3), 0)
                : tb_poll(&bus, &signal);
        if (event < 0) {
            break;
        }
        expect(bus.received + bus.lost + bus.absent == bus.next - bus.first && bus.next >= 0);
    }
    tb_detach(&bus);
    return 0;
}
