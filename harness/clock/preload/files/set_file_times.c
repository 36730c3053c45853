/* Setting a file's times: utimensat, futimens, utimes, lutimes, futimes, futimesat, utime.
 *
 * "Now" is the night's. Times that are given pass through; only one that would look like the kernel's own, which it
 * can in a night about the same hours as the real time, is rounded to the microsecond that says it is not. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

static struct timespec as_set(const struct timespec *given) {
    int64_t ns = night_ns(given->tv_sec, given->tv_nsec);
    bool is_a_time = given->tv_nsec >= 0 && given->tv_nsec < NIGHT_SECOND_NS;
    return is_a_time && night_is_kernel_stamp(ns, 0) ? night_timespec((ns + 500) / 1000 * 1000) : *given;
}

static void set(struct timespec *times, const struct timespec *given) {
    struct timespec now = night_timespec(night_now_as_stamp());
    for (int i = 0; i < 2; i++) {
        if (!given || given[i].tv_nsec == UTIME_NOW)
            times[i] = now;
        else
            times[i] = as_set(&given[i]);
    }
}

/* A user that may write to another's file may set its times to the kernel's now, and to nothing else. */
static bool may_only_be_now(int result) { return result < 0 && errno == EPERM; }

NIGHT_EXPORT int utimensat(int folder, const char *path, const struct timespec given[2], int flags) {
    NIGHT_REAL(utimensat);
    if (!night_page)
        return real(folder, path, given, flags);
    struct timespec times[2];
    set(times, given);
    int result = real(folder, path, times, flags);
    return may_only_be_now(result) ? real(folder, path, given, flags) : result;
}

NIGHT_EXPORT int futimens(int fd, const struct timespec given[2]) {
    NIGHT_REAL(futimens);
    if (!night_page)
        return real(fd, given);
    struct timespec times[2];
    set(times, given);
    int result = real(fd, times);
    return may_only_be_now(result) ? real(fd, given) : result;
}

NIGHT_EXPORT int utimes(const char *path, const struct timeval given[2]) {
    NIGHT_REAL(utimes);
    return night_page && !given ? utimensat(AT_FDCWD, path, NULL, 0) : real(path, given);
}

NIGHT_EXPORT int lutimes(const char *path, const struct timeval given[2]) {
    NIGHT_REAL(lutimes);
    return night_page && !given ? utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW) : real(path, given);
}

NIGHT_EXPORT int futimes(int fd, const struct timeval given[2]) {
    NIGHT_REAL(futimes);
    return night_page && !given ? futimens(fd, NULL) : real(fd, given);
}

NIGHT_EXPORT int futimesat(int folder, const char *path, const struct timeval given[2]) {
    NIGHT_REAL(futimesat);
    return night_page && path && !given ? utimensat(folder, path, NULL, 0) : real(folder, path, given);
}

NIGHT_EXPORT int utime(const char *path, const struct utimbuf *given) {
    NIGHT_REAL(utime);
    return night_page && !given ? utimensat(AT_FDCWD, path, NULL, 0) : real(path, given);
}
