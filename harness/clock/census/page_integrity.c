/* Whether the clock page is as it was left: any program of a night can write to it, and one that does so by mistake
 * must not make a night that is judged.
 *
 * Behind the mapping lies a page of memory that is this process's alone, with what it has put into the clock page. What
 * only the controller writes must be equal to that. What all write is bounded: time grows, and by readings alone no
 * faster than a machine reads. What threads say of their waits and timers carries a seal. A file that is cut off or
 * gone is told from its descriptor; should it be cut off between two looks, SIGBUS is answered with empty memory. */
#define _GNU_SOURCE
#include "census/census.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct kept {
    int fd;
    _Atomic bool cut_off;
    int64_t now_ns, looked_ns; /* the time at the last look, and when that was, in real time */
    int64_t offset_ns, tolerated_ppm, earliest_ns, latest_ns;
    uint64_t namespace, moments, moments_seal;
    uint32_t flags, slots_used, timers_used;
    char found[128], expected[128]; /* the first fault, once there is one: it stays */
};

/* ---- the mapping --------------------------------------------------------------------------------- */

static size_t whole_pages(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

static struct kept *kept_of(struct night_page *page) {
    return (struct kept *)(void *)((char *)page + whole_pages(sizeof *page));
}

#define MAPPED 16
static struct night_page *_Atomic mapped[MAPPED];
static struct sigaction before;

static void on_cut_off(int signo, siginfo_t *info, void *context) {
    (void)context;
    for (int i = 0; i < MAPPED; i++) {
        struct night_page *page = atomic_load(&mapped[i]);
        if (!page || (char *)info->si_addr < (char *)page || (char *)info->si_addr >= (char *)(page + 1))
            continue;
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
        if (mmap(page, whole_pages(sizeof *page), PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED) {
            atomic_store(&kept_of(page)->cut_off, true);
            return;
        }
    }
    sigaction(signo, &before, NULL); /* not ours: it comes again, to whoever had it */
}

static void survive(struct night_page *page) {
    struct sigaction ours = {.sa_sigaction = on_cut_off, .sa_flags = SA_SIGINFO | SA_ONSTACK}, now;
    sigemptyset(&ours.sa_mask);
    if (sigaction(SIGBUS, NULL, &now) == 0 && now.sa_sigaction != on_cut_off && sigaction(SIGBUS, &ours, &now) == 0)
        before = now;
    for (int i = 0; i < MAPPED; i++) {
        struct night_page *none = NULL;
        if (atomic_load(&mapped[i]) == page || atomic_compare_exchange_strong(&mapped[i], &none, page))
            return;
    }
}

struct night_page *night_map_page(int fd) {
    if (fd < 0)
        return NULL;
    size_t size = whole_pages(sizeof(struct night_page)), all = size + whole_pages(sizeof(struct kept));
    char *room = MAP_FAILED;
    if (lseek(fd, 0, SEEK_END) != (off_t)sizeof(struct night_page))
        errno = EINVAL;
    else
        room = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room != MAP_FAILED && mmap(room, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED) {
        struct night_page *page = (struct night_page *)(void *)room;
        kept_of(page)->fd = fd;
        survive(page);
        return page;
    }
    int error = errno;
    if (room != MAP_FAILED)
        munmap(room, all);
    close(fd);
    errno = error;
    return NULL;
}

void night_unmap_page(struct night_page *page) {
    for (int i = 0; i < MAPPED; i++) {
        struct night_page *own = page;
        atomic_compare_exchange_strong(&mapped[i], &own, NULL);
    }
    close(kept_of(page)->fd);
    munmap(page, whole_pages(sizeof *page) + whole_pages(sizeof(struct kept)));
}

/* ---- what is kept -------------------------------------------------------------------------------- */

static uint32_t bounded(uint32_t used, uint32_t room) { return used < room ? used : room; }

static uint64_t moments_seal(const struct night_time_map *map) {
    uint64_t used = atomic_load(&map->used), seal = night_sealed(3, used);
    const struct night_time_map_entry *table = map->table[(used >> 32) % 2];
    for (uint32_t i = 0, count = bounded((uint32_t)used, NIGHT_TIME_MAP_ENTRIES); i < count; i++) {
        seal = night_sealed(seal, (uint64_t)atomic_load_explicit(&table[i].real_ns, memory_order_relaxed));
        seal = night_sealed(seal, (uint64_t)atomic_load_explicit(&table[i].time_ns, memory_order_relaxed));
    }
    return seal;
}

static void note_moments(struct night_page *page) {
    struct kept *kept = kept_of(page);
    uint64_t used = atomic_load(&page->time_map.used);
    if (used == kept->moments)
        return;
    kept->moments = used;
    kept->moments_seal = moments_seal(&page->time_map);
    kept->earliest_ns = atomic_load(&page->time_map.earliest_ns);
    kept->latest_ns = atomic_load(&page->time_map.latest_ns);
}

void night_note_page(struct night_page *page) {
    struct kept *kept = kept_of(page);
    kept->looked_ns = night_real_monotonic();
    kept->now_ns = atomic_load(&page->now_ns);
    kept->offset_ns = atomic_load(&page->offset_ns);
    kept->tolerated_ppm = atomic_load(&page->tolerated_ppm);
    kept->namespace = atomic_load(&page->namespace);
    kept->flags = atomic_load(&page->flags);
    note_moments(page);
}

void night_note_opening(struct night_page *page) {
    atomic_store(&page->mover, 0); /* one that was killed may have left its number, and moved time since this was mapped */
    night_note_page(page);
}

void night_note_move(struct night_page *page, int64_t to_ns) {
    struct kept *kept = kept_of(page);
    if (to_ns > kept->now_ns) {
        kept->now_ns = to_ns;
        kept->looked_ns = night_real_monotonic();
    }
    note_moments(page);
}

void night_note_travel(struct night_page *page, int64_t offset_ns) {
    kept_of(page)->offset_ns = offset_ns;
    note_moments(page);
}

void night_note_flags(struct night_page *page, uint32_t flags) { kept_of(page)->flags = flags; }

void night_note_tolerance(struct night_page *page, int64_t ppm) { kept_of(page)->tolerated_ppm = ppm; }

/* ---- the look ------------------------------------------------------------------------------------ */

__attribute__((format(printf, 3, 4))) static bool fault(struct kept *kept, const char *expected, const char *found,
                                                        ...) {
    va_list values;
    va_start(values, found);
    vsnprintf(kept->found, sizeof kept->found, found, values);
    va_end(values);
    snprintf(kept->expected, sizeof kept->expected, "%s", expected);
    return false;
}

static bool is(struct kept *kept, const char *what, int64_t found, int64_t expected) {
    if (found == expected)
        return true;
    char text[64];
    snprintf(text, sizeof text, "%lld", (long long)expected);
    return fault(kept, text, "%s is %lld", what, (long long)found);
}

static bool has_its_file(struct night_page *page) {
    struct kept *kept = kept_of(page);
    struct stat file;
    if (night_syscall(SYS_fstat, kept->fd, &file) < 0)
        return true; /* no answer is no fault */
    if (atomic_load(&kept->cut_off) || file.st_size != (off_t)sizeof *page)
        return fault(kept, "a file that nobody cuts off", "its file has %lld bytes of %zu", (long long)file.st_size,
                     sizeof *page);
    if (file.st_nlink == 0 && !atomic_load(&page->stop)) /* who asks to stop may remove it right after */
        return fault(kept, "the file under its name", "its file was removed, or another was put in its place");
    return true;
}

/* What one reading takes at least, on any machine, however many read: an addition to one word, by one CPU at a time. */
#define READING_REAL_NS 1
#define SLACK_NS 1000000

static bool has_time(struct night_page *page) {
    struct kept *kept = kept_of(page);
    int64_t before_ns = night_real_monotonic(), now_ns = atomic_load(&page->now_ns);
    int64_t passed_ns = night_real_monotonic() - kept->looked_ns + SLACK_NS;
    if (now_ns < kept->now_ns)
        return fault(kept, "a time that only grows", "its time went back by %.6f s",
                     (double)(kept->now_ns - now_ns) / NIGHT_SECOND_NS);
    if ((now_ns - kept->now_ns) / NIGHT_TICK_NS > passed_ns / READING_REAL_NS)
        return fault(kept, "a time that only the controller moves on", "its time went on by %.6f s",
                     (double)(now_ns - kept->now_ns) / NIGHT_SECOND_NS);
    kept->now_ns = now_ns;
    kept->looked_ns = before_ns;
    return true;
}

static bool stops_when_asked(struct night_page *page) {
    uint32_t stop = atomic_load(&page->stop);
    return stop == 0 || is(kept_of(page), "whether it is to stop", stop, NIGHT_STOP);
}

/* What the threads of a night may set, and never take back. */
static bool has_flags(struct night_page *page) {
    struct kept *kept = kept_of(page);
    uint32_t flags = atomic_load(&page->flags);
    if ((flags | NIGHT_SOCKET_TIMEOUTS) != (kept->flags | NIGHT_SOCKET_TIMEOUTS) || (kept->flags & ~flags))
        return is(kept, "flags", flags, kept->flags);
    kept->flags = flags;
    return true;
}

static bool only_grows(struct kept *kept, const char *what, uint32_t *before, uint32_t used, uint32_t room) {
    uint32_t now = bounded(used, room);
    if (now < *before || used > 2 * room) /* for a moment, each thread that finds no room adds one */
        return is(kept, what, used, *before);
    *before = now;
    return true;
}

bool night_page_is_sound(struct night_page *page) {
    struct kept *kept = kept_of(page);
    return kept->found[0] == 0 && has_its_file(page) &&
           is(kept, "its magic number", (int64_t)page->magic, (int64_t)NIGHT_MAGIC) &&
           is(kept, "its version", page->version, NIGHT_VERSION) && is(kept, "its size", page->size, sizeof *page) &&
           is(kept, "its distance to the epoch", atomic_load(&page->offset_ns), kept->offset_ns) &&
           is(kept, "its PID namespace", (int64_t)atomic_load(&page->namespace), (int64_t)kept->namespace) &&
           is(kept, "the lateness it allows", atomic_load(&page->tolerated_ppm), kept->tolerated_ppm) &&
           is(kept, "who moves its time", atomic_load(&page->mover), 0) && has_flags(page) &&
           stops_when_asked(page) &&
           only_grows(kept, "the number of its threads", &kept->slots_used, atomic_load(&page->slots_used),
                      NIGHT_SLOTS) &&
           only_grows(kept, "the number of its timers", &kept->timers_used, atomic_load(&page->timers_used),
                      NIGHT_TIMERS) &&
           is(kept, "the number of its moments", (int64_t)atomic_load(&page->time_map.used), (int64_t)kept->moments) &&
           is(kept, "its earliest night", atomic_load(&page->time_map.earliest_ns), kept->earliest_ns) &&
           is(kept, "its latest night", atomic_load(&page->time_map.latest_ns), kept->latest_ns) && has_time(page);
}

/* A free place says so; one that is taken has a number of the kernel's; a wait is sealed.
 *
 * A thread may stand still, or die, between any two of its stores, and each step is sound: a free place is RUNNING, so
 * it is that too once it is taken and has no pid yet; what a wait says changes while it is RUNNING, and the seal is
 * there before it is WAITING (timed_wait.c). And one may be started from outside while we look, so what is no longer
 * as it was first is no fault: it is looked at again before the next jump. */
static bool is_sound(const struct night_slot *slot) {
    int32_t tid = atomic_load(&slot->tid);
    uint32_t word = atomic_load(&slot->state), state = night_state_of(word);
    if (tid == 0)
        return atomic_load(&slot->seal) == NIGHT_FREE_PLACE || atomic_load(&slot->tid) != tid;
    return tid > 0 && atomic_load(&slot->pid) >= 0 && state <= NIGHT_GRANTED &&
           (state != NIGHT_WAITING || night_is_sealed(slot) || atomic_load(&slot->state) != word);
}

/* An armed timer is sealed, and due when it was armed for, or whole intervals later. A free one is due never, and so is
 * one that is just taken, armed or freed: its deadline is the first to go and the last to come (timers.c). */
static bool rings_rightly(const struct night_timer *timer) {
    int64_t deadline_ns = atomic_load(&timer->deadline_ns), armed_ns = atomic_load(&timer->notified_ns);
    int64_t interval_ns = atomic_load(&timer->interval_ns);
    if (deadline_ns == NIGHT_NEVER)
        return atomic_load(&timer->pid) >= 0;
    bool as_armed = interval_ns == 0 ? deadline_ns == armed_ns
                                     : deadline_ns >= armed_ns && (deadline_ns - armed_ns) % interval_ns == 0;
    return (atomic_load(&timer->pid) > 0 && atomic_load(&timer->seal) == night_timer_seal(timer) && as_armed) ||
           atomic_load(&timer->deadline_ns) != deadline_ns; /* set anew meanwhile */
}

static bool names_who_is_outside(struct night_page *page) {
    return night_outsiders_are_sound(page) ||
           fault(kept_of(page), "what the programs have told", "whom it names as outside of its time is not whom they told");
}

bool night_places_are_sound(struct night_page *page) {
    struct kept *kept = kept_of(page);
    for (uint32_t i = 0, used = bounded(atomic_load(&page->slots_used), NIGHT_SLOTS); i < used; i++)
        if (!is_sound(&page->slots[i]))
            return fault(kept, "what that thread has said", "what thread %d waits for is not what it said",
                         atomic_load(&page->slots[i].tid));
    for (uint32_t i = 0, used = bounded(atomic_load(&page->timers_used), NIGHT_TIMERS); i < used; i++)
        if (!rings_rightly(&page->timers[i]))
            return fault(kept, "what that process has set", "a timer of process %d is not what it set",
                         atomic_load(&page->timers[i].pid));
    return names_who_is_outside(page);
}

bool night_whole_page_is_sound(struct night_page *page) {
    struct kept *kept = kept_of(page);
    if (!night_page_is_sound(page) || !names_who_is_outside(page))
        return false;
    return moments_seal(&page->time_map) == kept->moments_seal ||
           fault(kept, "the moments that the controller noted", "its table of moments has changed");
}

/* For Python: whether the page is as it was left; if not, what was found, and what was expected. */
int night_page_fault(struct night_page *page, char *found, char *expected, int room) {
    if (night_whole_page_is_sound(page))
        return 0;
    snprintf(found, (size_t)room, "%s", kept_of(page)->found);
    snprintf(expected, (size_t)room, "%s", kept_of(page)->expected);
    return 1;
}
