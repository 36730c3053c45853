/* Waiting for a thread's end with a limit: pthread_timedjoin_np, pthread_clockjoin_np.
 *
 * They wait as conditions do, on a time in the slot that the grant puts into the past (conditions.c), and
 * like those they go on after a signal handler. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <pthread.h>

static int join_until(pthread_t thread, void **value, int64_t deadline_ns) {
    NIGHT_REAL(pthread_timedjoin_np);
    static const struct timespec long_ago;
    if (deadline_ns <= night_look_monotonic())
        return real(thread, value, &long_ago);
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_CONDITION, deadline_ns, night_far_away)) {
        struct timespec limit = night_real_limit(CLOCK_REALTIME, deadline_ns);
        return real(thread, value, &limit);
    }
    int result = wait.over ? ETIMEDOUT : real(thread, value, &wait.slot->abstime);
    night_wait_end(&wait, false);
    return result;
}

NIGHT_EXPORT int pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *at) {
    NIGHT_REAL(pthread_timedjoin_np);
    if (!night_page || !at || !night_is_a_span(at))
        return real(thread, value, at);
    return join_until(thread, value, night_deadline_of(CLOCK_REALTIME, at));
}

NIGHT_EXPORT int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock, const struct timespec *at) {
    NIGHT_REAL(pthread_clockjoin_np);
    if (!night_page || !night_clock_is_virtual(clock) || !at || !night_is_a_span(at))
        return real(thread, value, clock, at);
    return join_until(thread, value, night_deadline_of(clock, at));
}
