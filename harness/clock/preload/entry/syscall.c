/* System calls by number: syscall(SYS_futex, …) and whatever else reads time or waits that way.
 *
 * Each number goes to the wrapper of its name. What differs between the two is what the kernel takes for a signal
 * mask, eight bytes and its size beside it, and for a timer, a plain number. */
#define _GNU_SOURCE
#include "preload/entry/syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <unistd.h>

long night_syscall_of_six(long number, long a, long b, long c, long d, long e, long f) {
    NIGHT_REAL(syscall);
    return real(number, a, b, c, d, e, f);
}

/* The C library's sigset_t is 128 bytes, of which the kernel knows the first eight. */
static const sigset_t *whole(sigset_t *room, const void *kernels) {
    if (!kernels)
        return NULL;
    sigemptyset(room);
    memcpy(room, kernels, sizeof(uint64_t));
    return room;
}

/* Those that report an error by returning it. */
static long reported(int error) {
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

static long pselect_by_number(const long *given) {
    const struct {
        const void *mask;
        size_t size;
    } *last = (const void *)given[5];
    sigset_t room;
    return pselect((int)given[0], (fd_set *)given[1], (fd_set *)given[2], (fd_set *)given[3],
                   (const struct timespec *)given[4], whole(&room, last ? last->mask : NULL));
}

/* The kernel's name of a timer is an int, and ours fit into one. */
static long timer_by_number(const long *given) {
    struct sigevent *event = (struct sigevent *)given[1];
    if (!night_clock_is_virtual((clockid_t)given[0]) || (event && event->sigev_notify == SIGEV_THREAD))
        return night_syscall(SYS_timer_create, given[0], given[1], given[2]);
    timer_t timer;
    int result = timer_create((clockid_t)given[0], event, &timer);
    if (result == 0)
        *(int *)given[2] = (int)(intptr_t)timer;
    return result;
}

/* The number of arguments is not known: six are read, as the C library's own reads them, and a sanitizer that
 * watches the stack must not mind. */
NIGHT_EXPORT __attribute__((no_sanitize_address)) long syscall(long number, ...) {
    NIGHT_REAL(syscall); /* the night begins with the first call of a process, also by number */
    long given[6];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 6; i++)
        given[i] = va_arg(rest, long);
    va_end(rest);
    sigset_t room;
    switch (night_page ? number : -1) {
    case SYS_futex:
        return night_futex(given);
    case SYS_futex_waitv:
        return night_futex_waitv(given);
    case SYS_clock_gettime:
        return clock_gettime((clockid_t)given[0], (struct timespec *)given[1]);
    case SYS_gettimeofday:
        return gettimeofday((struct timeval *)given[0], (void *)given[1]);
    case SYS_nanosleep:
        return nanosleep((const struct timespec *)given[0], (struct timespec *)given[1]);
    case SYS_clock_nanosleep:
        return reported(clock_nanosleep((clockid_t)given[0], (int)given[1], (const struct timespec *)given[2],
                                        (struct timespec *)given[3]));
    case SYS_ppoll:
        return ppoll((struct pollfd *)given[0], (nfds_t)given[1], (const struct timespec *)given[2],
                     whole(&room, (const void *)given[3]));
    case SYS_pselect6:
        return pselect_by_number(given);
    case SYS_epoll_pwait:
        return epoll_pwait((int)given[0], (struct epoll_event *)given[1], (int)given[2], (int)given[3],
                           whole(&room, (const void *)given[4]));
    case SYS_setitimer:
        return setitimer((__itimer_which_t)given[0], (const struct itimerval *)given[1], (struct itimerval *)given[2]);
    case SYS_getitimer:
        return getitimer((__itimer_which_t)given[0], (struct itimerval *)given[1]);
    case SYS_epoll_pwait2:
        return epoll_pwait2((int)given[0], (struct epoll_event *)given[1], (int)given[2],
                            (const struct timespec *)given[3], whole(&room, (const void *)given[4]));
    case SYS_rt_sigtimedwait:
        return sigtimedwait(whole(&room, (const void *)given[0]), (siginfo_t *)given[1],
                            (const struct timespec *)given[2]);
    case SYS_semtimedop:
        return semtimedop((int)given[0], (struct sembuf *)given[1], (size_t)given[2],
                          (const struct timespec *)given[3]);
    case SYS_mq_timedreceive:
        return given[4] ? mq_timedreceive((mqd_t)given[0], (char *)given[1], (size_t)given[2], (unsigned *)given[3],
                                          (const struct timespec *)given[4])
                        : night_syscall(number, given[0], given[1], given[2], given[3], 0);
    case SYS_mq_timedsend:
        return given[4] ? mq_timedsend((mqd_t)given[0], (const char *)given[1], (size_t)given[2], (unsigned)given[3],
                                       (const struct timespec *)given[4])
                        : night_syscall(number, given[0], given[1], given[2], given[3], 0);
    case SYS_timer_create:
        return timer_by_number(given);
    case SYS_timer_settime:
        return timer_settime((timer_t)given[0], (int)given[1], (const struct itimerspec *)given[2],
                             (struct itimerspec *)given[3]);
    case SYS_timer_gettime:
        return timer_gettime((timer_t)given[0], (struct itimerspec *)given[1]);
    case SYS_timer_getoverrun:
        return timer_getoverrun((timer_t)given[0]);
    case SYS_timer_delete:
        return timer_delete((timer_t)given[0]);
    case SYS_timerfd_create:
        return timerfd_create((clockid_t)given[0], (int)given[1]);
    case SYS_timerfd_settime:
        return timerfd_settime((int)given[0], (int)given[1], (const struct itimerspec *)given[2],
                               (struct itimerspec *)given[3]);
    case SYS_timerfd_gettime:
        return timerfd_gettime((int)given[0], (struct itimerspec *)given[1]);
    case SYS_times:
        return (long)times((struct tms *)given[0]);
    case SYS_sysinfo:
        return sysinfo((struct sysinfo *)given[0]);
    case SYS_clock_settime:
        return clock_settime((clockid_t)given[0], (const struct timespec *)given[1]);
    case SYS_settimeofday:
        return settimeofday((const struct timeval *)given[0], (const struct timezone *)given[1]);
    case SYS_adjtimex:
        return adjtimex((struct timex *)given[0]);
    case SYS_clock_adjtime:
        return clock_adjtime((clockid_t)given[0], (struct timex *)given[1]);
    case SYS_setsockopt:
        return setsockopt((int)given[0], (int)given[1], (int)given[2], (const void *)given[3], (socklen_t)given[4]);
    case SYS_socket:
        return socket((int)given[0], (int)given[1], (int)given[2]);
    case SYS_accept:
        return accept((int)given[0], (struct sockaddr *)given[1], (socklen_t *)given[2]);
    case SYS_accept4:
        return accept4((int)given[0], (struct sockaddr *)given[1], (socklen_t *)given[2], (int)given[3]);
    case SYS_readv:
        return readv((int)given[0], (const struct iovec *)given[1], (int)given[2]);
    case SYS_writev:
        return writev((int)given[0], (const struct iovec *)given[1], (int)given[2]);
    case SYS_read:
        return read((int)given[0], (void *)given[1], (size_t)given[2]);
    case SYS_write:
        return write((int)given[0], (const void *)given[1], (size_t)given[2]);
    case SYS_recvfrom:
        return recvfrom((int)given[0], (void *)given[1], (size_t)given[2], (int)given[3], (struct sockaddr *)given[4],
                        (socklen_t *)given[5]);
    case SYS_sendto:
        return sendto((int)given[0], (const void *)given[1], (size_t)given[2], (int)given[3],
                      (const struct sockaddr *)given[4], (socklen_t)given[5]);
    case SYS_recvmsg:
        return recvmsg((int)given[0], (struct msghdr *)given[1], (int)given[2]);
    case SYS_sendmsg:
        return sendmsg((int)given[0], (const struct msghdr *)given[1], (int)given[2]);
    case SYS_recvmmsg:
        return recvmmsg((int)given[0], (struct mmsghdr *)given[1], (unsigned)given[2], (int)given[3],
                        (struct timespec *)given[4]);
    case SYS_sendmmsg:
        return sendmmsg((int)given[0], (struct mmsghdr *)given[1], (unsigned)given[2], (int)given[3]);
    case SYS_connect:
        return connect((int)given[0], (const struct sockaddr *)given[1], (socklen_t)given[2]);
    case SYS_openat:
        return openat((int)given[0], (const char *)given[1], (int)given[2], (mode_t)given[3]);
    case SYS_pwrite64:
        return pwrite((int)given[0], (const void *)given[1], (size_t)given[2], (off_t)given[3]);
    case SYS_pwritev: /* the kernel takes the place as two halves, the low one first, which is all of it */
        return pwritev((int)given[0], (const struct iovec *)given[1], (int)given[2], (off_t)given[3]);
    case SYS_copy_file_range:
        return copy_file_range((int)given[0], (off64_t *)given[1], (int)given[2], (off64_t *)given[3],
                               (size_t)given[4], (unsigned)given[5]);
    case SYS_sendfile:
        return sendfile((int)given[0], (int)given[1], (off_t *)given[2], (size_t)given[3]);
    case SYS_fallocate:
        return fallocate((int)given[0], (int)given[1], (off_t)given[2], (off_t)given[3]);
    case SYS_truncate:
        return truncate((const char *)given[0], (off_t)given[1]);
    case SYS_mkdirat:
        return mkdirat((int)given[0], (const char *)given[1], (mode_t)given[2]);
    case SYS_unlinkat:
        return unlinkat((int)given[0], (const char *)given[1], (int)given[2]);
    case SYS_renameat2:
        return renameat2((int)given[0], (const char *)given[1], (int)given[2], (const char *)given[3],
                         (unsigned)given[4]);
    case SYS_execve:
        return execve((const char *)given[0], (char *const *)given[1], (char *const *)given[2]);
    case SYS_execveat:
        return execveat((int)given[0], (const char *)given[1], (char *const *)given[2], (char *const *)given[3],
                        (int)given[4]);
    case SYS_close:
        return close((int)given[0]);
    case SYS_fstat:
        return fstat((int)given[0], (struct stat *)given[1]);
    case SYS_newfstatat:
        return fstatat((int)given[0], (const char *)given[1], (struct stat *)given[2], (int)given[3]);
    case SYS_statx:
        return statx((int)given[0], (const char *)given[1], (int)given[2], (unsigned)given[3],
                     (struct statx *)given[4]);
    case SYS_utimensat:
        return given[1] ? utimensat((int)given[0], (const char *)given[1], (const struct timespec *)given[2],
                                    (int)given[3])
                        : futimens((int)given[0], (const struct timespec *)given[2]);
#ifdef SYS_time /* the names that AArch64 never had */
    case SYS_time:
        return time((time_t *)given[0]);
    case SYS_poll:
        return poll((struct pollfd *)given[0], (nfds_t)given[1], (int)given[2]);
    case SYS_select:
        return select((int)given[0], (fd_set *)given[1], (fd_set *)given[2], (fd_set *)given[3],
                      (struct timeval *)given[4]);
    case SYS_epoll_wait:
        return epoll_wait((int)given[0], (struct epoll_event *)given[1], (int)given[2], (int)given[3]);
    case SYS_open:
        return open((const char *)given[0], (int)given[1], (mode_t)given[2]);
    case SYS_stat:
        return stat((const char *)given[0], (struct stat *)given[1]);
    case SYS_lstat:
        return lstat((const char *)given[0], (struct stat *)given[1]);
    case SYS_creat:
        return creat((const char *)given[0], (mode_t)given[1]);
    case SYS_mkdir:
        return mkdir((const char *)given[0], (mode_t)given[1]);
    case SYS_unlink:
        return unlink((const char *)given[0]);
    case SYS_rmdir:
        return rmdir((const char *)given[0]);
    case SYS_rename:
        return rename((const char *)given[0], (const char *)given[1]);
    case SYS_renameat:
        return renameat((int)given[0], (const char *)given[1], (int)given[2], (const char *)given[3]);
    case SYS_alarm:
        return alarm((unsigned)given[0]);
#endif
    default:
        return real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
    }
}
