/* The clock page: the whole state of a night's virtual time, in one file that every process maps.
 *
 * Any process may be killed at any instruction, so nothing here is a lock that the dead could keep:
 * ownership is one word (a thread id, a process id) that others can check against /proc and take back.
 * All times are nanoseconds. The layout is known to the C sources alone. */
#ifndef NIGHT_PAGE_H
#define NIGHT_PAGE_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define NIGHT_MAGIC 0x4b434c435448474eULL /* "NGHTCLCK" */
#define NIGHT_VERSION 7u
#define NIGHT_SLOTS 4096u
#define NIGHT_TIMERS 1024u
#define NIGHT_HOLDS 64u
#define NIGHT_TIME_MAP_ENTRIES 1024u
#define NIGHT_OUTSIDERS 64u
#define NIGHT_NEVER INT64_MAX
#define NIGHT_STOP 0x504f5453u /* no number that gets there by chance */
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
    NIGHT_FUTEX,
    NIGHT_SIGNALS,
};

/* One thread. The thread writes it, except: the controller moves WAITING to GRANTED and then sets abstime; and while
 * all threads sleep it sets ticking_since_ns and late_ns. */
struct night_slot {
    alignas(128) _Atomic int32_t tid; /* owner; 0 when free */
    _Atomic int32_t pid;
    _Atomic uint32_t state; /* night_state_of() it */
    _Atomic int64_t deadline_ns;
    _Atomic int64_t since_ns;
    _Atomic int64_t real_since_ns; /* on the real monotonic clock */
    _Atomic int64_t span_ns;       /* what it asked for */
    _Atomic int64_t ticking_since_ns; /* when the first began of the waits that are all like this one */
    _Atomic int64_t late_ns;          /* how much later than due the controller granted it, on purpose */
    _Atomic int32_t kind;
    _Atomic int32_t fd;      /* what it waits on first, for messages; -1 when nothing */
    struct timespec abstime; /* futex waits point here: far away, until the grant puts it into the past */
    _Atomic uint64_t seal;   /* night_slot_seal() of a wait, NIGHT_FREE_PLACE before the first and after the thread */
};

/* One armed alarm, interval timer or POSIX timer. The controller sends its signal. */
struct night_timer {
    alignas(64) _Atomic int32_t pid; /* owner; 0 when free */
    _Atomic int32_t id;              /* NIGHT_ITIMER, or the number behind a timer_t */
    _Atomic int64_t deadline_ns;     /* NIGHT_NEVER when disarmed */
    _Atomic int64_t interval_ns;
    _Atomic int64_t since_ns;      /* when it was armed */
    _Atomic int64_t real_since_ns; /* the same on the real monotonic clock */
    _Atomic int32_t signo; /* 0: no signal is sent */
    _Atomic int32_t tid;   /* a thread to notify; 0: the process */
    _Atomic uint64_t value;
    _Atomic int32_t overrun;
    int32_t clock; /* of a POSIX timer: to read an absolute time with */
    _Atomic int64_t notified_ns; /* of a timer that a process tells itself of: the deadline it has heard of */
    _Atomic int32_t fd;      /* of a timer that is a file: where it was when it was armed */
    _Atomic uint64_t seal;   /* night_timer_seal() of it while it is armed */
};

#define NIGHT_ITIMER (-1)
#define NIGHT_TIMERFD (-2)

/* While a process outside the night holds the clock, time does not move. */
struct night_hold {
    _Atomic uint64_t owner; /* its number, and above that when it was started, for a number is used again; 0 when free */
};

/* From real_ns on, by the clock with which the kernel stamps files, the night's time was time_ns. */
struct night_time_map_entry {
    _Atomic int64_t real_ns;
    _Atomic int64_t time_ns;
};

/* The process that moves time adds to the table in use, or thins it into the other one and uses that. */
struct night_time_map {
    _Atomic uint64_t used; /* how many moments there are, and above that which table: a number that grows */
    _Atomic int64_t earliest_ns; /* of all nights of the page */
    _Atomic int64_t latest_ns;
    struct night_time_map_entry table[2][NIGHT_TIME_MAP_ENTRIES];
};

/* Why a program of the night is outside of its time; mirrored in harness/clock/outsiders.py. */
enum night_outside {
    NIGHT_INSIDE,
    NIGHT_OUTSIDE_STATIC,
    NIGHT_OUTSIDE_GO,
    NIGHT_OUTSIDE_MUSL,
    NIGHT_OUTSIDE_LOADER, /* another C library's */
    NIGHT_OUTSIDE_MACHINE,
    NIGHT_OUTSIDE_RIGHTS,
    NIGHT_OUTSIDE_UNREADABLE,
    NIGHT_OUTSIDE_SIGHT,          /* it cannot open the library or the clock page */
    NIGHT_OUTSIDE_PID_NAMESPACE,
    NIGHT_OUTSIDE_LINK_NAMESPACE, /* a library that is loaded by dlmopen() */
    NIGHT_OUTSIDE_ASKED,
};

enum { NIGHT_PLACE_FREE, NIGHT_PLACE_TAKEN };

/* A program outside of the night's time: each once, by who has started it. Mirrored in harness/clock/outsiders.py. */
struct night_outsider {
    alignas(128) _Atomic uint32_t state;
    uint32_t reason; /* enum night_outside */
    int64_t at_ns;   /* the night's CLOCK_REALTIME */
    _Atomic uint64_t seal; /* night_outsider_seal(), once all is told; else 0 */
    char by[64];           /* the job, or the part of the night */
    char program[296];     /* the rest of 384 bytes */
};

struct night_page {
    uint64_t magic;
    uint32_t version;
    uint32_t size;
    alignas(64) _Atomic int64_t now_ns;    /* virtual CLOCK_MONOTONIC: only grows */
    alignas(64) _Atomic int64_t offset_ns; /* CLOCK_REALTIME minus CLOCK_MONOTONIC */
    _Atomic uint64_t namespace; /* in which the numbers of processes and threads are meant; 0 when unknown */
    _Atomic uint32_t stop; /* 0, or NIGHT_STOP */
    _Atomic int32_t mover;  /* the controller's process, in the instant in which it moves time */
    _Atomic int64_t tolerated_ppm; /* of the time that it has ticked, how late a ticking thread may be woken */
    _Atomic uint32_t flags; /* known races for tests, what a machine may lack, and what has happened */
    _Atomic uint32_t holds_begun; /* counts them: one that came and went between two looks still shows */
    _Atomic uint32_t slots_used;
    _Atomic uint32_t timers_used;
    _Atomic uint32_t outsiders_untold; /* for which there was no place */
    char stop_reason[108];
    alignas(64) struct night_hold holds[NIGHT_HOLDS];
    struct night_time_map time_map;
    struct night_timer timers[NIGHT_TIMERS];
    struct night_slot slots[NIGHT_SLOTS];
    struct night_outsider outsiders[NIGHT_OUTSIDERS];
};

/* ---- seals -------------------------------------------------------------------------------------- */

/* Who writes a place seals it, and who acts on it looks at the seal: a program that writes into the page by mistake
 * is noticed (census/page_integrity.c). One that means to is not kept out. */
#define NIGHT_FREE_PLACE 0x4e4f424f44592121ULL

static inline uint64_t night_sealed(uint64_t seal, uint64_t value) {
    seal = (seal ^ value) * 0x9e3779b97f4a7c15ULL;
    return seal ^ (seal >> 32);
}

/* All that a wait has said of itself, and which wait it is. */
static inline uint64_t night_slot_seal(const struct night_slot *slot) {
    uint64_t seal = night_sealed(1, (uint64_t)(uint32_t)atomic_load_explicit(&slot->tid, memory_order_relaxed) << 32 |
                                        (uint32_t)atomic_load_explicit(&slot->pid, memory_order_relaxed));
    seal = night_sealed(seal, atomic_load_explicit(&slot->state, memory_order_relaxed) & ~NIGHT_STATE_BITS);
    seal = night_sealed(seal, (uint64_t)(uint32_t)atomic_load_explicit(&slot->kind, memory_order_relaxed) << 32 |
                                  (uint32_t)atomic_load_explicit(&slot->fd, memory_order_relaxed));
    seal = night_sealed(seal, (uint64_t)atomic_load_explicit(&slot->deadline_ns, memory_order_relaxed));
    seal = night_sealed(seal, (uint64_t)atomic_load_explicit(&slot->since_ns, memory_order_relaxed));
    seal = night_sealed(seal, (uint64_t)atomic_load_explicit(&slot->real_since_ns, memory_order_relaxed));
    seal = night_sealed(seal, (uint64_t)atomic_load_explicit(&slot->span_ns, memory_order_relaxed));
    seal = night_sealed(seal, (uint64_t)atomic_load_explicit(&slot->ticking_since_ns, memory_order_relaxed));
    return night_sealed(seal, (uint64_t)atomic_load_explicit(&slot->late_ns, memory_order_relaxed));
}

/* What stays as it is while a timer is armed. */
static inline uint64_t night_timer_seal(const struct night_timer *timer) {
    uint64_t seal = night_sealed(2, (uint64_t)(uint32_t)atomic_load(&timer->pid) << 32 |
                                        (uint32_t)atomic_load(&timer->id));
    seal = night_sealed(seal, (uint64_t)(uint32_t)atomic_load(&timer->signo) << 32 |
                                  (uint32_t)atomic_load(&timer->tid));
    seal = night_sealed(seal, (uint64_t)atomic_load(&timer->interval_ns));
    seal = night_sealed(seal, (uint64_t)atomic_load(&timer->since_ns));
    seal = night_sealed(seal, (uint64_t)atomic_load(&timer->real_since_ns));
    return night_sealed(seal, atomic_load(&timer->value));
}

/* Of a program that was told of, all of it. Never 0, which says that nothing is told. */
static inline uint64_t night_outsider_seal(const struct night_outsider *told) {
    uint64_t seal = night_sealed(night_sealed(4, told->reason), (uint64_t)told->at_ns);
    for (size_t i = 0; i < sizeof told->by; i++)
        seal = night_sealed(seal, (unsigned char)told->by[i]);
    for (size_t i = 0; i < sizeof told->program; i++)
        seal = night_sealed(seal, (unsigned char)told->program[i]);
    return seal | 1;
}

/* ---- flags --------------------------------------------------------------------------------------- */

#define NIGHT_STATUS_ONLY 0x4u      /* the census makes do with `status`, as where the kernel denies the rest */
#define NIGHT_FULL 0x8u             /* no thread finds a place any more */
#define NIGHT_SOCKET_TIMEOUTS 0x10u /* a socket of the night has been given a limit of its own */
#define NIGHT_LOSES_CPU 0x800u      /* the controller loses its CPU before and in each grant */

/* Each takes one guard away, so that tests can show what it is there for. */
#define NIGHT_PLANTED_ONE_LOOK 0x1u       /* the controller looks once, at the state alone */
#define NIGHT_PLANTED_NO_HANDSHAKE 0x2u   /* a granted waiter does not look again */
#define NIGHT_PLANTED_NO_STATE 0x1000u    /* a thread that is on no run queue counts as asleep */
#define NIGHT_PLANTED_NO_COUNT 0x20u      /* a thread that sleeps at both looks counts as asleep in between */
#define NIGHT_PLANTED_NO_BACKLOG 0x40u    /* packets are never in flight */
#define NIGHT_PLANTED_NO_HOLD_COUNT 0x80u /* a hold that has gone has not been */
#define NIGHT_PLANTED_NO_NUMBER 0x100u    /* a grant ends whatever its thread waits for by then */
#define NIGHT_PLANTED_JUMP_OVER 0x200u    /* a sleep in real time counts as sleep */
#define NIGHT_PLANTED_NO_ACTIVITY 0x400u  /* every thread that ticks does so for nothing */

#endif
