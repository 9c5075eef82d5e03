// SPDX-License-Identifier: Apache-2.0
#include <tickbus.h>

int main(void) {
    struct tb_publisher bus;
    struct tb_signal signal = {.signal_id = 42, .key = 7};
    int error = tb_open(&bus, "mine", 0);
    int64_t sequence = error < 0 ? error : tb_publish(&bus, &signal);
    if (sequence < 0) {
        puts(tb_error_text(sequence));
        return 1;
    }
    printf("published %lld\n", (long long) sequence);
    tb_close(&bus);
    return 0;
}
