/* The time map: at which real time the night's clock stood where. It turns a file time of the kernel's into the
 * night's.
 *
 * The kernel stamps files with the machine's clock. The process that moves time notes from which real instant on it
 * stood where, and between two such moments it stands still. So a stamp that was made since the page has been there
 * belongs to the latest moment that is not after it, also when it was made in an earlier night of the same page.
 *
 * A stamp that the night has made is one of its readings, in whole microseconds. That tells it from the kernel's
 * where a night is about the same hours as the real time in which it runs; elsewhere the date alone does. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_memfd_create
#define SYS_memfd_create (-1)
#endif
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1u
#endif

#define NOTICEABLE_NS 10000000 /* no more than the kernel's own stamps may be late by */
#define GENERATION 32          /* what is above the number of moments in `used` */

static int64_t real_ns(clockid_t clock) {
    NIGHT_REAL(clock_gettime);
    struct timespec now;
    real(clock, &now);
    return night_ns(now.tv_sec, now.tv_nsec);
}

static int64_t time_of(struct night_page *page) {
    return atomic_load(&page->now_ns) + atomic_load(&page->offset_ns);
}

/* ---- noting -------------------------------------------------------------------------------------- */

static void put(struct night_time_map_entry *at, int64_t real, int64_t time) {
    atomic_store_explicit(&at->real_ns, real, memory_order_relaxed);
    atomic_store_explicit(&at->time_ns, time, memory_order_relaxed);
}

static int64_t moved(const struct night_time_map_entry *entry) {
    int64_t by_ns = atomic_load(&entry->time_ns) - atomic_load(&(entry - 1)->time_ns);
    return by_ns < 0 ? -by_ns : by_ns;
}

#define SHARE 128

/* The longer ago, the fewer: a moment is left out where taking the one before it for it is wrong by no more than a
 * share of the time that has passed since. Makes room for a quarter, with a larger share where it must. */
static uint32_t thin(const struct night_time_map_entry *from, struct night_time_map_entry *to) {
    int64_t whole_ns = 0;
    for (uint32_t i = 1; i < NIGHT_TIME_MAP_ENTRIES; i++)
        whole_ns += moved(&from[i]);
    for (int64_t share = SHARE;; share /= 2) {
        int64_t passed_ns = 0, kept_ns = 0;
        uint32_t kept = 0;
        put(&to[kept++], atomic_load(&from->real_ns), atomic_load(&from->time_ns));
        for (uint32_t i = 1; i < NIGHT_TIME_MAP_ENTRIES; i++) {
            passed_ns += moved(&from[i]);
            if (passed_ns - kept_ns <= (whole_ns - passed_ns) / share)
                continue;
            put(&to[kept++], atomic_load(&from[i].real_ns), atomic_load(&from[i].time_ns));
            kept_ns = passed_ns;
        }
        if (kept <= NIGHT_TIME_MAP_ENTRIES / 4 * 3 || share == 1)
            return kept;
    }
}

/* The kernel stamps with the beginning of a tick, in which there may be many jumps. But a file that a program has
 * looked at is stamped to the nanosecond since Linux 6.13, and from then on no other file is stamped with less. */
static void begin_tick(void) {
    int fd = (int)night_syscall(SYS_memfd_create, "night", MFD_CLOEXEC);
    if (fd < 0)
        return;
    struct stat file;
    night_syscall(SYS_fstat, fd, &file);
    night_syscall(SYS_utimensat, fd, NULL, NULL, 0);
    close(fd);
}

void night_time_map_add(struct night_page *page) {
    struct night_time_map *map = &page->time_map;
    uint64_t used = atomic_load(&map->used), generation = used >> GENERATION;
    uint32_t count = (uint32_t)used;
    struct night_time_map_entry *table = map->table[generation % 2];
    int64_t time_ns = time_of(page);
    int64_t by_ns = count ? time_ns - atomic_load(&table[count - 1].time_ns) : NIGHT_NEVER;
    if (by_ns > -NOTICEABLE_NS && by_ns < NOTICEABLE_NS)
        return;
    if (count == NIGHT_TIME_MAP_ENTRIES) {
        struct night_time_map_entry *other = map->table[++generation % 2];
        count = thin(table, other);
        table = other;
    }
    /* The first counts from the beginning of its tick, which is what the kernel stamps a file with. */
    put(&table[count], real_ns(count ? CLOCK_REALTIME : CLOCK_REALTIME_COARSE), time_ns);
    if (count == 0 || time_ns < atomic_load(&map->earliest_ns))
        atomic_store(&map->earliest_ns, time_ns);
    if (time_ns > atomic_load(&map->latest_ns))
        atomic_store(&map->latest_ns, time_ns);
    atomic_store(&map->used, generation << GENERATION | (count + 1));
    begin_tick();
}

/* ---- asking -------------------------------------------------------------------------------------- */

static int64_t began_ns(void) {
    struct night_time_map *map = &night_page->time_map;
    return atomic_load(&map->table[(atomic_load(&map->used) >> GENERATION) % 2]->real_ns);
}

static bool is_of_a_night(int64_t ns) {
    struct night_time_map *map = &night_page->time_map;
    return ns >= atomic_load(&map->earliest_ns) &&
           (ns <= atomic_load(&map->latest_ns) || ns <= time_of(night_page));
}

bool night_is_kernel_stamp(int64_t stamp_ns, int64_t changed_ns) {
    if (stamp_ns < began_ns())
        return false;
    if (stamp_ns == changed_ns)
        return true;
    return (stamp_ns % 1000 != 0 || !is_of_a_night(stamp_ns)) && stamp_ns <= real_ns(CLOCK_REALTIME);
}

int64_t night_time_of_stamp(int64_t stamp_ns) {
    struct night_time_map *map = &night_page->time_map;
    uint64_t used;
    int64_t time_ns;
    do {
        used = atomic_load(&map->used);
        const struct night_time_map_entry *table = map->table[(used >> GENERATION) % 2];
        uint32_t found = 0, beyond = (uint32_t)used;
        while (beyond - found > 1) {
            uint32_t middle = found + (beyond - found) / 2;
            if (atomic_load_explicit(&table[middle].real_ns, memory_order_relaxed) <= stamp_ns)
                found = middle;
            else
                beyond = middle;
        }
        time_ns = atomic_load(&table[found].time_ns);
    } while (atomic_load(&map->used) >> GENERATION != used >> GENERATION); /* thinned meanwhile */
    return time_ns;
}

int64_t night_now(void) { return time_of(night_page); }

int64_t night_now_as_stamp(void) {
    int64_t now_ns = night_read_monotonic() + atomic_load(&night_page->offset_ns);
    return now_ns - now_ns % 1000;
}
