/* A ticker that was woken late catches up: for a moment, the thread lives in its own past.
 *
 * Threads that wake again and again for nothing are not woken each time (tickers.c says which, and how late). A
 * thread that is woken late is made to believe it is not: its clock reads the time at which it was due, and the waits
 * that would have ended meanwhile end at once, one after the other, until it has caught up. No other thread was awake
 * in that time (time_jump.c sees to that), so it finds the world as it would have found it then, and counts as many
 * ticks, each as long as it asked for. With the first thing that it does for others, it is in the present: late by
 * that lag, as on a busy machine. */
#define _GNU_SOURCE
#include "preload/preload.h"

_Thread_local int64_t night_lag_ns __attribute__((tls_model("initial-exec")));
_Thread_local int64_t night_last_reading_ns __attribute__((tls_model("initial-exec")));

/* Since when each wait of this thread has come to its limit, with nothing in between; how many have, and when the last
 * did; and since when the wait that it is in was said to tick. */
static _Thread_local int64_t ticking_since_ns __attribute__((tls_model("initial-exec")));
static _Thread_local int64_t ticks __attribute__((tls_model("initial-exec")));
static _Thread_local int64_t ticked_at_ns __attribute__((tls_model("initial-exec")));
static _Thread_local int64_t said_since_ns __attribute__((tls_model("initial-exec")));

/* Between two ticks, a thread reads the clock, and no more. */
#define BETWEEN_NS 1000000

void night_end_catchup(void) {
    night_lag_ns = 0;
    ticked_at_ns = 0;
}

/* Since when waits like this one have ticked. A request that hung for ten minutes before a pause of a second is one
 * tick of a second, not ten minutes of them: n waits count as n of the present one at most. */
static int64_t since(int64_t now_ns, int64_t span_ns) {
    if (now_ns - ticked_at_ns > BETWEEN_NS) {
        ticking_since_ns = now_ns;
        ticks = 0;
    }
    bool were_shorter = span_ns <= 0 || (now_ns - ticking_since_ns) / span_ns <= ticks;
    said_since_ns = were_shorter ? ticking_since_ns : now_ns - ticks * span_ns;
    return said_since_ns;
}

/* A wait begins, until a time of the thread's own clock. */
struct night_tick night_tick_begins(enum night_kind kind, int64_t deadline_ns) {
    int64_t now_ns = night_look_monotonic(), lag_ns = night_lag_ns, present_ns = now_ns + lag_ns;
    struct night_tick tick = {.since_ns = since(now_ns, deadline_ns - now_ns), .span_ns = deadline_ns - now_ns,
                              .deadline_ns = deadline_ns, .over = lag_ns > 0 && deadline_ns <= present_ns};
    if (kind == NIGHT_CONDITION && tick.span_ns <= NIGHT_SHORT_NS) { /* for the interpreter's lock, say: no tick */
        tick.deadline_ns += lag_ns;
        tick.span_ns = 0;
        tick.over = false;
    } else if (tick.over) {
        night_lag_ns = present_ns - deadline_ns;
    } else if (deadline_ns != NIGHT_NEVER) { /* it has caught up */
        night_lag_ns = 0;
    }
    return tick;
}

/* A wait came to its limit; the controller granted it so much later than it was due, and may have made `since_ns` the
 * beginning of that wait: the ticks before it had not been for nothing. */
void night_tick_ended(int64_t since_ns, int64_t late_ns) {
    int64_t present_ns = night_look_monotonic() + night_lag_ns;
    /* A signal handler that came just before the grant may have read the clock: from there it does not go back. */
    night_lag_ns = present_ns - late_ns < night_last_reading_ns ? present_ns - night_last_reading_ns : late_ns;
    if (since_ns != said_since_ns) {
        ticking_since_ns = since_ns;
        ticks = 0;
    }
    ticks++;
    ticked_at_ns = night_look_monotonic();
}
