/* Writing to a stream of the C library: fwrite, fwrite_unlocked, which curl, head and tail write with.
 *
 * What the stream's buffer holds goes out by calls that nobody sees; so where a fault waits for a byte of the file
 * (places.c), the stream is flushed before what is written and at that byte. Elsewhere each is the real call. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <stdio.h>

static size_t written(size_t (*real)(const void *, size_t, size_t, FILE *), const void *data, size_t size, size_t count,
                      FILE *file) {
    if (!night_places || !night_is_watched(fileno(file)) || fflush(file) != 0)
        return real(data, size, count, file);
    size_t whole = size * count, length = whole;
    struct night_reach reach = night_reach_begin(fileno(file), -1, &length);
    if (reach.fd < 0)
        return real(data, size, count, file);
    size_t done = real(data, 1, length, file);
    if (done == length && fflush(file) == 0) {
        night_reach_end(reach, (int64_t)done);
        size_t rest = whole - done; /* the disk may have gone bad there */
        if (night_disk_is_bad() && rest > 0 && night_bad_disk_refuses_write(fileno(file), &rest))
            rest = 0;
        done += real((const char *)data + done, 1, rest, file);
    }
    return done == whole ? count : done / size;
}

NIGHT_EXPORT size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
    NIGHT_REAL(fwrite);
    return written(real, data, size, count, file);
}

#undef fwrite_unlocked
NIGHT_EXPORT size_t fwrite_unlocked(const void *data, size_t size, size_t count, FILE *file) {
    NIGHT_REAL(fwrite_unlocked);
    return written(real, data, size, count, file);
}
