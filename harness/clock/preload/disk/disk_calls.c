/* The calls that change what is on a disk: pwrite and its kin, copying inside the kernel, making room, and changing
 * names; refused where the landing side's disk is full or read-only (bad_disk.c), told where a fault waits (places.c).
 *
 * open and write are elsewhere, for they do more; each ends up here in the same questions. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- bytes ---------------------------------------------------------------------------------------- */

NIGHT_EXPORT ssize_t pwrite(int fd, const void *data, size_t length, off_t at) {
    NIGHT_REAL(pwrite);
    return night_bad_disk_refuses_write(fd, &length) ? -1 : NIGHT_WRITING(fd, at, &length, real(fd, data, length, at));
}

NIGHT_EXPORT ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) {
    NIGHT_REAL(pwrite64);
    return night_bad_disk_refuses_write(fd, &length) ? -1 : NIGHT_WRITING(fd, at, &length, real(fd, data, length, at));
}

/* Of several pieces, as many are written as fit whole; of the first, as much of it as fits. */
static int that_fit(const struct iovec *pieces, int count, size_t length, struct iovec *first) {
    int fit = 0;
    for (; fit < count && pieces[fit].iov_len <= length; fit++)
        length -= pieces[fit].iov_len;
    if (fit > 0 || count <= 0)
        return fit;
    *first = (struct iovec){pieces[0].iov_base, length};
    return 0;
}

static size_t length_of(const struct iovec *pieces, int count) {
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += pieces[i].iov_len;
    return length;
}

int night_bad_disk_pieces(int fd, const struct iovec **pieces, int count, struct iovec *first) {
    if (!night_disk_is_bad() || count <= 0)
        return count;
    size_t length = length_of(*pieces, count), whole = length;
    if (night_bad_disk_refuses_write(fd, &length))
        return -1;
    if (length == whole)
        return count;
    int fit = that_fit(*pieces, count, length, first);
    if (fit > 0)
        return fit;
    *pieces = first;
    return 1;
}

size_t night_pieces_to_place(int fd, int64_t at, const struct iovec **pieces, int *count, struct iovec *first) {
    if (!night_places || *count <= 0)
        return 0;
    size_t whole = length_of(*pieces, *count), length = whole;
    night_reach_begin(fd, at, &length);
    if (length == whole)
        return whole;
    struct iovec part;
    int fit = that_fit(*pieces, *count, length, &part);
    if (fit == 0) {
        *first = part;
        *pieces = first;
        *count = 1;
        return length;
    }
    *count = fit;
    return length_of(*pieces, fit);
}

NIGHT_EXPORT ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t at) {
    NIGHT_REAL(pwritev);
    struct iovec first;
    int fit = night_bad_disk_pieces(fd, &pieces, count, &first);
    if (fit < 0 && count > 0)
        return -1;
    size_t length = night_pieces_to_place(fd, at, &pieces, &fit, &first);
    return NIGHT_WRITING(fd, at, &length, real(fd, pieces, fit, at));
}

NIGHT_EXPORT ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t at) {
    NIGHT_REAL(pwritev64);
    struct iovec first;
    int fit = night_bad_disk_pieces(fd, &pieces, count, &first);
    if (fit < 0 && count > 0)
        return -1;
    size_t length = night_pieces_to_place(fd, at, &pieces, &fit, &first);
    return NIGHT_WRITING(fd, at, &length, real(fd, pieces, fit, at));
}

NIGHT_EXPORT ssize_t pwritev2(int fd, const struct iovec *pieces, int count, off_t at, int flags) {
    NIGHT_REAL(pwritev2);
    struct iovec first;
    int fit = night_bad_disk_pieces(fd, &pieces, count, &first);
    if (fit < 0 && count > 0)
        return -1;
    size_t length = night_pieces_to_place(fd, at, &pieces, &fit, &first);
    return NIGHT_WRITING(fd, at, &length, real(fd, pieces, fit, at, flags));
}

NIGHT_EXPORT ssize_t pwritev64v2(int fd, const struct iovec *pieces, int count, off64_t at, int flags) {
    NIGHT_REAL(pwritev64v2);
    struct iovec first;
    int fit = night_bad_disk_pieces(fd, &pieces, count, &first);
    if (fit < 0 && count > 0)
        return -1;
    size_t length = night_pieces_to_place(fd, at, &pieces, &fit, &first);
    return NIGHT_WRITING(fd, at, &length, real(fd, pieces, fit, at, flags));
}

NIGHT_EXPORT ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length,
                                     unsigned flags) {
    NIGHT_REAL(copy_file_range);
    return night_bad_disk_refuses_write(to, &length) ? -1 : NIGHT_WRITING(to, to_at ? *to_at : -1, &length, real(from, from_at, to, to_at, length, flags));
}

NIGHT_EXPORT ssize_t sendfile(int to, int from, off_t *at, size_t length) {
    NIGHT_REAL(sendfile);
    return night_bad_disk_refuses_write(to, &length) ? -1 : NIGHT_WRITING(to, -1, &length, real(to, from, at, length));
}

NIGHT_EXPORT ssize_t sendfile64(int to, int from, off64_t *at, size_t length) {
    NIGHT_REAL(sendfile64);
    return night_bad_disk_refuses_write(to, &length) ? -1 : NIGHT_WRITING(to, -1, &length, real(to, from, at, length));
}

/* Room is given whole or not at all. */
static bool has_no_room(int fd, off64_t length) {
    size_t fits = (size_t)length;
    if (length <= 0)
        return false;
    if (night_bad_disk_refuses_write(fd, &fits))
        return true;
    if (fits == (size_t)length)
        return false;
    return night_bad_disk_refuses_write(fd, &(size_t){1});
}

NIGHT_EXPORT int fallocate(int fd, int mode, off_t at, off_t length) {
    NIGHT_REAL(fallocate);
    return has_no_room(fd, length) ? -1 : real(fd, mode, at, length);
}

NIGHT_EXPORT int fallocate64(int fd, int mode, off64_t at, off64_t length) {
    NIGHT_REAL(fallocate64);
    return has_no_room(fd, length) ? -1 : real(fd, mode, at, length);
}

NIGHT_EXPORT int posix_fallocate(int fd, off_t at, off_t length) {
    NIGHT_REAL(posix_fallocate);
    return has_no_room(fd, length) ? errno : real(fd, at, length);
}

NIGHT_EXPORT int posix_fallocate64(int fd, off64_t at, off64_t length) {
    NIGHT_REAL(posix_fallocate64);
    return has_no_room(fd, length) ? errno : real(fd, at, length);
}

/* ---- names ---------------------------------------------------------------------------------------- */

NIGHT_EXPORT int truncate(const char *path, off_t length) {
    NIGHT_REAL(truncate);
    return night_bad_disk_refuses_name(AT_FDCWD, path) ? -1 : real(path, length);
}

NIGHT_EXPORT int truncate64(const char *path, off64_t length) {
    NIGHT_REAL(truncate64);
    return night_bad_disk_refuses_name(AT_FDCWD, path) ? -1 : real(path, length);
}

NIGHT_EXPORT int mkdir(const char *path, mode_t mode) {
    NIGHT_REAL(mkdir);
    return night_bad_disk_refuses_name(AT_FDCWD, path) ? -1 : real(path, mode);
}

NIGHT_EXPORT int mkdirat(int at, const char *path, mode_t mode) {
    NIGHT_REAL(mkdirat);
    return night_bad_disk_refuses_name(at, path) ? -1 : real(at, path, mode);
}

NIGHT_EXPORT int unlink(const char *path) {
    NIGHT_REAL(unlink);
    return night_bad_disk_refuses_name(AT_FDCWD, path) ? -1 : real(path);
}

NIGHT_EXPORT int unlinkat(int at, const char *path, int flags) {
    NIGHT_REAL(unlinkat);
    return night_bad_disk_refuses_name(at, path) ? -1 : real(at, path, flags);
}

NIGHT_EXPORT int rmdir(const char *path) {
    NIGHT_REAL(rmdir);
    return night_bad_disk_refuses_name(AT_FDCWD, path) ? -1 : real(path);
}

/* The place comes before the look at the disk, which may go bad there. */
#define NIGHT_RENAMING(from_at, from, at, name, call)                                                        \
    ({                                                                                                       \
        if (night_places)                                                                                    \
            night_place_of_name('b', at, name);                                                              \
        bool refuses_ = night_bad_disk_refuses_name(from_at, from) || night_bad_disk_refuses_name(at, name); \
        int done_ = refuses_ ? -1 : (call);                                                                  \
        if (night_places && done_ == 0)                                                                      \
            night_place_of_name('a', at, name);                                                              \
        done_;                                                                                               \
    })

NIGHT_EXPORT int rename(const char *from, const char *to) {
    NIGHT_REAL(rename);
    return NIGHT_RENAMING(AT_FDCWD, from, AT_FDCWD, to, real(from, to));
}

NIGHT_EXPORT int renameat(int from_at, const char *from, int to_at, const char *to) {
    NIGHT_REAL(renameat);
    return NIGHT_RENAMING(from_at, from, to_at, to, real(from_at, from, to_at, to));
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags);

NIGHT_EXPORT int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    NIGHT_REAL(renameat2);
    return NIGHT_RENAMING(from_at, from, to_at, to, real(from_at, from, to_at, to, flags));
}
