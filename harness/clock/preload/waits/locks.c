/* Waiting for a semaphore or a lock with a limit: sem_timedwait, sem_clockwait, pthread_mutex_timedlock,
 * pthread_mutex_clocklock, mtx_timedlock, pthread_rwlock_timedrdlock, pthread_rwlock_clockrdlock,
 * pthread_rwlock_timedwrlock, pthread_rwlock_clockwrlock.
 *
 * They wait as conditions do, on a time in the slot that the grant puts into the past (conditions.c). */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <threads.h>

/* Without a place in the page, a wait looks at virtual time every so often. */
static struct timespec next_look(void) {
    return night_real_limit(CLOCK_REALTIME, night_look_monotonic() + NIGHT_SHORT_NS);
}

/* ---- semaphores ---------------------------------------------------------------------------------- */

/* The tries are looked up like the waits: libc itself has them only since 2.34. */
static bool took_semaphore(sem_t *semaphore) {
    NIGHT_REAL(sem_trywait);
    int error = errno;
    if (real(semaphore) == 0)
        return true;
    errno = error; /* the caller goes on, and may yet succeed */
    return false;
}

static int sem_wait_until(sem_t *semaphore, int64_t deadline_ns) {
    NIGHT_REAL(sem_timedwait);
    if (took_semaphore(semaphore))
        return 0;
    if (deadline_ns <= night_look_monotonic()) {
        errno = ETIMEDOUT;
        return -1;
    }
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_SEMAPHORE, deadline_ns, night_far_away)) {
        struct timespec limit = next_look();
        int result = real(semaphore, &limit);
        if (result < 0 && errno == ETIMEDOUT)
            errno = EINTR; /* so that the caller tries again */
        return result;
    }
    int result = wait.over ? night_interrupted() : real(semaphore, &wait.slot->abstime);
    if (night_wait_end(&wait, result < 0)) {
        if (took_semaphore(semaphore))
            return 0;
        errno = ETIMEDOUT;
    }
    return result;
}

NIGHT_EXPORT int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict at) {
    NIGHT_REAL(sem_timedwait);
    if (!night_page || !night_is_a_span(at))
        return real(semaphore, at);
    return sem_wait_until(semaphore, night_deadline_of(CLOCK_REALTIME, at));
}

NIGHT_EXPORT int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict at) {
    NIGHT_REAL(sem_clockwait);
    if (!night_page || !night_clock_is_virtual(clock) || !night_is_a_span(at))
        return real(semaphore, clock, at);
    return sem_wait_until(semaphore, night_deadline_of(clock, at));
}

/* ---- locks --------------------------------------------------------------------------------------- */

/* The kinds of lock differ in nothing but how they are tried and waited for. */
static int try_mutex(void *mutex) {
    NIGHT_REAL(pthread_mutex_trylock);
    return real(mutex);
}

static int timed_mutex(void *mutex, const struct timespec *at) {
    NIGHT_REAL(pthread_mutex_timedlock);
    return real(mutex, at);
}

static int try_to_read(void *lock) {
    NIGHT_REAL(pthread_rwlock_tryrdlock);
    return real(lock);
}

static int timed_read(void *lock, const struct timespec *at) {
    NIGHT_REAL(pthread_rwlock_timedrdlock);
    return real(lock, at);
}

static int try_to_write(void *lock) {
    NIGHT_REAL(pthread_rwlock_trywrlock);
    return real(lock);
}

static int timed_write(void *lock, const struct timespec *at) {
    NIGHT_REAL(pthread_rwlock_timedwrlock);
    return real(lock, at);
}

static int lock_until(void *lock, int (*try)(void *), int (*timed)(void *, const struct timespec *), clockid_t clock,
                      const struct timespec *at) {
    static const struct timespec long_ago;
    int result = try(lock);
    if (result != EBUSY)
        return result;
    int64_t deadline_ns = night_deadline_of(clock, at);
    if (deadline_ns <= night_look_monotonic())
        return timed(lock, &long_ago); /* it may know better than that it is late */
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_MUTEX, deadline_ns, night_far_away)) {
        do {
            struct timespec limit = next_look();
            result = timed(lock, &limit);
        } while (result == ETIMEDOUT && deadline_ns > night_look_monotonic());
        return result;
    }
    result = wait.over ? ETIMEDOUT : timed(lock, &wait.slot->abstime);
    night_wait_end(&wait, false);
    return result;
}

NIGHT_EXPORT int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict at) {
    NIGHT_REAL(pthread_mutex_timedlock);
    if (!night_page || !night_is_a_span(at))
        return real(mutex, at);
    return lock_until(mutex, try_mutex, timed_mutex, CLOCK_REALTIME, at);
}

NIGHT_EXPORT int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock,
                                         const struct timespec *restrict at) {
    NIGHT_REAL(pthread_mutex_clocklock);
    if (!night_page || !night_clock_is_virtual(clock) || !night_is_a_span(at))
        return real(mutex, clock, at);
    return lock_until(mutex, try_mutex, timed_mutex, clock, at);
}

/* In C11's words; the C library's own would wait past our wrapper. */
NIGHT_EXPORT int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict at) {
    NIGHT_REAL(mtx_timedlock);
    if (!night_page)
        return real(mutex, at);
    int result = pthread_mutex_timedlock((pthread_mutex_t *)mutex, at);
    return result == 0 ? thrd_success : result == ETIMEDOUT ? thrd_timedout : thrd_error;
}

NIGHT_EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict at) {
    NIGHT_REAL(pthread_rwlock_timedrdlock);
    if (!night_page || !night_is_a_span(at))
        return real(lock, at);
    return lock_until(lock, try_to_read, timed_read, CLOCK_REALTIME, at);
}

NIGHT_EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                                            const struct timespec *restrict at) {
    NIGHT_REAL(pthread_rwlock_clockrdlock);
    if (!night_page || !night_clock_is_virtual(clock) || !night_is_a_span(at))
        return real(lock, clock, at);
    return lock_until(lock, try_to_read, timed_read, clock, at);
}

NIGHT_EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict at) {
    NIGHT_REAL(pthread_rwlock_timedwrlock);
    if (!night_page || !night_is_a_span(at))
        return real(lock, at);
    return lock_until(lock, try_to_write, timed_write, CLOCK_REALTIME, at);
}

NIGHT_EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                                            const struct timespec *restrict at) {
    NIGHT_REAL(pthread_rwlock_clockwrlock);
    if (!night_page || !night_clock_is_virtual(clock) || !night_is_a_span(at))
        return real(lock, clock, at);
    return lock_until(lock, try_to_write, timed_write, clock, at);
}
