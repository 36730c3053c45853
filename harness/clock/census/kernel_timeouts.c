/* Whether the kernel will end a sleep by itself: system calls that were made with a timeout.
 *
 * A thread of the library sleeps without one, or has said so in the page. A static binary, a
 * program that makes its system calls itself, or a name lookup inside the C library sleeps in real time. Such a sleep
 * counts as work: it ends without the controller. */
#define _GNU_SOURCE
#include "census/census_parts.h"
#include "preload/entry/syscall.h"

#include <linux/futex.h>
#include <stdlib.h>
#include <sys/syscall.h>

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif
#ifndef SYS_io_pgetevents
#define SYS_io_pgetevents (-1)
#endif

static bool futex_waits(unsigned long operation) {
    switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI:
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
        return true;
    default:
        return false;
    }
}

/* `call` is a line of /proc/PID/task/TID/syscall: the number, then six arguments (proc(5)). */
bool night_sleep_has_timeout(const char *call) {
    char *at;
    long number = strtol(call, &at, 10);
    unsigned long given[6] = {0};
    for (int i = 0; i < 6; i++)
        given[i] = strtoul(at, &at, 16);
    switch (number) {
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
        return true;
    case SYS_restart_syscall: /* a sleep or a poll that was interrupted goes on, with its arguments where they were */
        return (int)given[2] != -1;
    case SYS_ppoll:
    case SYS_rt_sigtimedwait:
        return given[2] != 0;
    case SYS_pselect6:
    case SYS_io_getevents:
    case SYS_io_pgetevents:
    case SYS_mq_timedsend:
    case SYS_mq_timedreceive:
        return given[4] != 0;
    case SYS_epoll_pwait:
        return (int)given[3] >= 0;
    case SYS_epoll_pwait2:
    case SYS_semtimedop:
    case SYS_futex_waitv:
        return given[3] != 0;
    case SYS_futex:
        return given[3] != 0 && futex_waits(given[1]);
#ifdef SYS_poll /* the names that AArch64 never had */
    case SYS_poll:
        return (int)given[2] >= 0;
    case SYS_select:
        return given[4] != 0;
    case SYS_epoll_wait:
        return (int)given[3] >= 0;
#endif
    default:
        return false;
    }
}
