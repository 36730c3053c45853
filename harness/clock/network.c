/* Sockets: no data may rest in the kernel on a real timer, and a local night stays on this machine.
 *
 * Nagle's algorithm and delayed acknowledgement together keep bytes back for 40 ms while both ends sleep,
 * which looks like silence; so TCP sockets start with TCP_NODELAY. With NIGHT_NETWORK=loopback, whatever
 * would leave the loopback interface fails with ENETUNREACH, and says so. */
#define _GNU_SOURCE
#include "preload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static bool loopback_only;

void night_network_start(void) {
    const char *network = getenv("NIGHT_NETWORK");
    loopback_only = network && strcmp(network, "loopback") == 0;
}

static void without_delay(int fd) {
    int error = errno, on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
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

NIGHT_EXPORT int accept(int listening, struct sockaddr *restrict from, socklen_t *restrict size) {
    NIGHT_REAL(accept);
    int fd = real(listening, from, size);
    if (night_page && fd >= 0)
        without_delay(fd);
    return fd;
}

NIGHT_EXPORT int accept4(int listening, struct sockaddr *restrict from, socklen_t *restrict size, int flags) {
    NIGHT_REAL(accept4);
    int fd = real(listening, from, size, flags);
    if (night_page && fd >= 0)
        without_delay(fd);
    return fd;
}

/* ---- loopback only ------------------------------------------------------------------------------- */

static bool v4_stays(uint32_t address) { return address >> 24 == 127 || address == INADDR_ANY; }

static bool stays(const struct sockaddr *to, socklen_t size) {
    if (to->sa_family == AF_INET && size >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in v4;
        memcpy(&v4, to, sizeof v4);
        return v4_stays(ntohl(v4.sin_addr.s_addr));
    }
    if (to->sa_family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 v6;
        memcpy(&v6, to, sizeof v6);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            uint32_t last;
            memcpy(&last, &v6.sin6_addr.s6_addr[12], sizeof last);
            return v4_stays(ntohl(last));
        }
        return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr);
    }
    return true;
}

static bool refused(const struct sockaddr *to, socklen_t size) {
    if (!loopback_only || !to || size < sizeof(sa_family_t) || stays(to, size))
        return false;
    char address[INET6_ADDRSTRLEN] = "?";
    if (to->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, to, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, address, sizeof address);
        dprintf(2, "night: connection to %s:%d refused: the local stack reaches loopback only\n", address,
                ntohs(v4.sin_port));
    } else {
        struct sockaddr_in6 v6;
        memcpy(&v6, to, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, address, sizeof address);
        dprintf(2, "night: connection to [%s]:%d refused: the local stack reaches loopback only\n", address,
                ntohs(v6.sin6_port));
    }
    errno = ENETUNREACH;
    return true;
}

NIGHT_EXPORT int connect(int fd, const struct sockaddr *to, socklen_t size) {
    NIGHT_REAL(connect);
    return refused(to, size) ? -1 : real(fd, to, size);
}

NIGHT_EXPORT ssize_t sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to,
                            socklen_t size) {
    NIGHT_REAL(sendto);
    return refused(to, size) ? -1 : real(fd, data, length, flags, to, size);
}

NIGHT_EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    NIGHT_REAL(sendmsg);
    return refused(message->msg_name, message->msg_namelen) ? -1 : real(fd, message, flags);
}
