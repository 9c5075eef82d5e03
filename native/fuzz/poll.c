// SPDX-License-Identifier: Apache-2.0
/*
 * Polls a ring while somebody writes into it, a sound writer or anybody. Each byte of the input is an action, some with
 * an operand of 8 bytes.
 */
#include "frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct tb_subscriber s;
    struct tb_signal signal, written;
    int64_t published = 0, operand = 0;
    bool is_sound = true;
    memset(&signals, 0, sizeof signals);
    memset(&s, 0, sizeof s);
    memset(&written, 0, sizeof written);
    signals.header.options = 3;
    signals.header.state = TB_OPEN;
    signals.header.next_deadline_ns = TB_NO_DEADLINE;
    s.bus = &signals.header;
    s.ring = signals.slots;
    s.slots = SLOTS;
    s.length = sizeof signals;
    s.continued_at = -1;
    s.check_ns = INT64_MAX;
    strcpy(s.place.path, "/nowhere/at-all");
    for (size_t i = 0; i < size; i++) {
        int action = data[i] % 8, event = TB_NOTHING;
        size_t field = data[i] / 8;
        if (action >= 4 && i + 8 < size) {
            memcpy(&operand, data + i + 1, 8);
            i += 8;
        }
        switch (action) {
            case 0: case 1: case 2:                      /* a sound signal, or many */
                for (size_t n = action == 2 ? field : 1; n > 0; n--) {
                    written.key = published * 3;
                    tb_write(signals.slots, SLOTS, published, &written);
                    tb_store_release(&signals.header.next_sequence, ++published);
                }
                break;
            case 3:
                event = tb_poll(&s, &signal);
                break;
            case 4:
                tb_store(&((int64_t *) signals.slots)[field % (8 * SLOTS)], operand);
                is_sound = false;
                break;
            case 5:
                tb_store(&signals.header.next_sequence, operand);
                is_sound = false;
                break;
            case 6:
                tb_store(&signals.header.next_deadline_ns, operand);
                tb_predict(&s.waiting, s.bus, SLOTS, NULL, s.next, 0);
                break;
            default:
                tb_store(&signals.header.heartbeat_ns, operand);
                tb_store(&signals.header.heartbeat_interval_ns, operand);
                tb_is_fresh(s.bus, tb_now());
        }
        if (event == TB_SIGNAL && is_sound) {
            expect(signal.key == (signal.stamp - 1) * 3 && signal.stamp == s.next);
        }
        expect(event != TB_E_TAMPERED || !is_sound);
        expect(s.next >= 0 && s.received + s.lost + s.absent == s.next && (s.next <= published || !is_sound));
        if (event < 0) {
            return 0;
        }
    }
    return 0;
}
