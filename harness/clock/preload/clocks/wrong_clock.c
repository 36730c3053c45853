/* A wrong clock: what CLOCK_REALTIME tells in a process whose machine has it wrong, and when it will tell a time.
 *
 * NIGHT_SKEW has it, in nanoseconds of the true clock and whole numbers: "OFFSET DRIFT_PPB SINCE", then "AT BY" for
 * each step, in their order. All of it is known beforehand, so an absolute wait knows its end when it begins, also
 * when the clock is to be set meanwhile. CLOCK_MONOTONIC is never wrong: it has no date, and no step reaches it. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BILLION 1000000000
#define STEPS 16 /* mirrored in harness/clock/wrong_clock.py */

/* From one step to the next, the clock is wrong by so much, and by what it drifts. */
static struct {
    int64_t from_ns;
    int64_t by_ns;
} spans[1 + STEPS];
static int count; /* 0: the clock is right */
static int64_t drift_ppb, drifts_since_ns;

static bool next_number(const char **text, int64_t *number) {
    char *end;
    *number = strtoll(*text, &end, 10);
    bool found = end != *text;
    *text = end;
    return found;
}

void night_wrong_clock_start(void) {
    const char *text = getenv("NIGHT_SKEW");
    if (!text || !*text)
        return;
    int64_t by_ns = 0, at_ns = 0, step_ns = 0;
    bool read = next_number(&text, &by_ns) && next_number(&text, &drift_ppb) && next_number(&text, &drifts_since_ns);
    spans[0].from_ns = INT64_MIN;
    spans[0].by_ns = by_ns;
    int found = 1;
    while (read && *text && found <= STEPS) {
        read = next_number(&text, &at_ns) && next_number(&text, &step_ns);
        by_ns += step_ns;
        spans[found].from_ns = at_ns;
        spans[found++].by_ns = by_ns;
    }
    if (read && !*text)
        count = found;
    else
        dprintf(2, "night: the clock of process %d is not skewed: NIGHT_SKEW cannot be read\n", getpid());
}

static int span_at(int64_t true_ns) {
    int span = count - 1;
    while (span > 0 && true_ns < spans[span].from_ns)
        span--;
    return span;
}

static int64_t told_in(int span, int64_t true_ns) {
    __int128 drift = (__int128)(true_ns - drifts_since_ns) * drift_ppb / BILLION;
    return true_ns + spans[span].by_ns + (int64_t)drift;
}

int64_t night_wrong_time_of(int64_t true_ns) { return count ? told_in(span_at(true_ns), true_ns) : true_ns; }

/* When a clock that were always as wrong as in this span would tell the time: within two nanoseconds, where a
 * reading takes a thousand. */
static int64_t tells_in(int span, int64_t told_ns) {
    __int128 since = (__int128)told_ns - spans[span].by_ns - drifts_since_ns;
    return drifts_since_ns + (int64_t)(since * BILLION / (BILLION + drift_ppb));
}

int64_t night_true_time_of(int64_t told_ns, int64_t now_ns) {
    if (!count || told_ns > NIGHT_NEVER / 2) /* beyond the year 2100 it does not matter how wrong it is */
        return told_ns;
    for (int span = span_at(now_ns);; span++) {
        int64_t begins_ns = spans[span].from_ns > now_ns ? spans[span].from_ns : now_ns;
        int64_t true_ns = tells_in(span, told_ns);
        if (true_ns < begins_ns)
            true_ns = begins_ns;
        if (span == count - 1 || true_ns < spans[span + 1].from_ns)
            return true_ns;
    }
}
