/* Waiting on futexes with a limit: syscall(SYS_futex, …) and syscall(SYS_futex_waitv, …).
 *
 * The C library has no function for them, so Rust's standard library, abseil and others make the system call by its
 * number. A wait until a time is as those that the C library makes itself (locks.c): it gets a pointer into the slot,
 * and its grant interrupts it. */
#define _GNU_SOURCE
#include "preload/entry/syscall.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

/* Which argument of a wait says until when, and what it is. */
enum limit { NONE, SPAN, MONOTONIC, REALTIME };

static enum limit limit_of(long operation) {
    switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
        return SPAN;
    case FUTEX_LOCK_PI:
        return REALTIME;
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI:
    case FUTEX_LOCK_PI2:
        return operation & FUTEX_CLOCK_REALTIME ? REALTIME : MONOTONIC;
    default:
        return NONE;
    }
}

/* Ends a futex wait: a thread that was woken was woken, also when the deadline came at the same moment. */
static long waited(struct night_wait *wait, long result) {
    if (night_wait_end(wait, result < 0 && errno == EINTR))
        errno = ETIMEDOUT;
    return result;
}

long night_futex(const long *given) {
    const struct timespec *at = (const struct timespec *)given[3];
    enum limit limit = limit_of(given[1]);
    if (limit == NONE)
        night_end_catchup();
    if (limit == NONE || !at || at->tv_sec < 0 || at->tv_nsec < 0 || at->tv_nsec >= NIGHT_SECOND_NS)
        return night_syscall(SYS_futex, given[0], given[1], given[2], given[3], given[4], given[5]);
    int64_t now_ns = night_look_monotonic();
    int64_t deadline_ns = limit == SPAN ? night_after(now_ns, night_ns(at->tv_sec, at->tv_nsec))
                                        : night_deadline_of(limit == REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, at);
    /* A wait for a span cannot be given a time that is over by the grant, so it becomes one until a time. */
    long operation = limit == SPAN ? FUTEX_WAIT_BITSET | (given[1] & FUTEX_PRIVATE_FLAG) : given[1];
    long bits = limit == SPAN ? (long)FUTEX_BITSET_MATCH_ANY : given[5];
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_FUTEX, deadline_ns,
                                deadline_ns > now_ns ? night_far_away : (struct timespec){0})) {
        struct timespec late = night_real_limit(limit == REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, deadline_ns);
        return night_syscall(SYS_futex, given[0], operation, given[2], &late, given[4], bits);
    }
    return waited(&wait, wait.over ? night_interrupted()
                                   : night_syscall(SYS_futex, given[0], operation, given[2], &wait.slot->abstime,
                                                   given[4], bits));
}

long night_futex_waitv(const long *given) {
    const struct timespec *at = (const struct timespec *)given[3];
    struct night_wait wait;
    if (!at || !night_clock_is_virtual((clockid_t)given[4]) ||
        !night_wait_begin_futex(&wait, NIGHT_FUTEX, night_deadline_of((clockid_t)given[4], at), night_far_away))
        return night_syscall(SYS_futex_waitv, given[0], given[1], given[2], given[3], given[4]);
    return waited(&wait, wait.over ? night_interrupted()
                                   : night_syscall(SYS_futex_waitv, given[0], given[1], given[2], &wait.slot->abstime,
                                                   given[4]));
}
