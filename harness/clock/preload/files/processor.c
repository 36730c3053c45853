/* /proc/cpuinfo without `constant_tsc`: the processor's own counter is not the night's time.
 *
 * Who reads that word times itself by the counter from then on (Valkey does, and measures it first by a sleep); without
 * it, by the clock, which is virtual. Only what is opened by fopen: so programs read their processor's flags. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MFD_CLOEXEC 1U
#ifndef SYS_memfd_create
#define SYS_memfd_create (-1)
#endif

static void copy(FILE *from, FILE *to) {
    static const char counter[] = " constant_tsc";
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, from) >= 0) {
        char *found = strstr(line, counter);
        if (found)
            memmove(found, found + strlen(counter), strlen(found + strlen(counter)) + 1);
        fputs(line, to);
    }
    free(line);
    rewind(to);
}

/* The stream that has been opened, or one of the same content without that word in its place. */
FILE *night_processor(const char *path, FILE *file) {
    if (!night_page || !file || strcmp(path, "/proc/cpuinfo") != 0)
        return file;
    int fd = (int)night_syscall(SYS_memfd_create, "night", MFD_CLOEXEC);
    FILE *cleaned = fd < 0 ? NULL : fdopen(fd, "w+");
    if (!cleaned) {
        if (fd >= 0)
            close(fd);
        return file;
    }
    copy(file, cleaned);
    fclose(file);
    return cleaned;
}
