/* Reading the clocks: clock_gettime, gettimeofday, time, timespec_get, ftime, times, sysinfo.
 *
 * A reading moves virtual time by one tick. A program that polls a clock which stands still would
 * spin for ever; and so no two readings of a night are equal, in whichever processes they are. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <sys/sysinfo.h>
#include <sys/timeb.h>
#include <sys/times.h>
#include <unistd.h>

int64_t night_read_monotonic(void) {
    int64_t before_ns = atomic_fetch_add_explicit(&night_page->now_ns, NIGHT_TICK_NS, memory_order_relaxed);
    return night_last_reading_ns = before_ns + NIGHT_TICK_NS - night_lag_ns;
}

int64_t night_look_monotonic(void) {
    return atomic_load_explicit(&night_page->now_ns, memory_order_relaxed) - night_lag_ns;
}

static int64_t realtime(int64_t monotonic_ns) {
    return night_wrong_time_of(monotonic_ns + atomic_load_explicit(&night_page->offset_ns, memory_order_relaxed));
}

bool night_clock_is_realtime(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_REALTIME_ALARM ||
           clock == CLOCK_TAI;
}

bool night_clock_is_virtual(clockid_t clock) {
    return night_clock_is_realtime(clock) || clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
           clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME || clock == CLOCK_BOOTTIME_ALARM;
}

int64_t night_deadline_of(clockid_t clock, const struct timespec *at) {
    int64_t ns = night_ns(at->tv_sec, at->tv_nsec);
    if (ns == NIGHT_NEVER || !night_clock_is_realtime(clock))
        return ns;
    int64_t offset_ns = atomic_load_explicit(&night_page->offset_ns, memory_order_relaxed);
    return night_true_time_of(ns, night_look_monotonic() + offset_ns) - offset_ns;
}

int64_t night_real_monotonic(void) {
    NIGHT_REAL(clock_gettime);
    struct timespec now;
    real(CLOCK_MONOTONIC, &now);
    return night_ns(now.tv_sec, now.tv_nsec);
}

struct timespec night_real_limit(clockid_t clock, int64_t deadline_ns) {
    NIGHT_REAL(clock_gettime);
    struct timespec now;
    real(night_clock_is_realtime(clock) ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
    int64_t left_ns = deadline_ns - night_look_monotonic();
    return night_timespec(night_after(night_ns(now.tv_sec, now.tv_nsec), left_ns > 0 ? left_ns : 0));
}

int64_t night_ns(int64_t seconds, int64_t nanoseconds) {
    if (seconds < 0)
        return 0;
    if (seconds >= NIGHT_NEVER / NIGHT_SECOND_NS - 1)
        return NIGHT_NEVER;
    return seconds * NIGHT_SECOND_NS + nanoseconds;
}

int64_t night_after(int64_t now_ns, int64_t span_ns) {
    return span_ns >= NIGHT_NEVER - now_ns ? NIGHT_NEVER : now_ns + span_ns;
}

struct timespec night_timespec(int64_t ns) {
    return (struct timespec){.tv_sec = ns / NIGHT_SECOND_NS, .tv_nsec = ns % NIGHT_SECOND_NS};
}

struct timeval night_timeval(int64_t ns) {
    return (struct timeval){.tv_sec = ns / NIGHT_SECOND_NS, .tv_usec = ns % NIGHT_SECOND_NS / 1000};
}

bool night_is_a_span(const struct timespec *span) {
    return span->tv_sec >= 0 && span->tv_nsec >= 0 && span->tv_nsec < NIGHT_SECOND_NS;
}

NIGHT_EXPORT int clock_gettime(clockid_t clock, struct timespec *now) {
    NIGHT_REAL(clock_gettime);
    if (!night_page || !night_clock_is_virtual(clock))
        return real(clock, now);
    int64_t ns = night_read_monotonic();
    *now = night_timespec(night_clock_is_realtime(clock) ? realtime(ns) : ns);
    return 0;
}

NIGHT_EXPORT int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    NIGHT_REAL(gettimeofday);
    if (!night_page)
        return real(now, zone);
    if (zone)
        real(now, zone);
    *now = night_timeval(realtime(night_read_monotonic()));
    return 0;
}

NIGHT_EXPORT int __gettimeofday(struct timeval *now, void *zone) { return gettimeofday(now, zone); }

NIGHT_EXPORT time_t time(time_t *out) {
    NIGHT_REAL(time);
    if (!night_page)
        return real(out);
    time_t now = (time_t)(realtime(night_read_monotonic()) / NIGHT_SECOND_NS);
    if (out)
        *out = now;
    return now;
}

NIGHT_EXPORT int timespec_get(struct timespec *now, int base) {
    NIGHT_REAL(timespec_get);
    if (!night_page || base != TIME_UTC)
        return real(now, base);
    *now = night_timespec(realtime(night_read_monotonic()));
    return base;
}

/* Programs that know it are old, and a young C library hides it: so there may be no real one. */
NIGHT_EXPORT int ftime(struct timeb *now) {
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    *now = (struct timeb){.time = at.tv_sec, .millitm = (unsigned short)(at.tv_nsec / 1000000)};
    return 0;
}

/* The CPU time in it stays real; what it returns is a clock. */
NIGHT_EXPORT clock_t times(struct tms *used) {
    NIGHT_REAL(times);
    clock_t ticks = real(used);
    if (!night_page || ticks == (clock_t)-1)
        return ticks;
    return (clock_t)(night_read_monotonic() / (NIGHT_SECOND_NS / sysconf(_SC_CLK_TCK)));
}

NIGHT_EXPORT int sysinfo(struct sysinfo *info) {
    NIGHT_REAL(sysinfo);
    int result = real(info);
    if (night_page && result == 0)
        info->uptime = (long)(night_read_monotonic() / NIGHT_SECOND_NS);
    return result;
}
