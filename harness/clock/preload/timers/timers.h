/* What the timers of a process share: those that signal, those that start a thread, and those that are files. */
#ifndef NIGHT_TIMERS_H
#define NIGHT_TIMERS_H

#include "preload/preload.h"

#include <pthread.h>

/* timers.c. A new one is disarmed; its id is the one given, or, for 0, its own. NULL when the page is full. */
struct night_timer *night_timer_new(int32_t id);
void night_timer_free(struct night_timer *timer);
void night_timer_arm(struct night_timer *timer, int64_t deadline_ns, int64_t interval_ns);
bool night_timer_can_be_set(const struct itimerspec *to);
/* NIGHT_NEVER for a time of zero, which disarms. */
int64_t night_timer_deadline(clockid_t clock, bool absolute, const struct timespec *at);
struct itimerspec night_timer_value(const struct night_timer *timer);

/* The signal by which the controller wakes a process's telling thread: the one that the C library uses for just
 * this, and hides from programs. */
#define NIGHT_NOTIFIER_SIGNAL 32

/* What a timer calls, in a thread of its own. */
struct night_call {
    void (*function)(union sigval);
    union sigval value;
    pthread_attr_t attributes;
};

/* timer_notifier.c. Once, from the constructor. */
void night_notifier_follow_forks(void);
/* While it is locked, nothing is told, and no signal handler runs in this thread. */
void night_notifier_lock(sigset_t *before);
void night_notifier_unlock(const sigset_t *before);
/* Under the lock: makes a timer one that the process tells itself of; false when it can have no thread for that. */
bool night_notifier_start(struct night_timer *timer);

/* timerfd.c: adds to the count that a file of a timer is read for; false when the file has been closed. */
bool night_timerfd_add(const struct night_timer *timer, uint64_t count);

#endif
