/* Receiving, also from a socket with a limit: read, readv, recv, recvfrom, recvmsg, recvmmsg.
 *
 * With a limit, each is a recvmsg: socket(7) says what they do at the limit, recv(2) what MSG_WAITALL does. */
#define _GNU_SOURCE
#include "preload/sockets/socket_timeouts.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

/* The rest of what MSG_WAITALL asked for. What has come stays the answer, whatever happens: an error is left
 * for the next call to find. */
static ssize_t receive_all(struct night_socket_timeout *limit, const struct msghdr *message, int flags, ssize_t got) {
    NIGHT_REAL(recvmsg);
    struct iovec rest;
    while ((rest = night_rest(message, (size_t)got)).iov_len > 0) {
        short ready = night_socket_timeout_wait(limit, POLLIN);
        if (ready == 0 || (ready & POLLERR))
            break;
        struct msghdr more = {.msg_iov = &rest, .msg_iovlen = 1};
        ssize_t piece = real(limit->fd, &more, flags | MSG_DONTWAIT);
        if (piece > 0)
            got += piece;
        else if (piece == 0 || errno != EAGAIN)
            break;
    }
    return night_moved(limit, got);
}

static ssize_t receive(struct night_socket_timeout *limit, struct msghdr *message, int flags) {
    NIGHT_REAL(recvmsg);
    bool plain = !(flags & MSG_PEEK) && !message->msg_control;
    ssize_t got;
    do
        got = real(limit->fd, message, flags | MSG_DONTWAIT);
    while (got < 0 && night_socket_timeout_again(limit, POLLIN));
    if (got > 0 && (flags & MSG_WAITALL) && plain && night_is_a_stream(limit->fd))
        return receive_all(limit, message, flags, got);
    return got;
}

static ssize_t receive_into(struct night_socket_timeout *limit, void *data, size_t room, int flags) {
    struct iovec piece = {data, room};
    return receive(limit, &(struct msghdr){.msg_iov = &piece, .msg_iovlen = 1}, flags);
}

NIGHT_EXPORT ssize_t read(int fd, void *data, size_t room) {
    NIGHT_REAL(read);
    struct night_socket_timeout limit;
    if (room == 0 || !night_has_socket_timeout(&limit, fd, SO_RCVTIMEO, 0))
        return real(fd, data, room);
    return receive_into(&limit, data, room, 0);
}

NIGHT_EXPORT ssize_t readv(int fd, const struct iovec *pieces, int count) {
    NIGHT_REAL(readv);
    struct night_socket_timeout limit;
    if (count <= 0 || !night_has_socket_timeout(&limit, fd, SO_RCVTIMEO, 0))
        return real(fd, pieces, count);
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count};
    return receive(&limit, &message, 0);
}

NIGHT_EXPORT ssize_t recv(int fd, void *data, size_t room, int flags) {
    NIGHT_REAL(recv);
    struct night_socket_timeout limit;
    if (!night_has_socket_timeout(&limit, fd, SO_RCVTIMEO, flags))
        return real(fd, data, room, flags);
    return receive_into(&limit, data, room, flags);
}

NIGHT_EXPORT ssize_t recvfrom(int fd, void *restrict data, size_t room, int flags, struct sockaddr *restrict from,
                              socklen_t *restrict size) {
    NIGHT_REAL(recvfrom);
    struct night_socket_timeout limit;
    if (!night_has_socket_timeout(&limit, fd, SO_RCVTIMEO, flags))
        return real(fd, data, room, flags, from, size);
    struct iovec piece = {data, room};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (from) {
        message.msg_name = from;
        message.msg_namelen = *size;
    }
    ssize_t got = receive(&limit, &message, flags);
    if (from && got >= 0)
        *size = message.msg_namelen;
    return got;
}

NIGHT_EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    NIGHT_REAL(recvmsg);
    struct night_socket_timeout limit;
    return night_has_socket_timeout(&limit, fd, SO_RCVTIMEO, flags) ? receive(&limit, message, flags)
                                                                    : real(fd, message, flags);
}

/* Its own limit is looked at after each datagram, and never ends a wait for one (recvmmsg(2), BUGS). */
NIGHT_EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *span) {
    NIGHT_REAL(recvmmsg);
    struct night_socket_timeout limit;
    if (!night_page || (span && !night_is_a_span(span)) ||
        (!span && !night_has_socket_timeout(&limit, fd, SO_RCVTIMEO, flags)))
        return real(fd, messages, count, flags, span);
    int64_t deadline_ns =
        span ? night_after(night_look_monotonic(), night_ns(span->tv_sec, span->tv_nsec)) : NIGHT_NEVER;
    unsigned came = 0;
    int error = errno;
    for (int64_t left = 1; came < count && left > 0; came++) {
        ssize_t got = recvmsg(fd, &messages[came].msg_hdr, flags & ~MSG_WAITFORONE);
        if (got < 0 && came == 0)
            return -1;
        if (got < 0) {
            errno = error; /* what has come is success */
            break;
        }
        messages[came].msg_len = (unsigned)got;
        if (flags & MSG_WAITFORONE)
            flags |= MSG_DONTWAIT;
        left = deadline_ns - night_look_monotonic();
        if (span)
            *span = night_timespec(left > 0 ? left : 0);
    }
    return (int)came;
}

/* ---- what _FORTIFY_SOURCE makes of them ---------------------------------------------------------- */

/* The real ones end a program whose buffer is too small. */
NIGHT_EXPORT ssize_t __read_chk(int fd, void *data, size_t room, size_t size) {
    NIGHT_REAL(__read_chk);
    return room > size ? real(fd, data, room, size) : read(fd, data, room);
}

NIGHT_EXPORT ssize_t __recv_chk(int fd, void *data, size_t room, size_t size, int flags) {
    NIGHT_REAL(__recv_chk);
    return room > size ? real(fd, data, room, size, flags) : recv(fd, data, room, flags);
}

NIGHT_EXPORT ssize_t __recvfrom_chk(int fd, void *data, size_t room, size_t size, int flags, struct sockaddr *from,
                                    socklen_t *length) {
    NIGHT_REAL(__recvfrom_chk);
    return room > size ? real(fd, data, room, size, flags, from, length)
                       : recvfrom(fd, data, room, flags, from, length);
}
