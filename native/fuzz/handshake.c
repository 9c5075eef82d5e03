// SPDX-License-Identifier: Apache-2.0
/*
 * A client's way with a daemon that may answer and write anything: replies file, WELCOME, session, replies. Of the
 * input, 128 bytes are the daemon's message, and each 10 after them an offset into the replies file and a value.
 */
#include <tickbus.h>

enum { SESSIONS = 3, SLOTS = 8, LENGTH = 4096 + SESSIONS * (256 + 64 * SLOTS) };
static char directory[64], path[80];
static struct tb_publisher bus;
static union { struct tb_replies header; char bytes[LENGTH]; } sound;

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
    (void) argc;
    (void) argv;
    snprintf(directory, sizeof directory, "/dev/shm/tickbus-fuzz-%d", (int) getpid());
    snprintf(path, sizeof path, "%s/replies", directory);
    if (tb_open(&bus, directory, SLOTS) != TB_OK) {
        abort();
    }
    atexit(remove_files);
    tb_fill_header(&sound.header.file, SLOTS, LENGTH);
    sound.header.file.magic = TB_REPLIES_MAGIC;
    sound.header.file.layout_version = TB_REPLIES_VERSION;
    sound.header.session_count = SESSIONS;
    sound.header.history_id = bus.bus->history_id;
    sound.header.epoch = bus.bus->epoch;
    sound.header.sleeping_until_ns = INT64_MAX;
    return 0;
}

static void use(struct tb_timers *t, const uint8_t *data) {
    struct tb_command command;
    struct tb_reply reply;
    memset(&command, 0, sizeof command);
    for (int i = 0; i < 12; i++) {
        command.type = (uint8_t) (data[i] % 6);
        int64_t number = data[i] < 0x80 ? tb_arm(t, &command) : tb_send(t, &command);
        int found = tb_poll_reply(t, &reply);
        if (number < TB_E_SYSTEM || found > 1 || t->next_command > 12) {
            abort();
        }
        tb_check_daemon(t, tb_now());
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct tb_timers t;
    int ends[2];
    if (size < 128) {
        return 0;
    }
    memset(&t, 0, sizeof t);
    t.control = -1;
    char *bytes = (char *) malloc(LENGTH);
    memcpy(bytes, &sound, LENGTH);
    for (size_t i = 128; i + 10 <= size; i += 10) {
        uint16_t at;
        memcpy(&at, data + i, 2);
        memcpy(bytes + at % (LENGTH - 8), data + i + 2, 8);
    }
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (write(fd, bytes, LENGTH) != LENGTH || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) {
        abort();
    }
    free(bytes);
    t.control = ends[0];
    t.ring_slots = data[127] < 0x80 ? SLOTS : 0;
    if (tb_find(&t.daemon.place, directory, geteuid()) != TB_OK || tb_map_signals(&t.daemon) != TB_OK) {
        abort();
    }
    int sessions = tb_map_replies(&t);
    t.uuid[0] = 1;
    if (sessions > 0) {
        if (t.ring_slots > 0) {                          /* in private memory */
            t.ring = (struct tb_client *) mmap(NULL, 4096 + 64 * SLOTS, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            tb_fill_header(&t.ring->file, SLOTS, 4096 + 64 * SLOTS);
        }
        struct tb_message answer;
        memcpy(&answer, data, sizeof answer);
        answer.magic ^= TB_CONTROL_MAGIC;                /* of an input of zeros, all is right */
        answer.version ^= TB_VERSION;
        answer.type ^= TB_WELCOME;
        answer.uuid[0] ^= 1;
        answer.of.welcome.window ^= SLOTS;
        size_t length = data[126] < 0xF0 ? sizeof answer : data[126] % 128u;
        if (send(ends[1], &answer, length, 0) < 0) {
            abort();
        }
        if (length < sizeof answer) {
            shutdown(ends[1], SHUT_WR);
        }
        if (tb_introduce(&t, sessions, tb_now() + 1000000) == TB_OK) {
            use(&t, data);
        }
    }
    tb_hang_up(&t);
    close(ends[1]);
    close(fd);
    return 0;
}
