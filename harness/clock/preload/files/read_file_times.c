/* Reading a file's times: stat, lstat, fstat, fstatat, statx.
 *
 * What was stamped when the file was closed is the night's already (stamp_on_close.c). What the kernel has stamped
 * since the page has been there, on a file still open, on a directory, as a time of change, is translated
 * (time_map.c). An older time, and one that a program has set, is left alone.
 *
 * Programs reach fstat under three names, of which a C library has two: `fstat` since 2.33, `__fxstat` until then,
 * and either with 64. The kernel has one, with the same layout, so each goes straight to it. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- translating --------------------------------------------------------------------------------- */

static int64_t ns_of(const struct timespec *time) { return night_ns(time->tv_sec, time->tv_nsec); }

static void tell(struct timespec *time, int64_t changed_ns) {
    if (night_is_kernel_stamp(ns_of(time), changed_ns))
        *time = night_timespec(night_time_of_stamp(ns_of(time)));
}

static void tell_all(struct timespec *accessed, struct timespec *modified, struct timespec *changed) {
    int64_t changed_ns = ns_of(changed);
    tell(accessed, changed_ns);
    tell(modified, changed_ns);
    if (!night_is_kernel_stamp(changed_ns, changed_ns))
        return;
    tell(changed, changed_ns);
    /* To stamp a file is to change it, and the kernel's stamp may be from before a jump in the same tick. */
    if (ns_of(modified) > ns_of(changed) && ns_of(modified) <= night_now())
        *changed = *modified;
}

static int told(long result, struct stat *status) {
    if (night_page && result == 0)
        tell_all(&status->st_atim, &status->st_mtim, &status->st_ctim);
    return (int)result;
}

/* ---- stat and its kin ---------------------------------------------------------------------------- */

NIGHT_EXPORT int fstatat(int folder, const char *restrict path, struct stat *restrict status, int flags) {
    return told(night_syscall(SYS_newfstatat, folder, path, status, flags), status);
}

NIGHT_EXPORT int fstat(int fd, struct stat *status) { return told(night_syscall(SYS_fstat, fd, status), status); }

NIGHT_EXPORT int stat(const char *restrict path, struct stat *restrict status) {
    return fstatat(AT_FDCWD, path, status, 0);
}

NIGHT_EXPORT int lstat(const char *restrict path, struct stat *restrict status) {
    return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

/* The same structure under another name, on every machine that the library is for. */
_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "a 64-bit machine has one struct stat");
static struct stat *plain(struct stat64 *status) { return (struct stat *)(void *)status; }

NIGHT_EXPORT int fstatat64(int folder, const char *restrict path, struct stat64 *restrict status, int flags) {
    return fstatat(folder, path, plain(status), flags);
}

NIGHT_EXPORT int fstat64(int fd, struct stat64 *status) { return fstat(fd, plain(status)); }

NIGHT_EXPORT int stat64(const char *restrict path, struct stat64 *restrict status) {
    return stat(path, plain(status));
}

NIGHT_EXPORT int lstat64(const char *restrict path, struct stat64 *restrict status) {
    return lstat(path, plain(status));
}

/* ---- what programs built before glibc 2.33 call -------------------------------------------------- */

/* The first argument is which structure is meant; 64-bit machines have only one. */
int __fxstatat(int version, int folder, const char *path, struct stat *status, int flags);
int __fxstatat64(int version, int folder, const char *path, struct stat64 *status, int flags);
int __fxstat(int version, int fd, struct stat *status);
int __fxstat64(int version, int fd, struct stat64 *status);
int __xstat(int version, const char *path, struct stat *status);
int __xstat64(int version, const char *path, struct stat64 *status);
int __lxstat(int version, const char *path, struct stat *status);
int __lxstat64(int version, const char *path, struct stat64 *status);

NIGHT_EXPORT int __fxstatat(int version, int folder, const char *path, struct stat *status, int flags) {
    (void)version;
    return fstatat(folder, path, status, flags);
}

NIGHT_EXPORT int __fxstatat64(int version, int folder, const char *path, struct stat64 *status, int flags) {
    (void)version;
    return fstatat(folder, path, plain(status), flags);
}

NIGHT_EXPORT int __fxstat(int version, int fd, struct stat *status) {
    (void)version;
    return fstat(fd, status);
}

NIGHT_EXPORT int __fxstat64(int version, int fd, struct stat64 *status) {
    (void)version;
    return fstat(fd, plain(status));
}

NIGHT_EXPORT int __xstat(int version, const char *path, struct stat *status) {
    (void)version;
    return stat(path, status);
}

NIGHT_EXPORT int __xstat64(int version, const char *path, struct stat64 *status) {
    (void)version;
    return stat(path, plain(status));
}

NIGHT_EXPORT int __lxstat(int version, const char *path, struct stat *status) {
    (void)version;
    return lstat(path, status);
}

NIGHT_EXPORT int __lxstat64(int version, const char *path, struct stat64 *status) {
    (void)version;
    return lstat(path, plain(status));
}

/* ---- statx --------------------------------------------------------------------------------------- */

/* The times in a struct statx, which older headers do not have (statx(2); linux/stat.h has the layout). */
struct stamp {
    int64_t seconds;
    uint32_t nanoseconds;
    int32_t reserved;
};
struct stamps {
    char before[64];
    struct stamp accessed, born, changed, modified;
};

static struct timespec time_in(const struct stamp *stamp) {
    return (struct timespec){.tv_sec = stamp->seconds, .tv_nsec = stamp->nanoseconds};
}

static struct stamp stamp_of(const struct timespec *time) {
    return (struct stamp){.seconds = time->tv_sec, .nanoseconds = (uint32_t)time->tv_nsec};
}

NIGHT_EXPORT int statx(int folder, const char *restrict path, int flags, unsigned mask,
                       struct statx *restrict status) {
    static int (*real)(int, const char *, int, unsigned, struct statx *);
    if (!real && !(real = (int (*)(int, const char *, int, unsigned, struct statx *))(uintptr_t)
                       night_symbol_or_null("statx"))) {
        errno = ENOSYS; /* what programs that look for it at run time are prepared for */
        return -1;
    }
    int result = real(folder, path, flags, mask, status);
    if (!night_page || result != 0)
        return result;
    struct stamps *stamps = (struct stamps *)(void *)status;
    struct timespec accessed = time_in(&stamps->accessed), modified = time_in(&stamps->modified),
                    changed = time_in(&stamps->changed), born = time_in(&stamps->born);
    tell_all(&accessed, &modified, &changed);
    tell(&born, ns_of(&born));
    stamps->accessed = stamp_of(&accessed);
    stamps->modified = stamp_of(&modified);
    stamps->changed = stamp_of(&changed);
    stamps->born = stamp_of(&born);
    return result;
}
