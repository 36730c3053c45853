/* Waiting for file descriptors with a limit: poll, ppoll, select, pselect, epoll_wait, epoll_pwait,
 * epoll_pwait2.
 *
 * Each looks once without waiting, waits without a limit, and when the controller has granted the
 * timeout, looks once more: what is ready wins over a deadline. */
#define _GNU_SOURCE
#include "preload/entry/syscall.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>

static const struct timespec at_once;

/* Whether a timeout is reported without looking again: a race planted by tests. */
static bool handshake(void) {
    return !(atomic_load_explicit(&night_page->flags, memory_order_relaxed) & NIGHT_PLANTED_NO_HANDSHAKE);
}

static int64_t deadline_after(const struct timespec *span) {
    return night_after(night_look_monotonic(), night_ns(span->tv_sec, span->tv_nsec));
}

/* A thread that finds something ready does not merely tick. */
static int found(int ready) {
    if (ready > 0)
        night_end_catchup();
    return ready;
}

static int64_t left_until(int64_t deadline_ns) {
    int64_t left = deadline_ns - night_look_monotonic();
    return left > 0 ? left : 0;
}

/* ---- poll ---------------------------------------------------------------------------------------- */

NIGHT_EXPORT int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *span, const sigset_t *mask) {
    NIGHT_REAL(ppoll);
    if (!night_page || (span && !night_is_a_span(span)))
        return real(fds, count, span, mask);
    int fd = count ? fds[0].fd : -1;
    if (!span) {
        night_untimed_wait_begin(NIGHT_POLL, fd);
        int ready = real(fds, count, NULL, mask);
        night_untimed_wait_end();
        return ready;
    }
    int64_t deadline_ns = deadline_after(span);
    int ready = real(fds, count, &at_once, mask);
    if (ready != 0 || deadline_ns <= night_look_monotonic())
        return found(ready);
    struct timespec room;
    const struct timespec *real_end = count == 0 ? night_real_end(deadline_ns, &room) : NULL;
    struct night_wait wait;
    sigset_t inside;
    if (!night_wait_begin(&wait, NIGHT_POLL, fd, deadline_ns, mask, &inside))
        return real(fds, count, span, mask);
    ready = wait.over ? night_interrupted() : real(fds, count, real_end, &inside);
    if (night_wait_end(&wait, ready < 0 && errno == EINTR))
        ready = handshake() ? real(fds, count, &at_once, mask) : 0;
    return found(ready);
}

NIGHT_EXPORT int poll(struct pollfd *fds, nfds_t count, int timeout_ms) {
    NIGHT_REAL(poll);
    if (!night_page || timeout_ms == 0)
        return found(real(fds, count, timeout_ms));
    if (timeout_ms < 0)
        return ppoll(fds, count, NULL, NULL);
    struct timespec span = night_timespec((int64_t)timeout_ms * 1000000);
    return ppoll(fds, count, &span, NULL);
}

NIGHT_EXPORT int __poll(struct pollfd *fds, nfds_t count, int timeout_ms) __attribute__((alias("poll")));

/* What _FORTIFY_SOURCE makes of the two: the real one ends a program whose array is too small. */
NIGHT_EXPORT int __poll_chk(struct pollfd *fds, nfds_t count, int timeout_ms, size_t size) {
    NIGHT_REAL(__poll_chk);
    return size / sizeof *fds < count ? real(fds, count, timeout_ms, size) : poll(fds, count, timeout_ms);
}

NIGHT_EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *span, const sigset_t *mask,
                             size_t size) {
    NIGHT_REAL(__ppoll_chk);
    return size / sizeof *fds < count ? real(fds, count, span, mask, size) : ppoll(fds, count, span, mask);
}

/* ---- select -------------------------------------------------------------------------------------- */

/* The kernel leaves the sets as they were when a signal interrupts it. A look that finds nothing clears
 * them, so the first look works on copies. */
static int look(int count, fd_set *in, fd_set *out, fd_set *except, const sigset_t *mask) {
    NIGHT_REAL(pselect);
    if (count < 0 || count > FD_SETSIZE)
        return 0;
    fd_set copies[3];
    fd_set *given[3] = {in, out, except}, *looked[3] = {0};
    for (int i = 0; i < 3; i++)
        if (given[i]) {
            copies[i] = *given[i];
            looked[i] = &copies[i];
        }
    int ready = real(count, looked[0], looked[1], looked[2], &at_once, mask);
    for (int i = 0; i < 3 && ready > 0; i++)
        if (given[i])
            *given[i] = copies[i];
    return ready;
}

static int first_of(int count, const fd_set *set) {
    for (int fd = 0; set && fd < count && fd < FD_SETSIZE; fd++)
        if (FD_ISSET(fd, set))
            return fd;
    return -1;
}

NIGHT_EXPORT int pselect(int count, fd_set *in, fd_set *out, fd_set *except, const struct timespec *span,
                         const sigset_t *mask) {
    NIGHT_REAL(pselect);
    if (!night_page || (span && (!night_is_a_span(span) || (span->tv_sec == 0 && span->tv_nsec == 0))))
        return found(real(count, in, out, except, span, mask));
    int fd = first_of(count, in);
    if (fd < 0)
        fd = first_of(count, out);
    if (!span) {
        night_untimed_wait_begin(NIGHT_SELECT, fd);
        int ready = real(count, in, out, except, NULL, mask);
        night_untimed_wait_end();
        return ready;
    }
    int64_t deadline_ns = deadline_after(span);
    int ready = look(count, in, out, except, mask);
    if (ready != 0)
        return found(ready);
    struct timespec room;
    const struct timespec *real_end = !in && !out && !except ? night_real_end(deadline_ns, &room) : NULL;
    struct night_wait wait;
    sigset_t inside;
    if (!night_wait_begin(&wait, NIGHT_SELECT, fd, deadline_ns, mask, &inside))
        return real(count, in, out, except, span, mask);
    ready = wait.over ? night_interrupted() : real(count, in, out, except, real_end, &inside);
    if (night_wait_end(&wait, ready < 0 && errno == EINTR))
        ready = real(count, in, out, except, &at_once, mask); /* also clears the sets */
    return found(ready);
}

NIGHT_EXPORT int select(int count, fd_set *in, fd_set *out, fd_set *except, struct timeval *span) {
    NIGHT_REAL(select);
    if (!night_page || (span && (span->tv_sec < 0 || span->tv_usec < 0)))
        return real(count, in, out, except, span);
    if (!span)
        return pselect(count, in, out, except, NULL, NULL);
    struct timespec limit = {span->tv_sec + span->tv_usec / 1000000, span->tv_usec % 1000000 * 1000};
    int64_t deadline_ns = deadline_after(&limit);
    int ready = pselect(count, in, out, except, &limit, NULL);
    int error = errno;
    *span = night_timeval(left_until(deadline_ns)); /* as Linux does */
    errno = error;
    return ready;
}

NIGHT_EXPORT int __select(int count, fd_set *in, fd_set *out, fd_set *except, struct timeval *span)
    __attribute__((alias("select")));

/* ---- epoll --------------------------------------------------------------------------------------- */

/* Whole milliseconds, rounded up, for the call that every C library has. */
static int milliseconds(const struct timespec *span) {
    int64_t ns = night_ns(span->tv_sec, span->tv_nsec);
    return ns > INT_MAX * INT64_C(1000000) ? INT_MAX : (int)((ns + 999999) / 1000000);
}

static int wait_for_events(int epoll, struct epoll_event *events, int room, const struct timespec *span,
                           const sigset_t *mask) {
    NIGHT_REAL(epoll_pwait);
    if (!span) {
        night_untimed_wait_begin(NIGHT_EPOLL, epoll);
        int ready = real(epoll, events, room, -1, mask);
        night_untimed_wait_end();
        return ready;
    }
    int64_t deadline_ns = deadline_after(span);
    int ready = real(epoll, events, room, 0, mask);
    if (ready != 0 || deadline_ns <= night_look_monotonic())
        return found(ready);
    struct night_wait wait;
    sigset_t inside;
    if (!night_wait_begin(&wait, NIGHT_EPOLL, epoll, deadline_ns, mask, &inside))
        return real(epoll, events, room, milliseconds(span), mask);
    ready = wait.over ? night_interrupted() : real(epoll, events, room, -1, &inside);
    if (night_wait_end(&wait, ready < 0 && errno == EINTR))
        ready = handshake() ? real(epoll, events, room, 0, mask) : 0;
    return found(ready);
}

NIGHT_EXPORT int epoll_pwait2(int epoll, struct epoll_event *events, int room, const struct timespec *span,
                              const sigset_t *mask) {
    if (!night_page || (span && !night_is_a_span(span))) /* a C library may lack what its kernel has */
        return found((int)night_syscall(SYS_epoll_pwait2, epoll, events, room, span, mask, sizeof(uint64_t)));
    return wait_for_events(epoll, events, room, span, mask);
}

NIGHT_EXPORT int epoll_pwait(int epoll, struct epoll_event *events, int room, int timeout_ms, const sigset_t *mask) {
    NIGHT_REAL(epoll_pwait);
    if (!night_page || timeout_ms == 0)
        return found(real(epoll, events, room, timeout_ms, mask));
    struct timespec span = night_timespec((int64_t)timeout_ms * 1000000);
    return wait_for_events(epoll, events, room, timeout_ms < 0 ? NULL : &span, mask);
}

NIGHT_EXPORT int epoll_wait(int epoll, struct epoll_event *events, int room, int timeout_ms) {
    return epoll_pwait(epoll, events, room, timeout_ms, NULL);
}
