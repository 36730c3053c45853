/* System calls that have a number and no function of their own. */
#ifndef NIGHT_SYSCALL_H
#define NIGHT_SYSCALL_H

#include "preload/preload.h"

#include <sys/syscall.h>

#ifndef SYS_epoll_pwait2 /* headers may be older than the kernel */
#define SYS_epoll_pwait2 441
#endif
#if !defined(SYS_statx) && defined(__x86_64__)
#define SYS_statx 332
#elif !defined(SYS_statx)
#define SYS_statx 291 /* of all machines that came late */
#endif
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

/* futexes.c: with the arguments as they were given. */
long night_futex(const long *given);
long night_futex_waitv(const long *given);

#endif
