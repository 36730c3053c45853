/* Setting the clock: clock_settime, settimeofday, stime, adjtime, adjtimex, ntp_adjtime, clock_adjtime; and
 * ntp_gettime and ntp_gettimex, which only ask.
 *
 * A night's time is the controller's to move, and no program of it may set the machine's clock. So a call that would
 * change a clock fails with EPERM, also for a program that has the privilege. Asking how the clock is
 * disciplined still works, and tells the night's time. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <sys/timex.h>

static int not_permitted(void) {
    errno = EPERM;
    return -1;
}

NIGHT_EXPORT int clock_settime(clockid_t clock, const struct timespec *to) {
    NIGHT_REAL(clock_settime);
    return night_page ? not_permitted() : real(clock, to);
}

NIGHT_EXPORT int settimeofday(const struct timeval *to, const struct timezone *zone) {
    NIGHT_REAL(settimeofday);
    return night_page ? not_permitted() : real(to, zone);
}

/* Programs that know it are old, and a young C library hides it: so there may be no real one. */
NIGHT_EXPORT int stime(const time_t *to) {
    struct timespec at = {.tv_sec = *to};
    return clock_settime(CLOCK_REALTIME, &at);
}

NIGHT_EXPORT int adjtime(const struct timeval *by, struct timeval *left) {
    NIGHT_REAL(adjtime);
    return night_page && by ? not_permitted() : real(by, left);
}

/* ---- the clock's discipline ---------------------------------------------------------------------- */

static bool changes(const struct timex *clock) { return clock->modes != 0 && clock->modes != ADJ_OFFSET_SS_READ; }

static struct timeval time_for(int status) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (struct timeval){.tv_sec = now.tv_sec, .tv_usec = status & STA_NANO ? now.tv_nsec : now.tv_nsec / 1000};
}

NIGHT_EXPORT int adjtimex(struct timex *clock) {
    NIGHT_REAL(adjtimex);
    if (night_page && changes(clock))
        return not_permitted();
    int state = real(clock);
    if (night_page && state >= 0)
        clock->time = time_for(clock->status);
    return state;
}

NIGHT_EXPORT int ntp_adjtime(struct timex *clock) __attribute__((alias("adjtimex")));

NIGHT_EXPORT int clock_adjtime(clockid_t id, struct timex *clock) {
    NIGHT_REAL(clock_adjtime);
    if (night_page && changes(clock))
        return not_permitted();
    int state = real(id, clock);
    if (night_page && state >= 0 && night_clock_is_realtime(id))
        clock->time = time_for(clock->status);
    return state;
}

/* What the C library told of the clock, with the night's time; both structures begin alike. */
static int of_the_night(int state, struct ntptimeval *told) {
    struct timex clock = {.modes = 0};
    if (night_page && state >= 0 && adjtimex(&clock) >= 0)
        told->time = clock.time;
    return state;
}

NIGHT_EXPORT int ntp_gettimex(struct ntptimeval *told) {
    NIGHT_REAL(ntp_gettimex);
    return of_the_night(real(told), told);
}

/* By another name here, because a header makes this one mean ntp_gettimex. */
NIGHT_EXPORT int night_ntp_gettime(struct ntptimeval *told) __asm__("ntp_gettime");
NIGHT_EXPORT int night_ntp_gettime(struct ntptimeval *told) {
    static __typeof__(&night_ntp_gettime) real;
    if (!real)
        real = (__typeof__(&night_ntp_gettime))(uintptr_t)night_symbol("ntp_gettime");
    return of_the_night(real(told), told);
}
