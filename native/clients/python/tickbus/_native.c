// SPDX-License-Identifier: Apache-2.0
// The fast path of the Python client: tickbus.h behind functions that ctypes can call. It is no extension module.
#include "tickbus.h"

struct fast {
    struct tb_subscriber of;
    int64_t lost;                                    // what a wait or a check has found lost
    int64_t rejoined;                                // buses of this name before the one of the signals copied last
    bool has_rejoined;                               // the next call copies signals of another one
};

int64_t tickbus_size(void) { return sizeof(struct fast); }

int tickbus_attach(struct fast *s, const char *path, uint32_t owner, int is_oldest) {
    s->lost = s->rejoined = s->has_rejoined = 0;
    return tb_attach_of(&s->of, path, owner, is_oldest ? TB_OLDEST : TB_NEWEST);
}

void tickbus_detach(struct fast *s) { tb_detach(&s->of); }

struct gap {
    int64_t lost, absent;
};

// Copies up to `most` signals, and what is missing before each; returns their number, or an error. gaps[number]: what
// is missing after the last. All are of one bus.
int64_t tickbus_poll(struct fast *s, struct tb_signal *signals, struct gap *gaps, int64_t most) {
    int64_t count = 0;
    int event = TB_SIGNAL;
    gaps[0].lost = s->lost;
    gaps[0].absent = s->lost = 0;
    while (count < most && event > TB_NOTHING && !(s->has_rejoined && count > 0)) {
        if (s->has_rejoined) {
            s->rejoined++;
            s->has_rejoined = false;
            gaps[0].lost = gaps[0].absent = 0;
        }
        int64_t absent = s->of.absent;
        event = tb_poll(&s->of, &signals[count]);
        gaps[count].lost += event == TB_LOSS ? s->of.lost_count : 0;
        gaps[count].absent += event == TB_REJOINED ? 0 : s->of.absent - absent;
        s->has_rejoined |= event == TB_REJOINED;
        if (event == TB_SIGNAL) {
            count++;
            gaps[count].lost = gaps[count].absent = 0;
        }
    }
    return count == 0 && event < 0 ? event : count;
}

static int noted(struct fast *s, int event) {
    s->lost += event == TB_LOSS ? s->of.lost_count : 0;
    s->has_rejoined |= event == TB_REJOINED;
    return event;
}

int tickbus_wait(struct fast *s, int how, int64_t until_ns) { return noted(s, tb_await(&s->of, (enum tb_how) how, until_ns)); }

int tickbus_check(struct fast *s) { return noted(s, tb_check(&s->of, tb_now())); }

int64_t tickbus_field(const struct fast *s, int field) {
    return field == 0 ? s->of.next : field == 1 ? s->of.epochs : field == 2 ? (int64_t) s->of.status : s->rejoined;
}

const char *tickbus_name(int error) { return tb_error_name(error); }

const char *tickbus_text(int error) { return tb_error_text(error); }
