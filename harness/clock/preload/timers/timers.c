/* Timers that send a signal or start a thread: alarm, ualarm, setitimer and getitimer (ITIMER_REAL),
 * timer_create and its family.
 *
 * They live in the page; the controller sends the signal when the deadline comes. Threads are started by the process
 * itself, in timer_notifier.c. Timers on CPU clocks, ITIMER_VIRTUAL and ITIMER_PROF stay the kernel's own. */
#define _GNU_SOURCE
#include "preload/timers/timers.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define OURS 0x4e480000UL /* a timer_t of ours: this, plus its place in the page */

struct night_timer *night_timer_new(int32_t id) {
    struct night_page *page = night_page;
    int32_t pid = (int32_t)getpid();
    for (uint32_t i = 0; i < NIGHT_TIMERS; i++) {
        int32_t nobody = 0;
        struct night_timer *timer = &page->timers[i];
        if (atomic_load(&timer->pid) != 0 || !atomic_compare_exchange_strong(&timer->pid, &nobody, pid))
            continue;
        atomic_store(&timer->deadline_ns, NIGHT_NEVER);
        atomic_store(&timer->interval_ns, 0);
        atomic_store(&timer->overrun, 0);
        atomic_store(&timer->tid, 0);
        atomic_store(&timer->signo, SIGALRM);
        atomic_store(&timer->value, 0);
        atomic_store(&timer->notified_ns, NIGHT_NEVER);
        atomic_store(&timer->id, id ? id : (int32_t)i + 1);
        uint32_t seen = atomic_load(&page->timers_used);
        while (seen < i + 1 && !atomic_compare_exchange_weak(&page->timers_used, &seen, i + 1))
            ;
        return timer;
    }
    return NULL;
}

void night_timer_free(struct night_timer *timer) {
    atomic_store(&timer->deadline_ns, NIGHT_NEVER); /* the next owner must not find it due */
    atomic_store(&timer->pid, 0);
}

/* A program that another has become keeps its interval timer and loses its POSIX timers. */
void night_timers_start(void) {
    night_notifier_follow_forks();
    int32_t pid = (int32_t)getpid();
    uint32_t used = atomic_load(&night_page->timers_used);
    for (uint32_t i = 0; i < used && i < NIGHT_TIMERS; i++) {
        struct night_timer *timer = &night_page->timers[i];
        if (atomic_load(&timer->pid) == pid && atomic_load(&timer->id) != NIGHT_ITIMER)
            night_timer_free(timer);
    }
}

static int64_t left_of(const struct night_timer *timer) {
    int64_t deadline_ns = atomic_load(&timer->deadline_ns);
    if (deadline_ns == NIGHT_NEVER)
        return 0;
    int64_t left = deadline_ns - night_look_monotonic();
    return left > 0 ? left : 1; /* armed and due: not zero, which means disarmed */
}

void night_timer_arm(struct night_timer *timer, int64_t deadline_ns, int64_t interval_ns) {
    atomic_store(&timer->deadline_ns, NIGHT_NEVER);
    atomic_store(&timer->notified_ns, deadline_ns);
    atomic_store(&timer->interval_ns, interval_ns);
    atomic_store(&timer->since_ns, night_look_monotonic());
    atomic_store(&timer->real_since_ns, night_real_monotonic());
    atomic_store(&timer->seal, night_timer_seal(timer)); /* what it is of is all there: from here on it may be due */
    atomic_store(&timer->deadline_ns, deadline_ns);
}

/* ---- the interval timer -------------------------------------------------------------------------- */

static bool is_a_span(const struct timeval *span) {
    return span->tv_sec >= 0 && span->tv_usec >= 0 && span->tv_usec < 1000000;
}

static struct night_timer *interval_timer(void) {
    int32_t pid = (int32_t)getpid();
    uint32_t used = atomic_load(&night_page->timers_used);
    for (uint32_t i = 0; i < used && i < NIGHT_TIMERS; i++) {
        struct night_timer *timer = &night_page->timers[i];
        if (atomic_load(&timer->pid) == pid && atomic_load(&timer->id) == NIGHT_ITIMER)
            return timer;
    }
    return NULL;
}

static struct itimerval value_of(const struct night_timer *timer) {
    struct itimerval value = {0};
    if (timer) {
        int64_t left = left_of(timer);
        value.it_value = night_timeval(left > 0 && left < 1000 ? 1000 : left);
        value.it_interval = night_timeval(atomic_load(&timer->interval_ns));
    }
    return value;
}

NIGHT_EXPORT int getitimer(__itimer_which_t which, struct itimerval *value) {
    NIGHT_REAL(getitimer);
    if (!night_page || which != ITIMER_REAL)
        return real(which, value);
    *value = value_of(interval_timer());
    return 0;
}

NIGHT_EXPORT int setitimer(__itimer_which_t which, const struct itimerval *restrict new,
                           struct itimerval *restrict old) {
    NIGHT_REAL(setitimer);
    night_end_catchup();
    if (!night_page || which != ITIMER_REAL || !new || !is_a_span(&new->it_value) || !is_a_span(&new->it_interval))
        return real(which, new, old);
    int64_t span = night_ns(new->it_value.tv_sec, (int64_t)new->it_value.tv_usec * 1000);
    struct itimerval asked = *new; /* old may be the same object */
    struct night_timer *timer = interval_timer();
    if (!timer && span != 0 && !(timer = night_timer_new(NIGHT_ITIMER)))
        return real(which, new, old);
    if (old)
        *old = value_of(timer);
    if (timer)
        night_timer_arm(timer, span ? night_after(night_look_monotonic(), span) : NIGHT_NEVER,
            night_ns(asked.it_interval.tv_sec, (int64_t)asked.it_interval.tv_usec * 1000));
    return 0;
}

NIGHT_EXPORT unsigned alarm(unsigned seconds) {
    NIGHT_REAL(alarm);
    if (!night_page)
        return real(seconds);
    struct itimerval value = {.it_value = {.tv_sec = seconds}}, before;
    if (setitimer(ITIMER_REAL, &value, &before) < 0)
        return 0;
    unsigned left = (unsigned)before.it_value.tv_sec;
    if (before.it_value.tv_usec >= 500000 || (left == 0 && before.it_value.tv_usec > 0))
        left++;
    return left;
}

NIGHT_EXPORT useconds_t ualarm(useconds_t span, useconds_t interval) {
    NIGHT_REAL(ualarm);
    if (!night_page)
        return real(span, interval);
    struct itimerval value = {night_timeval((int64_t)interval * 1000), night_timeval((int64_t)span * 1000)}, before;
    if (setitimer(ITIMER_REAL, &value, &before) < 0)
        return 0;
    return (useconds_t)(before.it_value.tv_sec * 1000000 + before.it_value.tv_usec);
}

/* ---- POSIX timers -------------------------------------------------------------------------------- */

bool night_timer_can_be_set(const struct itimerspec *to) {
    return night_is_a_span(&to->it_value) && night_is_a_span(&to->it_interval);
}

int64_t night_timer_deadline(clockid_t clock, bool absolute, const struct timespec *at) {
    int64_t ns = night_ns(at->tv_sec, at->tv_nsec);
    if (ns == 0)
        return NIGHT_NEVER;
    return absolute ? night_deadline_of(clock, at) : night_after(night_look_monotonic(), ns);
}

struct itimerspec night_timer_value(const struct night_timer *timer) {
    return (struct itimerspec){night_timespec(atomic_load(&timer->interval_ns)), night_timespec(left_of(timer))};
}

static struct night_timer *ours(timer_t id) {
    uintptr_t place = (uintptr_t)id - OURS;
    if (!night_page || place >= NIGHT_TIMERS)
        return NULL;
    return atomic_load(&night_page->timers[place].pid) == (int32_t)getpid() ? &night_page->timers[place] : NULL;
}

static bool starts_threads(const struct night_timer *timer) {
    return atomic_load(&timer->signo) == NIGHT_NOTIFIER_SIGNAL;
}

/* What a timer of SIGEV_THREAD calls; NULL without memory. The attributes are the program's to destroy, so they are
 * copied, as the C library did while they were all of one piece. */
static struct night_call *call_of(const struct sigevent *event) {
    struct night_call *call = malloc(sizeof *call);
    if (!call)
        return NULL;
    call->function = event->sigev_notify_function;
    call->value = event->sigev_value;
    if (event->sigev_notify_attributes)
        call->attributes = *event->sigev_notify_attributes;
    else
        pthread_attr_init(&call->attributes);
    pthread_attr_setdetachstate(&call->attributes, PTHREAD_CREATE_DETACHED);
    return call;
}

/* How the timer notifies, and which thread; false when that cannot be. */
static bool notify(struct night_timer *timer, const struct sigevent *event) {
    int how = event ? event->sigev_notify : SIGEV_SIGNAL;
    uint64_t place = (uint64_t)(timer - night_page->timers);
    if (how == SIGEV_THREAD) {
        struct night_call *call = call_of(event);
        sigset_t before;
        night_notifier_lock(&before);
        atomic_store(&timer->value, (uint64_t)(uintptr_t)call);
        bool there = call && night_notifier_start(timer);
        night_notifier_unlock(&before);
        if (!there)
            free(call);
        return there;
    }
    atomic_store(&timer->signo, how == SIGEV_NONE ? 0 : event ? event->sigev_signo : SIGALRM);
    atomic_store(&timer->value, event ? (uint64_t)(uintptr_t)event->sigev_value.sival_ptr : place);
    atomic_store(&timer->tid, how == SIGEV_THREAD_ID ? event->_sigev_un._tid : 0);
    return true;
}

NIGHT_EXPORT int timer_create(clockid_t clock, struct sigevent *restrict event, timer_t *restrict id) {
    NIGHT_REAL(timer_create);
    int how = event ? event->sigev_notify : SIGEV_SIGNAL;
    if (!night_page || !night_clock_is_virtual(clock) ||
        (how != SIGEV_SIGNAL && how != SIGEV_NONE && how != SIGEV_THREAD_ID && how != SIGEV_THREAD))
        return real(clock, event, id);
    struct night_timer *timer = night_timer_new(0);
    if (timer && !notify(timer, event)) {
        night_timer_free(timer);
        timer = NULL;
    }
    if (!timer) {
        errno = EAGAIN;
        return -1;
    }
    timer->clock = clock;
    *id = (timer_t)(OURS + (uintptr_t)(timer - night_page->timers));
    return 0;
}

NIGHT_EXPORT int timer_settime(timer_t id, int flags, const struct itimerspec *restrict new,
                               struct itimerspec *restrict old) {
    NIGHT_REAL(timer_settime);
    night_end_catchup();
    struct night_timer *timer = ours(id);
    if (!timer)
        return real(id, flags, new, old);
    struct itimerspec asked = *new; /* old may be the same object */
    if (!night_timer_can_be_set(&asked)) {
        errno = EINVAL;
        return -1;
    }
    sigset_t before;
    night_notifier_lock(&before);
    if (old)
        *old = night_timer_value(timer);
    night_timer_arm(timer, night_timer_deadline(timer->clock, flags & TIMER_ABSTIME, &asked.it_value),
                    night_ns(asked.it_interval.tv_sec, asked.it_interval.tv_nsec));
    night_notifier_unlock(&before);
    return 0;
}

NIGHT_EXPORT int timer_gettime(timer_t id, struct itimerspec *value) {
    NIGHT_REAL(timer_gettime);
    struct night_timer *timer = ours(id);
    if (!timer)
        return real(id, value);
    *value = night_timer_value(timer);
    return 0;
}

NIGHT_EXPORT int timer_getoverrun(timer_t id) {
    NIGHT_REAL(timer_getoverrun);
    struct night_timer *timer = ours(id);
    return timer ? atomic_load(&timer->overrun) : real(id);
}

NIGHT_EXPORT int timer_delete(timer_t id) {
    NIGHT_REAL(timer_delete);
    struct night_timer *timer = ours(id);
    if (!timer)
        return real(id);
    sigset_t before;
    night_notifier_lock(&before);
    struct night_call *call = starts_threads(timer) ? (struct night_call *)(uintptr_t)atomic_load(&timer->value) : NULL;
    night_timer_free(timer);
    night_notifier_unlock(&before);
    free(call);
    return 0;
}
