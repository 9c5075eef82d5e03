// SPDX-License-Identifier: Apache-2.0
/*
 * Attaches to a signals file that anybody may have written, and reads it. The input is applied to a sound file: each 10
 * bytes are an offset and a value to store there. The first byte says how long the file is and where to join.
 */
#include <tickbus.h>

enum { SLOTS = 8, LENGTH = 4096 + 64 * SLOTS };
static char directory[64], *bytes;   /* bytes: of the file */
static struct { struct tb_signals header; struct tb_slot slots[SLOTS]; } sound;
static int fd;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void remove_files(void) {
    char command[96];
    snprintf(command, sizeof command, "rm -r %s", directory);
    if (system(command) != 0) {
        perror(directory);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    struct tb_publisher bus;
    struct tb_signal signal;
    (void) argc;
    (void) argv;
    snprintf(directory, sizeof directory, "/dev/shm/tickbus-fuzz-%d", (int) getpid());
    memset(&signal, 0, sizeof signal);
    if (tb_open(&bus, directory, SLOTS) != TB_OK) {
        abort();
    }
    atexit(remove_files);
    for (int i = 0; i < 11; i++) {
        tb_publish(&bus, &signal);
    }
    memcpy(&sound, bus.bus, LENGTH);
    fd = tb_open_file(&bus.place, "signals", O_RDWR, &bus.mapped);
    if (fd < 0 || tb_map_file(fd, LENGTH, PROT_READ | PROT_WRITE, &bytes) != TB_OK) {
        abort();
    }
    tb_close(&bus);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct tb_subscriber bus;
    struct tb_signal signal;
    if (size < 2) {
        return 0;
    }
    memcpy(bytes, &sound, LENGTH);
    for (size_t i = 2; i + 10 <= size; i += 10) {
        uint16_t at;
        memcpy(&at, data + i, 2);
        memcpy(bytes + at % (LENGTH - 8), data + i + 2, 8);
    }
    off_t length = data[0] < 0x20 ? data[0] * 160 : LENGTH;
    if (length != LENGTH && ftruncate(fd, length) != 0) {
        abort();
    }
    int error = tb_attach(&bus, directory, data[1] < 0x80 ? TB_OLDEST : data[1] < 0xC0 ? TB_NEWEST : data[1] - 0xC0);
    for (int i = 0; error == TB_OK && i < 24; i++) {
        int event = i % 8 == 7 ? tb_check(&bus, tb_now()) : i % 8 == 6 ? tb_await(&bus, (enum tb_how) (data[1] % 3), 0)
                : tb_poll(&bus, &signal);
        if (event < 0) {
            break;
        }
        if (bus.received + bus.lost + bus.absent != bus.next - bus.first || bus.next < 0) {
            abort();
        }
    }
    tb_detach(&bus);
    if (length != LENGTH && ftruncate(fd, LENGTH) != 0) {
        abort();
    }
    return 0;
}
