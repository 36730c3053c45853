/* The clock page as Python uses it: it is made, mapped, moved to another night, stopped and held here. */
#define _GNU_SOURCE
#include "census/census.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The uptime at which every page begins: enough that no program takes the machine for just started. */
#define BEGIN_NS (100000 * NIGHT_SECOND_NS)

/* ---- the clock page ------------------------------------------------------------------------------ */

/* All places are free, which is not the same as empty: see page_integrity.c. */
static void free_places(struct night_page *page) {
    for (uint32_t i = 0; i < NIGHT_SLOTS; i++)
        atomic_store_explicit(&page->slots[i].seal, NIGHT_FREE_PLACE, memory_order_relaxed);
    for (uint32_t i = 0; i < NIGHT_TIMERS; i++)
        atomic_store_explicit(&page->timers[i].deadline_ns, NIGHT_NEVER, memory_order_relaxed);
}

struct night_page *night_page_create(const char *path, int64_t realtime_ns) {
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return NULL;
    fchmod(fd, 0666); /* containers may run as other users */
    int error; /* a full disk says so now, not by SIGBUS later */
    do
        error = posix_fallocate(fd, 0, sizeof(struct night_page));
    while (error == EINTR);
    if (error == EOPNOTSUPP || error == EINVAL)
        error = ftruncate(fd, sizeof(struct night_page)) < 0 ? errno : 0;
    if (error) {
        unlink(path);
        close(fd);
        errno = error;
        return NULL;
    }
    struct night_page *page = night_map_page(fd);
    if (!page)
        return NULL;
    free_places(page);
    atomic_store(&page->now_ns, BEGIN_NS);
    atomic_store(&page->offset_ns, realtime_ns - BEGIN_NS);
    night_time_map_add(page);
    atomic_store(&page->namespace, night_pid_namespace());
    page->size = sizeof(struct night_page);
    page->version = NIGHT_VERSION;
    page->magic = NIGHT_MAGIC;
    night_note_page(page);
    return page;
}

struct night_page *night_page_open(const char *path) {
    struct night_page *page = night_map_page(open(path, O_RDWR | O_CLOEXEC));
    if (!page)
        return NULL;
    if (page->magic != NIGHT_MAGIC || page->version != NIGHT_VERSION) {
        night_unmap_page(page);
        errno = EINVAL;
        return NULL;
    }
    night_note_page(page);
    return page;
}

void night_page_close(struct night_page *page) { night_unmap_page(page); }

int64_t night_page_look(struct night_page *page) { return atomic_load(&page->now_ns); }

int64_t night_page_tick(struct night_page *page) {
    return atomic_fetch_add(&page->now_ns, NIGHT_TICK_NS) + NIGHT_TICK_NS;
}

int64_t night_page_offset(struct night_page *page) { return atomic_load(&page->offset_ns); }

void night_page_travel(struct night_page *page, int64_t realtime_ns) {
    int64_t offset_ns = realtime_ns - atomic_load(&page->now_ns);
    atomic_store(&page->offset_ns, offset_ns);
    night_time_map_add(page);
    night_note_travel(page, offset_ns);
}

void night_page_plant(struct night_page *page, uint32_t flags) {
    atomic_store(&page->flags, flags);
    night_note_flags(page, flags);
}

void night_page_tolerate(struct night_page *page, int64_t ppm) {
    atomic_store(&page->tolerated_ppm, ppm);
    night_note_tolerance(page, ppm);
}

void night_page_stop(struct night_page *page, const char *reason) {
    snprintf(page->stop_reason, sizeof page->stop_reason, "%s", reason);
    atomic_store(&page->stop, NIGHT_STOP);
}

int night_page_stopped(struct night_page *page, char *reason, int room) {
    if (!atomic_exchange(&page->stop, 0))
        return 0;
    snprintf(reason, (size_t)room, "%.*s", (int)sizeof page->stop_reason - 1, page->stop_reason);
    return 1;
}

/* ---- holds --------------------------------------------------------------------------------------- */

bool night_alive(int32_t id) { return id > 0 && (night_syscall(SYS_kill, id, 0) == 0 || errno == EPERM); }

/* When a process was started, in the kernel's ticks; 0 when it is gone or a zombie. */
static uint32_t started(int32_t pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    text[size > 0 ? size : 0] = 0;
    char *at = strrchr(text, ')');
    if (!at || at[1] == 0 || at[2] == 'Z' || at[2] == 'X')
        return 0;
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? (uint32_t)strtoull(at, NULL, 10) : 0;
}

static uint64_t owner_of(int32_t pid, uint32_t since) { return (uint64_t)since << 32 | (uint32_t)pid; }

int night_page_hold(struct night_page *page) {
    int32_t self = (int32_t)getpid();
    uint64_t owner = owner_of(self, started(self));
    for (int i = 0; i < (int)NIGHT_HOLDS; i++) {
        uint64_t nobody = 0;
        if (!atomic_compare_exchange_strong(&page->holds[i].owner, &nobody, owner))
            continue;
        atomic_fetch_add(&page->holds_begun, 1);
        /* A controller that looked at the holds before us may still be moving time: let it finish. */
        int32_t mover;
        for (int turn = 0; (mover = atomic_load(&page->mover)) != 0; turn++) {
            if (turn % 1000 == 999 && !night_alive(mover))
                atomic_compare_exchange_strong(&page->mover, &mover, 0);
            sched_yield();
        }
        return i;
    }
    return -1;
}

void night_page_release(struct night_page *page, int hold) {
    atomic_store(&page->holds[hold].owner, 0);
}

/* The process that holds time, or 0. Drops the holds of the dead. */
int night_page_holder(struct night_page *page) {
    for (int i = 0; i < (int)NIGHT_HOLDS; i++) {
        uint64_t owner = atomic_load(&page->holds[i].owner);
        if (owner == 0)
            continue;
        int32_t pid = (int32_t)owner;
        uint32_t now = started(pid);
        if (now != 0 && owner == owner_of(pid, now))
            return pid;
        atomic_compare_exchange_strong(&page->holds[i].owner, &owner, 0);
    }
    return 0;
}

bool night_held(struct night_page *page) { return night_page_holder(page) != 0; }
