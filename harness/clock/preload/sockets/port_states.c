/* What a fault has made of a TCP port: before a connection is made, the wire is asked.
 *
 * A port on which no program listens is refused by the kernel, and a packet that is dropped is dropped there too, so
 * that no program behind the port could count either or choose one. So the question goes another way: the wire
 * listens on a unix socket beside the clock page, `ports/PORT`, which is there only while a fault is armed; it is told
 * who asks, in a line, and says `pass`, `refused` or `silence PORT`: of the same host, a port that drops every packet
 * (harness/mocks/wire/port_states.py). */
#define _GNU_SOURCE
#include "preload/entry/exec.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/un.h>

static char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];

void night_port_states_start(const char *page) {
    const char *slash = strrchr(page, '/');
    int length = slash ? (int)(slash - page) : 1;
    if (snprintf(folder, sizeof folder, "%.*s/ports", length, slash ? page : ".") >= (int)sizeof folder)
        folder[0] = '\0';
}

/* Where the port is in an address of the internet; NULL in any other. */
in_port_t *night_port_in(struct sockaddr_storage *address) {
    switch (address->ss_family) {
    case AF_INET:
        return &((struct sockaddr_in *)address)->sin_port;
    case AF_INET6:
        return &((struct sockaddr_in6 *)address)->sin6_port;
    default:
        return NULL;
    }
}

static bool ask(unsigned port, char *answer, size_t room) {
    struct sockaddr_un wire = {.sun_family = AF_UNIX};
    if (snprintf(wire.sun_path, sizeof wire.sun_path, "%s/%u", folder, port) >= (int)sizeof wire.sun_path)
        return false;
    long fd = night_syscall(SYS_socket, (long)AF_UNIX, (long)(SOCK_STREAM | SOCK_CLOEXEC), 0L);
    if (fd < 0)
        return false;
    size_t got = 0;
    if (night_syscall(SYS_connect, fd, (long)&wire, (long)sizeof wire) == 0) {
        char said[256]; /* who asks; the wire needs no more of it */
        const char *name = night_component();
        snprintf(said, sizeof said, "%s\n", name ? name : "");
        night_syscall(SYS_sendto, fd, (long)said, (long)strlen(said), (long)MSG_NOSIGNAL, 0L, 0L);
        long piece;
        while (got < room - 1 &&
               ((piece = night_syscall(SYS_read, fd, (long)(answer + got), (long)(room - 1 - got))) > 0 ||
                (piece < 0 && errno == EINTR)))
            got += piece > 0 ? (size_t)piece : 0;
    }
    night_syscall(SYS_close, fd);
    answer[got] = '\0';
    return got > 0;
}

enum night_port_state night_ask_port_state(int fd, const struct sockaddr *to, socklen_t size,
                                           struct sockaddr_storage *instead) {
    if (!night_page || !folder[0] || !to || size < sizeof(sa_family_t) || size > sizeof *instead)
        return NIGHT_PORT_PASSES;
    int error = errno, type = 0;
    socklen_t room = sizeof type;
    enum night_port_state state = NIGHT_PORT_PASSES;
    char answer[32];
    memcpy(instead, to, size);
    in_port_t *port = night_port_in(instead);
    if (port && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &room) == 0 && type == SOCK_STREAM &&
        ask(ntohs(*port), answer, sizeof answer)) {
        unsigned silent;
        if (strcmp(answer, "refused\n") == 0) {
            state = NIGHT_PORT_REFUSED;
        } else if (sscanf(answer, "silence %u\n", &silent) == 1) {
            *port = htons((in_port_t)silent);
            state = NIGHT_PORT_SILENT;
        }
    }
    errno = error;
    return state;
}
