/* Whether there is an instant at which every thread of the night sleeps.
 *
 * The restless, threads that have moved since the last quiescence, are looked at for a baseline; then all
 * others are checked against an older one; then the restless are checked. A thread whose count has not moved slept
 * from baseline to check, and the instant after the last new baseline lies in the sleep of all. */
#define _GNU_SOURCE
#include "census/census_parts.h"


enum round { STILL, STIRRED, WORK };

/* Looks at the restless, or at the others: whether all slept, some have moved and sleep again, or one works.
 * Takes out threads that are gone. */
static enum round look_over(struct night_census *census, bool restless, bool baseline) {
    enum round found = STILL;
    for (struct process *process = census->processes; process; process = process->next)
        for (struct thread **link = &process->threads; *link && !process->outside;) {
            struct thread *thread = *link;
            if (thread->restless != restless) {
                link = &thread->next;
                continue;
            }
            enum thread_state seen = night_thread_state_of(census, thread, baseline);
            if (seen != SLEEPS) {
                night_note_activity(census, thread->tid);
                found = STIRRED;
                thread->restless = process->dirty = true;
            }
            if (seen == WORKS) {
                census->busy = thread;
                return WORK;
            }
            if (seen == GONE) {
                *link = thread->next;
                night_thread_close(thread);
            } else {
                link = &thread->next;
            }
        }
    return found;
}

static void await_grant_signal(struct night_census *census) {
    for (struct process *process = census->processes; process; process = process->next) {
        process->dirty = false;
        for (struct thread *thread = process->threads; thread; thread = thread->next)
            thread->restless = false;
    }
}

/* A thread that worked a moment ago most likely still works: one look, not a round of them. */
static bool still_busy(struct night_census *census) {
    struct thread *busy = census->busy;
    census->busy = NULL; /* the round below may take it out */
    if (!busy)
        return false;
    enum thread_state seen = night_thread_state_of(census, busy, true);
    if (seen == WORKS)
        census->busy = busy;
    return seen == WORKS;
}

bool night_is_quiescent(struct night_census *census) {
    census->planted = atomic_load_explicit(&census->page->flags, memory_order_relaxed);
    if (still_busy(census) || look_over(census, true, true) == WORK)
        return false;
    if (census->planted & NIGHT_PLANTED_ONE_LOOK) {
        night_list_members(census);
        return true;
    }
    if (night_packets_in_flight(census))
        return false;
    if (look_over(census, false, false) != STILL)
        return false;
    night_list_members(census); /* a new thread is restless, and has no baseline */
    if (census->blind || look_over(census, true, false) != STILL)
        return false;
    await_grant_signal(census);
    return true;
}
