/* Places in a job's work: the nth byte of a file, a rename. Who comes to one says so, and waits for the answer.
 *
 * NIGHT_PLACES names a file that the launch has made, a place a line: its kind (`w`rite, `b`efore a rename, `a`fter it),
 * the byte, a folder and a pattern, between tabs. Beside it, with `.sock` after its name, the scheduler listens. It
 * answers when the fault has acted: what was to be killed or stopped never comes back from here, or not before its time.
 * A write is cut at the byte, so that this byte is on the disk then and the next is not. Without the variable nothing
 * happens at all. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST 16 /* harness/mocks/scheduler/faults/places.py writes no more */

static struct place {
    char kind;
    int64_t byte;
    char folder[PATH_MAX];
    char pattern[NAME_MAX + 1];
} places[MOST];
static struct sockaddr_un listener = {.sun_family = AF_UNIX};

int night_places;

static bool read_place(char *line, struct place *place) {
    char *kind = strsep(&line, "\t"), *byte = strsep(&line, "\t"), *folder = strsep(&line, "\t");
    if (!line || !realpath(folder, place->folder) || strlen(line) >= sizeof place->pattern)
        return false;
    place->kind = *kind;
    place->byte = atoll(byte);
    strcpy(place->pattern, line);
    return true;
}

void night_places_start(void) {
    const char *path = getenv("NIGHT_PLACES");
    static char text[MOST * (PATH_MAX + NAME_MAX + 32)];
    if (!path || snprintf(listener.sun_path, sizeof listener.sun_path, "%s.sock", path) >= (int)sizeof listener.sun_path)
        return;
    int fd = (int)night_syscall(SYS_openat, (long)AT_FDCWD, (long)path, (long)(O_RDONLY | O_CLOEXEC), 0L);
    if (fd < 0)
        return;
    long size = night_syscall(SYS_read, (long)fd, (long)text, (long)sizeof text - 1);
    night_syscall(SYS_close, (long)fd);
    char *rest = text, *line;
    while (size > 0 && night_places < MOST && (line = strsep(&rest, "\n")) && *line) {
        if (!read_place(line, &places[night_places]))
            places[night_places].kind = '-'; /* it keeps its number, by which the scheduler knows it */
        night_places++;
    }
}

/* ---- where ---------------------------------------------------------------------------------------- */

/* A pattern with a slash is of the path below the folder, another one of the file's name. */
static bool is_at(const struct place *place, const char *path) {
    size_t length = strlen(place->folder);
    if (strncmp(path, place->folder, length) != 0 || path[length] != '/')
        return false;
    const char *name = strchr(place->pattern, '/') ? path + length + 1 : strrchr(path, '/') + 1;
    return fnmatch(place->pattern, name, 0) == 0;
}

static bool path_of_file(int fd, char path[PATH_MAX]) {
    char name[32];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(name, path, PATH_MAX - 1);
    if (size <= 0 || path[0] != '/')
        return false;
    path[size] = '\0';
    return true;
}

/* The name that a rename gives, which nobody may have yet: its folder as the kernel finds it, and the last part. */
static bool path_of_name(int at, const char *name, char path[PATH_MAX]) {
    char whole[PATH_MAX], *slash;
    int size = name[0] == '/' || at == AT_FDCWD ? snprintf(whole, sizeof whole, "%s%s", name[0] == '/' ? "" : "./", name)
                                                : snprintf(whole, sizeof whole, "/proc/self/fd/%d/%s", at, name);
    if (size <= 0 || (size_t)size >= sizeof whole || !(slash = strrchr(whole, '/')))
        return false;
    *slash = '\0';
    if (!realpath(*whole ? whole : "/", path) || strlen(path) + strlen(slash + 1) + 2 > PATH_MAX)
        return false;
    strcat(path, "/");
    strcat(path, slash + 1);
    return true;
}

/* ---- told ----------------------------------------------------------------------------------------- */

/* Nobody listens any more when the scheduler's night is over, or while its process is being started again. */
static void tell(const struct place *place, const char *path) {
    char said[PATH_MAX + 32], answer;
    int size = snprintf(said, sizeof said, "%d %s\n", (int)(place - places), path + strlen(place->folder) + 1);
    long fd = night_syscall(SYS_socket, (long)AF_UNIX, (long)(SOCK_STREAM | SOCK_CLOEXEC), 0L);
    if (fd < 0)
        return;
    if (night_syscall(SYS_connect, fd, (long)&listener, (long)sizeof listener) == 0 &&
        night_syscall(SYS_write, fd, (long)said, (long)size) == size)
        while (night_syscall(SYS_read, fd, (long)&answer, 1L) < 0 && errno == EINTR)
            ;
    night_syscall(SYS_close, fd);
}

static int64_t offset_of(int fd) {
    struct stat status;
    int flags = (int)night_syscall(SYS_fcntl, (long)fd, (long)F_GETFL, 0L);
    if (flags >= 0 && (flags & O_APPEND))
        return night_syscall(SYS_fstat, (long)fd, (long)&status) == 0 ? status.st_size : -1;
    return night_syscall(SYS_lseek, (long)fd, 0L, (long)SEEK_CUR);
}

bool night_is_watched(int fd) {
    char path[PATH_MAX];
    int error = errno;
    bool watched = false;
    if (path_of_file(fd, path))
        for (struct place *place = places; place < places + night_places; place++)
            watched |= place->kind == 'w' && is_at(place, path);
    errno = error;
    return watched;
}

struct night_reach night_reach_begin(int fd, int64_t at, size_t *length) {
    struct night_reach reach = {.fd = -1};
    char path[PATH_MAX];
    int error = errno;
    if (*length > 0 && path_of_file(fd, path) && (at >= 0 || (at = offset_of(fd)) >= 0)) {
        for (struct place *place = places; place < places + night_places; place++)
            if (place->kind == 'w' && at < place->byte && place->byte - at <= (int64_t)*length && is_at(place, path)) {
                *length = (size_t)(place->byte - at);
                reach = (struct night_reach){fd, place->byte, (int64_t)*length};
            }
    }
    errno = error;
    return reach;
}

void night_reach_end(struct night_reach reach, int64_t written) {
    char path[PATH_MAX];
    int error = errno;
    if (reach.fd >= 0 && written == reach.length && path_of_file(reach.fd, path)) {
        for (struct place *place = places; place < places + night_places; place++)
            if (place->kind == 'w' && place->byte == reach.byte && is_at(place, path))
                tell(place, path);
    }
    errno = error;
}

void night_place_of_name(char kind, int at, const char *name) {
    char path[PATH_MAX];
    int error = errno;
    if (name && path_of_name(at, name, path)) {
        for (struct place *place = places; place < places + night_places; place++)
            if (place->kind == kind && is_at(place, path))
                tell(place, path);
    }
    errno = error;
}
