/* The shared page: the whole state of a night's virtual time, in one file that every process maps.
 *
 * Any process may be killed at any instruction, so nothing here is a lock that the dead could keep:
 * ownership is one word (a thread id, a process id) that others can check against /proc and take back.
 * All times are nanoseconds. The layout is known to the C sources alone. */
#ifndef NIGHT_PAGE_H
#define NIGHT_PAGE_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#define NIGHT_MAGIC 0x4b434c435448474eULL /* "NGHTCLCK" */
#define NIGHT_VERSION 2u
#define NIGHT_SLOTS 4096u
#define NIGHT_TIMERS 1024u
#define NIGHT_HOLDS 64u
#define NIGHT_NEVER INT64_MAX
#define NIGHT_TICK_NS 1000     /* what one reading of a clock costs */
#define NIGHT_SECOND_NS 1000000000LL
#define NIGHT_SIGNAL SIGURG    /* ignored by default, and hardly used by programs */

enum night_state {
    NIGHT_RUNNING = 0, /* in no timed wait, as far as the library knows */
    NIGHT_WAITING = 1, /* waits until deadline_ns, or for what it waits for */
    NIGHT_GRANTED = 2, /* the controller has said that the deadline came; its signal is on the way */
};

/* A slot's state is one word: an enum night_state, and above it the number of the wait, so that a grant that
 * was meant for one wait never ends the next. */
#define NIGHT_STATE_BITS 3u
#define NIGHT_NEXT_WAIT 4u

static inline uint32_t night_state_of(uint32_t word) { return word & NIGHT_STATE_BITS; }
static inline uint32_t night_with_state(uint32_t word, enum night_state state) {
    return (word & ~NIGHT_STATE_BITS) | state;
}

enum night_kind {
    NIGHT_NOTHING,
    NIGHT_SLEEP,
    NIGHT_POLL,
    NIGHT_SELECT,
    NIGHT_EPOLL,
    NIGHT_CONDITION,
    NIGHT_SEMAPHORE,
    NIGHT_MUTEX,
};

/* One thread. The thread writes it, except: the controller moves WAITING to GRANTED and then sets abstime. */
struct night_slot {
    alignas(128) _Atomic int32_t tid; /* owner; 0 when free */
    _Atomic int32_t pid;
    _Atomic uint32_t state; /* night_state_of() it */
    _Atomic int64_t deadline_ns;
    _Atomic int64_t since_ns;
    _Atomic int64_t real_since_ns; /* on the real monotonic clock */
    _Atomic int32_t kind;
    _Atomic int32_t fd;      /* what it waits on first, for messages; -1 when nothing */
    struct timespec abstime; /* futex waits point here: far away, until the grant puts it into the past */
};

/* One armed alarm, interval timer or POSIX timer. The controller sends its signal. */
struct night_timer {
    alignas(64) _Atomic int32_t pid; /* owner; 0 when free */
    _Atomic int32_t id;              /* NIGHT_ITIMER, or the number behind a timer_t */
    _Atomic int64_t deadline_ns;     /* NIGHT_NEVER when disarmed */
    _Atomic int64_t interval_ns;
    _Atomic int64_t since_ns;      /* when it was armed */
    _Atomic int64_t real_since_ns; /* the same on the real monotonic clock */
    _Atomic int32_t signo; /* 0: notifies nobody */
    _Atomic int32_t tid;   /* a thread to notify; 0: the process */
    _Atomic uint64_t value;
    _Atomic int32_t overrun;
    int32_t clock; /* of a POSIX timer: to read an absolute time with */
};

#define NIGHT_ITIMER (-1)

/* Somebody outside acts: time does not move. */
struct night_hold {
    _Atomic int32_t pid; /* owner; 0 when free */
    _Atomic uint32_t started; /* the owner's start time, for its number may be used again */
};

struct night_page {
    uint64_t magic;
    uint32_t version;
    uint32_t size;
    alignas(64) _Atomic int64_t now_ns;    /* virtual CLOCK_MONOTONIC: only grows */
    alignas(64) _Atomic int64_t offset_ns; /* CLOCK_REALTIME minus CLOCK_MONOTONIC */
    _Atomic uint32_t stop;
    _Atomic int32_t mover;  /* the controller's process, in the instant in which it moves time */
    _Atomic uint32_t flags; /* for tests: NIGHT_PLANTED_*, known races, and what a machine may lack */
    _Atomic uint32_t holds_begun; /* counts them: one that came and went between two looks still shows */
    _Atomic uint32_t slots_used;
    _Atomic uint32_t timers_used;
    char stop_reason[108];
    alignas(64) struct night_hold holds[NIGHT_HOLDS];
    struct night_timer timers[NIGHT_TIMERS];
    struct night_slot slots[NIGHT_SLOTS];
};

#define NIGHT_PLANTED_ONE_LOOK 1u    /* the controller looks once, at the state alone */
#define NIGHT_PLANTED_NO_HANDSHAKE 2u /* a granted waiter does not look again */
#define NIGHT_PLAINLY 4u              /* the census makes do with `status`, as where the kernel denies the rest */
#define NIGHT_FULL 8u                 /* no thread finds a place any more */

#endif
