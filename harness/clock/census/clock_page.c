/* The clock page as Python uses it: it is made, mapped, moved to another night, stopped and held here. */
#define _GNU_SOURCE
#include "census/census.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The uptime at which every page begins: enough that no program takes the machine for just started. */
#define BEGIN_NS (100000 * NIGHT_SECOND_NS)

/* ---- the clock page ------------------------------------------------------------------------------ */

static struct night_page *map(int fd) {
    void *page = MAP_FAILED;
    if (fd >= 0 && lseek(fd, 0, SEEK_END) == (off_t)sizeof(struct night_page))
        page = mmap(NULL, sizeof(struct night_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    else if (fd >= 0)
        errno = EINVAL;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return page == MAP_FAILED ? NULL : page;
}

struct night_page *night_page_create(const char *path, int64_t realtime_ns) {
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return NULL;
    fchmod(fd, 0666); /* containers may run as other users */
    if (ftruncate(fd, sizeof(struct night_page)) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return NULL;
    }
    struct night_page *page = map(fd);
    if (!page)
        return NULL;
    atomic_store(&page->now_ns, BEGIN_NS);
    atomic_store(&page->offset_ns, realtime_ns - BEGIN_NS);
    night_time_map_add(page);
    atomic_store(&page->namespace, night_pid_namespace());
    page->size = sizeof(struct night_page);
    page->version = NIGHT_VERSION;
    page->magic = NIGHT_MAGIC;
    return page;
}

struct night_page *night_page_open(const char *path) {
    struct night_page *page = map(open(path, O_RDWR | O_CLOEXEC));
    if (page && (page->magic != NIGHT_MAGIC || page->version != NIGHT_VERSION)) {
        munmap(page, sizeof(struct night_page));
        errno = EINVAL;
        page = NULL;
    }
    return page;
}

void night_page_close(struct night_page *page) { munmap(page, sizeof(struct night_page)); }

int64_t night_page_look(struct night_page *page) { return atomic_load(&page->now_ns); }

int64_t night_page_tick(struct night_page *page) {
    return atomic_fetch_add(&page->now_ns, NIGHT_TICK_NS) + NIGHT_TICK_NS;
}

int64_t night_page_offset(struct night_page *page) { return atomic_load(&page->offset_ns); }

void night_page_travel(struct night_page *page, int64_t realtime_ns) {
    atomic_store(&page->offset_ns, realtime_ns - atomic_load(&page->now_ns));
    night_time_map_add(page);
}

void night_page_plant(struct night_page *page, uint32_t flags) { atomic_store(&page->flags, flags); }

void night_page_tolerate(struct night_page *page, int64_t ppm) { atomic_store(&page->tolerated_ppm, ppm); }

void night_page_stop(struct night_page *page, const char *reason) {
    snprintf(page->stop_reason, sizeof page->stop_reason, "%s", reason);
    atomic_store(&page->stop, 1);
}

int night_page_stopped(struct night_page *page, char *reason, int room) {
    if (!atomic_exchange(&page->stop, 0))
        return 0;
    snprintf(reason, (size_t)room, "%.*s", (int)sizeof page->stop_reason - 1, page->stop_reason);
    return 1;
}

/* ---- who is outside ------------------------------------------------------------------------------ */

/* The one at a place; 0 where there is none, or none yet. */
int night_page_outsider(struct night_page *page, int place, struct night_outsider *told) {
    if (place >= (int)NIGHT_OUTSIDERS || atomic_load(&page->outsiders[place].state) != NIGHT_PLACE_TOLD)
        return 0;
    *told = page->outsiders[place];
    return 1;
}

int night_page_outsiders_untold(struct night_page *page) { return (int)atomic_load(&page->outsiders_untold); }

/* For another night. */
void night_page_forget_outsiders(struct night_page *page) {
    for (int place = 0; place < (int)NIGHT_OUTSIDERS; place++)
        atomic_store(&page->outsiders[place].state, NIGHT_PLACE_FREE);
    atomic_store(&page->outsiders_untold, 0);
}

/* ---- holds --------------------------------------------------------------------------------------- */

bool night_alive(int32_t id) { return night_syscall(SYS_kill, id, 0) == 0 || errno == EPERM; }

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

int night_page_hold(struct night_page *page) {
    int32_t self = (int32_t)getpid();
    uint32_t since = started(self);
    for (int i = 0; i < (int)NIGHT_HOLDS; i++) {
        int32_t nobody = 0;
        if (!atomic_compare_exchange_strong(&page->holds[i].pid, &nobody, self))
            continue;
        atomic_store(&page->holds[i].started, since);
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
    atomic_store(&page->holds[hold].started, 0);
    atomic_store(&page->holds[hold].pid, 0);
}

/* The process that holds time, or 0. Drops the holds of the dead. */
int night_page_holder(struct night_page *page) {
    for (int i = 0; i < (int)NIGHT_HOLDS; i++) {
        int32_t pid = atomic_load(&page->holds[i].pid);
        if (pid == 0)
            continue;
        uint32_t since = atomic_load(&page->holds[i].started), now = started(pid);
        if (now != 0 && (since == 0 || since == now))
            return pid;
        if (atomic_compare_exchange_strong(&page->holds[i].pid, &pid, 0))
            atomic_store(&page->holds[i].started, 0);
    }
    return 0;
}

bool night_held(struct night_page *page) { return night_page_holder(page) != 0; }
