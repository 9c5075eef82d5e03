// SPDX-License-Identifier: Apache-2.0
/*
 * What no daemon is needed for: threads that open one bus at once, a full file system, faults, the end of a bus.
 *
 *   cc -std=c11 -O2 -I../../include -o cases cases.c
 *   TICKBUS_DIR=FOLDER cases
 *
 * Exit codes: 0 done, 1 something is wrong.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <sys/types.h>
#include <unistd.h>

static _Thread_local bool is_full;

static ssize_t write_at(int fd, const void *bytes, size_t count, off_t at) {
    errno = ENOSPC;
    return is_full && count == 80 ? -1 : pwrite(fd, bytes, count, at);
}

#define pwrite write_at
#include <tickbus.h>

#define MUST(condition) ((condition) ? (void) 0 : failed(#condition, __LINE__))

static void failed(const char *condition, int line) {
    printf("FAILED line=%d %s errno=%d\n", line, condition, errno);
    exit(1);
}

static pthread_barrier_t barrier;

static void *open_one(void *publisher) {
    pthread_barrier_wait(&barrier);
    return tb_open((struct tb_publisher *) publisher, "threads", 16) == TB_OK ? publisher : NULL;
}

static void one_of_two_threads_opens(void) {
    struct tb_publisher publishers[2];
    MUST(pthread_barrier_init(&barrier, NULL, 2) == 0);
    for (int i = 0; i < 100; i++) {
        pthread_t threads[2];
        void *opened[2];
        for (int t = 0; t < 2; t++) {
            MUST(pthread_create(&threads[t], NULL, open_one, &publishers[t]) == 0);
        }
        for (int t = 0; t < 2; t++) {
            MUST(pthread_join(threads[t], &opened[t]) == 0);
        }
        MUST((opened[0] == NULL) != (opened[1] == NULL));
        tb_close(&publishers[opened[0] == NULL]);
    }
}

static void a_process_has_many_publishers(void) {
    static struct tb_publisher publishers[20];
    char name[16];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "many%d", i);
        MUST(tb_open(&publishers[i], name, 16) == TB_OK);
    }
    for (int i = 0; i < 20; i++) {
        tb_close(&publishers[i]);
    }
}

static void a_full_file_system_leaves_no_lock(void) {
    struct tb_publisher publisher;
    is_full = true;
    MUST(tb_open(&publisher, "full", 16) == TB_E_NO_SPACE);
    is_full = false;
    MUST(tb_open(&publisher, "full", 16) == TB_OK);
    tb_close(&publisher);
}

static void a_bus_ends_when_all_is_read(void) {
    struct tb_publisher publisher;
    struct tb_subscriber bus;
    struct tb_signal signal = {.signal_id = 1}, copy;
    int received = 0;
    MUST(tb_open(&publisher, "ended", 16) == TB_OK && tb_attach(&bus, "ended", TB_NEWEST) == TB_OK);
    for (int i = 0; i < 3; i++) {
        MUST(tb_publish(&publisher, &signal) == i);
    }
    tb_close(&publisher);
    MUST(tb_check(&bus, tb_now()) == TB_NOTHING && bus.status == TB_ALIVE);
    for (int event = TB_SIGNAL; event == TB_SIGNAL; received += event == TB_SIGNAL) {
        event = tb_next(&bus, &copy, TB_PARK, 1000000);
    }
    MUST(received == 3 && tb_check(&bus, tb_now()) == TB_NOTHING && bus.status == TB_ENDED);
    tb_detach(&bus);
}

static sigjmp_buf back;

static void on_fault(int number) { siglongjmp(back, number); }

static void faults_elsewhere_are_somebody_elses(void) {
    char path[] = "/tmp/tickbus-cases-XXXXXX";
    int fd = mkstemp(path);
    MUST(fd >= 0 && unlink(path) == 0 && ftruncate(fd, 4096) == 0);
    volatile char *memory = (volatile char *) mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    MUST(memory != MAP_FAILED && ftruncate(fd, 0) == 0);
    signal(SIGBUS, on_fault);
    MUST(tb_catch_sigbus() == TB_OK && tb_catch_sigbus() == TB_OK);
    if (sigsetjmp(back, 1) == 0) {
        char found = memory[0];
        (void) found;
        MUST(!"a fault");
    }
    munmap((void *) (uintptr_t) memory, 4096);
    close(fd);
}

/* After faults_elsewhere_are_somebody_elses. The doorbell is not there either. */
static void a_publisher_learns_that_its_file_is_gone(void) {
    struct tb_publisher publisher;
    char path[PATH_MAX];
    MUST(tb_open(&publisher, "gone", 64) == TB_OK);
    tb_file_path(path, &publisher.place, "signals");
    MUST(truncate(path, 4096) == 0);
    tb_store(&publisher.ring[0].word[0], 1);
    tb_drop(&publisher.bell, sizeof *publisher.bell);
    publisher.bell = NULL;
    MUST(tb_beat(&publisher, tb_now()) == TB_E_TRUNCATED && tb_beat(&publisher, tb_now()) == TB_E_TRUNCATED);
    tb_close(&publisher);
}

int main(void) {
    MUST(tb_after(INT64_MAX) == INT64_MAX && tb_after(0) < tb_after(INT64_C(1000000000)));
    one_of_two_threads_opens();
    a_process_has_many_publishers();
    a_full_file_system_leaves_no_lock();
    a_bus_ends_when_all_is_read();
    faults_elsewhere_are_somebody_elses();
    a_publisher_learns_that_its_file_is_gone();
    printf("CASES\n");
    return 0;
}
