/* Grants: a thread whose wait is due is told that its wait is over, and a timer that is due sends its signal. */
#define _GNU_SOURCE
#include "census/census.h"

#include <string.h>
#include <sys/syscall.h>

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

bool night_is_sealed(const struct night_slot *slot) {
    return atomic_load(&slot->tid) > 0 && atomic_load(&slot->pid) > 0 && atomic_load(&slot->seal) == night_slot_seal(slot);
}

/* The second half of a grant: the wait's time is over, and its thread learns it. */
static void wake(struct night_slot *slot) {
    *(volatile time_t *)&slot->abstime.tv_sec = 0;
    atomic_thread_fence(memory_order_seq_cst);
    night_syscall(SYS_tgkill, atomic_load(&slot->pid), atomic_load(&slot->tid), NIGHT_SIGNAL);
}

/* A controller that was killed may have granted a wait without waking its thread. A thread that has been woken
 * already stays in its wrapper for one signal, and ignores a second. */
void night_grant_again(struct night_page *page) {
    uint32_t slots = bounded(atomic_load(&page->slots_used), NIGHT_SLOTS);
    for (uint32_t i = 0; i < slots; i++)
        if (night_is_sealed(&page->slots[i]) && night_state_of(atomic_load(&page->slots[i].state)) == NIGHT_GRANTED)
            wake(&page->slots[i]);
}

/* The controller loses its CPU for a while, as it may at any instruction: where tests ask for it. */
static void lose_cpu(uint32_t flags) {
    static const struct timespec a_while = {.tv_nsec = 300000};
    if (flags & NIGHT_LOSES_CPU)
        night_syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &a_while, NULL);
}

/* `word` was the slot's state before its deadline was read: if the thread has begun another wait since, this
 * grant is not for that one. */
static void grant(const struct night_page *page, struct night_slot *slot, uint32_t word) {
    uint32_t flags = atomic_load_explicit(&page->flags, memory_order_relaxed);
    lose_cpu(flags);
    if (flags & NIGHT_PLANTED_NO_NUMBER)
        word = night_with_state(atomic_load(&slot->state), NIGHT_WAITING);
    if (!atomic_compare_exchange_strong(&slot->state, &word, night_with_state(word, NIGHT_GRANTED)))
        return;
    lose_cpu(flags);
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

/* Wakes the threads and rings the timers that are due at the page's time; returns how many. */
int night_grant_due(struct night_page *page, enum night_scope scope) {
    int granted = 0;
    bool only_overdue = scope == NIGHT_OVERDUE;
    int64_t now_ns = atomic_load(&page->now_ns), real_ns = only_overdue ? night_real_monotonic() : 0;
    uint32_t timers = scope == NIGHT_TICKERS ? 0 : bounded(atomic_load(&page->timers_used), NIGHT_TIMERS);
    for (uint32_t i = 0; i < timers; i++) {
        struct night_timer *timer = &page->timers[i];
        int64_t deadline_ns = atomic_load(&timer->deadline_ns);
        if (atomic_load(&timer->pid) == 0 || deadline_ns > now_ns ||
            (only_overdue &&
             !overdue(atomic_load(&timer->since_ns), deadline_ns, atomic_load(&timer->real_since_ns), real_ns)) ||
            atomic_load(&timer->seal) != night_timer_seal(timer))
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
        if (deadline_ns > now_ns || (scope == NIGHT_TICKERS && night_latest_of(page, slot) == deadline_ns) ||
            (only_overdue &&
             !overdue(atomic_load(&slot->since_ns), deadline_ns, atomic_load(&slot->real_since_ns), real_ns)) ||
            !night_is_sealed(slot)) /* its thread is about to say another, or it is overwritten: no signal to anybody */
            continue;
        grant(page, slot, word);
        granted++;
    }
    return granted;
}

/* Real-time mode: time is at least now_ns, and what is due is granted; returns when the next is due. */
int64_t night_page_flow(struct night_page *page, int64_t now_ns) {
    int64_t before = atomic_load(&page->now_ns);
    while (before < now_ns && !atomic_compare_exchange_weak(&page->now_ns, &before, now_ns))
        ;
    night_time_map_add(page);
    night_note_move(page, now_ns);
    night_grant_due(page, NIGHT_DUE);
    return night_next_due(page);
}
