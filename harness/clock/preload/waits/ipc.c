/* Waiting for other processes with a limit: semtimedop, mq_timedreceive, mq_timedsend.
 *
 * The kernel reads their limit when the call begins, and again when it is restarted after our signal. So
 * the real call gets a pointer into the slot: a time far away, also as a span, which the grant
 * makes zero before its signal. A grant before the call begins ends it at once, a later one interrupts it. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <mqueue.h>
#include <sys/sem.h>

static const struct timespec at_once; /* as a time: long ago */

NIGHT_EXPORT int semtimedop(int set, struct sembuf *operations, size_t count, const struct timespec *span) {
    NIGHT_REAL(semtimedop);
    night_end_catchup();
    if (!night_page || !span || !night_is_a_span(span) || (span->tv_sec == 0 && span->tv_nsec == 0))
        return real(set, operations, count, span);
    int64_t deadline_ns = night_after(night_look_monotonic(), night_ns(span->tv_sec, span->tv_nsec));
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_SEMAPHORE, deadline_ns, night_far_away))
        return real(set, operations, count, span);
    int result = wait.over ? night_interrupted() : real(set, operations, count, &wait.slot->abstime);
    if (night_wait_end(&wait, result < 0 && (errno == EINTR || errno == EAGAIN)))
        result = real(set, operations, count, &at_once);
    return result;
}

/* ---- message queues ------------------------------------------------------------------------------ */

/* After a signal handler that asked for it (SA_RESTART), a wait for a queue goes on, as one on a condition does. */
NIGHT_EXPORT ssize_t mq_timedreceive(mqd_t queue, char *restrict data, size_t room, unsigned *restrict priority,
                                     const struct timespec *restrict at) {
    NIGHT_REAL(mq_timedreceive);
    night_end_catchup(); /* it makes room for others */
    if (!night_page || !night_is_a_span(at))
        return real(queue, data, room, priority, at);
    int64_t deadline_ns = night_deadline_of(CLOCK_REALTIME, at);
    if (deadline_ns <= night_look_monotonic())
        return real(queue, data, room, priority, &at_once);
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_CONDITION, deadline_ns, night_far_away)) {
        struct timespec limit = night_real_limit(CLOCK_REALTIME, deadline_ns);
        return real(queue, data, room, priority, &limit);
    }
    ssize_t result = real(queue, data, room, priority, wait.over ? &at_once : &wait.slot->abstime);
    night_wait_end(&wait, false);
    return result;
}

NIGHT_EXPORT int mq_timedsend(mqd_t queue, const char *data, size_t length, unsigned priority,
                              const struct timespec *at) {
    NIGHT_REAL(mq_timedsend);
    night_end_catchup();
    if (!night_page || !night_is_a_span(at))
        return real(queue, data, length, priority, at);
    int64_t deadline_ns = night_deadline_of(CLOCK_REALTIME, at);
    if (deadline_ns <= night_look_monotonic())
        return real(queue, data, length, priority, &at_once);
    struct night_wait wait;
    if (!night_wait_begin_futex(&wait, NIGHT_CONDITION, deadline_ns, night_far_away)) {
        struct timespec limit = night_real_limit(CLOCK_REALTIME, deadline_ns);
        return real(queue, data, length, priority, &limit);
    }
    int result = real(queue, data, length, priority, wait.over ? &at_once : &wait.slot->abstime);
    night_wait_end(&wait, false);
    return result;
}
