/* The thread that notifies a process of its timers that send no signal: it starts threads, and adds to files.
 *
 * It sleeps until the controller's signal says that something was due. Signals may fall together, so what was
 * due is read off the timers: each deadline that the controller has moved on has expired since the
 * deadline that was told last. The thread starts with the first such timer, and again in a child that sets one. */
#define _GNU_SOURCE
#include "preload/timers/timers.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_BYTES (256 * 1024)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int32_t notifier; /* its thread id; 0 when there is none */

void night_notifier_lock(sigset_t *before) {
    sigset_t all;
    sigfillset(&all);
    sigemptyset(before);
    night_mask(SIG_BLOCK, &all, before);
    pthread_mutex_lock(&lock);
}

void night_notifier_unlock(const sigset_t *before) {
    pthread_mutex_unlock(&lock);
    night_mask(SIG_SETMASK, before, NULL);
}

/* ---- what it tells ------------------------------------------------------------------------------- */

/* How often a timer has expired since this was asked last. */
static uint64_t expired(struct night_timer *timer) {
    int64_t told_ns = atomic_load(&timer->notified_ns), next_ns = atomic_load(&timer->deadline_ns);
    int64_t interval_ns = atomic_load(&timer->interval_ns);
    if (told_ns == next_ns)
        return 0;
    atomic_store(&timer->notified_ns, next_ns);
    return next_ns == NIGHT_NEVER || interval_ns == 0 ? 1 : (uint64_t)((next_ns - told_ns) / interval_ns);
}

static void *call(void *copy) {
    struct night_call made = *(struct night_call *)copy;
    free(copy);
    sigset_t none;
    sigemptyset(&none);
    night_mask(SIG_SETMASK, &none, NULL);
    made.function(made.value);
    return NULL;
}

static void start_a_thread(struct night_timer *timer, uint64_t count) {
    NIGHT_REAL(pthread_create);
    const struct night_call *wanted = (struct night_call *)(uintptr_t)atomic_load(&timer->value);
    struct night_call *copy = malloc(sizeof *copy); /* the timer may be deleted before its thread runs */
    pthread_t thread;
    atomic_store(&timer->overrun, count > INT32_MAX ? INT32_MAX : (int32_t)count - 1);
    if (!copy)
        return;
    *copy = *wanted;
    if (real(&thread, &wanted->attributes, call, copy) != 0)
        free(copy);
}

static void notify(struct night_timer *timer) {
    uint64_t count = expired(timer);
    if (count == 0)
        return;
    if (atomic_load(&timer->id) != NIGHT_TIMERFD)
        start_a_thread(timer, count);
    else if (!night_timerfd_add(timer, count) || atomic_load(&timer->deadline_ns) == NIGHT_NEVER)
        night_timer_free(timer);
}

static void notify_all(int32_t self) {
    sigset_t before;
    night_notifier_lock(&before);
    uint32_t used = atomic_load(&night_page->timers_used);
    for (uint32_t i = 0; i < used && i < NIGHT_TIMERS; i++) {
        struct night_timer *timer = &night_page->timers[i];
        if (atomic_load(&timer->pid) == (int32_t)getpid() && atomic_load(&timer->tid) == self &&
            atomic_load(&timer->signo) == NIGHT_NOTIFIER_SIGNAL)
            notify(timer);
    }
    night_notifier_unlock(&before);
}

/* ---- the thread ---------------------------------------------------------------------------------- */

__attribute__((noreturn)) static void *run_notifier(void *unused) {
    (void)unused;
    uint64_t ours = UINT64_C(1) << (NIGHT_NOTIFIER_SIGNAL - 1);
    sigset_t blocked;
    sigfillset(&blocked);
    *(uint64_t *)&blocked |= ours; /* sigaddset() knows nothing of it */
    night_mask(SIG_SETMASK, &blocked, NULL);
    prctl(PR_SET_NAME, "night-notifier", 0, 0, 0);
    atomic_store(&notifier, (int32_t)night_syscall(SYS_gettid));
    for (;;) {
        night_syscall(SYS_rt_sigtimedwait, &ours, NULL, NULL, sizeof ours);
        notify_all(atomic_load(&notifier));
    }
}

/* Another thread of the parent may have held the lock, also before there was a notifier. */
static void forget_notifier_of_parent(void) {
    pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;
    lock = unlocked;
    atomic_store(&notifier, 0);
}

void night_notifier_follow_forks(void) { pthread_atfork(NULL, NULL, forget_notifier_of_parent); }

static void set_stack(pthread_attr_t *attributes) {
    NIGHT_REAL(pthread_attr_setstacksize);
    real(attributes, STACK_BYTES);
}

/* Under the lock, so every signal is blocked, and the thread is made with that mask. */
static bool make_thread(void) {
    NIGHT_REAL(pthread_create);
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    set_stack(&attributes);
    bool made = real(&thread, &attributes, run_notifier, NULL) == 0;
    pthread_attr_destroy(&attributes);
    while (made && atomic_load(&notifier) == 0)
        sched_yield();
    return made;
}

bool night_notifier_start(struct night_timer *timer) {
    bool there = atomic_load(&notifier) != 0 || make_thread();
    atomic_store(&timer->tid, atomic_load(&notifier));
    atomic_store(&timer->signo, NIGHT_NOTIFIER_SIGNAL);
    return there;
}
