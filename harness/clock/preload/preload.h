/* What the wrapped calls share.
 *
 * Every wrapper reads alike: no page, or nothing to wait for → the real call; else a deadline on the
 * virtual monotonic clock, night_wait_begin(), the real call without a limit unless the wait is over already,
 * night_wait_end(), and, when the timeout was granted, one more look before it is reported. And every wrapper leaves
 * errno as its call does: alone on success (tests/clock/preload/test_errno.py). */
#ifndef NIGHT_PRELOAD_H
#define NIGHT_PRELOAD_H

#include "page.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#define NIGHT_EXPORT __attribute__((visibility("default")))

/* Virtual time, or NULL: then every wrapper is the bare call. */
extern struct night_page *night_page;

/* The PID namespace of this process; 0 where there is no telling. */
uint64_t night_pid_namespace(void);

/* The C library's own function behind a name that we cover. */
void *night_symbol(const char *name);
void *night_symbol_or_null(const char *name);
#define NIGHT_REAL(name)                                                                                     \
    static __typeof__(&name) real;                                                                           \
    if (!real)                                                                                               \
    real = (__typeof__(&name))(uintptr_t)night_symbol(#name)

/* syscall.c: a system call past our own wrapper of syscall(). What is not given is 0, and all is as wide as a
 * register. */
#define night_syscall(...) night_syscall_filled(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define night_syscall_filled(number, a, b, c, d, e, f, ...)                                                  \
    night_syscall_of_six(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
long night_syscall_of_six(long number, long a, long b, long c, long d, long e, long f);

/* read_clocks.c: a reading moves time by a tick; a look does not. */
int64_t night_read_monotonic(void);
int64_t night_look_monotonic(void);
bool night_clock_is_realtime(clockid_t clock);
bool night_clock_is_virtual(clockid_t clock);
/* An absolute time of a virtual clock, as a virtual monotonic deadline. */
int64_t night_deadline_of(clockid_t clock, const struct timespec *at);

/* The real clock, past our own wrappers. */
int64_t night_real_monotonic(void);
/* An absolute time on it that is as far away as a virtual deadline: for waits that find no place in the page. */
struct timespec night_real_limit(clockid_t clock, int64_t deadline_ns);

/* Times to nanoseconds, never beyond NIGHT_NEVER. */
int64_t night_ns(int64_t seconds, int64_t nanoseconds);
int64_t night_after(int64_t now_ns, int64_t span_ns);
struct timespec night_timespec(int64_t ns);
struct timeval night_timeval(int64_t ns);
bool night_is_a_span(const struct timespec *span);

/* CPython's interpreter lock waits 5 ms on a condition while another thread computes; virtual time stands still then,
 * so a condition wait this short also ends by itself, in real time, and says nothing of what the thread does. */
#define NIGHT_SHORT_NS 10000000

/* tick_catchup.c: what this thread's clock is behind virtual time. */
extern _Thread_local int64_t night_lag_ns __attribute__((tls_model("initial-exec")));
/* And what it has told last. */
extern _Thread_local int64_t night_last_reading_ns __attribute__((tls_model("initial-exec")));
struct night_tick {
    int64_t since_ns, span_ns, deadline_ns;
    bool over; /* it ended in the past that the thread lives in */
};
struct night_tick night_tick_begins(enum night_kind kind, int64_t deadline_ns);
void night_tick_ended(int64_t since_ns, int64_t late_ns);
/* The thread does something that others may see: it is no mere ticker, and is in the present. */
void night_end_catchup(void);

/* timed_wait.c */
struct night_wait {
    struct night_slot *slot;
    bool over; /* nothing to wait for (tick_catchup.c): the real call is left out, as if it had come to its limit */
    int error; /* errno as the program left it */
    sigset_t before; /* the thread's signal mask */
    enum night_state outer_state; /* a condition wait below us, when a signal handler waits */
    enum night_kind outer_kind;
    int64_t outer_deadline_ns;
};

/* Sets the thread's signal mask, as pthread_sigmask does, which is young in libc itself. */
void night_mask(int how, const sigset_t *new, sigset_t *old);

void night_timed_wait_start(void); /* once, from the constructor */
void night_slot_of_child(void); /* after fork */

/* What a call returns that a signal handler has interrupted. */
static inline int night_interrupted(void) {
    errno = EINTR;
    return -1;
}

/* Enters a wait; false when there is no room in the page, and the wait must be real. For calls that take
 * a signal mask: `inside` becomes the mask to wait under, made of the caller's or of the thread's. */
bool night_wait_begin(struct night_wait *wait, enum night_kind kind, int fd, int64_t deadline_ns,
                      const sigset_t *asked, sigset_t *inside);
/* For futex waits, which look at an absolute time: it is at wait->slot->abstime. */
bool night_wait_begin_futex(struct night_wait *wait, enum night_kind kind, int64_t deadline_ns,
                            struct timespec abstime);
/* Leaves a wait whose call has come back, `cut_short` as by a signal or by its limit. True when that was the granted
 * timeout: then errno is again as the program left it, for the wrapper looks once more, and may yet succeed. Else the
 * call has ended by itself, and so errno is the call's. */
bool night_wait_end(struct night_wait *wait, bool cut_short);
extern const struct timespec night_far_away;

/* A wait without a limit, so that "stuck" can say what it is. */
void night_untimed_wait_begin(enum night_kind kind, int fd);
void night_untimed_wait_end(void);

/* short_sleeps.c: the limit in real time of a sleep until then, or NULL: it has none, as it is without that switch. */
void night_short_sleeps_start(void);
const struct timespec *night_real_end(int64_t deadline_ns, struct timespec *room);

/* time_map.c: file times. `changed_ns` is the file's time of change, which only the kernel sets. */
void night_time_map_add(struct night_page *page); /* by the process that has moved its time */
bool night_is_kernel_stamp(int64_t stamp_ns, int64_t changed_ns);
int64_t night_time_of_stamp(int64_t stamp_ns); /* the night's, at a stamp of the kernel's */
int64_t night_now(void);
int64_t night_now_as_stamp(void); /* a reading that can be told from the kernel's stamps */

/* read_file_times.c: libc itself has it only since 2.28. */
struct statx;
int statx(int folder, const char *restrict path, int flags, unsigned mask, struct statx *restrict status);

/* stamp_on_close.c: which files are open for writing. These keep errno. */
void night_stamp_on_close_start(void);
int night_mark_opened(int fd, int flags);   /* returns fd, which may be -1 */
int night_mark_copied(int from, int to);    /* returns to, which may be -1 */
bool night_is_marked(int fd);
void night_stamp_closing(int fd); /* before it is closed */
void night_stamp_all(void);
void night_stamp_stream(FILE *file); /* close.c */

/* process_entry.c: what the program asked for on our signal. */
void night_call_program_handler(int signo, siginfo_t *info, void *context);

/* timers.c: after exec, POSIX timers are gone. */
void night_timers_start(void);

/* wrong_clock.c: what the process's own clock tells at a true time, and the first true time, from now on, at which it
 * tells one. Both are UTC epoch nanoseconds. */
void night_wrong_clock_start(void);
int64_t night_wrong_time_of(int64_t true_ns);
int64_t night_true_time_of(int64_t told_ns, int64_t now_ns);

/* port_states.c: what a fault has made of a port; of one that never answers, where the packets go instead. */
enum night_port_state { NIGHT_PORT_PASSES, NIGHT_PORT_REFUSED, NIGHT_PORT_SILENT };
void night_port_states_start(const char *page);
enum night_port_state night_ask_port_state(int fd, const struct sockaddr *to, socklen_t size,
                                           struct sockaddr_storage *instead);

in_port_t *night_port_in(struct sockaddr_storage *address); /* NULL in an address that is none of the internet */

/* callers.c: write down who connects, for who listens there. Keeps errno. */
void night_callers_start(const char *page);
void night_tell_caller(int fd, const struct sockaddr *to, socklen_t size);

/* bad_disk.c: whether the landing side's disk refuses; then errno is set, and it is counted. A write may be shortened
 * to what still fits. */
void night_bad_disk_start(void);
bool night_disk_is_bad(void);
bool night_bad_disk_refuses_name(int at, const char *path);
bool night_bad_disk_refuses_open(int at, const char *path, int flags);
bool night_bad_disk_refuses_write(int fd, size_t *length);
/* disk_calls.c: how many of the pieces may be written, -1 when none may; the last room may be a part of the `first`. */
struct iovec;
int night_bad_disk_pieces(int fd, const struct iovec **pieces, int count, struct iovec *first);
/* disk_calls.c: cut the pieces at a place, as `night_reach_begin` cuts a length, which is returned. */
size_t night_pieces_to_place(int fd, int64_t at, const struct iovec **pieces, int *count, struct iovec *first);

/* places.c: where a fault waits for this process. A write is cut at the byte; when as much was written, it is told. */
extern int night_places; /* how many; 0 in every process for which no fault waits */
struct night_reach {
    int fd;
    int64_t byte, length;
};
void night_places_start(void);
bool night_is_watched(int fd); /* whether a fault waits for a byte of this file */
struct night_reach night_reach_begin(int fd, int64_t at, size_t *length); /* `at` below 0: where the file stands */
void night_reach_end(struct night_reach reach, int64_t written);
void night_place_of_name(char kind, int at, const char *name);

/* What a call returns that writes up to `length` bytes, which may be cut. */
#define NIGHT_WRITING(file, at, length, call)                                                                 \
    ({                                                                                                       \
        struct night_reach reach_ = night_places ? night_reach_begin(file, at, length) : NIGHT_NOWHERE;      \
        int64_t written_ = (call);                                                                           \
        if (reach_.fd >= 0)                                                                                  \
            night_reach_end(reach_, written_);                                                               \
        written_;                                                                                            \
    })
#define NIGHT_NOWHERE ((struct night_reach){.fd = -1})

/* loopback_only.c: whether an address lies outside what this night may reach; then it has said so, and set errno. */
void night_loopback_only_start(void);
bool night_is_loopback_only(void);
bool night_refuses_address(const struct sockaddr *to, socklen_t size);

#endif
