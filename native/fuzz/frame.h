// SPDX-License-Identifier: Apache-2.0
/*
 * What the harnesses share: the header over a bus's files, a socket and a clock that are in memory, so that an
 * execution makes no system call and always does the same. A file is an array of its exact length, so that AddressSanitizer finds
 * an access behind its end.
 */
#ifndef FRAME_H
#define FRAME_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIRST_FD = 1000, FILES = 12 };
#define BUS "/bus"

static struct file {
    const char *path;
    void *bytes;
    off_t length;                                    /* below 0: it is not there */
    mode_t mode;
} files[FILES];
static const uint8_t *incoming;                      /* what the socket has to be received */
static size_t incoming_length;
static bool has_ended;                               /* after that; else there is just no more yet */
static short lock_type = F_WRLCK;                    /* as another process holds it */
static int64_t clock_ns = 1000000000000;             /* 1 us more each time that it is read */
static void (*on_send)(void);                        /* NULL, or called before anything is sent */

static inline struct file *found(const char *path) {
    for (int i = 0; i < FILES && files[i].path != NULL; i++) {
        /* A ring is the one file in clients, whatever its name. */
        bool is_it = strcmp(files[i].path, path) == 0
                || (strcmp(files[i].path, BUS "/clients") == 0 && strncmp(path, BUS "/clients/", 13) == 0);
        if (is_it && files[i].length >= 0) {
            return &files[i];
        }
    }
    errno = ENOENT;
    return NULL;
}

static inline int told(const struct file *file, struct stat *s) {
    if (file == NULL) {
        return -1;
    }
    memset(s, 0, sizeof *s);
    s->st_size = file->length;
    s->st_mode = file->mode;
    s->st_uid = geteuid();
    s->st_ino = (ino_t) (file - files) + 1;
    return 0;
}

static inline int fake_lstat(const char *path, struct stat *s) { return told(found(path), s); }

static inline int fake_fstat(int fd, struct stat *s) { return told(&files[fd - FIRST_FD], s); }

static inline int fake_open(const char *path) {
    const struct file *file = found(path);
    return file == NULL ? -1 : FIRST_FD + (int) (file - files);
}

static inline ssize_t fake_read(int fd, void *to, size_t count) {
    const struct file *file = &files[fd - FIRST_FD];
    count = count < (size_t) file->length ? count : (size_t) file->length;
    memcpy(to, file->bytes, count);
    return (ssize_t) count;
}

static inline void *fake_mmap(int fd) { return files[fd - FIRST_FD].bytes; }

static inline int fake_fcntl(struct flock *lock) {
    lock->l_type = lock_type;
    return 0;
}

static inline ssize_t fake_recv(void *to, size_t count) {
    if (incoming_length == 0) {
        errno = EAGAIN;
        return has_ended ? 0 : -1;
    }
    count = count < incoming_length ? count : incoming_length;
    memcpy(to, incoming, count);
    incoming += count;
    incoming_length -= count;
    return (ssize_t) count;
}

static inline ssize_t fake_send(size_t count) {
    if (on_send != NULL) {
        on_send();
    }
    return (ssize_t) count;
}

static inline int fake_clock(struct timespec *t) {
    clock_ns += 1000;
    *t = (struct timespec) {clock_ns / 1000000000, clock_ns % 1000000000};
    return 0;
}

static inline int fake_random(void *to, size_t count) {
    memset(to, 1, count);
    return (int) count;
}

/* Of calls that have nothing to do. */
static inline int fake_call(int first, ...) { return first - first; }

#define lstat fake_lstat
#define fstat fake_fstat
#define open(path, ...) (fake_call(0, __VA_ARGS__), fake_open(path))
#define close(fd) fake_call(fd)
#define read fake_read
#define pread(fd, to, count, at) (fake_call(at), fake_read(fd, to, count))
#define pwrite(fd, from, count, at) (fake_call(fd, from, at), (ssize_t) (count))
#define mmap(at, length, protection, flags, fd, offset) (fake_call(flags, length, protection), fake_mmap(fd))
#define munmap(at, length) fake_call(0, at, length)
#define fcntl(fd, command, lock) (fake_call(fd, command), fake_fcntl(lock))
#define unlink(path) fake_call(0, path)
#define rename(from, to) fake_call(0, from, to)
#define fchmod(fd, mode) fake_call(fd, mode)
#define posix_fallocate(fd, at, length) fake_call(fd, length)
#define socket(family, type, protocol) (FIRST_FD + FILES)
#define connect(fd, address, length) fake_call(fd, address)
#define send(fd, from, count, flags) (fake_call(fd, from, flags), fake_send(count))
#define recv(fd, to, count, flags) (fake_call(fd, flags), fake_recv(to, count))
#define getrandom(to, count, flags) fake_random(to, count)
#define clock_gettime(id, t) (fake_call(id), fake_clock(t))
#define usleep(us) fake_call((int) (us))
#define syscall(number, ...) fake_call(number, __VA_ARGS__)
#define prctl(...) fake_call(__VA_ARGS__)
#define sched_setaffinity(thread, size, set) fake_call(thread, set)

#include <tickbus.h>

enum { SLOTS = 4, PUBLISHED = 11, SESSIONS = 3, REPLIES = 8 };
static struct { struct tb_signals header; struct tb_slot slots[SLOTS]; } signals, sound_signals;
static struct {
    struct tb_replies header;
    struct tb_session sessions[SESSIONS];
    struct tb_slot slots[SESSIONS][REPLIES];
} replies, sound_replies;
static struct { struct tb_client header; struct tb_slot slots[REPLIES]; } ring;
static struct tb_doorbell doorbell;

static inline void expect(bool is_so) {
    if (!is_so) {
        abort();
    }
}

static inline struct file *add_file(const char *path, void *bytes, size_t length, mode_t mode) {
    int i = 0;
    while (files[i].path != NULL) {
        i++;
    }
    files[i] = (struct file) {path, bytes, (off_t) length, mode};
    return &files[i];
}

/* A sound bus with a living publisher, as the files are before each input. */
static inline struct file *add_bus(void) {
    static char boot_id[] = "00112233-4455-6677-8899-aabbccddeeff\n", offsets[] = "monotonic 7 9\nboottime 0 0\n";
    struct tb_signal signal;
    struct tb_signals *s = &sound_signals.header;
    add_file("/", NULL, 0, S_IFDIR | 0755);
    add_file(BUS, NULL, 0, S_IFDIR | 0700);
    add_file("/proc/sys/kernel/random/boot_id", boot_id, sizeof boot_id - 1, S_IFREG | 0444);
    add_file("/proc/self/timens_offsets", offsets, sizeof offsets - 1, S_IFREG | 0444);
    add_file(BUS "/doorbell", &doorbell, sizeof doorbell, S_IFREG | 0600);
    tb_fill_header(&s->file, SLOTS, sizeof signals);
    s->file.magic = TB_SIGNALS_MAGIC;
    s->options = TB_OPTION_PARKING | TB_OPTION_FUTEX;
    s->clock_id = 1;
    s->history_id = 4711;
    tb_boot_id(s->boot_id);
    s->monotonic_offset_ns = tb_monotonic_offset_ns();
    s->epoch = 3;
    s->state = TB_OPEN;
    s->heartbeat_ns = INT64_MAX;
    s->next_deadline_ns = TB_NO_DEADLINE;
    s->next_sequence = PUBLISHED;
    memset(&signal, 0, sizeof signal);
    for (int i = 0; i < PUBLISHED; i++) {
        tb_write(sound_signals.slots, SLOTS, i, &signal);
    }
    return add_file(BUS "/signals", &signals, sizeof signals, S_IFREG | 0600);
}

/* And the files of a living daemon, in which each session is of the client that has fake_random's UUID. */
static inline void add_daemon(void) {
    add_bus();
    memcpy(&signals, &sound_signals, sizeof signals);
    add_file(BUS "/replies", &replies, sizeof replies, S_IFREG | 0600);
    add_file(BUS "/clients", &ring, sizeof ring, S_IFREG | 0600);
    add_file(BUS "/control", NULL, 0, S_IFSOCK | 0600);
    tb_fill_header(&sound_replies.header.file, REPLIES, sizeof replies);
    sound_replies.header.file.magic = TB_REPLIES_MAGIC;
    sound_replies.header.file.layout_version = TB_REPLIES_VERSION;
    sound_replies.header.session_count = SESSIONS;
    sound_replies.header.history_id = signals.header.history_id;
    sound_replies.header.epoch = signals.header.epoch;
    sound_replies.header.sleeping_until_ns = INT64_MAX;
    for (int i = 0; i < SESSIONS; i++) {
        fake_random(sound_replies.sessions[i].uuid, sizeof sound_replies.sessions[i].uuid);
        sound_replies.sessions[i].state = TB_CONNECTED;
    }
}

/* Its answer to HELLO. */
static inline struct tb_message answer_of(int32_t type) {
    struct tb_message answer = {.magic = TB_CONTROL_MAGIC, .version = TB_VERSION, .type = type};
    fake_random(answer.uuid, sizeof answer.uuid);
    return answer;
}

/* Restores a file, then stores as the input says: each 10 bytes are an offset and a value. */
static inline void damage(void *file, const void *sound, size_t length, const uint8_t *data, size_t size) {
    memcpy(file, sound, length);
    for (; size >= 10; data += 10, size -= 10) {
        uint16_t at;
        memcpy(&at, data, 2);
        memcpy((char *) file + at % (length - 8), data + 2, 8);
    }
}

#endif
