/* A short sleep of a server that is started while the night's time stands still.
 *
 * PostgreSQL sleeps and looks again where another process of its own is not as far yet, or has lost its CPU while it
 * held a lock. While time stands still such a sleep would never end, and neither would the start. So
 * NIGHT_SHORT_SLEEPS=real lets a sleep of a second or less also end by itself, after as much real time. Never sooner,
 * for PostgreSQL takes a lock for lost after a thousand looks. A wait for files is no sleep, and has no such end. */
#include "preload/preload.h"

#include <stdlib.h>
#include <string.h>

static bool end_by_themselves;

void night_short_sleeps_start(void) {
    const char *asked = getenv("NIGHT_SHORT_SLEEPS");
    end_by_themselves = asked && strcmp(asked, "real") == 0;
}

const struct timespec *night_real_end(int64_t deadline_ns, struct timespec *room) {
    int64_t left_ns = end_by_themselves ? deadline_ns - night_look_monotonic() : NIGHT_NEVER;
    if (left_ns > NIGHT_SECOND_NS)
        return NULL;
    *room = night_timespec(left_ns > 0 ? left_ns : 0);
    return room;
}
