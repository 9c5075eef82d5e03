// SPDX-License-Identifier: Apache-2.0
/*
 * tickbus.h: reads a Tickbus, publishes on one, and arms timers at a daemon. C11 or C++17, 64-bit little-endian Linux,
 * gcc or clang. Nothing to link, no thread, no allocation. docs/languages/c.md and tickbus.h(3) show its use.
 *
 * What can fail returns a negative error; tb_error_text says it in words. A struct belongs to one thread at a time, and
 * must not be moved or copied while it is in use. All times are nanoseconds of CLOCK_MONOTONIC, as tb_now() reads it.
 */
#ifndef TICKBUS_H
#define TICKBUS_H

#include "tickbus_format.h"                          /* before any other: it defines _GNU_SOURCE */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define TB_ERRORS(E) \
    E(1, ABSENT, "there is no such bus, or no daemon on it: start its publisher, or check the name") \
    E(2, NOT_A_BUS, "a file in the bus's place is none of this kind: check the path") \
    E(3, VERSION, "the file is of another layout version: use the same tickbus version on both sides") \
    E(4, BYTE_ORDER, "the file is of the other byte order: start its publisher again") \
    E(5, TRUNCATED, "the file has another length than it states, or a page of it is gone: start its publisher again") \
    E(6, GEOMETRY, "the file's header or records have another length: start its publisher again") \
    E(7, TAMPERED, "the contents of the file contradict each other: delete the bus and start its publisher again") \
    E(8, ANOTHER_BOOT, "the file was written before the host was booted: start its publisher again") \
    E(9, ANOTHER_TIME_NAMESPACE, "the publisher's clock differs: run both sides in one time namespace") \
    E(10, PERMISSION, "the bus belongs to another user, is open to everybody, or may not be accessed: see its mode") \
    E(11, IN_USE, "another process publishes on this bus: stop it first") \
    E(12, NO_SPACE, "the file system is full: free some of it, or use fewer slots") \
    E(13, OPEN_FILES, "this process has as many open files as it may: raise its limit with ulimit -n") \
    E(14, DISCONNECTED, "the daemon has stopped, or has rejected or evicted this client: call tb_reconnect") \
    E(15, TIMEOUT, "the daemon does not answer: see whether it is stopped or overloaded") \
    E(16, NO_ROOM, "too many commands or replies are under way: poll the replies, and send again") \
    E(17, ARGUMENT, "the name, path or number is not one that is allowed here: see tickbus.h(3)") \
    E(18, SYSTEM, "the operating system refused a call: see errno")
#define TB_ERROR_VALUE(number, name, text) TB_E_##name = -number,
enum { TB_ERRORS(TB_ERROR_VALUE) TB_OK = 0 };

#define TB_ERROR_NAME(number, name, text) if (error == -number) { return #name; }
static inline const char *tb_error_name(int64_t error) { TB_ERRORS(TB_ERROR_NAME) return "OK"; }
#define TB_ERROR_TEXT(number, name, text) if (error == -number) { return text; }
static inline const char *tb_error_text(int64_t error) { TB_ERRORS(TB_ERROR_TEXT) return "no error"; }

#define TB_SLOW __attribute__((noinline, unused)) static
#define TB_CHECK_NS INT64_C(50000000)                /* between two checks of the publisher */
#define TB_LATE_HELLO_NS INT64_C(500000000)          /* from connecting on; the daemon waits twice as long for it */

struct tb_place {                                    /* of a bus */
    char path[1024];
    uid_t owner;
};

/* The error that errno stands for. */
TB_SLOW int tb_failed(void) {
    switch (errno) {
        case ENOENT: return TB_E_ABSENT;
        case ELOOP: case ENOTDIR: case EISDIR: return TB_E_NOT_A_BUS;
        case EACCES: case EPERM: return TB_E_PERMISSION;
        case EMFILE: case ENFILE: return TB_E_OPEN_FILES;
        case ENOSPC: case EDQUOT: return TB_E_NO_SPACE;
        default: return TB_E_SYSTEM;
    }
}

static inline bool tb_is_name(const char *name) {
    size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");
    return length >= 1 && length <= 64 && name[length] == 0 && name[0] != '.' && name[0] != '-';
}

/* bus: a bus's name below the user's root, or the path of its directory, which has a slash. */
TB_SLOW int tb_find(struct tb_place *place, const char *bus, uid_t owner) {
    char root[900];
    const char *chosen = getenv("TICKBUS_DIR"), *runtime = getenv("XDG_RUNTIME_DIR");
    struct stat s;
    place->owner = owner;
    if (strchr(bus, '/') != NULL) {
        int length = snprintf(place->path, sizeof place->path, "%s", bus);
        while (length > 1 && length < 1000 && place->path[length - 1] == '/') {
            place->path[--length] = 0;
        }
        return length < 1000 ? TB_OK : TB_E_ARGUMENT;
    }
    snprintf(root, sizeof root, "/dev/shm/tickbus-%u", (unsigned) owner);
    if (chosen != NULL && chosen[0] != 0) {
        snprintf(root, sizeof root, "%s", chosen);
    } else if (owner == geteuid() && lstat(root, &s) == 0 && s.st_uid != owner && runtime != NULL
            && runtime[0] == '/' && stat(runtime, &s) == 0 && s.st_uid == owner) {
        snprintf(root, sizeof root, "%s/tickbus", runtime);
    }
    snprintf(place->path, sizeof place->path, "%s/%s", root, bus);
    return tb_is_name(bus) && root[0] == '/' && strlen(root) < sizeof root - 9 ? TB_OK : TB_E_ARGUMENT;
}

TB_SLOW int tb_check_directory(const char *path, uid_t owner) {
    struct stat s;
    if (lstat(path, &s) != 0) {
        return tb_failed();
    } else if (!S_ISDIR(s.st_mode)) {
        return TB_E_NOT_A_BUS;
    }
    bool is_trusted = s.st_uid == owner || s.st_uid == geteuid() || s.st_uid == 0;
    return is_trusted && ((s.st_mode & S_IWOTH) == 0 || (s.st_mode & S_ISVTX) != 0) ? TB_OK : TB_E_PERMISSION;
}

/* The bus's directory and the one that it is in. */
TB_SLOW int tb_check_directories(const struct tb_place *place, bool is_made) {
    char parent[sizeof place->path];
    strcpy(parent, place->path);
    char *slash = strrchr(parent, '/');
    strcpy(slash == NULL || slash == parent ? parent + (slash != NULL) : slash, slash == NULL ? "." : "");
    if (is_made) {                                       /* what fails here shows in the checks */
        mkdir(parent, 0700);
        mkdir(place->path, 0700);
    }
    int error = tb_check_directory(place->path, place->owner);
    return error == TB_OK ? tb_check_directory(parent, place->owner) : error;
}

static inline void tb_file_path(char *path, const struct tb_place *place, const char *name) {
    snprintf(path, sizeof place->path + 64, "%.1000s/%s", place->path, name);
}

/* What has a name in the bus's directory: TB_OK or an error. */
TB_SLOW int tb_find_file(const struct tb_place *place, const char *name, struct stat *s) {
    char path[sizeof place->path + 64];
    tb_file_path(path, place, name);
    return lstat(path, s) == 0 ? TB_OK : tb_failed();
}

static inline bool tb_is_same_file(const struct stat *a, const struct stat *b) {
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* The descriptor, or the error, and then the descriptor is closed. */
static inline int tb_closed_if(int error, int fd) {
    if (error != TB_OK && fd >= 0) {
        close(fd);
    }
    return error != TB_OK ? error : fd;
}

/* Opens a regular file of the bus's owner; returns the descriptor or an error. */
TB_SLOW int tb_open_file(const struct tb_place *place, const char *name, int flags, struct stat *s) {
    char path[sizeof place->path + 64];
    tb_file_path(path, place, name);
    int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    return tb_closed_if(fd < 0 || fstat(fd, s) != 0 ? tb_failed() : !S_ISREG(s->st_mode) ? TB_E_NOT_A_BUS
            : s->st_uid != place->owner && s->st_uid != geteuid() ? TB_E_PERMISSION : TB_OK, fd);
}

/* Section 11, steps 3 to 6, as far as they are alike in every kind of file. header: 4096 bytes. */
TB_SLOW int tb_check_header(int fd, int64_t magic, int32_t version, void *header) {
    struct tb_file file;
    if (pread(fd, header, 4096, 0) != 4096) {
        return TB_E_TRUNCATED;
    }
    memcpy(&file, header, sizeof file);
    bool is_swapped = file.magic == (int64_t) __builtin_bswap64((uint64_t) magic);
    return file.magic != magic && !is_swapped ? TB_E_NOT_A_BUS
            : is_swapped || file.byte_order != TB_BYTE_ORDER ? TB_E_BYTE_ORDER
            : file.layout_version != version ? TB_E_VERSION
            : file.header_bytes != 4096 || file.record_bytes != 64 ? TB_E_GEOMETRY
            : file.slot_count < 2 || file.slot_count > 1 << 24 || (file.slot_count & (file.slot_count - 1)) != 0
            ? TB_E_TAMPERED : TB_OK;
}

/* What is mapped, by any thread of this process. */
struct tb_mapping {
    const char *from;                                /* NULL: free */
    int64_t length;
};
__attribute__((weak)) struct tb_mapping tb_mappings[1024];

static inline int tb_map_file(int fd, int64_t length, int protection, void *mapped) {
    void *memory = mmap(NULL, (size_t) length, protection, MAP_SHARED, fd, 0);
    int error = memory == MAP_FAILED ? tb_failed() : TB_OK;
    memory = error == TB_OK ? memory : NULL;
    memcpy(mapped, &memory, sizeof memory);
    for (int i = 0; i < 1024 && error == TB_OK; i++) {
        const char *none = NULL;
        if (__atomic_compare_exchange_n(&tb_mappings[i].from, &none, (const char *) memory, false, __ATOMIC_ACQUIRE,
                __ATOMIC_RELAXED)) {
            tb_store_release(&tb_mappings[i].length, length);    /* nobody has used the memory before */
            break;
        }
    }
    return error;
}

/* Unmaps what a pointer points to, if anything, and sets it to NULL. */
TB_SLOW void tb_drop(void *pointer, int64_t length) {
    void *memory;
    memcpy(&memory, pointer, sizeof memory);
    for (int i = 0; i < 1024 && memory != NULL; i++) {
        if (tb_load(&tb_mappings[i].from) == (const char *) memory) {
            tb_store(&tb_mappings[i].length, 0);
            tb_store_release(&tb_mappings[i].from, NULL);
            break;
        }
    }
    if (memory != NULL) {
        munmap(memory, (size_t) length);
        memset(pointer, 0, sizeof memory);
    }
}

/* The beginning of a file of /proc; empty where it is not there. */
TB_SLOW const char *tb_text_of(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? 0 : read(fd, text, size - 1);
    text[count > 0 ? count : 0] = 0;
    close(fd);
    return text;
}

TB_SLOW int64_t tb_monotonic_offset_ns(void) {
    char text[256];
    const char *line = strstr(tb_text_of("/proc/self/timens_offsets", text, sizeof text), "monotonic");
    long long seconds = 0, ns = 0;
    return line != NULL && sscanf(line, "monotonic %lld %lld", &seconds, &ns) == 2 ? seconds * 1000000000 + ns : 0;
}

/* 16 bytes; zeros where it is unknown. */
TB_SLOW void tb_boot_id(uint8_t *id) {
    char text[64] = "";
    const char *digits = tb_text_of("/proc/sys/kernel/random/boot_id", text, sizeof text);
    memset(id, 0, 16);
    for (int i = 0; i < 16 && sscanf(digits, "%2hhx", &id[i]) == 1; i++) {
        digits += digits[2] == '-' ? 3 : 2;
    }
}

/* Opens signals and makes the checks that do not depend on the host; returns the descriptor or an error. */
TB_SLOW int tb_open_signals(const struct tb_place *place, int flags, struct tb_signals *header, struct stat *s) {
    int fd = tb_open_file(place, "signals", flags, s);
    if (fd < 0) {
        return fd;
    }
    int error = tb_check_header(fd, TB_SIGNALS_MAGIC, TB_VERSION, header);
    int64_t length = 4096 + 64 * (error == TB_OK ? header->file.slot_count : 0);
    if (error == TB_OK && (s->st_size != length || header->file.file_length != length)) {
        error = TB_E_TRUNCATED;
    } else if (error == TB_OK
            && (header->clock_id != 1 || header->base_sequence < 0 || header->base_sequence > TB_MOST)) {
        error = TB_E_TAMPERED;
    }
    return tb_closed_if(error, fd);
}

static inline bool tb_is_of_this_boot(const struct tb_signals *header, bool if_unknown) {
    static const uint8_t unknown[16] = {0};
    uint8_t boot_id[16];
    tb_boot_id(boot_id);
    return memcmp(boot_id, unknown, 16) == 0 || memcmp(header->boot_id, unknown, 16) == 0 ? if_unknown
            : memcmp(boot_id, header->boot_id, 16) == 0;
}

/* Makes the doorbell usable, where this user has one; else *bell stays NULL. */
TB_SLOW int tb_open_doorbell(const struct tb_place *place, struct tb_doorbell **bell) {
    struct stat s;
    int fd = tb_open_file(place, "doorbell", O_RDWR, &s);
    tb_drop(bell, sizeof **bell);
    if (fd < 0) {
        return fd == TB_E_NOT_A_BUS ? fd : TB_OK;
    }
    if (pwrite(fd, "", 1, 4095) == 1) {
        tb_map_file(fd, sizeof **bell, PROT_READ | PROT_WRITE, bell);
    }
    close(fd);
    return TB_OK;
}

static inline bool tb_has_lost(const void *memory, int64_t length) {
    const char *lost = (const char *) tb_load_acquire(&tb_lost), *from = (const char *) memory;
    return lost != NULL && from != NULL && lost >= from && lost < from + length;
}

static inline bool tb_is_mapped(const void *address) {
    for (int i = 0; i < 1024; i++) {
        const char *from = tb_load_acquire(&tb_mappings[i].from);
        if (from != NULL && (const char *) address >= from
                && (const char *) address < from + tb_load(&tb_mappings[i].length)) {
            return true;
        }
    }
    return false;
}

__attribute__((weak)) struct sigaction tb_earlier_action;
__attribute__((weak)) void tb_on_bus_error(int number, siginfo_t *info, void *context) {
    if (info->si_code == BUS_ADRERR && tb_is_mapped(info->si_addr)) {
        tb_lost_page(info->si_addr);
    } else if ((tb_earlier_action.sa_flags & SA_SIGINFO) != 0) {
        tb_earlier_action.sa_sigaction(number, info, context);
    } else if (tb_earlier_action.sa_handler != SIG_DFL && tb_earlier_action.sa_handler != SIG_IGN) {
        tb_earlier_action.sa_handler(number);
    } else {
        signal(number, SIG_DFL);                         /* the access fails again, and ends the program */
    }
}

/* To survive that somebody shortens a mapped file: calls on it then return TB_E_TRUNCATED. Faults elsewhere go to the
   handler that was there before. Without it such a fault ends the program. */
TB_SLOW int tb_catch_sigbus(void) {
    struct sigaction action, earlier;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = tb_on_bus_error;
    action.sa_flags = SA_SIGINFO;
    if (sigaction(SIGBUS, &action, &earlier) != 0) {
        return TB_E_SYSTEM;
    } else if ((earlier.sa_flags & SA_SIGINFO) == 0 || earlier.sa_sigaction != tb_on_bus_error) {
        tb_earlier_action = earlier;
    }
    return TB_OK;
}

/* Reading. */

enum { TB_NEWEST = -1, TB_OLDEST = -2 };             /* where to join; else a sequence */
enum tb_event { TB_NOTHING, TB_SIGNAL, TB_LOSS, TB_REJOINED };
enum tb_how { TB_SPIN, TB_PREDICT, TB_PARK };
enum tb_status { TB_ALIVE, TB_STALLED, TB_DEAD, TB_ENDED };

struct tb_subscriber {
    const struct tb_signals *bus;                    /* NULL: not attached */
    const struct tb_slot *ring;
    int64_t slots, next;                             /* next: the sequence wanted next */
    int64_t received, lost, absent;                  /* received + lost + absent = next - first; absent: by a relay */
    int64_t first, lost_from, lost_count;            /* the latest loss: lost_from to lost_from + lost_count - 1 */
    int64_t epochs;                                  /* how often another publisher or file was followed */
    enum tb_status status;                           /* of the publisher, as of the last check */
    int32_t empty_polls, doublings;
    int64_t check_ns, bell_ns, continued_at, epoch, history_id, base, length;
    struct tb_doorbell *bell;
    struct tb_waiting waiting;
    bool is_prepared;
    int64_t moved_ns;
    struct stat file;
    struct tb_place place;
};

static inline bool tb_is_fresh(const struct tb_signals *bus, int64_t now_ns) {
    int64_t interval_ns = tb_load(&bus->heartbeat_interval_ns), age_ns =
            (int64_t) ((uint64_t) now_ns - (uint64_t) tb_load(&bus->heartbeat_ns));
    interval_ns = interval_ns < 50000000 ? 50000000 : interval_ns > 3600000000000 ? 3600000000000 : interval_ns;
    return age_ns < 5 * interval_ns;
}

/* command: F_OFD_GETLK to ask, F_OFD_SETLK to take. Returns the type of the lock in the way, F_UNLCK if there is none.
   Such a lock is the descriptor's: no other descriptor of this process that is closed can release it. */
static inline int tb_lock(int fd, int command, short type) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = type;
    lock.l_len = 1;
    return fcntl(fd, command, &lock) != 0 ? F_WRLCK : command == F_OFD_GETLK ? lock.l_type : F_UNLCK;
}

/* Section 10: TB_DEAD where nobody has the lock. */
TB_SLOW enum tb_status tb_lock_status(const struct tb_place *place) {
    struct stat s;
    int fd = tb_open_file(place, "lock", O_RDONLY, &s);
    bool is_free = fd < 0 ? fd == TB_E_ABSENT : tb_lock(fd, F_OFD_GETLK, F_RDLCK) == F_UNLCK;
    close(fd);
    return is_free ? TB_DEAD : TB_STALLED;
}

static inline enum tb_status tb_status_of(const struct tb_place *place, const struct tb_signals *bus, int64_t now_ns) {
    if (tb_load_acquire(&bus->state) == TB_CLOSED) {
        return TB_ENDED;
    }
    enum tb_status found = tb_is_fresh(bus, now_ns) ? TB_ALIVE : tb_lock_status(place);
    return found == TB_DEAD && tb_load_acquire(&bus->state) == TB_CLOSED ? TB_ENDED : found;
}

static inline void tb_detach(struct tb_subscriber *s) {
    tb_drop(&s->bus, s->length);
    tb_drop(&s->bell, sizeof *s->bell);
}

/* Maps the file that has the bus's name now, after every check. Where it fails, the former file stays. */
TB_SLOW int tb_map_signals(struct tb_subscriber *s) {
    union { struct tb_signals of; char bytes[4096]; } header;
    struct stat found;
    int error = tb_check_directories(&s->place, false);
    int fd = error == TB_OK ? tb_open_signals(&s->place, O_RDONLY, &header.of, &found) : error;
    if (fd < 0) {
        return fd;
    }
    void *memory = NULL;
    error = !tb_is_of_this_boot(&header.of, true) ? TB_E_ANOTHER_BOOT
            : header.of.monotonic_offset_ns != tb_monotonic_offset_ns() ? TB_E_ANOTHER_TIME_NAMESPACE
            : tb_map_file(fd, found.st_size, PROT_READ, &memory);
    close(fd);
    if (error != TB_OK) {
        return error;
    }
    tb_detach(s);
    s->bus = (const struct tb_signals *) memory;
    s->ring = (const struct tb_slot *) (const void *) (s->bus + 1);
    s->length = found.st_size;
    s->slots = header.of.file.slot_count;
    s->base = header.of.base_sequence;
    s->history_id = header.of.history_id;
    s->file = found;
    s->bell_ns = INT64_MIN;
    return TB_OK;
}

static inline bool tb_subscriber_has_news(const struct tb_subscriber *s) {
    return tb_has_news(s->ring, s->slots, s->next);
}

static inline int tb_broken(const struct tb_subscriber *s) {
    return tb_has_lost(s->bus, s->length) ? TB_E_TRUNCATED : TB_E_TAMPERED;
}

static inline int tb_lose(struct tb_subscriber *s, int64_t next) {
    s->lost_from = s->next;
    s->lost_count = next - s->next;
    s->lost += s->lost_count;
    s->next = next;
    return TB_LOSS;
}

static inline int tb_join(struct tb_subscriber *s, int64_t from) {
    int64_t next = tb_load_acquire(&s->bus->next_sequence);
    if (next < s->base || next > TB_MOST || from > TB_MOST
            || (next > s->base && tb_begun(s->ring, s->slots, next - 1) < next - 1)) {
        return tb_broken(s);
    }
    s->next = from == TB_NEWEST ? next : from == TB_OLDEST ? tb_oldest(s->base, s->slots, next) : from;
    s->first = s->next;
    s->received = s->lost = s->absent = 0;
    if (s->next < s->base) {
        tb_lose(s, s->base);
    }
    return TB_OK;
}

static inline void tb_use_doorbell(struct tb_subscriber *s, int64_t now_ns) {
    int32_t options = tb_load(&s->bus->options);
    if (tb_has_lost(s->bell, sizeof *s->bell)) {
        tb_store_release(&tb_lost, NULL);
        tb_drop(&s->bell, sizeof *s->bell);
    }
    if (s->bell == NULL && (options & 7) == 3 && now_ns >= s->bell_ns) {
        s->bell_ns = now_ns + 1000000000;
        tb_open_doorbell(&s->place, &s->bell);
    }
}

/* Joins a bus of a given user. from: TB_NEWEST, TB_OLDEST, or the sequence wanted first. */
TB_SLOW int tb_attach_of(struct tb_subscriber *s, const char *bus, uid_t owner, int64_t from) {
    memset(s, 0, sizeof *s);
    int error = from < TB_OLDEST ? TB_E_ARGUMENT : tb_find(&s->place, bus, owner);
    error = error == TB_OK ? tb_map_signals(s) : error;
    error = error == TB_OK ? tb_join(s, from) : error;
    if (error == TB_OK) {
        s->epoch = tb_load_acquire(&s->bus->epoch);
        s->continued_at = -1;
        tb_use_doorbell(s, tb_now());
    } else {
        tb_detach(s);
    }
    return error;
}

/* Joins a bus of this user. bus: a name, or the path of its directory. TB_OK or an error; tb_detach ends it. */
static inline int tb_attach(struct tb_subscriber *s, const char *bus, int64_t from) {
    return tb_attach_of(s, bus, geteuid(), from);
}

/* Once all of a replaced file is read. */
static inline int tb_follow(struct tb_subscriber *s) {
    int64_t history_id = s->history_id;
    int error = tb_map_signals(s);
    if (error != TB_OK) {
        return error == TB_E_ABSENT ? TB_NOTHING : error;    /* deleted just now: the next check tries again */
    } else if (s->history_id != history_id) {
        error = tb_join(s, TB_OLDEST);
        return error == TB_OK ? TB_REJOINED : error;
    }
    return s->next < s->base ? tb_lose(s, s->base) : TB_NOTHING;
}

/* Checks the publisher and follows its successor: TB_NOTHING, TB_LOSS, TB_REJOINED or an error. tb_poll and tb_await
   call it each 50 ms while there is nothing to read. */
TB_SLOW int tb_check(struct tb_subscriber *s, int64_t now_ns) {
    struct stat named;
    int event = TB_NOTHING;
    s->check_ns = now_ns + TB_CHECK_NS;
    int32_t state = tb_load_acquire(&s->bus->state);     /* before the slot */
    bool is_replaced = state == TB_REPLACED;
    if (!is_replaced && (state == TB_CLOSED || !tb_is_fresh(s->bus, now_ns))
            && tb_find_file(&s->place, "signals", &named) == TB_OK) {
        is_replaced = !tb_is_same_file(&named, &s->file);
        if (!is_replaced && named.st_size < s->length) {
            return TB_E_TRUNCATED;
        }
    }
    int64_t written = tb_load_acquire(&s->bus->next_sequence);
    bool has_news = tb_subscriber_has_news(s);
    if (tb_has_lost(s->bus, s->length) || (written > s->next && !has_news)) {
        return tb_broken(s);
    } else if (is_replaced && !has_news) {
        event = tb_follow(s);
    }
    int64_t epoch = tb_load_acquire(&s->bus->epoch);
    if (epoch != s->epoch) {
        s->epoch = epoch;
        s->epochs++;
        tb_open_doorbell(&s->place, &s->bell);
    }
    tb_use_doorbell(s, now_ns);
    enum tb_status found = tb_status_of(&s->place, s->bus, now_ns);
    s->status = found == TB_ENDED && tb_subscriber_has_news(s) ? TB_ALIVE : found;    /* it ends when all is read */
    return event;
}

TB_SLOW int tb_poll_slowly(struct tb_subscriber *s, enum tb_found found) {
    if (found == TB_NOT_YET) {
        if (++s->empty_polls < 128) {
            return TB_NOTHING;
        }
        int64_t now_ns = tb_now();
        s->empty_polls = 0;
        return now_ns < s->check_ns && tb_load(&s->bus->state) != TB_REPLACED ? TB_NOTHING : tb_check(s, now_ns);
    }
    int64_t next = tb_skip(s->ring, s->slots, s->base, &s->bus->next_sequence, s->next);
    if (next < 0) {
        return tb_broken(s);
    }
    /* A publisher at full speed overwrites that too: each failure in a row doubles the distance to it. */
    s->doublings = s->next != s->continued_at ? 0 : s->doublings < 20 ? s->doublings + 1 : 20;
    int64_t headroom = s->doublings == 0 ? 0 : INT64_C(8) << s->doublings;
    int64_t newest = tb_load_acquire(&s->bus->next_sequence);
    next += headroom < s->slots / 2 ? headroom : s->slots / 2;
    s->continued_at = next < newest || newest <= s->next ? next : newest;
    return tb_lose(s, s->continued_at);
}

/* Tells the compiler that there is no copy. */
static inline int tb_without_signal(int event) {
    return event != TB_SIGNAL ? event : TB_NOTHING;
}

/* Without waiting: TB_SIGNAL with a copy, whose sequence is signal->stamp - 1; TB_LOSS, see lost_from and lost_count;
   TB_REJOINED: another bus has this name by now, and counting begins again; TB_NOTHING; or an error. */
static inline int tb_poll(struct tb_subscriber *s, struct tb_signal *signal) {
    enum tb_found found;
    while ((found = tb_read(s->ring, s->slots, s->next, signal)) == TB_COMMITTED) {
        if ((signal->flags & (TB_ABSENT | TB_LOST)) == 0) {
            s->next++;
            s->received++;
            return TB_SIGNAL;
        } else if ((signal->flags & TB_LOST) != 0) {
            int64_t newest = tb_load_acquire(&s->bus->next_sequence);
            int64_t end = signal->key < newest ? signal->key : newest;
            return tb_lose(s, end > s->next ? end : s->next + 1);
        }
        s->next++;
        s->absent++;
    }
    return tb_without_signal(tb_poll_slowly(s, found));
}

/* A thread about to spin until a deadline must not share the publisher's processor: it moves away, but seldom. */
TB_SLOW void tb_leave_processor(struct tb_subscriber *s, int cpu) {
    cpu_set_t allowed, others;
    int64_t now_ns = tb_now();
    if (now_ns >= s->moved_ns && sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        s->moved_ns = now_ns + 20000000;
        others = allowed;
        CPU_CLR((size_t) cpu, &others);
        if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0) {
            sched_setaffinity(0, sizeof allowed, &allowed);
        }
    }
}

/* Waits until there is something to read, until until_ns, or for 50 ms: poll afterwards. Returns as tb_check. */
TB_SLOW int tb_await(struct tb_subscriber *s, enum tb_how how, int64_t until_ns) {
    int64_t now_ns = tb_now(), end_ns = until_ns < now_ns + TB_CHECK_NS ? until_ns : now_ns + TB_CHECK_NS;
    if (now_ns >= s->check_ns || tb_load(&s->bus->state) == TB_REPLACED) {
        int event = tb_check(s, now_ns);
        if (event != TB_NOTHING) {
            return event;
        }
    }
    if (!s->is_prepared && how != TB_SPIN) {
        s->is_prepared = true;
        prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    }
    if (how == TB_PARK) {
        tb_park(s->bus, s->slots, s->bell, s->next, end_ns, INT64_MIN);
    } else if (how == TB_PREDICT) {
        tb_predict(&s->waiting, s->bus, s->slots, s->bell, s->next, end_ns);
        int cpu = tb_load(&s->bus->publisher_cpu);
        if (cpu >= 0 && cpu < CPU_SETSIZE && cpu == sched_getcpu() && !tb_subscriber_has_news(s)) {
            tb_leave_processor(s, cpu);
        }
    } else {
        for (int64_t polls = 0; !tb_subscriber_has_news(s) && (++polls % 64 != 0 || tb_now() < end_ns);) {
        }
    }
    return TB_NOTHING;
}

/* That many nanoseconds from now, and the end of time where that is beyond it. */
static inline int64_t tb_after(int64_t timeout_ns) {
    int64_t now_ns = tb_now();
    return timeout_ns < INT64_MAX - now_ns ? now_ns + timeout_ns : INT64_MAX;
}

/* As tb_poll, but waits: TB_NOTHING only when the time is over. */
static inline int tb_next(struct tb_subscriber *s, struct tb_signal *signal, enum tb_how how, int64_t timeout_ns) {
    int event = tb_poll(s, signal);
    int64_t now_ns = 0, until_ns = event != TB_NOTHING ? 0 : tb_after(timeout_ns);
    while (event == TB_NOTHING && now_ns < until_ns) {
        event = tb_without_signal(tb_await(s, how, until_ns));
        event = event == TB_NOTHING ? tb_poll(s, signal) : event;
        now_ns = event == TB_NOTHING ? tb_now() : now_ns;
    }
    return event;
}

/* Arming timers. */

struct tb_timers {
    struct tb_subscriber bus;                        /* the firings: tb_poll(&timers.bus, …), tb_next(…) */
    struct tb_subscriber daemon;                     /* the file of the daemon that serves this client */
    struct tb_replies *replies;                      /* NULL: not connected */
    struct tb_session *session;
    struct tb_slot *reply_ring;
    struct tb_client *ring;                          /* NULL: commands go over the socket */
    struct tb_doorbell *bell;
    int64_t replies_length, reply_slots, window, ring_slots;
    int64_t next_command, next_reply, rung, last_list, check_ns, connected_ns;
    int64_t uuid[2];
    int32_t owner, generation;                       /* generation: of the latest arming */
    int32_t reason;                                  /* why it was rejected or evicted, section 14; 0: unknown */
    int control;
    char name[65];
};

/* Makes a file under a temporary name, with all its storage; returns its memory, NULL where it failed. */
TB_SLOW void *tb_make_file(const char *path, int64_t length) {
    void *memory = NULL;
    unlink(path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return NULL;
    }
    fchmod(fd, 0600);
    errno = posix_fallocate(fd, 0, (off_t) length);
    int failure = errno != 0 || tb_map_file(fd, length, PROT_READ | PROT_WRITE, &memory) != TB_OK ? errno : 0;
    close(fd);
    if (failure != 0) {
        unlink(path);
        errno = failure;
        return NULL;
    }
    return memory;
}

static inline void tb_fill_header(struct tb_file *file, int64_t slots, int64_t length) {
    file->layout_version = TB_VERSION;
    file->byte_order = TB_BYTE_ORDER;
    file->header_bytes = 4096;
    file->record_bytes = 64;
    file->slot_count = slots;
    file->file_length = length;
}

TB_SLOW void tb_hang_up(struct tb_timers *t) {
    if (t->control >= 0) {
        close(t->control);
        t->control = -1;
    }
    tb_drop(&t->replies, t->replies_length);
    tb_drop(&t->ring, 4096 + 64 * t->ring_slots);
    tb_drop(&t->bell, sizeof *t->bell);
    tb_detach(&t->daemon);
}

/* Ends the connection; the daemon carries out what was sent, and then cancels this client's timers. */
static inline void tb_disconnect(struct tb_timers *t) {
    tb_hang_up(t);
    tb_detach(&t->bus);
}

TB_SLOW int tb_map_replies(struct tb_timers *t) {
    union { struct tb_replies of; char bytes[4096]; } header;
    struct stat s;
    int fd = tb_open_file(&t->daemon.place, "replies", O_RDONLY, &s);
    int error = fd < 0 ? fd : tb_check_header(fd, TB_REPLIES_MAGIC, TB_REPLIES_VERSION, &header);
    if (error != TB_OK) {
        close(fd);
        return error;
    }
    int64_t sessions = header.of.session_count, slots = header.of.file.slot_count;
    if (sessions < 1 || sessions > 4096) {
        error = TB_E_TAMPERED;
    } else if (s.st_size != 4096 + sessions * (256 + 64 * slots)
            || header.of.file.file_length != s.st_size || s.st_size > INT32_MAX) {
        error = TB_E_TRUNCATED;
    } else if (header.of.epoch != tb_load_acquire(&t->daemon.bus->epoch)
            || header.of.history_id != t->daemon.history_id) {
        error = TB_E_ABSENT;                             /* a daemon is just starting */
    }
    error = error == TB_OK ? tb_map_file(fd, s.st_size, PROT_READ, &t->replies) : error;
    close(fd);
    t->replies_length = s.st_size;
    t->reply_slots = slots;
    return error != TB_OK ? error : (int) sessions;
}

/* Connects a socket to the daemon; TB_E_ABSENT where there is none yet. */
TB_SLOW int tb_open_control(struct tb_timers *t) {
    struct sockaddr_un address;
    struct stat s;
    int error = tb_find_file(&t->daemon.place, "control", &s);
    error = error != TB_OK ? error : !S_ISSOCK(s.st_mode) ? TB_E_NOT_A_BUS
            : s.st_uid != t->daemon.place.owner && s.st_uid != geteuid() ? TB_E_PERMISSION : TB_OK;
    if (error != TB_OK) {
        return error;
    }
    int directory = open(t->daemon.place.path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    t->control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    t->connected_ns = tb_now();
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/control", directory);
    bool is_connected = directory >= 0 && t->control >= 0
            && connect(t->control, (struct sockaddr *) &address, sizeof address) == 0;
    error = is_connected ? TB_OK : errno == ECONNREFUSED ? TB_E_ABSENT
            : errno == EAGAIN ? TB_E_TIMEOUT : tb_failed();
    close(directory);
    return error;
}

/* Section 13: makes clients/UUID. name: takes its path. */
TB_SLOW int tb_make_ring(struct tb_timers *t, char *name) {
    char path[sizeof t->bus.place.path + 64], text[64];
    uint64_t high = (uint64_t) t->uuid[0], low = (uint64_t) t->uuid[1];
    snprintf(text, sizeof text, "clients/%08x-%04x-%04x-%04x-%012llx", (unsigned) (high >> 32),
            (unsigned) (high >> 16 & 0xFFFF), (unsigned) (high & 0xFFFF), (unsigned) (low >> 48),
            (unsigned long long) (low & 0xFFFFFFFFFFFF));
    tb_file_path(name, &t->daemon.place, text);
    snprintf(text, sizeof text, "clients/.new-%016llx%08x", (unsigned long long) high, (unsigned) (low >> 32));
    tb_file_path(path, &t->daemon.place, text);
    t->ring = (struct tb_client *) tb_make_file(path, 4096 + 64 * t->ring_slots);
    if (t->ring == NULL) {
        return tb_failed();
    }
    tb_fill_header(&t->ring->file, t->ring_slots, 4096 + 64 * t->ring_slots);
    memcpy(t->ring->uuid, t->uuid, sizeof t->uuid);
    t->ring->history_id = t->replies->history_id;
    t->ring->epoch = t->replies->epoch;
    t->ring->file.magic = TB_CLIENT_MAGIC;
    if (rename(path, name) != 0) {
        int error = tb_failed();
        unlink(path);
        return error;
    }
    return TB_OK;
}

/* Sends or receives all bytes of a message until until_ns; TB_E_ABSENT at the end of the connection. */
TB_SLOW int tb_transfer(int control, void *message, size_t length, bool is_sent, int64_t until_ns) {
    for (size_t done = 0; done < length;) {
        char *rest = (char *) message + done;
        ssize_t count = is_sent ? send(control, rest, length - done, MSG_NOSIGNAL)
                : recv(control, rest, length - done, 0);
        if (count > 0) {
            done += (size_t) count;
        } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            return TB_E_ABSENT;
        } else if (tb_now() > until_ns) {
            return TB_E_TIMEOUT;
        } else {
            usleep(50);
        }
    }
    return TB_OK;
}

/* Section 15: says HELLO and takes the answer. */
TB_SLOW int tb_introduce(struct tb_timers *t, int32_t sessions, int64_t until_ns) {
    struct tb_message hello, answer;
    memset(&hello, 0, sizeof hello);
    hello.magic = TB_CONTROL_MAGIC;
    hello.version = TB_VERSION;
    hello.type = TB_HELLO;
    hello.history_id = t->daemon.history_id;
    hello.epoch = t->replies->epoch;
    memcpy(hello.uuid, t->uuid, sizeof hello.uuid);
    hello.of.hello.slot_count = t->ring == NULL ? 0 : (int32_t) t->ring_slots;
    hello.of.hello.pid = getpid();
    memcpy(hello.of.hello.name, t->name, sizeof hello.of.hello.name);
    int error = tb_transfer(t->control, &hello, sizeof hello, true, until_ns);
    bool is_late = tb_now() - t->connected_ns > TB_LATE_HELLO_NS;
    error = error == TB_OK ? tb_transfer(t->control, &answer, sizeof answer, false, until_ns) : error;
    if (error != TB_OK) {
        return error;
    } else if (answer.magic != TB_CONTROL_MAGIC || answer.version != TB_VERSION) {
        return TB_E_VERSION;
    } else if (answer.type == TB_REJECTED) {
        t->reason = answer.of.rejected.reason;
        return t->reason == 15 || (t->reason == 14 && is_late) ? TB_E_ABSENT : TB_E_DISCONNECTED;
    }
    int64_t session = answer.of.welcome.session;
    if (answer.type != TB_WELCOME || memcmp(answer.uuid, t->uuid, sizeof t->uuid) != 0 || session < 0
            || session >= sessions || answer.of.welcome.window < 1 || answer.of.welcome.next_reply < 0
            || answer.of.welcome.next_reply > TB_MOST) {
        return TB_E_TAMPERED;
    }
    t->session = tb_session_at(t->replies, session);
    t->reply_ring = tb_replies_of(t->replies, sessions, t->reply_slots, session);
    t->owner = answer.of.welcome.owner;
    t->next_reply = answer.of.welcome.next_reply;
    t->window = answer.of.welcome.window < t->reply_slots ? answer.of.welcome.window : t->reply_slots;
    t->window = t->ring != NULL && t->window > t->ring_slots ? t->ring_slots : t->window;
    t->next_command = t->check_ns = t->reason = 0;
    t->rung = t->last_list = -1;
    return TB_OK;
}

/* One attempt. TB_E_ABSENT and TB_E_TIMEOUT: try again. */
TB_SLOW int tb_try_to_connect(struct tb_timers *t, int64_t until_ns) {
    char name[sizeof t->bus.place.path + 64] = "";
    int64_t now_ns = tb_now();
    t->daemon.place = t->bus.place;
    int error = tb_map_signals(&t->daemon);
    if (error == TB_OK && tb_status_of(&t->daemon.place, t->daemon.bus, now_ns) >= TB_DEAD) {
        error = TB_E_ABSENT;
    }
    error = error == TB_OK ? tb_open_control(t) : error;
    int sessions = error == TB_OK ? tb_map_replies(t) : error;
    if (sessions < 0 || getrandom(t->uuid, sizeof t->uuid, 0) != sizeof t->uuid) {
        return sessions < 0 ? sessions : TB_E_SYSTEM;
    }
    bool has_ring = t->ring_slots > 0 && t->daemon.place.owner == geteuid();
    error = has_ring ? tb_make_ring(t, name) : TB_OK;
    error = error == TB_OK ? tb_introduce(t, sessions, until_ns) : error;
    if (error != TB_OK && has_ring) {
        unlink(name);
    } else if (has_ring) {
        tb_open_doorbell(&t->daemon.place, &t->bell);
    }
    return error;
}

/* Connects again, after TB_E_DISCONNECTED or to another daemon. The bus is read on as before. Replies not polled are
   lost; commands without one may have been carried out or not. */
TB_SLOW int tb_reconnect(struct tb_timers *t, int64_t timeout_ns) {
    int64_t until_ns = tb_after(timeout_ns);
    for (int64_t nap_us = 50;; nap_us = nap_us < 2000 ? 2 * nap_us : nap_us) {
        tb_hang_up(t);
        int error = tb_try_to_connect(t, until_ns);
        if (error == TB_OK && t->bus.bus == NULL) {      /* before the first arming, so that no firing is missed */
            error = tb_attach_of(&t->bus, t->daemon.place.path, t->daemon.place.owner, TB_NEWEST);
        }
        bool is_passing = error == TB_E_ABSENT || error == TB_E_TIMEOUT;
        if (error == TB_OK || !is_passing || tb_now() >= until_ns) {
            if (error != TB_OK) {
                tb_hang_up(t);
            }
            return error;
        }
        usleep((useconds_t) nap_us);
    }
}

/* Connects to the daemon of a bus of a given user. name: of the owner of the timers, which several clients may share;
   NULL: none. slots: of the ring for commands, a power of two up to 65,536; 0: they go over the socket. */
TB_SLOW int tb_connect_to(struct tb_timers *t, const char *bus, uid_t owner, const char *name, int64_t slots,
        int64_t timeout_ns) {
    memset(t, 0, sizeof *t);
    t->control = -1;
    t->ring_slots = slots;
    int error = tb_find(&t->bus.place, bus, owner);
    if (error != TB_OK || (name != NULL && !tb_is_name(name)) || slots < 0 || slots == 1 || slots > 65536
            || (slots & (slots - 1)) != 0) {
        return TB_E_ARGUMENT;
    }
    strcpy(t->name, name == NULL ? "" : name);
    error = getrandom(&t->generation, sizeof t->generation, 0) < 0 ? TB_E_SYSTEM : tb_reconnect(t, timeout_ns);
    t->generation &= INT32_MAX;
    return error;
}

/* Connects to the daemon of a bus of this user. TB_OK or an error; tb_disconnect ends it. */
static inline int tb_connect(struct tb_timers *t, const char *bus, const char *name, int64_t timeout_ns) {
    return tb_connect_to(t, bus, geteuid(), name, 1024, timeout_ns);
}

/* Whether the daemon still serves this client: TB_OK, or TB_E_DISCONNECTED with t->reason. */
TB_SLOW int tb_check_daemon(struct tb_timers *t, int64_t now_ns) {
    char byte;
    if (t->replies == NULL) {
        return TB_E_DISCONNECTED;
    }
    t->check_ns = now_ns + 10000000;
    ssize_t count = recv(t->control, &byte, 1, MSG_DONTWAIT);
    bool has_ended = count == 0 || (count < 0 && errno == ECONNRESET);
    int32_t state = tb_load_acquire(&t->session->state), file_state = tb_load_acquire(&t->daemon.bus->state);
    bool is_own = tb_load(&t->session->uuid[0]) == t->uuid[0] && tb_load(&t->session->uuid[1]) == t->uuid[1];
    if (is_own && state == TB_EVICTED) {
        t->reason = tb_load(&t->session->reason);
    }
    if (t->bell != NULL && tb_has_lost(t->bell, sizeof *t->bell)) {
        tb_store_release(&tb_lost, NULL);
        tb_open_doorbell(&t->daemon.place, &t->bell);
    }
    bool is_lost = tb_has_lost(t->replies, t->replies_length)
            || (t->ring != NULL && tb_has_lost(t->ring, 4096 + 64 * t->ring_slots));
    return has_ended || !is_own || is_lost || state != TB_CONNECTED || file_state != TB_OPEN
            || tb_load_acquire(&t->daemon.bus->epoch) != t->replies->epoch ? TB_E_DISCONNECTED : TB_OK;
}

/* Sends a command; returns its number, from 0 with each connection, or an error: TB_E_NO_ROOM, TB_E_DISCONNECTED. */
TB_SLOW int64_t tb_send(struct tb_timers *t, struct tb_command *command) {
    int64_t now_ns = tb_now(), c = t->next_command;
    if (now_ns >= t->check_ns && tb_check_daemon(t, now_ns) != TB_OK) {
        return TB_E_DISCONNECTED;
    }
    int64_t consumed = tb_load_acquire(&t->session->consumed), written = tb_load_acquire(&t->session->next_reply);
    if (consumed < 0 || consumed > c || written < t->next_reply - 1 || written > TB_MOST) {
        return tb_check_daemon(t, now_ns) != TB_OK ? TB_E_DISCONNECTED : TB_E_TAMPERED;
    }
    /* All under way may be refused, and each reply must have a place; one LIST at a time. */
    bool is_list = command->type == TB_LIST, is_listing = t->last_list >= consumed;
    int64_t answers = c - consumed + 1 + (is_list || is_listing ? 63 : 0) + written - t->next_reply;
    if (answers > t->reply_slots || c - consumed >= t->window || (is_list && is_listing)) {
        return TB_E_NO_ROOM;
    }
    command->stamp = c + 1;
    if (t->ring == NULL) {
        int error = tb_transfer(t->control, command, sizeof *command, true, now_ns + 1000000000);
        if (error != TB_OK) {
            tb_hang_up(t);                               /* half a command may have been sent */
            return TB_E_DISCONNECTED;
        }
    } else {
        uint32_t random = (uint32_t) ((uint64_t) now_ns * UINT64_C(0x9E3779B97F4A7C15) >> 32);
        tb_send_to(t->ring, t->replies, t->session, t->bell, c, command, &t->rung, random);
    }
    t->last_list = is_list ? c : t->last_list;
    return t->next_command++;
}

/* Arms or re-arms a timer as the command says, whose type and generation are set here. Returns the generation, which
   is above 0 and which tb_is_current takes, or an error. */
TB_SLOW int tb_arm(struct tb_timers *t, struct tb_command *command) {
    command->type = TB_ARM;
    command->generation = t->generation == INT32_MAX ? 1 : t->generation + 1;
    int64_t number = tb_send(t, command);
    if (number < 0) {
        return (int) number;
    }
    return t->generation = command->generation;
}

/* Arms or re-arms a one-shot timer. */
static inline int tb_arm_at(struct tb_timers *t, int64_t key, int32_t signal_id, int64_t deadline_ns) {
    struct tb_command command;
    memset(&command, 0, sizeof command);
    command.key = key;
    command.signal_id = signal_id;
    command.deadline_ns = deadline_ns;
    command.grace_us = UINT32_MAX;
    return tb_arm(t, &command);
}

/* A command of a type that needs no more than a key: TB_CANCEL, TB_PAUSE, TB_RESUME. As tb_send. */
static inline int64_t tb_tell(struct tb_timers *t, uint8_t type, int64_t key) {
    struct tb_command command;
    memset(&command, 0, sizeof command);
    command.key = key;
    command.type = type;
    return tb_send(t, &command);
}

/* The next reply: 1, or 0 where there is none, or an error. */
TB_SLOW int tb_poll_reply(struct tb_timers *t, struct tb_reply *reply) {
    if (t->replies == NULL) {
        return TB_E_DISCONNECTED;
    }
    enum tb_found found = tb_read(t->reply_ring, t->reply_slots, t->next_reply, reply);
    bool is_own = tb_load(&t->session->uuid[0]) == t->uuid[0] && tb_load(&t->session->uuid[1]) == t->uuid[1];
    if (found == TB_COMMITTED && is_own) {
        t->next_reply++;
        return 1;
    }
    int64_t now_ns = tb_now();
    int error = !is_own || now_ns >= t->check_ns ? tb_check_daemon(t, now_ns) : TB_OK;
    return error == TB_OK && found == TB_OVERRUN ? TB_E_TAMPERED : error;
}

#include "tickbus_publish.h"

#endif
