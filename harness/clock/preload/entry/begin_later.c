/* A program that begins later than it is launched: NIGHT_BEGINS_NS is a moment on the virtual monotonic clock.
 *
 * So a job is charged what its work is stated to take: it has been started, with all that can go wrong there, and
 * nothing of it has happened yet. The variable is gone before the program begins, so its children do not wait again. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BEGINS "NIGHT_BEGINS_NS="

/* Takes a variable out of the environment, and returns its value; bash has an unsetenv of its own, which is not ready
 * before bash is. */
static const char *take(const char *name) {
    size_t length = strlen(name);
    char **at = environ;
    while (at && *at && strncmp(*at, name, length) != 0)
        at++;
    if (!at || !*at)
        return NULL;
    const char *value = *at + length;
    for (; *at; at++)
        at[0] = at[1];
    return value;
}

__attribute__((constructor)) static void begin_later(void) {
    const char *begins = take(BEGINS);
    if (!begins)
        return;
    NIGHT_REAL(clock_nanosleep); /* which enters the page, if nothing has done so yet */
    if (!night_page)
        return;
    struct timespec at = night_timespec(strtoll(begins, NULL, 10));
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        continue;
}
