/* Waiting on a condition with a limit: pthread_cond_timedwait, pthread_cond_clockwait, cnd_timedwait.
 *
 * They end in futex waits with an absolute time, which the C library passes on as a pointer and the
 * kernel reads anew after each interruption. So the real call gets a pointer into the slot: a time far
 * away, which the grant puts into the past before its signal interrupts the wait. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <pthread.h>
#include <threads.h>

/* Which clock an absolute time was made from: virtual real time and uptime are decades apart. */
static clockid_t nearer_clock(const struct timespec *at) {
    int64_t ns = night_ns(at->tv_sec, at->tv_nsec);
    return ns > atomic_load_explicit(&night_page->offset_ns, memory_order_relaxed) / 2 ? CLOCK_REALTIME
                                                                                       : CLOCK_MONOTONIC;
}

/* The time to give to the real call: far away, or, for a short wait, soon on the real clock. */
static struct timespec real_limit(clockid_t clock, int64_t deadline_ns) {
    int64_t left = deadline_ns - night_look_monotonic();
    return left > NIGHT_SHORT_NS ? night_far_away : night_real_limit(clock, deadline_ns);
}

/* Without a place in the page: a short real wait, after which the condition is to be looked at again. */
static int woken_for_nothing(int result) { return result == ETIMEDOUT ? 0 : result; }

NIGHT_EXPORT int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                                        const struct timespec *restrict at) {
    NIGHT_REAL(pthread_cond_timedwait);
    if (!night_page || !night_is_a_span(at))
        return real(condition, mutex, at);
    clockid_t clock = nearer_clock(at);
    int64_t deadline_ns = night_deadline_of(clock, at);
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_CONDITION, deadline_ns, real_limit(clock, deadline_ns))) {
        struct timespec limit = night_real_limit(clock, night_look_monotonic() + NIGHT_SHORT_NS);
        return woken_for_nothing(real(condition, mutex, &limit));
    }
    int result = wait.over ? ETIMEDOUT : real(condition, mutex, &wait.slot->abstime);
    night_wait_end(&wait, false);
    return result;
}

NIGHT_EXPORT int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                                        clockid_t clock, const struct timespec *restrict at) {
    NIGHT_REAL(pthread_cond_clockwait);
    if (!night_page || !night_clock_is_virtual(clock) || !night_is_a_span(at))
        return real(condition, mutex, clock, at);
    int64_t deadline_ns = night_deadline_of(clock, at);
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_CONDITION, deadline_ns, real_limit(clock, deadline_ns))) {
        struct timespec limit = night_real_limit(clock, night_look_monotonic() + NIGHT_SHORT_NS);
        return woken_for_nothing(real(condition, mutex, clock, &limit));
    }
    int result = wait.over ? ETIMEDOUT : real(condition, mutex, clock, &wait.slot->abstime);
    night_wait_end(&wait, false);
    return result;
}

/* In C11's words; the C library's own would wait past our wrapper. */
NIGHT_EXPORT int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict at) {
    NIGHT_REAL(cnd_timedwait);
    if (!night_page)
        return real(condition, mutex, at);
    int result = pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, at);
    return result == 0 ? thrd_success : result == ETIMEDOUT ? thrd_timedout : thrd_error;
}
