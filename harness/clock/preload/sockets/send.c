/* Sending, also to a socket with a limit, and never off this machine: write, writev, send, sendto, sendmsg,
 * sendmmsg.
 *
 * With a limit, each is a sendmsg: socket(7) says what they do at the limit. */
#define _GNU_SOURCE
#include "preload/sockets/socket_timeouts.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

/* The rest of a stream's bytes. What has gone stays the answer, whatever happens: an error is left for the
 * next call to find. */
static ssize_t send_all(struct night_socket_timeout *limit, const struct msghdr *message, int flags, ssize_t sent) {
    NIGHT_REAL(sendmsg);
    struct iovec rest;
    while ((rest = night_rest(message, (size_t)sent)).iov_len > 0) {
        short ready = night_socket_timeout_wait(limit, POLLOUT);
        if (ready == 0 || (ready & (POLLERR | POLLHUP)))
            break;
        struct msghdr more = {.msg_iov = &rest, .msg_iovlen = 1};
        ssize_t piece = real(limit->fd, &more, flags | MSG_DONTWAIT);
        if (piece > 0)
            sent += piece;
        else if (errno != EAGAIN)
            break;
    }
    return night_moved(limit, sent);
}

static ssize_t send_message(struct night_socket_timeout *limit, const struct msghdr *message, int flags) {
    NIGHT_REAL(sendmsg);
    ssize_t sent;
    do
        sent = real(limit->fd, message, flags | MSG_DONTWAIT);
    while (sent < 0 && night_socket_timeout_again(limit, POLLOUT));
    if (sent >= 0 && night_rest(message, (size_t)sent).iov_len > 0 && night_is_a_stream(limit->fd))
        return send_all(limit, message, flags, sent);
    return sent;
}

static ssize_t send_from(struct night_socket_timeout *limit, const void *data, size_t length, int flags) {
    struct iovec piece = {(void *)data, length};
    return send_message(limit, &(struct msghdr){.msg_iov = &piece, .msg_iovlen = 1}, flags);
}

/* Up to the place, and on from there: few programs look whether all was written. */
static ssize_t write_to_place(int fd, const void *data, size_t length) {
    NIGHT_REAL(write);
    size_t whole = length;
    ssize_t written = NIGHT_WRITING(fd, -1, &length, real(fd, data, length));
    if (written <= 0 || (size_t)written == whole || (size_t)written < length)
        return written;
    ssize_t more = real(fd, (const char *)data + written, whole - (size_t)written);
    return more > 0 ? written + more : written;
}

NIGHT_EXPORT ssize_t write(int fd, const void *data, size_t length) {
    NIGHT_REAL(write);
    struct night_socket_timeout limit;
    night_end_catchup();
    if (night_bad_disk_refuses_write(fd, &length))
        return -1;
    if (length == 0 || !night_has_socket_timeout(&limit, fd, SO_SNDTIMEO, 0))
        return night_places ? write_to_place(fd, data, length) : real(fd, data, length);
    return send_from(&limit, data, length, 0);
}

NIGHT_EXPORT ssize_t writev(int fd, const struct iovec *pieces, int count) {
    NIGHT_REAL(writev);
    struct night_socket_timeout limit;
    struct iovec first;
    night_end_catchup();
    if (count > 0 && (count = night_bad_disk_pieces(fd, &pieces, count, &first)) < 0)
        return -1;
    if (count <= 0 || !night_has_socket_timeout(&limit, fd, SO_SNDTIMEO, 0)) {
        size_t length = night_pieces_to_place(fd, -1, &pieces, &count, &first);
        return NIGHT_WRITING(fd, -1, &length, real(fd, pieces, count));
    }
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count};
    return send_message(&limit, &message, 0);
}

NIGHT_EXPORT ssize_t send(int fd, const void *data, size_t length, int flags) {
    NIGHT_REAL(send);
    struct night_socket_timeout limit;
    night_end_catchup();
    if (!night_has_socket_timeout(&limit, fd, SO_SNDTIMEO, flags))
        return real(fd, data, length, flags);
    return send_from(&limit, data, length, flags);
}

NIGHT_EXPORT ssize_t sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to,
                            socklen_t size) {
    NIGHT_REAL(sendto);
    struct night_socket_timeout limit;
    night_end_catchup();
    if (night_refuses_address(to, size))
        return -1;
    if (!night_has_socket_timeout(&limit, fd, SO_SNDTIMEO, flags))
        return real(fd, data, length, flags, to, size);
    struct iovec piece = {(void *)data, length};
    struct msghdr message = {.msg_name = (void *)to, .msg_namelen = size, .msg_iov = &piece, .msg_iovlen = 1};
    return send_message(&limit, &message, flags);
}

NIGHT_EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    NIGHT_REAL(sendmsg);
    struct night_socket_timeout limit;
    night_end_catchup();
    if (night_refuses_address(message->msg_name, message->msg_namelen))
        return -1;
    if (!night_has_socket_timeout(&limit, fd, SO_SNDTIMEO, flags))
        return real(fd, message, flags);
    return send_message(&limit, message, flags);
}

NIGHT_EXPORT int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
    NIGHT_REAL(sendmmsg);
    struct night_socket_timeout limit;
    night_end_catchup();
    if (!night_is_loopback_only() && !night_has_socket_timeout(&limit, fd, SO_SNDTIMEO, flags))
        return real(fd, messages, count, flags);
    int error = errno;
    for (unsigned gone = 0; gone < count; gone++) {
        ssize_t sent = sendmsg(fd, &messages[gone].msg_hdr, flags);
        if (sent < 0 && gone == 0)
            return -1;
        if (sent < 0) {
            errno = error; /* what has gone is success */
            return (int)gone;
        }
        messages[gone].msg_len = (unsigned)sent;
    }
    return (int)count;
}
