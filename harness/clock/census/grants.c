/* The page from outside: making it, holding it, stopping it, and granting what is due. */
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

/* ---- the page ------------------------------------------------------------------------------------ */

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
    night_note_moment(page);
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
    night_note_moment(page);
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

/* ---- grants -------------------------------------------------------------------------------------- */

static uint32_t bounded(uint32_t used, uint32_t room) { return used < room ? used : room; }

/* No lateness on purpose is greater than this. */
#define LATE_NS (2 * NIGHT_SECOND_NS)

/* Until when a wait may last. A thread that has waited in the same way again and again may be woken later than it asked
 * for, by a share of all that time, and by whole spans. At 1 %, the first hundred waits end on time. */
int64_t night_latest_of(const struct night_page *page, const struct night_slot *slot) {
    int64_t deadline_ns = atomic_load(&slot->deadline_ns), span_ns = atomic_load(&slot->span_ns);
    int64_t tolerated_ppm = atomic_load_explicit(&page->tolerated_ppm, memory_order_relaxed);
    if (tolerated_ppm == 0 || deadline_ns == NIGHT_NEVER || span_ns <= 0)
        return deadline_ns;
    int64_t late_ns = (deadline_ns - atomic_load(&slot->ticking_since_ns)) / 1000000 * tolerated_ppm;
    return deadline_ns + (late_ns < LATE_NS ? late_ns : LATE_NS) / span_ns * span_ns;
}

int64_t night_next_due(struct night_page *page) {
    int64_t due = NIGHT_NEVER;
    uint32_t slots = bounded(atomic_load(&page->slots_used), NIGHT_SLOTS);
    for (uint32_t i = 0; i < slots; i++) {
        struct night_slot *slot = &page->slots[i];
        if (atomic_load(&slot->tid) == 0 || night_state_of(atomic_load(&slot->state)) != NIGHT_WAITING)
            continue;
        int64_t latest_ns = night_latest_of(page, slot);
        due = latest_ns < due ? latest_ns : due;
    }
    uint32_t timers = bounded(atomic_load(&page->timers_used), NIGHT_TIMERS);
    for (uint32_t i = 0; i < timers; i++) {
        struct night_timer *timer = &page->timers[i];
        if (atomic_load(&timer->pid) == 0)
            continue;
        int64_t deadline_ns = atomic_load(&timer->deadline_ns);
        due = deadline_ns < due ? deadline_ns : due;
    }
    return due;
}

/* Time may also pass by readings alone, while others work. A wait that is due by that is granted once as
 * much real time has passed as it asked for: then it is as late as on any busy machine, and not false. */
static bool overdue(int64_t since_ns, int64_t deadline_ns, int64_t real_since_ns, int64_t real_ns) {
    return real_ns - real_since_ns >= deadline_ns - since_ns;
}

/* The second half of a grant: the wait's time is over, and its thread learns it. */
static void wake(struct night_slot *slot) {
    *(volatile time_t *)&slot->abstime.tv_sec = 0;
    atomic_thread_fence(memory_order_seq_cst);
    night_syscall(SYS_tgkill, atomic_load(&slot->pid), atomic_load(&slot->tid), NIGHT_SIGNAL);
}

/* A controller that was killed may have granted without waking anybody. Whoever has been woken already stays in its
 * wrapper for one signal, and ignores a second. */
void night_grant_again(struct night_page *page) {
    uint32_t slots = bounded(atomic_load(&page->slots_used), NIGHT_SLOTS);
    for (uint32_t i = 0; i < slots; i++)
        if (atomic_load(&page->slots[i].tid) != 0 &&
            night_state_of(atomic_load(&page->slots[i].state)) == NIGHT_GRANTED)
            wake(&page->slots[i]);
}

/* The controller loses its CPU for a while, as it may at any instruction: where tests ask for it. */
static void dawdle(uint32_t flags) {
    static const struct timespec a_while = {.tv_nsec = 300000};
    if (flags & NIGHT_DAWDLES)
        night_syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &a_while, NULL);
}

/* `word` was the slot's state before its deadline was read: if the thread has begun another wait since, this
 * grant is not for that one. */
static void grant(const struct night_page *page, struct night_slot *slot, uint32_t word) {
    uint32_t flags = atomic_load_explicit(&page->flags, memory_order_relaxed);
    dawdle(flags);
    if (flags & NIGHT_PLANTED_NO_NUMBER)
        word = night_with_state(atomic_load(&slot->state), NIGHT_WAITING);
    if (!atomic_compare_exchange_strong(&slot->state, &word, night_with_state(word, NIGHT_GRANTED)))
        return;
    dawdle(flags);
    wake(slot);
}

static void ring(struct night_timer *timer, int64_t deadline_ns, int64_t now_ns) {
    int64_t interval_ns = atomic_load(&timer->interval_ns), next_ns = NIGHT_NEVER, missed = 0;
    if (interval_ns > 0) {
        missed = (now_ns - deadline_ns) / interval_ns;
        next_ns = deadline_ns + (missed + 1) * interval_ns;
    }
    if (!atomic_compare_exchange_strong(&timer->deadline_ns, &deadline_ns, next_ns))
        return; /* set anew meanwhile */
    int32_t pid = atomic_load(&timer->pid), signo = atomic_load(&timer->signo), tid = atomic_load(&timer->tid);
    if (pid == 0 || signo == 0)
        return;
    atomic_store(&timer->overrun, missed > INT32_MAX ? INT32_MAX : (int32_t)missed);
    if (atomic_load(&timer->id) == NIGHT_ITIMER) {
        night_syscall(SYS_kill, pid, signo);
        return;
    }
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = signo;
    info.si_code = SI_TIMER;
    info.si_value.sival_ptr = (void *)(uintptr_t)atomic_load(&timer->value);
    if (tid)
        night_syscall(SYS_rt_tgsigqueueinfo, pid, tid, signo, &info);
    else
        night_syscall(SYS_rt_sigqueueinfo, pid, signo, &info);
}

/* Wakes who is due at the page's time; returns how many. */
int night_grant_due(struct night_page *page, enum night_whom whom) {
    int granted = 0;
    bool only_overdue = whom == NIGHT_OVERDUE;
    int64_t now_ns = atomic_load(&page->now_ns), real_ns = only_overdue ? night_real_monotonic() : 0;
    uint32_t timers = whom == NIGHT_TICKERS ? 0 : bounded(atomic_load(&page->timers_used), NIGHT_TIMERS);
    for (uint32_t i = 0; i < timers; i++) {
        struct night_timer *timer = &page->timers[i];
        int64_t deadline_ns = atomic_load(&timer->deadline_ns);
        if (atomic_load(&timer->pid) == 0 || deadline_ns > now_ns ||
            (only_overdue &&
             !overdue(atomic_load(&timer->since_ns), deadline_ns, atomic_load(&timer->real_since_ns), real_ns)))
            continue;
        ring(timer, deadline_ns, now_ns);
        granted++;
    }
    uint32_t slots = bounded(atomic_load(&page->slots_used), NIGHT_SLOTS);
    for (uint32_t i = 0; i < slots; i++) {
        struct night_slot *slot = &page->slots[i];
        uint32_t word = atomic_load(&slot->state);
        if (atomic_load(&slot->tid) == 0 || night_state_of(word) != NIGHT_WAITING)
            continue;
        int64_t deadline_ns = atomic_load(&slot->deadline_ns);
        if (deadline_ns > now_ns || (whom == NIGHT_TICKERS && night_latest_of(page, slot) == deadline_ns) ||
            (only_overdue &&
             !overdue(atomic_load(&slot->since_ns), deadline_ns, atomic_load(&slot->real_since_ns), real_ns)))
            continue;
        grant(page, slot, word);
        granted++;
    }
    return granted;
}

/* Real-time mode: time is at least now_ns, whoever is due is woken; returns when the next is due. */
int64_t night_page_flow(struct night_page *page, int64_t now_ns) {
    int64_t before = atomic_load(&page->now_ns);
    while (before < now_ns && !atomic_compare_exchange_weak(&page->now_ns, &before, now_ns))
        ;
    night_note_moment(page);
    night_grant_due(page, NIGHT_DUE);
    return night_next_due(page);
}
