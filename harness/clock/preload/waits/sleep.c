/* Sleeping: nanosleep, clock_nanosleep, sleep, usleep, thrd_sleep. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <threads.h>
#include <unistd.h>

/* 0, EINTR after a signal handler, or -1 when the page has no room. */
static int sleep_until(int64_t deadline_ns) {
    NIGHT_REAL(ppoll);
    if (deadline_ns <= night_look_monotonic()) {
        sched_yield();
        return 0;
    }
    struct timespec room;
    const struct timespec *real_end = night_real_end(deadline_ns, &room);
    struct night_wait wait;
    sigset_t inside;
    if (!night_wait_begin(&wait, NIGHT_SLEEP, -1, deadline_ns, NULL, &inside))
        return -1;
    bool ended = !wait.over && real(NULL, 0, real_end, &inside) == 0;
    int result = night_wait_end(&wait, true) || ended ? 0 : EINTR;
    errno = wait.error; /* clock_nanosleep() says it by its result alone */
    return result;
}

static struct timespec left_until(int64_t deadline_ns) {
    int64_t left = deadline_ns - night_look_monotonic();
    return night_timespec(left > 0 ? left : 0);
}

NIGHT_EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec *span, struct timespec *left) {
    NIGHT_REAL(clock_nanosleep);
    if (!night_page || !night_clock_is_virtual(clock) || !night_is_a_span(span))
        return real(clock, flags, span, left);
    bool absolute = flags & TIMER_ABSTIME;
    int64_t deadline_ns = absolute ? night_deadline_of(clock, span)
                                   : night_after(night_look_monotonic(), night_ns(span->tv_sec, span->tv_nsec));
    int result = sleep_until(deadline_ns);
    if (result < 0) {
        struct timespec remaining = left_until(deadline_ns);
        return real(CLOCK_MONOTONIC, 0, &remaining, absolute ? NULL : left);
    }
    if (result == EINTR && !absolute && left)
        *left = left_until(deadline_ns);
    return result;
}

NIGHT_EXPORT int nanosleep(const struct timespec *span, struct timespec *left) {
    NIGHT_REAL(nanosleep);
    if (!night_page || !night_is_a_span(span))
        return real(span, left);
    int result = clock_nanosleep(CLOCK_MONOTONIC, 0, span, left);
    if (result == 0)
        return 0;
    errno = result;
    return -1;
}

NIGHT_EXPORT int __nanosleep(const struct timespec *span, struct timespec *left) __attribute__((alias("nanosleep")));

NIGHT_EXPORT unsigned sleep(unsigned seconds) {
    NIGHT_REAL(sleep);
    if (!night_page)
        return real(seconds);
    int error = errno;
    struct timespec left = {.tv_sec = seconds};
    if (nanosleep(&left, &left) == 0) {
        errno = error;
        return 0;
    }
    return (unsigned)(left.tv_sec + (left.tv_nsec >= NIGHT_SECOND_NS / 2));
}

NIGHT_EXPORT int usleep(useconds_t microseconds) {
    NIGHT_REAL(usleep);
    if (!night_page)
        return real(microseconds);
    struct timespec span = night_timespec((int64_t)microseconds * 1000);
    return nanosleep(&span, NULL);
}

NIGHT_EXPORT int thrd_sleep(const struct timespec *span, struct timespec *left) {
    NIGHT_REAL(thrd_sleep);
    if (!night_page || !night_is_a_span(span))
        return real(span, left);
    int result = clock_nanosleep(CLOCK_REALTIME, 0, span, left);
    return result == 0 ? 0 : result == EINTR ? -1 : -2;
}
