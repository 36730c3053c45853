/* Who makes a connection: before a process connects to a mock, it writes down from which port it will come.
 *
 * TCP does not say which program is at the other end, and a proxy hides even its address. So there is a file beside the
 * clock page for each port on which a mock listens, `callers/PORT`, and in it a place for each port from which a
 * connection can come. What is written there is NIGHT_COMPONENT: a job's name, in all of its processes. For that the
 * port has to be known before the connection is there, and the socket gets it here instead of in connect(); where none
 * can be had, connect() does as it always does, and nobody knows who it was (harness/mocks/core/callers.py). */
#define _GNU_SOURCE
#include "preload/entry/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PLACE_BYTES 64 /* harness/mocks/core/callers.py has the same */

static char folder[4096];

void night_callers_start(const char *page) {
    const char *slash = strrchr(page, '/');
    int length = slash ? (int)(slash - page) : 1;
    if (snprintf(folder, sizeof folder, "%.*s/callers", length, slash ? page : ".") >= (int)sizeof folder)
        folder[0] = '\0';
}

/* The port that it has, or is given now; 0 when it cannot have one. */
static unsigned own_port(int fd) {
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &size) < 0)
        return 0;
    in_port_t *port = night_port_in(&own);
    if (!port)
        return 0;
    if (*port == 0 && (night_syscall(SYS_bind, (long)fd, (long)&own, (long)size) < 0 ||
                       getsockname(fd, (struct sockaddr *)&own, &size) < 0))
        return 0;
    return ntohs(*port);
}

void night_tell_caller(int fd, const struct sockaddr *to, socklen_t size) {
    struct sockaddr_storage address = {0};
    const char *name = night_component();
    if (!night_page || !folder[0] || !name || !to || size < sizeof(sa_family_t) || size > sizeof address)
        return;
    int error = errno;
    memcpy(&address, to, size);
    in_port_t *port = night_port_in(&address);
    char path[sizeof folder + 16], place[PLACE_BYTES] = "";
    unsigned from;
    if (port && snprintf(path, sizeof path, "%s/%u", folder, ntohs(*port)) > 0) {
        long file = night_syscall(SYS_openat, (long)AT_FDCWD, (long)path, (long)(O_WRONLY | O_CLOEXEC), 0L);
        if (file >= 0 && (from = own_port(fd)) != 0) {
            snprintf(place, sizeof place, "%s", name);
            night_syscall(SYS_pwrite64, file, (long)place, (long)sizeof place, (long)from * PLACE_BYTES);
        }
        if (file >= 0)
            night_syscall(SYS_close, file);
    }
    errno = error;
}
