/* Waiting for other threads with a limit: sem_timedwait, sem_clockwait, pthread_cond_timedwait,
 * pthread_cond_clockwait, pthread_mutex_timedlock.
 *
 * They end in futex waits with an absolute time, which the C library passes on as a pointer and the
 * kernel reads anew after each interruption. So the real call gets a pointer into the slot: a time far
 * away, which the grant puts into the past before its signal interrupts the wait. */
#define _GNU_SOURCE
#include "preload.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

/* CPython's interpreter lock waits 5 ms on a condition while another thread computes; virtual time stands
 * still then, so a condition wait this short also ends by itself, in real time. */
#define SHORT_NS 10000000

/* The tries are looked up like the waits: libc itself has them only since 2.34. */
static int try_semaphore(sem_t *semaphore) {
    NIGHT_REAL(sem_trywait);
    return real(semaphore);
}

static int try_mutex(pthread_mutex_t *mutex) {
    NIGHT_REAL(pthread_mutex_trylock);
    return real(mutex);
}

/* A time on the real clock. */
static struct timespec soon(clockid_t clock, int64_t span_ns) {
    NIGHT_REAL(clock_gettime);
    struct timespec now;
    real(night_clock_is_realtime(clock) ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
    return night_timespec(night_ns(now.tv_sec, now.tv_nsec) + span_ns);
}

static bool is_a_time(const struct timespec *at) { return at->tv_nsec >= 0 && at->tv_nsec < NIGHT_SECOND_NS; }

/* ---- conditions ---------------------------------------------------------------------------------- */

/* Which clock an absolute time was made from: virtual real time and uptime are decades apart. */
static clockid_t nearer_clock(const struct timespec *at) {
    int64_t ns = night_ns(at->tv_sec, at->tv_nsec);
    return ns > atomic_load_explicit(&night_page->offset_ns, memory_order_relaxed) / 2 ? CLOCK_REALTIME
                                                                                       : CLOCK_MONOTONIC;
}

/* The time to give to the real call: far away, or, for a short wait, soon on the real clock. */
static struct timespec real_limit(clockid_t clock, int64_t deadline_ns) {
    int64_t left = deadline_ns - night_look_monotonic();
    if (left > SHORT_NS)
        return night_far_away;
    return soon(clock, left > 0 ? left : 0);
}

/* Without a place in the page: a short real wait, after which the condition is to be looked at again. */
static int woken_for_nothing(int result) { return result == ETIMEDOUT ? 0 : result; }

NIGHT_EXPORT int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                                        const struct timespec *restrict at) {
    NIGHT_REAL(pthread_cond_timedwait);
    if (!night_page || !is_a_time(at))
        return real(condition, mutex, at);
    clockid_t clock = nearer_clock(at);
    int64_t deadline_ns = night_deadline_of(clock, at);
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_CONDITION, deadline_ns, real_limit(clock, deadline_ns))) {
        struct timespec limit = soon(clock, SHORT_NS);
        return woken_for_nothing(real(condition, mutex, &limit));
    }
    int result = real(condition, mutex, &wait.slot->abstime);
    night_wait_end(&wait);
    return result;
}

NIGHT_EXPORT int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                                        clockid_t clock, const struct timespec *restrict at) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
    if (!real)
        real = (int (*)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *))(uintptr_t)
            night_symbol("pthread_cond_clockwait");
    if (!night_page || !night_clock_is_virtual(clock) || !is_a_time(at))
        return real(condition, mutex, clock, at);
    int64_t deadline_ns = night_deadline_of(clock, at);
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_CONDITION, deadline_ns, real_limit(clock, deadline_ns))) {
        struct timespec limit = soon(clock, SHORT_NS);
        return woken_for_nothing(real(condition, mutex, clock, &limit));
    }
    int result = real(condition, mutex, clock, &wait.slot->abstime);
    night_wait_end(&wait);
    return result;
}

/* ---- semaphores ---------------------------------------------------------------------------------- */

static int sem_wait_until(sem_t *semaphore, int64_t deadline_ns) {
    NIGHT_REAL(sem_timedwait);
    if (try_semaphore(semaphore) == 0)
        return 0;
    if (deadline_ns <= night_look_monotonic()) {
        errno = ETIMEDOUT;
        return -1;
    }
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_SEMAPHORE, deadline_ns, night_far_away)) {
        struct timespec limit = soon(CLOCK_REALTIME, SHORT_NS);
        int result = real(semaphore, &limit);
        if (result < 0 && errno == ETIMEDOUT)
            errno = EINTR; /* so that the caller tries again */
        return result;
    }
    int result = real(semaphore, &wait.slot->abstime);
    if (night_wait_end(&wait) && result < 0 && (result = try_semaphore(semaphore)) < 0)
        errno = ETIMEDOUT;
    return result;
}

NIGHT_EXPORT int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict at) {
    NIGHT_REAL(sem_timedwait);
    if (!night_page || !is_a_time(at))
        return real(semaphore, at);
    return sem_wait_until(semaphore, night_deadline_of(CLOCK_REALTIME, at));
}

NIGHT_EXPORT int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict at) {
    if (!night_page || !night_clock_is_virtual(clock) || !is_a_time(at)) {
        static int (*real)(sem_t *, clockid_t, const struct timespec *);
        if (!real)
            real = (int (*)(sem_t *, clockid_t, const struct timespec *))(uintptr_t)night_symbol("sem_clockwait");
        return real(semaphore, clock, at);
    }
    return sem_wait_until(semaphore, night_deadline_of(clock, at));
}

/* ---- mutexes ------------------------------------------------------------------------------------- */

NIGHT_EXPORT int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict at) {
    NIGHT_REAL(pthread_mutex_timedlock);
    if (!night_page || !is_a_time(at))
        return real(mutex, at);
    if (try_mutex(mutex) == 0)
        return 0;
    int64_t deadline_ns = night_deadline_of(CLOCK_REALTIME, at);
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_MUTEX, deadline_ns, night_far_away)) {
        int result = ETIMEDOUT;
        while (result == ETIMEDOUT && deadline_ns > night_look_monotonic()) {
            struct timespec limit = soon(CLOCK_REALTIME, SHORT_NS);
            result = real(mutex, &limit);
        }
        return result;
    }
    int result = real(mutex, &wait.slot->abstime);
    night_wait_end(&wait);
    return result;
}
