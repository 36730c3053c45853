/* Timers that are files: timerfd_create, timerfd_settime, timerfd_gettime.
 *
 * An eventfd takes the file's place, for it is read and polled alike: for a count, which timer_notifier.c adds to. It
 * is known by what the kernel keeps of it, through dup, fork and exec: its number, and, where others have the signal
 * that F_SETSIG sets, its clock. The page has a timer only while it is armed, so a file that is closed is forgotten
 * at the latest when it would expire. */
#define _GNU_SOURCE
#include "preload/timers/timers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define MARK 40 /* of the signals that F_SETSIG may set: this, plus the clock */

/* The eventfd's number, which no other has while it exists; -1 for another file, and where the kernel
 * (before 5.2) does not tell. */
static int64_t number_of(int fd) {
    char path[40], text[512];
    int error = errno;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    int info = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = info < 0 ? 0 : read(info, text, sizeof text - 1);
    if (info >= 0)
        close(info);
    errno = error;
    text[size > 0 ? size : 0] = 0;
    const char *found = strstr(text, "eventfd-id:");
    return found ? strtoll(found + strlen("eventfd-id:"), NULL, 10) : -1;
}

/* The number of a timer's file, and its clock; -1 when it is none of ours. */
static int64_t identify(int fd, clockid_t *clock) {
    int error = errno, mark = fcntl(fd, F_GETSIG);
    int64_t number = mark >= MARK ? number_of(fd) : -1;
    *clock = mark - MARK;
    errno = error;
    return number;
}

static struct night_timer *armed(int64_t number) {
    uint32_t used = atomic_load(&night_page->timers_used);
    for (uint32_t i = 0; i < used && i < NIGHT_TIMERS; i++) {
        struct night_timer *timer = &night_page->timers[i];
        if (atomic_load(&timer->pid) != 0 && atomic_load(&timer->id) == NIGHT_TIMERFD &&
            atomic_load(&timer->value) == (uint64_t)number)
            return timer;
    }
    return NULL;
}

NIGHT_EXPORT int timerfd_create(clockid_t clock, int flags) {
    NIGHT_REAL(timerfd_create);
    if (!night_page || !night_clock_is_virtual(clock) || (flags & ~(TFD_NONBLOCK | TFD_CLOEXEC)))
        return real(clock, flags);
    int fd = eventfd(0, flags); /* its flags are O_NONBLOCK and O_CLOEXEC too */
    if (fd < 0)
        return -1;
    int64_t number = number_of(fd);
    if (number < 0) {
        close(fd);
        return real(clock, flags);
    }
    struct night_timer *former = armed(number); /* of a file that has been closed, whose number was free */
    if (former)
        night_timer_free(former);
    fcntl(fd, F_SETSIG, MARK + clock);
    return fd;
}

/* ---- setting ------------------------------------------------------------------------------------- */

static void forget_count(int fd) {
    uint64_t count;
    struct pollfd one = {.fd = fd, .events = POLLIN};
    if (poll(&one, 1, 0) > 0)
        (void)!read(fd, &count, sizeof count);
}

/* What is due already expires at once, not only when all threads sleep. */
static void expire(struct night_timer *timer, int fd, int64_t deadline_ns, int64_t interval_ns) {
    uint64_t count = 1;
    if (interval_ns > 0)
        count += (uint64_t)((night_look_monotonic() - deadline_ns) / interval_ns);
    (void)!write(fd, &count, sizeof count);
    if (interval_ns > 0)
        night_timer_arm(timer, deadline_ns + (int64_t)count * interval_ns, interval_ns);
    else
        night_timer_free(timer);
}

/* 0, or what errno is to be. */
static int set(int fd, int64_t number, int64_t deadline_ns, int64_t interval_ns) {
    struct night_timer *timer = armed(number);
    forget_count(fd);
    if (deadline_ns == NIGHT_NEVER) {
        if (timer)
            night_timer_free(timer);
        return 0;
    }
    if (!timer && !(timer = night_timer_new(NIGHT_TIMERFD)))
        return ENOMEM;
    night_timer_arm(timer, NIGHT_NEVER, 0);
    atomic_store(&timer->value, (uint64_t)number);
    atomic_store(&timer->fd, fd);
    atomic_store(&timer->pid, (int32_t)getpid()); /* the process that sets it notifies itself */
    if (!night_notifier_start(timer)) {
        night_timer_free(timer);
        return ENOMEM;
    }
    if (deadline_ns <= night_look_monotonic())
        expire(timer, fd, deadline_ns, interval_ns);
    else
        night_timer_arm(timer, deadline_ns, interval_ns);
    return 0;
}

static struct itimerspec value_of(int64_t number) {
    struct night_timer *timer = armed(number);
    return timer ? night_timer_value(timer) : (struct itimerspec){0};
}

NIGHT_EXPORT int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old) {
    NIGHT_REAL(timerfd_settime);
    clockid_t clock;
    int64_t number = night_page ? identify(fd, &clock) : -1;
    if (number < 0)
        return real(fd, flags, new, old);
    night_end_catchup();
    if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) || !night_timer_can_be_set(new)) {
        errno = EINVAL;
        return -1;
    }
    struct itimerspec asked = *new; /* old may be the same object */
    sigset_t before;
    night_notifier_lock(&before);
    if (old)
        *old = value_of(number);
    int error = set(fd, number, night_timer_deadline(clock, flags & TFD_TIMER_ABSTIME, &asked.it_value),
                    night_ns(asked.it_interval.tv_sec, asked.it_interval.tv_nsec));
    night_notifier_unlock(&before);
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

NIGHT_EXPORT int timerfd_gettime(int fd, struct itimerspec *value) {
    NIGHT_REAL(timerfd_gettime);
    clockid_t clock;
    int64_t number = night_page ? identify(fd, &clock) : -1;
    if (number < 0)
        return real(fd, value);
    *value = value_of(number);
    return 0;
}

/* ---- telling ------------------------------------------------------------------------------------- */

/* A descriptor of our own for the file, so that no thread closes it before it is written; -1 when fd is another. */
static int hold(int fd, int64_t number) {
    clockid_t clock;
    int held = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (held < 0 || identify(held, &clock) == number)
        return held;
    close(held);
    return -1;
}

/* The program may have duplicated the descriptor, and closed the first. */
static int find(int64_t number) {
    DIR *all = opendir("/proc/self/fd");
    int held = -1;
    for (struct dirent *each; all && held < 0 && (each = readdir(all));)
        if (each->d_name[0] != '.' && atoi(each->d_name) != dirfd(all))
            held = hold(atoi(each->d_name), number);
    if (all)
        closedir(all);
    return held;
}

bool night_timerfd_add(const struct night_timer *timer, uint64_t count) {
    int64_t number = (int64_t)atomic_load(&timer->value);
    int held = hold(atomic_load(&timer->fd), number);
    if (held < 0)
        held = find(number);
    if (held < 0)
        return false;
    (void)!write(held, &count, sizeof count);
    close(held);
    return true;
}
