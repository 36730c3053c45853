/* What the wrapped calls share.
 *
 * Every wrapper reads alike: no page, or nothing to wait for → the real call; else a deadline on the
 * virtual monotonic clock, night_wait_begin(), the real call without a limit, night_wait_end(), and,
 * when the controller granted the timeout, one more look before it is reported. */
#ifndef NIGHT_PRELOAD_H
#define NIGHT_PRELOAD_H

#include "page.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

#define NIGHT_EXPORT __attribute__((visibility("default")))

/* Virtual time, or NULL: then every wrapper is the bare call. */
extern struct night_page *night_page;

/* The C library's own function behind a name that we cover. */
void *night_symbol(const char *name);
#define NIGHT_REAL(name)                                                                                     \
    static __typeof__(&name) real;                                                                           \
    if (!real)                                                                                               \
    real = (__typeof__(&name))(uintptr_t)night_symbol(#name)

/* reading.c: a reading moves time by a tick; a look does not. */
int64_t night_read_monotonic(void);
int64_t night_look_monotonic(void);
bool night_clock_is_realtime(clockid_t clock);
bool night_clock_is_virtual(clockid_t clock);
/* An absolute time of a virtual clock, as a virtual monotonic deadline. */
int64_t night_deadline_of(clockid_t clock, const struct timespec *at);

/* The real clock, past our own wrappers. */
int64_t night_real_monotonic(void);

/* Times to nanoseconds, never beyond NIGHT_NEVER. */
int64_t night_ns(int64_t seconds, int64_t nanoseconds);
int64_t night_after(int64_t now_ns, int64_t span_ns);
struct timespec night_timespec(int64_t ns);
struct timeval night_timeval(int64_t ns);

/* waiting.c */
struct night_wait {
    struct night_slot *slot;
    sigset_t before; /* the thread's signal mask */
    enum night_state outer_state; /* a condition wait below us, when a signal handler waits */
    enum night_kind outer_kind;
    int64_t outer_deadline_ns;
};

/* Sets the thread's signal mask, as pthread_sigmask does, which is young in libc itself. */
void night_mask(int how, const sigset_t *new, sigset_t *old);

void night_waiting_start(void); /* once, from the constructor */
void night_slot_of_child(void); /* after fork */

/* Enters a wait; false when there is no room in the page, and the wait must be real. For calls that take
 * a signal mask: `inside` becomes the mask to wait under, made of the caller's or of the thread's. */
bool night_wait_begin(struct night_wait *wait, enum night_kind kind, int fd, int64_t deadline_ns,
                      const sigset_t *asked, sigset_t *inside);
/* For futex waits, which look at an absolute time: it is at wait->slot->abstime. */
bool night_wait_begin_futex(struct night_wait *wait, enum night_kind kind, int64_t deadline_ns,
                            struct timespec abstime);
/* Leaves a wait; true when the controller has granted its timeout. Keeps errno. */
bool night_wait_end(struct night_wait *wait);
extern const struct timespec night_far_away;

/* A wait without a limit, so that "stuck" can say what it is. */
void night_note(enum night_kind kind, int fd);
void night_forget(void);

/* preload.c: what the program asked for on our signal. */
void night_pass_on(int signo, siginfo_t *info, void *context);

/* timers.c: after exec, POSIX timers are gone. */
void night_timers_start(void);

/* network.c */
void night_network_start(void);

#endif
