// SPDX-License-Identifier: Apache-2.0
/* Publishes on a bus of one's own. The last part of tickbus.h, which includes it. */
#ifndef TICKBUS_PUBLISH_H
#define TICKBUS_PUBLISH_H

#include "tickbus.h"
#include <sys/vfs.h>

struct tb_publisher {
    struct tb_signals *bus;                          /* NULL: not open */
    struct tb_slot *ring;
    struct tb_doorbell *bell;
    int64_t slots, next;                             /* next: the sequence of the next signal */
    int64_t beat_ns;
    int lock;
    struct stat locked, mapped;
    struct tb_place place;
};

/* One attempt: the descriptor or an error. TB_E_TIMEOUT: try again; TB_E_ABSENT: the same, since only a reader that
   asks is in the way, or the file was deleted meanwhile. */
TB_SLOW int tb_try_lock(const struct tb_place *place, struct stat *locked) {
    char path[sizeof place->path + 64], text[96];
    struct stat named;
    tb_file_path(path, place, "lock");
    int fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST) {
        return tb_failed();
    }
    close(fd);
    fd = tb_open_file(place, "lock", O_RDWR, locked);
    int error = fd < 0 ? fd : TB_E_ABSENT;
    if (fd >= 0 && tb_lock(fd, F_OFD_SETLK, F_WRLCK) != F_UNLCK) {
        error = tb_lock(fd, F_OFD_GETLK, F_RDLCK) == F_UNLCK ? TB_E_ABSENT : TB_E_TIMEOUT;
    } else if (fd >= 0 && tb_find_file(place, "lock", &named) == TB_OK && tb_is_same_file(&named, locked)) {
        snprintf(text, sizeof text, "pid=%-76ld", (long) getpid());
        error = pwrite(fd, text, 80, 0) != 80 ? tb_failed() : TB_OK;
    }
    return tb_closed_if(error, fd);
}

/* Section 10, "Taking the lock"; returns the descriptor or an error. */
TB_SLOW int tb_take_lock(const struct tb_place *place, struct stat *locked) {
    for (int64_t start_ns = tb_now();; usleep(5000)) {
        int fd = tb_try_lock(place, locked);
        if (fd != TB_E_ABSENT && fd != TB_E_TIMEOUT) {
            return fd;
        } else if (tb_now() - start_ns > (fd == TB_E_ABSENT ? INT64_C(2000000000) : INT64_C(100000000))) {
            return TB_E_IN_USE;
        }
    }
}

/* Section 6, "Restart": the next sequence; -1: the stamps contradict each other. */
TB_SLOW int64_t tb_recover(struct tb_slot *ring, int64_t slots, int64_t base) {
    int64_t next = base;
    for (int64_t i = 0; i < slots; i++) {
        next = tb_load_acquire(&ring[i].stamp) > next ? tb_load(&ring[i].stamp) : next;
    }
    for (int64_t i = 0; i < slots && next <= TB_MOST; i++) {
        int64_t sequence = next - 1 - ((next - 1 - i) & (slots - 1)), stamp = tb_load(&ring[i].stamp);
        bool is_half_written = i == (next & (slots - 1)) && stamp == -(next + 1);
        if (stamp != (sequence < base ? 0 : sequence + 1) && !is_half_written) {
            return -1;
        }
    }
    struct tb_slot *slot = &ring[next & (slots - 1)];
    for (int i = 0; i < 7 && tb_load(&slot->stamp) == -(next + 1); i++) {
        tb_store(&slot->word[i], 0);
    }
    return next <= TB_MOST ? next : -1;
}

TB_SLOW void tb_begin_epoch(struct tb_publisher *p, int64_t epoch) {
    struct tb_signals *bus = p->bus;
    struct stat s;
    char text[1024];
    long long ticks = 0;
    const char *field = strrchr(tb_text_of("/proc/self/stat", text, sizeof text), ')');
    for (int i = 2; field != NULL && i < 22; i++) {      /* field 22 is the start */
        field = strchr(field + 1, ' ');
    }
    sscanf(field == NULL ? "0" : field, "%lld", &ticks);
    p->beat_ns = tb_now();
    tb_store(&bus->heartbeat_interval_ns, INT64_C(100000000));
    tb_store(&bus->heartbeat_ns, p->beat_ns);
    tb_store(&bus->publisher_cpu, -1);
    tb_store(&bus->next_deadline_ns, TB_NO_DEADLINE);
    tb_store(&bus->next_sequence, p->next);
    bus->publisher_pid = getpid();
    bus->publisher_start_ticks = ticks;
    bus->publisher_pid_namespace = stat("/proc/self/ns/pid", &s) == 0 ? (int64_t) s.st_ino : 0;
    bus->epoch_started_ns = p->beat_ns;
    bus->epoch_sequence = p->next;
    tb_store_release(&bus->epoch, epoch);
    tb_store_release(&bus->state, TB_OPEN);
}

/* Makes the file of signals: the first, or the one that replaces old. */
TB_SLOW int tb_make_signals(struct tb_publisher *p, int64_t slots, struct tb_signals *old, bool is_continued) {
    char path[sizeof p->place.path + 64], name[sizeof p->place.path + 64];
    struct timespec t;
    struct stat s;
    int64_t length = 4096 + 64 * slots;
    tb_file_path(path, &p->place, ".new-signals");
    tb_file_path(name, &p->place, "signals");
    struct tb_signals *bus = (struct tb_signals *) tb_make_file(path, length);
    if (bus == NULL) {
        return tb_failed();
    }
    tb_fill_header(&bus->file, slots, length);
    bus->options = TB_OPTION_PARKING | TB_OPTION_FUTEX;
    bus->clock_id = 1;
    bus->base_sequence = p->next;
    bool has_history = is_continued || getrandom(&bus->history_id, sizeof bus->history_id, 0) > 0;
    bus->history_id = is_continued ? old->history_id : bus->history_id;
    tb_boot_id(bus->boot_id);
    bus->time_namespace = stat("/proc/self/ns/time", &s) == 0 ? (int64_t) s.st_ino : 0;
    bus->monotonic_offset_ns = tb_monotonic_offset_ns();
    clock_gettime(CLOCK_REALTIME, &t);
    bus->created_realtime_ns = t.tv_sec * INT64_C(1000000000) + t.tv_nsec / 1000000 * 1000000;
    p->bus = bus;
    tb_begin_epoch(p, old == NULL ? 1 : old->epoch + 1);
    bus->file.magic = TB_SIGNALS_MAGIC;
    if (!has_history || rename(path, name) != 0 || lstat(name, &p->mapped) != 0) {
        int error = tb_failed();
        unlink(path);
        tb_drop(&p->bus, length);
        return error;
    }
    if (old != NULL) {                                   /* only now, so that a reader of the mark finds the new file */
        tb_store(&old->next_sequence, p->next);
        tb_store_release(&old->state, TB_REPLACED);
        tb_wake_all(old);
    }
    return TB_OK;
}

/* Continues in the file that is there, or replaces it, or makes the first. slots: 0 to leave an existing file's. */
TB_SLOW int tb_open_or_make(struct tb_publisher *p, int64_t slots) {
    union { struct tb_signals of; char bytes[4096]; } header;
    struct statfs fs;
    struct tb_signals *old = NULL;
    int fd = tb_open_signals(&p->place, O_RDWR, &header.of, &p->mapped);
    if (fd == TB_E_ABSENT) {
        p->slots = slots == 0 ? 65536 : slots;
        return tb_make_signals(p, p->slots, NULL, false);
    } else if (fd < 0) {
        return fd;
    }
    int64_t length = p->mapped.st_size, old_slots = header.of.file.slot_count, offset_ns = tb_monotonic_offset_ns();
    int error = tb_map_file(fd, length, PROT_READ | PROT_WRITE, &old);
    bool is_in_memory = fstatfs(fd, &fs) == 0 && (fs.f_type == 0x01021994 || fs.f_type == 0x858458f6);
    bool is_continued = tb_is_of_this_boot(&header.of, is_in_memory) && header.of.monotonic_offset_ns == offset_ns;
    close(fd);
    if (error != TB_OK) {
        return error;
    }
    p->slots = slots == 0 ? old_slots : slots;
    p->next = tb_recover((struct tb_slot *) (void *) (old + 1), old_slots, header.of.base_sequence);
    int64_t next = tb_load_acquire(&old->next_sequence);
    if (p->next < 0 && (is_continued || next > TB_MOST)) {
        error = tb_has_lost(old, length) ? TB_E_TRUNCATED : TB_E_TAMPERED;
    } else if (p->next < 0) {                            /* a crash of the host left it; it is replaced anyway */
        p->next = next > header.of.base_sequence ? next : header.of.base_sequence;
    }
    if (error == TB_OK && is_continued && p->slots == old_slots && (header.of.options | 4) == 7) {
        p->bus = old;
        tb_begin_epoch(p, old->epoch + 1);
        return TB_OK;
    }
    error = error == TB_OK ? tb_make_signals(p, p->slots, old, is_continued) : error;
    tb_drop(&old, length);
    return error;
}

static inline void tb_release(struct tb_publisher *p) {
    tb_drop(&p->bus, 4096 + 64 * p->slots);
    tb_drop(&p->bell, sizeof *p->bell);
    if (p->lock >= 0) {
        close(p->lock);
    }
    memset(p, 0, sizeof *p);
    p->lock = -1;
}

/* Opens a bus for publishing: continues what a dead or closed publisher left, or makes it. slots: a power of two from 2
   to 2^24, or 0 for as many as there are, else 65,536. TB_OK or an error; tb_close ends it. */
TB_SLOW int tb_open(struct tb_publisher *p, const char *bus, int64_t slots) {
    char path[sizeof p->place.path + 64], temporary[sizeof path];
    struct stat s;
    memset(p, 0, sizeof *p);
    p->lock = -1;
    if (slots < 0 || slots == 1 || slots > 1 << 24 || (slots & (slots - 1)) != 0) {
        return TB_E_ARGUMENT;
    }
    int error = tb_find(&p->place, bus, geteuid());
    error = error == TB_OK ? tb_check_directories(&p->place, true) : error;
    p->lock = error == TB_OK ? tb_take_lock(&p->place, &p->locked) : error;
    if (p->lock < 0) {
        return p->lock;
    }
    tb_file_path(path, &p->place, "doorbell");
    tb_file_path(temporary, &p->place, ".new-doorbell");
    bool is_there = lstat(path, &s) == 0;
    if (!is_there || (S_ISREG(s.st_mode) && (s.st_mode & S_IWGRP) != 0)) {
        void *memory = tb_make_file(temporary, sizeof *p->bell);
        error = memory == NULL || rename(temporary, path) != 0 ? tb_failed() : TB_OK;
        tb_drop(&memory, sizeof *p->bell);
    }
    error = error == TB_OK ? tb_open_doorbell(&p->place, &p->bell) : error;
    error = error == TB_OK ? tb_open_or_make(p, slots) : error;
    if (error != TB_OK) {
        p->bus = NULL;
        tb_release(p);
        return error;
    }
    p->ring = (struct tb_slot *) (void *) (p->bus + 1);
    return TB_OK;
}

/* The sign of life, for a publisher that publishes less often than each 100 ms; tb_publish gives it too. Errors:
   TB_E_ABSENT where the bus was deleted, TB_E_TRUNCATED. */
TB_SLOW int tb_beat(struct tb_publisher *p, int64_t now_ns) {
    struct stat s;
    p->beat_ns = now_ns;
    tb_store(&p->bus->publisher_cpu, sched_getcpu());
    tb_store(&p->bus->heartbeat_ns, now_ns);
    if (tb_has_lost(p->bus, 4096 + 64 * p->slots)) {
        return TB_E_TRUNCATED;
    }
    bool is_bell_lost = tb_has_lost(p->bell, sizeof *p->bell);
    if (is_bell_lost) {
        tb_store_release(&tb_lost, NULL);
    }
    if (p->bell == NULL || is_bell_lost) {
        tb_open_doorbell(&p->place, &p->bell);
    }
    bool is_there = tb_find_file(&p->place, "signals", &s) == TB_OK && tb_is_same_file(&s, &p->mapped)
            && tb_find_file(&p->place, "lock", &s) == TB_OK && tb_is_same_file(&s, &p->locked);
    return is_there ? TB_OK : TB_E_ABSENT;
}

/* Publishes a signal at once. Its stamp and published_ns are set here, and its deadline_ns to the same where it is 0.
   Returns its sequence, or an error. */
static inline int64_t tb_publish(struct tb_publisher *p, const struct tb_signal *signal) {
    struct tb_signal copy = *signal;
    copy.published_ns = tb_now();
    copy.deadline_ns = copy.deadline_ns == 0 ? copy.published_ns : copy.deadline_ns;
    int error = copy.published_ns - p->beat_ns >= 100000000 ? tb_beat(p, copy.published_ns) : TB_OK;
    if (error != TB_OK) {
        return error;
    }
    tb_write(p->ring, p->slots, p->next, &copy);
    tb_store_release(&p->bus->next_sequence, ++p->next);
    tb_wake(p->bus, p->bell);
    return p->next - 1;
}

/* Announces when the next signal is due, for readers that wait predictively. Call it after the signals of the deadline
   before. */
static inline void tb_announce(struct tb_publisher *p, int64_t deadline_ns) {
    int64_t before_ns = tb_load(&p->bus->next_deadline_ns);
    tb_store_release(&p->bus->next_deadline_ns, deadline_ns);
    if (deadline_ns < before_ns) {
        tb_wake(p->bus, p->bell);
    }
}

/* Marks the bus closed; readers read to the end, and a successor continues. */
static inline void tb_close(struct tb_publisher *p) {
    tb_store_release(&p->bus->next_deadline_ns, TB_NO_DEADLINE);
    tb_store_release(&p->bus->state, TB_CLOSED);
    tb_wake_all(p->bus);
    tb_release(p);
}

#endif
