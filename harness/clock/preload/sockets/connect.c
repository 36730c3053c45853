/* Making connections: socket, accept, accept4, connect.
 *
 * Nagle's algorithm and delayed acknowledgement together keep bytes back for 40 ms while both ends sleep,
 * which looks like silence; so TCP sockets start with TCP_NODELAY. Where a socket has a limit of its own
 * (socket_timeouts.c), it also ends the wait for a connection. */
#define _GNU_SOURCE
#include "preload/sockets/socket_timeouts.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

static void without_delay(int fd) {
    NIGHT_REAL(setsockopt);
    int error = errno, on = 1;
    real(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    errno = error;
}

NIGHT_EXPORT int socket(int domain, int type, int protocol) {
    NIGHT_REAL(socket);
    int fd = real(domain, type, protocol);
    bool internet = domain == AF_INET || domain == AF_INET6;
    if (night_page && fd >= 0 && internet && (type & 0xf) == SOCK_STREAM)
        without_delay(fd);
    return fd;
}

/* ---- accept -------------------------------------------------------------------------------------- */

/* Whether there is a connection to take, or no limit to the wait for one. (Should another thread take it first, the
 * real call waits, and only the kernel's own limit ends it.) */
static bool has_connection(int listening) {
    struct night_socket_timeout limit;
    return !night_has_socket_timeout(&limit, listening, SO_RCVTIMEO, 0) ||
           night_socket_timeout_wait(&limit, POLLIN) != 0;
}

NIGHT_EXPORT int accept(int listening, struct sockaddr *restrict from, socklen_t *restrict size) {
    NIGHT_REAL(accept);
    int fd = has_connection(listening) ? real(listening, from, size) : -1;
    if (night_page && fd >= 0)
        without_delay(fd);
    return fd;
}

NIGHT_EXPORT int accept4(int listening, struct sockaddr *restrict from, socklen_t *restrict size, int flags) {
    NIGHT_REAL(accept4);
    int fd = has_connection(listening) ? real(listening, from, size, flags) : -1;
    if (night_page && fd >= 0)
        without_delay(fd);
    return fd;
}

/* ---- connect ------------------------------------------------------------------------------------- */

/* There is no flag that makes one call not block, so the socket does not block meanwhile. */
static int try_to_connect(int fd, const struct sockaddr *to, socklen_t size) {
    NIGHT_REAL(connect);
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    int result = real(fd, to, size), error = errno;
    fcntl(fd, F_SETFL, flags);
    errno = error;
    return result;
}

static int connect_until(struct night_socket_timeout *limit, const struct sockaddr *to, socklen_t size) {
    int result;
    do
        result = try_to_connect(limit->fd, to, size);
    while (result < 0 && night_socket_timeout_again(limit, POLLOUT)); /* the queue of a local socket is full */
    if (result == 0 || (errno != EINPROGRESS && errno != EALREADY))
        return result;
    int underway = errno, error = 0;
    socklen_t room = sizeof error;
    if (night_socket_timeout_wait(limit, POLLOUT) == 0) {
        errno = errno == EAGAIN ? underway : errno;
        return -1;
    }
    bool connected = getsockopt(limit->fd, SOL_SOCKET, SO_ERROR, &error, &room) == 0 && error == 0;
    errno = connected ? limit->error : error;
    if (connected)
        return 0;
    return -1;
}

/* There is no answer: the call lasts as long as Linux itself tries, by its own settings. A program that polls has its
 * own limit. */
#define TRIED_FOR_NS (127 * NIGHT_SECOND_NS)

static int connect_unanswered(int fd, const struct sockaddr *to, socklen_t size) {
    int result = try_to_connect(fd, to, size);
    if (result == 0 || errno != EINPROGRESS || (fcntl(fd, F_GETFL) & O_NONBLOCK))
        return result;
    struct night_socket_timeout limit = {.fd = fd, .since_ns = night_look_monotonic()};
    limit.deadline_ns = night_after(limit.since_ns, TRIED_FOR_NS);
    if (night_socket_timeout_wait(&limit, POLLOUT) == 0)
        errno = errno == EAGAIN ? ETIMEDOUT : errno;
    return -1;
}

NIGHT_EXPORT int connect(int fd, const struct sockaddr *to, socklen_t size) {
    NIGHT_REAL(connect);
    struct night_socket_timeout limit;
    struct sockaddr_storage instead;
    night_end_catchup();
    if (night_refuses_address(to, size))
        return -1;
    enum night_port_state state = night_ask_port_state(fd, to, size, &instead);
    if (state == NIGHT_PORT_REFUSED) {
        errno = ECONNREFUSED;
        return -1;
    }
    if (state == NIGHT_PORT_SILENT)
        to = (const struct sockaddr *)&instead;
    else
        night_tell_caller(fd, to, size);
    if (night_has_socket_timeout(&limit, fd, SO_SNDTIMEO, 0))
        return connect_until(&limit, to, size);
    return state == NIGHT_PORT_SILENT ? connect_unanswered(fd, to, size) : real(fd, to, size);
}
