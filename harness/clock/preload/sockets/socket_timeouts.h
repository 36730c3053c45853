/* What the calls on a socket with a limit of its own share.
 *
 * Each reads alike: no limit → the real call; else the call as if the socket never blocked, a virtual wait
 * until it can go on, and the call again, until the deadline. */
#ifndef NIGHT_SOCKET_TIMEOUTS_H
#define NIGHT_SOCKET_TIMEOUTS_H

#include "preload/preload.h"

#include <poll.h>

struct night_socket_timeout {
    int fd;
    int64_t since_ns, deadline_ns;
    bool in_vain; /* it was said to be ready, and would have blocked */
    int error;    /* errno as the program left it */
};

/* Whether a call with these flags would block with a limit, which `option` holds. */
bool night_socket_timeout_find(struct night_socket_timeout *limit, int fd, int option, int flags);

static inline bool night_has_socket_timeout(struct night_socket_timeout *limit, int fd, int option, int flags) {
    return night_page && (atomic_load_explicit(&night_page->flags, memory_order_relaxed) & NIGHT_SOCKET_TIMEOUTS) &&
           night_socket_timeout_find(limit, fd, option, flags);
}

/* Waits until it is ready, and says for what, as poll does. 0 with EAGAIN at the limit, or with EINTR. */
short night_socket_timeout_wait(struct night_socket_timeout *limit, short events);
/* After a call that failed: whether to make it again. If not, errno is the call's; else as the program left it. */
bool night_socket_timeout_again(struct night_socket_timeout *limit, short events);

/* A part has been moved, which is success, whatever has ended it. */
static inline ssize_t night_moved(const struct night_socket_timeout *limit, ssize_t bytes) {
    errno = limit->error;
    return bytes;
}

/* Of a stream, a call moves as much as there is room for, and then the rest, piece by piece. */
bool night_is_a_stream(int fd);
struct iovec night_rest(const struct msghdr *message, size_t moved);

#endif
