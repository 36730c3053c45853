/* Waiting for a signal with a limit: sigtimedwait.
 *
 * Our own signal is blocked and waited for beside the program's, so a grant that comes at any moment ends the
 * wait. Whatever of it is not for the caller is sent on as it came, once the wait is over. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

static void send_on(const siginfo_t *came) {
    night_syscall(SYS_rt_tgsigqueueinfo, getpid(), night_syscall(SYS_gettid), came->si_signo, came);
}

NIGHT_EXPORT int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info,
                              const struct timespec *restrict span) {
    NIGHT_REAL(sigtimedwait);
    if (!night_page || !span || !night_is_a_span(span) || (span->tv_sec == 0 && span->tv_nsec == 0))
        return real(set, info, span);
    int64_t deadline_ns = night_after(night_look_monotonic(), night_ns(span->tv_sec, span->tv_nsec));
    struct night_wait wait;
    sigset_t both = *set, unused;
    sigaddset(&both, NIGHT_SIGNAL);
    if (!night_wait_begin(&wait, NIGHT_SIGNALS, -1, deadline_ns, NULL, &unused))
        return real(set, info, span);
    siginfo_t came;
    int signo = wait.over ? night_interrupted() : real(&both, &came, NULL);
    bool the_grant = signo == NIGHT_SIGNAL && night_state_of(atomic_load(&wait.slot->state)) == NIGHT_GRANTED;
    if (the_grant || (signo == NIGHT_SIGNAL && !sigismember(set, NIGHT_SIGNAL))) {
        send_on(&came); /* night_wait_end() lets it in, and our handler tells the two apart */
        signo = -1;
        errno = EINTR;
    }
    if (night_wait_end(&wait, signo < 0)) {
        static const struct timespec at_once;
        return real(set, info, &at_once); /* EAGAIN, unless one has come meanwhile */
    }
    if (signo > 0 && info)
        *info = came;
    return signo;
}
