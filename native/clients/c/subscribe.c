// SPDX-License-Identifier: Apache-2.0
#include <tickbus.h>

int main(int argc, char **argv) {
    struct tb_subscriber bus;
    struct tb_signal signal;
    int event = tb_attach(&bus, argc > 1 ? argv[1] : "default", TB_NEWEST);
    while (event >= 0 && bus.status != TB_ENDED) {
        event = tb_next(&bus, &signal, TB_PREDICT, INT64_C(1000000000));
        if (event == TB_SIGNAL) {
            printf("signal %d, key %lld\n", signal.signal_id, (long long) signal.key);
        } else if (event == TB_LOSS) {
            printf("%lld signals lost\n", (long long) bus.lost_count);
        }
    }
    puts(tb_error_text(event < 0 ? event : TB_OK));
    return event < 0;
}
