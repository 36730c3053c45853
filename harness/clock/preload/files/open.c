/* Opening a file: open, openat, creat, fopen, freopen, mkstemp and their kin, which mark what is opened for writing.
 *
 * Each is the real call, and what it opened is told to stamp_on_close.c; where the landing side's disk is bad
 * (bad_disk.c), it is refused before. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- open ---------------------------------------------------------------------------------------- */

static mode_t mode_of(int flags, va_list rest) {
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

NIGHT_EXPORT int open(const char *path, int flags, ...) {
    NIGHT_REAL(open);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, flags))
        return -1;
    return night_mark_opened(real(path, flags, mode), flags);
}

NIGHT_EXPORT int open64(const char *path, int flags, ...) {
    NIGHT_REAL(open64);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, flags))
        return -1;
    return night_mark_opened(real(path, flags, mode), flags);
}

NIGHT_EXPORT int openat(int folder, const char *path, int flags, ...) {
    NIGHT_REAL(openat);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    if (night_bad_disk_refuses_open(folder, path, flags))
        return -1;
    return night_mark_opened(real(folder, path, flags, mode), flags);
}

NIGHT_EXPORT int openat64(int folder, const char *path, int flags, ...) {
    NIGHT_REAL(openat64);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    if (night_bad_disk_refuses_open(folder, path, flags))
        return -1;
    return night_mark_opened(real(folder, path, flags, mode), flags);
}

NIGHT_EXPORT int creat(const char *path, mode_t mode) {
    NIGHT_REAL(creat);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC))
        return -1;
    return night_mark_opened(real(path, mode), O_WRONLY | O_CREAT | O_TRUNC);
}

NIGHT_EXPORT int creat64(const char *path, mode_t mode) {
    NIGHT_REAL(creat64);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC))
        return -1;
    return night_mark_opened(real(path, mode), O_WRONLY | O_CREAT | O_TRUNC);
}

/* What open and its kin become in a program that is built with _FORTIFY_SOURCE, where no mode is given. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags);

NIGHT_EXPORT int __open_2(const char *path, int flags) {
    NIGHT_REAL(__open_2);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, flags))
        return -1;
    return night_mark_opened(real(path, flags), flags);
}

NIGHT_EXPORT int __open64_2(const char *path, int flags) {
    NIGHT_REAL(__open64_2);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, flags))
        return -1;
    return night_mark_opened(real(path, flags), flags);
}

NIGHT_EXPORT int __openat_2(int folder, const char *path, int flags) {
    NIGHT_REAL(__openat_2);
    if (night_bad_disk_refuses_open(folder, path, flags))
        return -1;
    return night_mark_opened(real(folder, path, flags), flags);
}

NIGHT_EXPORT int __openat64_2(int folder, const char *path, int flags) {
    NIGHT_REAL(__openat64_2);
    if (night_bad_disk_refuses_open(folder, path, flags))
        return -1;
    return night_mark_opened(real(folder, path, flags), flags);
}

/* ---- fopen --------------------------------------------------------------------------------------- */

static int flags_of(const char *mode) {
    if (*mode == 'w')
        return O_WRONLY | O_CREAT | O_TRUNC;
    if (*mode == 'a')
        return O_WRONLY | O_CREAT;
    return strcspn(mode, "+") < strcspn(mode, ",") ? O_RDWR : O_RDONLY; /* an encoding may follow the comma */
}

static FILE *opened(FILE *file, const char *mode) {
    if (night_page && file)
        night_mark_opened(fileno(file), flags_of(mode));
    return file;
}

NIGHT_EXPORT FILE *fopen(const char *restrict path, const char *restrict mode) {
    NIGHT_REAL(fopen);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, flags_of(mode)))
        return NULL;
    return opened(real(path, mode), mode);
}

NIGHT_EXPORT FILE *fopen64(const char *restrict path, const char *restrict mode) {
    NIGHT_REAL(fopen64);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, flags_of(mode)))
        return NULL;
    return opened(real(path, mode), mode);
}

NIGHT_EXPORT FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict file) {
    NIGHT_REAL(freopen);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, flags_of(mode)))
        return NULL;
    night_stamp_stream(file);
    return opened(real(path, mode, file), mode);
}

NIGHT_EXPORT FILE *freopen64(const char *restrict path, const char *restrict mode, FILE *restrict file) {
    NIGHT_REAL(freopen64);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, flags_of(mode)))
        return NULL;
    night_stamp_stream(file);
    return opened(real(path, mode, file), mode);
}

/* ---- mkstemp ------------------------------------------------------------------------------------- */

#define A_NEW_FILE (O_RDWR | O_CREAT | O_EXCL)

NIGHT_EXPORT int mkstemp(char *path) {
    NIGHT_REAL(mkstemp);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, A_NEW_FILE))
        return -1;
    return night_mark_opened(real(path), A_NEW_FILE);
}

NIGHT_EXPORT int mkstemp64(char *path) {
    NIGHT_REAL(mkstemp64);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, A_NEW_FILE))
        return -1;
    return night_mark_opened(real(path), A_NEW_FILE);
}

NIGHT_EXPORT int mkostemp(char *path, int flags) {
    NIGHT_REAL(mkostemp);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, A_NEW_FILE))
        return -1;
    return night_mark_opened(real(path, flags), A_NEW_FILE);
}

NIGHT_EXPORT int mkostemp64(char *path, int flags) {
    NIGHT_REAL(mkostemp64);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, A_NEW_FILE))
        return -1;
    return night_mark_opened(real(path, flags), A_NEW_FILE);
}

NIGHT_EXPORT int mkstemps(char *path, int suffix) {
    NIGHT_REAL(mkstemps);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, A_NEW_FILE))
        return -1;
    return night_mark_opened(real(path, suffix), A_NEW_FILE);
}

NIGHT_EXPORT int mkstemps64(char *path, int suffix) {
    NIGHT_REAL(mkstemps64);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, A_NEW_FILE))
        return -1;
    return night_mark_opened(real(path, suffix), A_NEW_FILE);
}

NIGHT_EXPORT int mkostemps(char *path, int suffix, int flags) {
    NIGHT_REAL(mkostemps);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, A_NEW_FILE))
        return -1;
    return night_mark_opened(real(path, suffix, flags), A_NEW_FILE);
}

NIGHT_EXPORT int mkostemps64(char *path, int suffix, int flags) {
    NIGHT_REAL(mkostemps64);
    if (night_bad_disk_refuses_open(AT_FDCWD, path, A_NEW_FILE))
        return -1;
    return night_mark_opened(real(path, suffix, flags), A_NEW_FILE);
}
