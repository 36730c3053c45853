/* A timed wait: a thread says until when it waits, sleeps with no real limit, and is woken at its deadline.
 *
 * The grant is a handshake. The controller moves the slot from WAITING to GRANTED and then sends
 * NIGHT_SIGNAL; the thread moves it from WAITING to RUNNING. The first of the two wins, so a thread that
 * was woken by what it waited for never also times out. A granted thread stays in the wrapper until
 * the signal has come, so that the signal can never hit anything else. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INITIAL_EXEC __attribute__((tls_model("initial-exec")))
static _Thread_local struct night_slot *mine INITIAL_EXEC;
static _Thread_local volatile sig_atomic_t signalled INITIAL_EXEC;
static pthread_key_t leaving;

const struct timespec night_far_away = {.tv_sec = 7258118400}; /* the year 2200 */

void night_mask(int how, const sigset_t *new, sigset_t *old) {
    night_syscall(SYS_rt_sigprocmask, how, new, old, 8); /* the kernel's set is the first 64 signals of the library's */
}

static void on_signal(int signo, siginfo_t *info, void *context) {
    int error = errno;
    if (mine && night_state_of(atomic_load(&mine->state)) == NIGHT_GRANTED)
        signalled = 1;
    else
        night_call_program_handler(signo, info, context);
    errno = error;
}

/* Leaves a wait, unless it has been granted already; returns the state that was found. */
static enum night_state leave(struct night_slot *slot) {
    uint32_t word = atomic_load(&slot->state);
    if (night_state_of(word) == NIGHT_WAITING &&
        atomic_compare_exchange_strong(&slot->state, &word, night_with_state(word, NIGHT_RUNNING)))
        return NIGHT_WAITING;
    return night_state_of(word);
}

static void set_running(struct night_slot *slot) {
    atomic_store(&slot->state, night_with_state(atomic_load(&slot->state), NIGHT_RUNNING));
}

static void free_slot(void *slot) {
    (void)slot;
    struct night_slot *own = mine;
    mine = NULL;
    if (!own || atomic_load(&own->tid) != (int32_t)night_syscall(SYS_gettid))
        return; /* a child's copy of its parent's */
    set_running(own);
    atomic_store(&own->seal, NIGHT_FREE_PLACE);
    atomic_store(&own->pid, 0);
    atomic_store(&own->tid, 0);
}

static struct night_slot *no_room(void) {
    static atomic_flag said = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&said))
        dprintf(2, "night: process %d finds no place in the page any more: its waits are real\n", getpid());
    return NULL;
}

/* The first process of a new PID namespace has a number that is another's where the controller is, as all after it
 * have: a process that is forked into one stays out, and a child of vfork has no slot until it has become another
 * program. */
static bool is_first_of_its_own(int32_t tid) { return tid == 1; }

/* This thread's slot. The check against the kernel's thread id makes it right after fork, vfork and clone. */
static struct night_slot *slot_of_thread(void) {
    int32_t tid = (int32_t)night_syscall(SYS_gettid);
    if (mine && atomic_load_explicit(&mine->tid, memory_order_relaxed) == tid)
        return mine;
    if (is_first_of_its_own(tid))
        return NULL;
    struct night_page *page = night_page;
    struct night_slot *found = NULL;
    if (atomic_load(&page->flags) & NIGHT_FULL)
        return no_room();
    uint32_t used = atomic_load(&page->slots_used);
    if (used > NIGHT_SLOTS)
        used = NIGHT_SLOTS;
    for (uint32_t i = 0; i < used && !found; i++) /* ours from before exec */
        if (atomic_load_explicit(&page->slots[i].tid, memory_order_relaxed) == tid)
            found = &page->slots[i];
    for (uint32_t i = 0; i < used && !found; i++) {
        int32_t nobody = 0;
        if (atomic_load_explicit(&page->slots[i].tid, memory_order_relaxed) == 0 &&
            atomic_compare_exchange_strong(&page->slots[i].tid, &nobody, tid))
            found = &page->slots[i];
    }
    while (!found) {
        uint32_t next = atomic_fetch_add(&page->slots_used, 1);
        if (next >= NIGHT_SLOTS) {
            atomic_store(&page->slots_used, NIGHT_SLOTS);
            return no_room();
        }
        int32_t nobody = 0;
        if (atomic_compare_exchange_strong(&page->slots[next].tid, &nobody, tid))
            found = &page->slots[next];
    }
    set_running(found);
    atomic_store(&found->pid, (int32_t)getpid());
    atomic_store(&found->kind, NIGHT_NOTHING);
    mine = found;
    NIGHT_REAL(pthread_setspecific);
    real(leaving, found);
    return found;
}

void night_slot_of_child(void) {
    int error = errno;
    night_end_catchup();
    if (is_first_of_its_own((int32_t)night_syscall(SYS_gettid)))
        night_page = NULL;
    else
        slot_of_thread();
    errno = error;
}

void night_timed_wait_start(void) {
    NIGHT_REAL(pthread_key_create);
    real(&leaving, free_slot);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    int (*install)(int, const struct sigaction *, struct sigaction *) =
        (int (*)(int, const struct sigaction *, struct sigaction *))(uintptr_t)night_symbol("sigaction");
    install(NIGHT_SIGNAL, &action, NULL);
    slot_of_thread();
}

/* Once more where a signal handler that waits has come in between. */
static void publish(struct night_slot *slot, enum night_kind kind, int fd, struct night_tick tick,
                    enum night_state state) {
again:
    atomic_store_explicit(&slot->ticking_since_ns, tick.since_ns, memory_order_relaxed);
    atomic_store_explicit(&slot->span_ns, tick.span_ns, memory_order_relaxed);
    atomic_store_explicit(&slot->late_ns, night_lag_ns, memory_order_relaxed);
    atomic_store_explicit(&slot->kind, kind, memory_order_relaxed);
    atomic_store_explicit(&slot->fd, fd, memory_order_relaxed);
    atomic_store_explicit(&slot->since_ns, night_look_monotonic(), memory_order_relaxed);
    atomic_store_explicit(&slot->real_since_ns, night_real_monotonic(), memory_order_relaxed);
    atomic_store_explicit(&slot->deadline_ns, tick.deadline_ns, memory_order_relaxed);
    uint32_t running = night_with_state(atomic_load(&slot->state) + NIGHT_NEXT_WAIT, NIGHT_RUNNING);
    atomic_store(&slot->state, running); /* its number is part of the seal */
    uint64_t seal = night_slot_seal(slot);
    atomic_store_explicit(&slot->seal, seal, memory_order_relaxed);
    if (atomic_load(&slot->state) != running || atomic_load_explicit(&slot->seal, memory_order_relaxed) != seal)
        goto again;
    uint32_t ready = running;
    if (!atomic_compare_exchange_strong(&slot->state, &ready, night_with_state(running, state)))
        goto again;
}

/* Waits for the signal of a grant that we have already seen. */
static void await_grant_signal(void) {
    if (signalled)
        return;
    sigset_t all, before;
    sigfillset(&all);
    sigemptyset(&before);
    night_mask(SIG_SETMASK, &all, &before);
    sigset_t only = all;
    sigdelset(&only, NIGHT_SIGNAL);
    /* By number: ppoll() is where a thread may be cancelled, and a mutex may just have been locked. */
    while (!signalled)
        night_syscall(SYS_ppoll, NULL, 0, NULL, &only, sizeof(uint64_t));
    night_mask(SIG_SETMASK, &before, NULL);
}

/* Other waits end with EINTR after a signal handler, but these go on. */
static bool goes_on(enum night_kind kind) { return kind == NIGHT_CONDITION || kind == NIGHT_MUTEX; }

/* The slot may be in a wait already: of the same thread, below the signal handler that waits now, or that such
 * a handler has left with longjmp. A condition wait below goes on afterwards. */
static void take_over(struct night_slot *slot, struct night_wait *wait) {
    enum night_kind outer = atomic_load(&slot->kind);
    enum night_state state = leave(slot);
    if (state == NIGHT_GRANTED) {
        await_grant_signal();
        set_running(slot);
    }
    if (!wait)
        return;
    wait->outer_state = goes_on(outer) ? state : NIGHT_RUNNING;
    wait->outer_kind = outer;
    wait->outer_deadline_ns = atomic_load(&slot->deadline_ns);
}

static bool begin(struct night_wait *wait, enum night_kind kind, int fd, int64_t deadline_ns, int how,
                  struct timespec abstime) {
    int error = errno;
    struct night_slot *slot = slot_of_thread();
    errno = error;
    if (!slot)
        return false;
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, NIGHT_SIGNAL);
    sigemptyset(&wait->before);
    night_mask(how, &ours, &wait->before);
    wait->slot = slot;
    wait->error = error;
    take_over(slot, wait);
    struct night_tick tick = night_tick_begins(kind, deadline_ns);
    wait->over = tick.over;
    signalled = tick.over;
    slot->abstime = abstime;
    publish(slot, kind, fd, tick, tick.over ? NIGHT_GRANTED : NIGHT_WAITING);
    return true;
}

bool night_wait_begin(struct night_wait *wait, enum night_kind kind, int fd, int64_t deadline_ns,
                      const sigset_t *asked, sigset_t *inside) {
    if (!begin(wait, kind, fd, deadline_ns, SIG_BLOCK, night_far_away))
        return false;
    *inside = asked ? *asked : wait->before;
    sigdelset(inside, NIGHT_SIGNAL);
    return true;
}

bool night_wait_begin_futex(struct night_wait *wait, enum night_kind kind, int64_t deadline_ns,
                            struct timespec abstime) {
    return begin(wait, kind, -1, deadline_ns, SIG_UNBLOCK, abstime);
}

bool night_wait_end(struct night_wait *wait, bool cut_short) {
    int error = errno;
    struct night_slot *slot = wait->slot;
    bool granted = leave(slot) == NIGHT_GRANTED;
    if (granted) {
        await_grant_signal();
        set_running(slot);
        night_tick_ended(atomic_load(&slot->ticking_since_ns), atomic_load(&slot->late_ns));
    } else if (atomic_load(&slot->deadline_ns) != NIGHT_NEVER && atomic_load(&slot->span_ns) > NIGHT_SHORT_NS) {
        night_end_catchup();
    }
    if (wait->outer_state != NIGHT_RUNNING) {
        slot->abstime = wait->outer_state == NIGHT_GRANTED ? (struct timespec){0} : night_far_away;
        signalled = wait->outer_state == NIGHT_GRANTED;
        struct night_tick tick = {.deadline_ns = wait->outer_deadline_ns, .since_ns = night_look_monotonic()};
        publish(slot, wait->outer_kind, -1, tick, wait->outer_state);
    }
    night_mask(SIG_SETMASK, &wait->before, NULL);
    bool timed_out = granted && cut_short;
    errno = timed_out ? wait->error : error;
    return timed_out;
}

void night_untimed_wait_begin(enum night_kind kind, int fd) {
    night_end_catchup();
    struct night_slot *slot = slot_of_thread();
    if (!slot)
        return;
    if (!goes_on(atomic_load(&slot->kind)))
        take_over(slot, NULL);
    if (night_state_of(atomic_load(&slot->state)) == NIGHT_RUNNING)
        publish(slot, kind, fd, (struct night_tick){.deadline_ns = NIGHT_NEVER}, NIGHT_WAITING);
}

void night_untimed_wait_end(void) {
    if (mine && atomic_load(&mine->deadline_ns) == NIGHT_NEVER)
        leave(mine);
}
