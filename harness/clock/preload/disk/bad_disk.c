/* A disk on the landing side that is full, or cannot be written to: refused to this process below one folder.
 *
 * NIGHT_LANDING names a mark and a folder, `MARK:FOLDER`. The mark is a file that the launch has made and every process
 * of the job maps: whether the folder is full or read-only, how many bytes it has room for, how many of them have gone,
 * and how often something was refused, which is how the launch learns that anything was. Without the variable nothing
 * happens at all. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* harness/mocks/scheduler/faults/bad_disk.py writes and reads it: four numbers, little-endian. */
struct mark {
    _Atomic int64_t read_only; /* or else: full, beyond its room */
    _Atomic int64_t room;
    _Atomic int64_t used;
    _Atomic int64_t refused;
};

static struct mark *mark;
static char folder[PATH_MAX];

void night_bad_disk_start(void) {
    const char *variable = getenv("NIGHT_LANDING");
    const char *colon = variable ? strchr(variable, ':') : NULL;
    char path[PATH_MAX];
    if (!colon || (size_t)(colon - variable) >= sizeof path || !realpath(colon + 1, folder))
        return;
    memcpy(path, variable, (size_t)(colon - variable));
    path[colon - variable] = '\0';
    int fd = (int)night_syscall(SYS_openat, (long)AT_FDCWD, (long)path, (long)(O_RDWR | O_CLOEXEC), 0L);
    if (fd < 0)
        return;
    void *at = mmap(NULL, sizeof *mark, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    night_syscall(SYS_close, (long)fd);
    if (at != MAP_FAILED)
        mark = at;
}

bool night_disk_is_bad(void) { return mark != NULL; }

static bool refused(int error) {
    atomic_fetch_add(&mark->refused, 1);
    errno = error;
    return true;
}

/* ---- where ---------------------------------------------------------------------------------------- */

static bool is_below(const char *path) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool file_is_below(int fd) {
    char name[32], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(name, path, sizeof path - 1);
    if (size <= 0)
        return false;
    path[size] = '\0';
    return is_below(path);
}

/* The folder that holds what a path names, as the kernel finds it; what the path names need not be there. */
static bool name_is_below(int at, const char *path) {
    char whole[PATH_MAX], held[PATH_MAX];
    int size;
    if (path[0] == '/' || at == AT_FDCWD)
        size = snprintf(whole, sizeof whole, "%s", path);
    else
        size = snprintf(whole, sizeof whole, "/proc/self/fd/%d/%s", at, path);
    if (size <= 0 || (size_t)size >= sizeof whole)
        return false;
    if (realpath(whole, held)) /* through links, of which the last may lead in or out */
        return is_below(held);
    char *slash = strrchr(whole, '/');
    if (!slash)
        return realpath(".", held) && is_below(held);
    *slash = '\0';
    return realpath(*whole ? whole : "/", held) && is_below(held);
}

/* ---- what ----------------------------------------------------------------------------------------- */

bool night_bad_disk_refuses_name(int at, const char *path) {
    int error = errno;
    if (!mark || !path || !atomic_load(&mark->read_only) || !name_is_below(at, path)) {
        errno = error;
        return false;
    }
    return refused(EROFS);
}

bool night_bad_disk_refuses_open(int at, const char *path, int flags) {
    int error = errno;
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_TRUNC | O_CREAT));
    if (!mark || !path || !writes || !name_is_below(at, path)) {
        errno = error;
        return false;
    }
    struct stat there;
    bool makes = (flags & O_CREAT) && night_syscall(SYS_newfstatat, (long)at, (long)path, (long)&there, 0L) != 0;
    bool reads = (flags & O_ACCMODE) == O_RDONLY && !(flags & O_TRUNC) && !makes;
    errno = error;
    if (atomic_load(&mark->read_only))
        return !reads && refused(EROFS);
    return makes && atomic_load(&mark->used) >= atomic_load(&mark->room) && refused(ENOSPC);
}

bool night_bad_disk_refuses_write(int fd, size_t *length) {
    int error = errno;
    if (!mark || *length == 0 || !file_is_below(fd)) {
        errno = error;
        return false;
    }
    errno = error;
    if (atomic_load(&mark->read_only))
        return refused(EROFS);
    int64_t used = atomic_load(&mark->used), room = atomic_load(&mark->room), taken;
    do {
        taken = room - used < (int64_t)*length ? room - used : (int64_t)*length;
        if (taken <= 0)
            return refused(ENOSPC);
    } while (!atomic_compare_exchange_weak(&mark->used, &used, used + taken));
    *length = (size_t)taken; /* what still fits is written, and the next call is refused, as on a real disk */
    return false;
}
