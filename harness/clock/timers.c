/* Timers that send a signal: alarm, setitimer and getitimer (ITIMER_REAL), timer_create and its family.
 *
 * They live in the page; the controller sends the signal when the deadline comes. Timers on CPU clocks,
 * ITIMER_VIRTUAL, ITIMER_PROF and SIGEV_THREAD stay the kernel's and the C library's own. */
#define _GNU_SOURCE
#include "preload.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define OURS 0x4e480000UL /* a timer_t of ours: this, plus its place in the page */

static struct night_timer *find(int32_t id, bool create) {
    struct night_page *page = night_page;
    int32_t pid = (int32_t)getpid();
    uint32_t used = atomic_load(&page->timers_used);
    for (uint32_t i = 0; i < used && i < NIGHT_TIMERS; i++)
        if (atomic_load(&page->timers[i].pid) == pid && atomic_load(&page->timers[i].id) == id)
            return &page->timers[i];
    for (uint32_t i = 0; create && i < NIGHT_TIMERS; i++) {
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
        atomic_store(&timer->id, id == NIGHT_ITIMER ? id : (int32_t)i + 1);
        uint32_t seen = used;
        while (seen < i + 1 && !atomic_compare_exchange_weak(&page->timers_used, &seen, i + 1))
            ;
        return timer;
    }
    return NULL;
}

/* A program that another has become keeps its interval timer and loses its POSIX timers. */
void night_timers_start(void) {
    int32_t pid = (int32_t)getpid();
    uint32_t used = atomic_load(&night_page->timers_used);
    for (uint32_t i = 0; i < used && i < NIGHT_TIMERS; i++) {
        struct night_timer *timer = &night_page->timers[i];
        if (atomic_load(&timer->pid) == pid && atomic_load(&timer->id) != NIGHT_ITIMER) {
            atomic_store(&timer->deadline_ns, NIGHT_NEVER);
            atomic_store(&timer->pid, 0);
        }
    }
}

static int64_t left_of(const struct night_timer *timer) {
    int64_t deadline_ns = atomic_load(&timer->deadline_ns);
    if (deadline_ns == NIGHT_NEVER)
        return 0;
    int64_t left = deadline_ns - night_look_monotonic();
    return left > 0 ? left : 1; /* armed and due: not zero, which means disarmed */
}

static void arm(struct night_timer *timer, int64_t deadline_ns, int64_t interval_ns) {
    atomic_store(&timer->deadline_ns, NIGHT_NEVER);
    atomic_store(&timer->interval_ns, interval_ns);
    atomic_store(&timer->since_ns, night_look_monotonic());
    atomic_store(&timer->real_since_ns, night_real_monotonic());
    atomic_store(&timer->deadline_ns, deadline_ns);
}

/* ---- the interval timer -------------------------------------------------------------------------- */

static bool is_a_span(const struct timeval *span) {
    return span->tv_sec >= 0 && span->tv_usec >= 0 && span->tv_usec < 1000000;
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
    *value = value_of(find(NIGHT_ITIMER, false));
    return 0;
}

NIGHT_EXPORT int setitimer(__itimer_which_t which, const struct itimerval *restrict new,
                           struct itimerval *restrict old) {
    NIGHT_REAL(setitimer);
    if (!night_page || which != ITIMER_REAL || !new || !is_a_span(&new->it_value) || !is_a_span(&new->it_interval))
        return real(which, new, old);
    int64_t span = night_ns(new->it_value.tv_sec, (int64_t)new->it_value.tv_usec * 1000);
    struct itimerval asked = *new; /* old may be the same object */
    struct night_timer *timer = find(NIGHT_ITIMER, span != 0);
    if (!timer && span != 0)
        return real(which, new, old);
    if (old)
        *old = value_of(timer);
    if (timer)
        arm(timer, span ? night_after(night_look_monotonic(), span) : NIGHT_NEVER,
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

/* ---- POSIX timers -------------------------------------------------------------------------------- */

static struct night_timer *ours(timer_t id) {
    uintptr_t place = (uintptr_t)id - OURS;
    if (!night_page || place >= NIGHT_TIMERS)
        return NULL;
    return atomic_load(&night_page->timers[place].pid) == (int32_t)getpid() ? &night_page->timers[place] : NULL;
}

NIGHT_EXPORT int timer_create(clockid_t clock, struct sigevent *restrict event, timer_t *restrict id) {
    NIGHT_REAL(timer_create);
    int how = event ? event->sigev_notify : SIGEV_SIGNAL;
    if (!night_page || !night_clock_is_virtual(clock) ||
        (how != SIGEV_SIGNAL && how != SIGEV_NONE && how != SIGEV_THREAD_ID))
        return real(clock, event, id);
    struct night_timer *timer = find(0, true);
    if (!timer) {
        errno = EAGAIN;
        return -1;
    }
    uintptr_t place = (uintptr_t)(timer - night_page->timers);
    timer->clock = clock;
    atomic_store(&timer->signo, how == SIGEV_NONE ? 0 : event ? event->sigev_signo : SIGALRM);
    atomic_store(&timer->value, event ? (uint64_t)(uintptr_t)event->sigev_value.sival_ptr : place);
    atomic_store(&timer->tid, how == SIGEV_THREAD_ID ? event->_sigev_un._tid : 0);
    *id = (timer_t)(OURS + place);
    return 0;
}

static struct itimerspec spec_of(const struct night_timer *timer) {
    return (struct itimerspec){night_timespec(atomic_load(&timer->interval_ns)), night_timespec(left_of(timer))};
}

NIGHT_EXPORT int timer_settime(timer_t id, int flags, const struct itimerspec *restrict new,
                               struct itimerspec *restrict old) {
    NIGHT_REAL(timer_settime);
    struct night_timer *timer = ours(id);
    if (!timer)
        return real(id, flags, new, old);
    struct itimerspec asked = *new;
    if (asked.it_value.tv_nsec < 0 || asked.it_value.tv_nsec >= NIGHT_SECOND_NS || asked.it_value.tv_sec < 0) {
        errno = EINVAL;
        return -1;
    }
    if (old)
        *old = spec_of(timer);
    int64_t span = night_ns(asked.it_value.tv_sec, asked.it_value.tv_nsec);
    int64_t deadline_ns = NIGHT_NEVER;
    if (span != 0)
        deadline_ns = flags & TIMER_ABSTIME ? night_deadline_of(timer->clock, &asked.it_value)
                                            : night_after(night_look_monotonic(), span);
    arm(timer, deadline_ns, night_ns(asked.it_interval.tv_sec, asked.it_interval.tv_nsec));
    return 0;
}

NIGHT_EXPORT int timer_gettime(timer_t id, struct itimerspec *value) {
    NIGHT_REAL(timer_gettime);
    struct night_timer *timer = ours(id);
    if (!timer)
        return real(id, value);
    *value = spec_of(timer);
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
    atomic_store(&timer->deadline_ns, NIGHT_NEVER);
    atomic_store(&timer->pid, 0);
    return 0;
}
