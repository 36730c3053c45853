/* Socket timeouts: SO_RCVTIMEO and SO_SNDTIMEO.
 *
 * The kernel keeps the option, so whatever it says of getsockopt, dup, fork, exec and descriptors that are
 * handed on is so. The page says whether one has been set this night: until then, the calls on a
 * socket cost nothing more. */
#define _GNU_SOURCE
#include "preload/sockets/socket_timeouts.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

/* Each option has a second number, for the times of 32-bit machines; the kernel keeps one limit for both. */
#define SO_RCVTIMEO_64 66
#define SO_SNDTIMEO_64 67

static bool limits(int option) {
    return option == SO_RCVTIMEO || option == SO_SNDTIMEO || option == SO_RCVTIMEO_64 || option == SO_SNDTIMEO_64;
}

NIGHT_EXPORT int setsockopt(int fd, int level, int option, const void *value, socklen_t size) {
    NIGHT_REAL(setsockopt);
    int result = real(fd, level, option, value, size);
    if (night_page && result == 0 && level == SOL_SOCKET && limits(option) &&
        !(atomic_load(&night_page->flags) & NIGHT_SOCKET_TIMEOUTS))
        atomic_fetch_or(&night_page->flags, NIGHT_SOCKET_TIMEOUTS);
    return result;
}

static bool never_blocks(int fd, int flags) {
    return (flags & (MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB)) || (fcntl(fd, F_GETFL) & O_NONBLOCK);
}

bool night_socket_timeout_find(struct night_socket_timeout *limit, int fd, int option, int flags) {
    int error = errno;
    struct timeval span = {0};
    socklen_t size = sizeof span;
    bool found = getsockopt(fd, SOL_SOCKET, option, &span, &size) == 0 && (span.tv_sec != 0 || span.tv_usec != 0) &&
                 !never_blocks(fd, flags);
    int64_t now_ns = night_look_monotonic();
    *limit = (struct night_socket_timeout){
        .fd = fd,
        .error = error,
        .since_ns = now_ns,
        .deadline_ns = night_after(now_ns, night_ns(span.tv_sec, (int64_t)span.tv_usec * 1000)),
    };
    errno = error;
    return found;
}

static struct timespec left_until(int64_t deadline_ns) {
    int64_t left = deadline_ns - night_look_monotonic();
    return night_timespec(left > 0 ? left : 0);
}

short night_socket_timeout_wait(struct night_socket_timeout *limit, short events) {
    struct pollfd one = {.fd = limit->fd, .events = events};
    struct timespec left = left_until(limit->deadline_ns);
    int ready = ppoll(&one, 1, &left, NULL);
    if (ready == 0)
        errno = EAGAIN;
    return ready > 0 ? one.revents : 0;
}

/* A local datagram socket is ready to send though the queue that it sends to is full, and nothing says when
 * that is so no more. So look at it now and then: a hundredth of the wait so far is soon enough. */
static bool pause_in_vain(const struct night_socket_timeout *limit) {
    int64_t now_ns = night_look_monotonic(), left = limit->deadline_ns - now_ns;
    int64_t pause_ns = (now_ns - limit->since_ns) / 100;
    if (left <= 0)
        return false;
    pause_ns = pause_ns < 1000000 ? 1000000 : pause_ns;
    struct timespec span = night_timespec(pause_ns < left ? pause_ns : left);
    return nanosleep(&span, NULL) == 0;
}

bool night_socket_timeout_again(struct night_socket_timeout *limit, short events) {
    if (errno != EAGAIN)
        return false;
    if (limit->in_vain && !pause_in_vain(limit))
        return false;
    limit->in_vain = night_socket_timeout_wait(limit, events) != 0;
    if (limit->in_vain)
        errno = limit->error;
    return limit->in_vain;
}

bool night_is_a_stream(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

struct iovec night_rest(const struct msghdr *message, size_t moved) {
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        const struct iovec *piece = &message->msg_iov[i];
        if (moved < piece->iov_len)
            return (struct iovec){(char *)piece->iov_base + moved, piece->iov_len - moved};
        moved -= piece->iov_len;
    }
    return (struct iovec){0};
}
