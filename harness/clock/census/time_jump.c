/* The jump: all threads sleep, so time moves to the first deadline. This repeats until there is a reason to stop. */
#define _GNU_SOURCE
#include "census/census_parts.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- the dead ------------------------------------------------------------------------------------ */

static bool has_zombies(const struct night_census *census) {
    for (const struct process *process = census->processes; process; process = process->next)
        for (const struct thread *thread = process->threads; thread; thread = thread->next)
            if (thread->dead)
                return true;
    return false;
}

static bool is_dead(const struct night_census *census, int32_t tid, bool zombies) {
    if (!night_alive(tid))
        return true;
    if (!zombies)
        return false;
    for (const struct process *process = census->processes; process; process = process->next)
        for (const struct thread *thread = process->threads; thread; thread = thread->next)
            if (thread->tid == tid)
                return thread->dead && (thread->tid != thread->pid || !process->threads->next);
    return false;
}

/* The dead are due for nothing. A place is free last, when nothing of them is left in it: who takes it may be stopped or
 * killed before it has said more than its number, and so may we. */
static void forget_the_dead(const struct night_census *census) {
    struct night_page *page = census->page;
    bool zombies = has_zombies(census);
    uint32_t used = atomic_load(&page->slots_used);
    for (uint32_t i = 0; i < used && i < NIGHT_SLOTS; i++) {
        struct night_slot *slot = &page->slots[i];
        int32_t tid = atomic_load(&slot->tid);
        if (tid == 0 || !is_dead(census, tid, zombies))
            continue;
        atomic_store(&slot->state, night_with_state(atomic_load(&slot->state), NIGHT_RUNNING));
        atomic_store(&slot->seal, NIGHT_FREE_PLACE);
        atomic_store(&slot->pid, 0);
        atomic_compare_exchange_strong(&slot->tid, &tid, 0);
    }
    used = atomic_load(&page->timers_used);
    for (uint32_t i = 0; i < used && i < NIGHT_TIMERS; i++) {
        int32_t pid = atomic_load(&page->timers[i].pid);
        if (pid == 0 || !is_dead(census, pid, zombies))
            continue;
        atomic_store(&page->timers[i].deadline_ns, NIGHT_NEVER); /* the next owner must not find it due */
        atomic_compare_exchange_strong(&page->timers[i].pid, &pid, 0);
    }
}

/* ---- one jump ------------------------------------------------------------------------------------ */

static void move_to(struct night_page *page, int64_t to_ns) {
    int64_t now_ns = atomic_load(&page->now_ns);
    while (now_ns < to_ns && !atomic_compare_exchange_weak(&page->now_ns, &now_ns, to_ns))
        ;
    night_time_map_add(page);
    night_note_move(page, to_ns);
}

/* Time moves to until_ns at most. All tickers catch up before another thread wakes, and before the end: in the past
 * that they live through, no other thread was awake (tick_catchup.c). */
static enum night_result move(struct night_census *census, int64_t due_ns, int64_t until_ns) {
    struct night_page *page = census->page;
    bool ends = due_ns >= until_ns, only_ticks = !ends && night_only_tickers_must(census, due_ns);
    int64_t to_ns = ends ? until_ns : due_ns, tick_ns = only_ticks ? NIGHT_NEVER : night_last_tick(page, to_ns);
    bool catch_up = tick_ns != NIGHT_NEVER;
    move_to(page, catch_up ? tick_ns : to_ns);
    if (ends && !catch_up)
        return NIGHT_UNTIL;
    enum night_scope scope = catch_up || only_ticks ? NIGHT_TICKERS : NIGHT_DUE;
    night_note_woken(census, scope);
    night_grant_due(page, scope);
    census->jumps++;
    return NIGHT_ON;
}

/* `holds_begun` is from before the looks: a process that has held time since may have acted after them. One that
 * asked to stop and then fell asleep has asked before the quiescence: time must not move any more. */
static enum night_result jump(struct night_census *census, int64_t until_ns, uint32_t holds_begun) {
    struct night_page *page = census->page;
    if (!night_places_are_sound(page)) /* the dead's too, for what is overwritten may look like theirs */
        return NIGHT_OVERWRITTEN;
    forget_the_dead(census);
    atomic_store(&page->mover, (int32_t)getpid());
    enum night_result result = NIGHT_ON;
    bool unheld = !atomic_load(&page->stop) && !night_held(page) &&
                  (atomic_load(&page->holds_begun) == holds_begun ||
                   census->planted & NIGHT_PLANTED_NO_HOLD_COUNT);
    night_end_ticking(census);
    int64_t due_ns = night_next_due(page);
    if (unheld && due_ns == NIGHT_NEVER) {
        result = NIGHT_STUCK;
    } else if (unheld) {
        result = move(census, due_ns, until_ns);
    }
    atomic_store(&page->mover, 0);
    return result;
}

/* ---- again and again ----------------------------------------------------------------------------- */

/* How long "nothing is due" must last before it is believed: what the kernel does on timers of its own. */
#define STUCK_NS 10000000

/* Whether "nothing is due" has lasted so long. */
static bool lasts(struct night_census *census, int64_t real_ns) {
    if (census->idle_since_ns == 0)
        census->idle_since_ns = real_ns;
    return real_ns - census->idle_since_ns >= STUCK_NS;
}

/* How long a thread may be out of sight: another may give its files back meanwhile. */
#define BLIND_NS NIGHT_SECOND_NS

static bool stays_blind(struct night_census *census, int64_t real_ns) {
    if (!census->blind)
        census->blind_since_ns = 0;
    else if (census->blind_since_ns == 0)
        census->blind_since_ns = real_ns;
    return census->blind && real_ns - census->blind_since_ns >= BLIND_NS;
}

#define REST_MIN_NS 20000
#define REST_MAX_NS 1000000

/* Between two looks: a part of what the work has taken so far, so that it costs little and delays little. A night of
 * jobs that start interpreters is looked at a thousand times at most, for a twentieth of a CPU. */
static void rest(int64_t busy_ns) {
    int64_t ns = busy_ns / 16;
    ns = ns < REST_MIN_NS ? REST_MIN_NS : ns > REST_MAX_NS ? REST_MAX_NS : ns;
    struct timespec span = night_timespec(ns);
    night_syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &span, NULL);
}

int night_census_run(struct night_census *census, int64_t until_ns, int64_t budget_ns) {
    struct night_page *page = census->page;
    int slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    int64_t begun_ns = night_real_monotonic(), moved_ns = begun_ns, real_ns;
    enum night_result result = NIGHT_ON;
    while (result == NIGHT_ON && (real_ns = night_real_monotonic()) - begun_ns <= budget_ns) {
        if (!night_page_is_sound(page)) {
            result = NIGHT_OVERWRITTEN;
            break;
        }
        if (atomic_load_explicit(&page->stop, memory_order_relaxed)) {
            result = NIGHT_ASKED;
            break;
        }
        int64_t jumps = census->jumps;
        uint32_t holds_begun = atomic_load(&page->holds_begun); /* first, then whether one lasts */
        bool held = night_held(page);
        if (!night_is_quiescent(census))
            night_grant_due(page, NIGHT_OVERDUE);
        else if (!held)
            result = jump(census, until_ns, holds_begun);
        if (result == NIGHT_ON && stays_blind(census, real_ns))
            result = NIGHT_BLIND;
        if (result != NIGHT_STUCK)
            census->idle_since_ns = 0;
        else if (!lasts(census, real_ns))
            result = NIGHT_ON;
        if (census->jumps != jumps)
            moved_ns = real_ns;
        else if (result == NIGHT_ON)
            rest(real_ns - moved_ns);
    }
    prctl(PR_SET_TIMERSLACK, slack > 0 ? slack : 0, 0, 0, 0);
    return result == NIGHT_ON || night_whole_page_is_sound(page) ? result : NIGHT_OVERWRITTEN;
}
