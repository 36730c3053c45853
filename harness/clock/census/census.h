/* What Python calls through ctypes: the clock page, and the census of a night's threads. */
#ifndef NIGHT_CENSUS_H
#define NIGHT_CENSUS_H

#include "preload/preload.h"

/* Why night_census_run() came back. Mirrored in census.py. */
enum night_result {
    NIGHT_ON = 0,    /* the real time it was given is over; call again */
    NIGHT_UNTIL = 1, /* nothing is due before the end, and the clock is there */
    NIGHT_ASKED = 2, /* a process asked to stop */
    NIGHT_STUCK = 3, /* all threads wait, and nothing is due */
    NIGHT_OVERWRITTEN = 4, /* the clock page is not as this process and the library left it: see night_page_fault() */
    NIGHT_BLIND = 5, /* this process may not open enough files to watch every thread: see night_census_blind() */
};

/* What the census knows of a thread, for messages. Mirrored in census.py. */
struct night_sight {
    int32_t pid;
    int32_t tid;
    int32_t asleep;
    int32_t outside_clock; /* asleep in real time, outside the virtual clock */
    int32_t kind; /* enum night_kind, when it is in a wait that the library knows */
    int32_t fd;
    int32_t timed;
    int64_t since_ns; /* virtual monotonic */
};

struct night_census;

/* What was let pass, of programs that wake again and again for nothing. */
struct night_ticks {
    int64_t bunched; /* waits that were let end together with later ones */
    int64_t late_ns; /* the latest that a thread was woken */
};

NIGHT_EXPORT struct night_page *night_page_create(const char *path, int64_t realtime_ns);
NIGHT_EXPORT struct night_page *night_page_open(const char *path);
NIGHT_EXPORT void night_page_close(struct night_page *page);
NIGHT_EXPORT int64_t night_page_look(struct night_page *page);
NIGHT_EXPORT int64_t night_page_tick(struct night_page *page);
NIGHT_EXPORT int64_t night_page_offset(struct night_page *page);
NIGHT_EXPORT void night_page_travel(struct night_page *page, int64_t realtime_ns);
NIGHT_EXPORT void night_page_stop(struct night_page *page, const char *reason);
NIGHT_EXPORT int night_page_stopped(struct night_page *page, char *reason, int room);
NIGHT_EXPORT int night_page_hold(struct night_page *page);
NIGHT_EXPORT void night_page_release(struct night_page *page, int hold);
NIGHT_EXPORT int night_page_holder(struct night_page *page);
NIGHT_EXPORT void night_page_plant(struct night_page *page, uint32_t flags);
NIGHT_EXPORT int night_page_outsider(struct night_page *page, int place, struct night_outsider *told);
NIGHT_EXPORT uint32_t night_page_outsiders_untold(struct night_page *page);
NIGHT_EXPORT void night_page_forget_outsiders(struct night_page *page);
NIGHT_EXPORT int64_t night_page_flow(struct night_page *page, int64_t now_ns);
NIGHT_EXPORT int night_page_fault(struct night_page *page, char *found, char *expected, int room);

NIGHT_EXPORT struct night_census *night_census_open(struct night_page *page, int32_t root);
NIGHT_EXPORT void night_census_close(struct night_census *census);
NIGHT_EXPORT int night_census_run(struct night_census *census, int64_t until_ns, int64_t budget_ns);
NIGHT_EXPORT int night_census_exclude(struct night_census *census, int32_t pid);
NIGHT_EXPORT int night_census_serve(struct night_census *census, int32_t pid);
NIGHT_EXPORT void night_page_tolerate(struct night_page *page, int64_t ppm);
NIGHT_EXPORT void night_census_ticks(const struct night_census *census, struct night_ticks *ticks);
NIGHT_EXPORT int night_census_blind(const struct night_census *census); /* errno, or 0 */
NIGHT_EXPORT int64_t night_census_jumps(const struct night_census *census);
NIGHT_EXPORT int night_census_sight(const struct night_census *census, int index, struct night_sight *sight);

/* clock_page.c */
bool night_held(struct night_page *page);
bool night_alive(int32_t id);

/* page_integrity.c: what this process has put into the clock page, kept where no other can write. */
struct night_page *night_map_page(int fd); /* keeps fd; NULL with errno */
void night_unmap_page(struct night_page *page);
void night_note_page(struct night_page *page); /* all that is there is right: it has just been made, or opened */
void night_note_opening(struct night_page *page); /* of a census: no other process moves time */
void night_note_move(struct night_page *page, int64_t to_ns);
void night_note_travel(struct night_page *page, int64_t offset_ns);
void night_note_flags(struct night_page *page, uint32_t flags);
void night_note_tolerance(struct night_page *page, int64_t ppm);
bool night_page_is_sound(struct night_page *page);       /* at any time, and cheap */
bool night_places_are_sound(struct night_page *page);    /* while all threads sleep */
bool night_whole_page_is_sound(struct night_page *page); /* at any time: the time map too */

/* told_outside.c */
bool night_outsiders_are_sound(struct night_page *page); /* at any time */

/* grants.c: shared by the census and by real-time flow. */
void night_grant_again(struct night_page *page);
int64_t night_next_due(struct night_page *page);
bool night_is_sealed(const struct night_slot *slot);
int64_t night_latest_of(const struct night_page *page, const struct night_slot *slot);
enum night_scope {
    NIGHT_DUE,
    NIGHT_TICKERS, /* only threads that may be woken late (tickers.c) */
    NIGHT_OVERDUE, /* only what may not wait longer, for as much real time has passed */
};
int night_grant_due(struct night_page *page, enum night_scope scope);

#endif
