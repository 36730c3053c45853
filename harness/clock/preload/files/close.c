/* Closing a file, or giving its number to another: close, fclose, dup, dup2, dup3, fcntl, _exit, which stamp it.
 *
 * Each leaves what it is about to close to stamp_on_close.c, and is then the real call. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

NIGHT_EXPORT int close(int fd) {
    NIGHT_REAL(close);
    night_stamp_closing(fd);
    return real(fd);
}

/* What is still in the stream's buffer would be written after the file is stamped. */
void night_stamp_stream(FILE *file) {
    int error = errno, fd = night_page ? fileno(file) : -1;
    if (night_is_marked(fd)) {
        fflush(file);
        night_stamp_closing(fd);
    }
    errno = error;
}

NIGHT_EXPORT int fclose(FILE *file) {
    NIGHT_REAL(fclose);
    night_stamp_stream(file);
    return real(file);
}

/* ---- numbers ------------------------------------------------------------------------------------- */

NIGHT_EXPORT int dup(int fd) {
    NIGHT_REAL(dup);
    return night_mark_copied(fd, real(fd));
}

NIGHT_EXPORT int dup2(int from, int to) {
    NIGHT_REAL(dup2);
    if (from == to)
        return real(from, to);
    night_stamp_closing(to);
    return night_mark_copied(from, real(from, to));
}

NIGHT_EXPORT int dup3(int from, int to, int flags) {
    NIGHT_REAL(dup3);
    if (from != to)
        night_stamp_closing(to);
    return night_mark_copied(from, real(from, to, flags));
}

static int duplicated(int fd, int command, int result) {
    return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? night_mark_copied(fd, result) : result;
}

NIGHT_EXPORT int fcntl(int fd, int command, ...) {
    NIGHT_REAL(fcntl);
    va_list rest;
    va_start(rest, command);
    void *given = va_arg(rest, void *); /* a number, a pointer or nothing: passed on as the C library does */
    va_end(rest);
    return duplicated(fd, command, real(fd, command, given));
}

/* Since glibc 2.28, and the same function on a 64-bit machine. */
int fcntl64(int fd, int command, ...);

NIGHT_EXPORT int fcntl64(int fd, int command, ...) {
    va_list rest;
    va_start(rest, command);
    void *given = va_arg(rest, void *);
    va_end(rest);
    return fcntl(fd, command, given);
}

/* ---- the end ------------------------------------------------------------------------------------- */

NIGHT_EXPORT void _exit(int status) {
    NIGHT_REAL(_exit);
    night_stamp_all();
    real(status);
    abort(); /* never reached, which the compiler cannot know */
}

NIGHT_EXPORT void _Exit(int status) { _exit(status); }
