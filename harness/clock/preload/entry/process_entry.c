/* How the library enters a process: it maps the clock page, takes our signal, and follows forks.
 *
 * Without NIGHT_CLOCK in the environment nothing happens at all, and every wrapper is the bare call. */
#define _GNU_SOURCE
#include "preload/entry/exec.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The oldest version of what every C library since 2.17 has, so that one build serves them all. */
#if defined(__x86_64__)
#define OLDEST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define OLDEST "GLIBC_2.17"
#endif
#if defined(__GLIBC__) && defined(OLDEST)
__asm__(".symver dlsym, dlsym@" OLDEST);
__asm__(".symver dlvsym, dlvsym@" OLDEST);
#endif

struct night_page *night_page;

/* Of two libraries in one process, from two installs, the one that all names lead to has the clock; the other stays
 * out, and its wrappers are the bare calls. By its first name every object finds the first library's, by the second one
 * its own. */
NIGHT_EXPORT const char night_clock_is_here = 1;
extern const char is_ours __attribute__((alias("night_clock_is_here"), visibility("hidden")));

static bool another_is_here(void) {
    const char *first = dlsym(RTLD_DEFAULT, "night_clock_is_here");
    return first && first != &is_ours;
}

/* What the program believes to have installed for NIGHT_SIGNAL. */
static struct sigaction asked;

void *night_symbol_or_null(const char *name) {
    void *symbol = NULL;
    if (strncmp(name, "pthread_cond_", 13) == 0) /* x86-64 has an older kind as well */
        symbol = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
    return symbol ? symbol : dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void enter(void);

uint64_t night_pid_namespace(void) {
    char target[64] = {0};
    ssize_t size = readlink("/proc/self/ns/pid", target, sizeof target - 1);
    const char *at = size > 0 ? strchr(target, '[') : NULL;
    return at ? strtoull(at + 1, NULL, 10) : 0;
}

/* Its numbers of processes would be others' in the controller's namespace. */
static bool is_elsewhere(struct night_page *page) {
    uint64_t ours = night_pid_namespace(), pages = atomic_load(&page->namespace);
    return ours != 0 && pages != 0 && ours != pages;
}

void *night_symbol(const char *name) {
    enter();
    void *symbol = night_symbol_or_null(name);
    if (!symbol) {
        dprintf(2, "night: this C library has no %s\n", name);
        abort();
    }
    return symbol;
}

static struct night_page *map(const char *path) {
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    void *at = MAP_FAILED;
    if (lseek(fd, 0, SEEK_END) == (off_t)sizeof(struct night_page))
        at = mmap(NULL, sizeof(struct night_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    else
        errno = EINVAL;
    close(fd);
    if (at == MAP_FAILED)
        return NULL;
    struct night_page *page = at;
    if (page->magic == NIGHT_MAGIC && page->version == NIGHT_VERSION)
        return page;
    munmap(at, sizeof(struct night_page));
    errno = EINVAL;
    return NULL;
}

/* Before main, or with the first call of a wrapper: other libraries are loaded before this one, and their initialisers
 * read clocks too. Before the C library has its environment, the library cannot know of a night. */
static void enter(void) {
    static atomic_flag entered = ATOMIC_FLAG_INIT;
    if (!environ || atomic_flag_test_and_set(&entered) || another_is_here())
        return;
    const char *path = getenv("NIGHT_CLOCK");
    night_loopback_only_start();
    if (!path || !*path || strcmp(path, NIGHT_REAL_CLOCK) == 0)
        return;
    int error = errno;
    night_environment_start();
    struct night_page *page = map(path);
    if (page && is_elsewhere(page)) {
        dprintf(2, "night: no virtual time in process %d: it is in a PID namespace of its own\n", getpid());
        night_page = page;
        night_tell_outside(NIGHT_OUTSIDE_PID_NAMESPACE, program_invocation_name);
        night_page = NULL;
        munmap(page, sizeof(struct night_page));
        errno = error;
        return;
    }
    if (!page) {
        dprintf(2, "night: no virtual time in process %d: %s: %s\n", getpid(), path, strerror(errno));
        errno = error;
        return;
    }
    night_page = page;
    night_port_states_start(path);
    night_callers_start(path);
    night_bad_disk_start();
    night_places_start();
    night_wrong_clock_start();
    night_short_sleeps_start();
    night_timers_start();
    night_timed_wait_start();
    night_stamp_on_close_start();
    pthread_atfork(NULL, NULL, night_slot_of_child);
    errno = error;
}

void night_call_program_handler(int signo, siginfo_t *info, void *context) {
    if (asked.sa_flags & SA_SIGINFO) {
        if (asked.sa_sigaction)
            asked.sa_sigaction(signo, info, context);
    } else if (asked.sa_handler != SIG_DFL && asked.sa_handler != SIG_IGN) {
        asked.sa_handler(signo);
    }
}

NIGHT_EXPORT int sigaction(int signo, const struct sigaction *new, struct sigaction *old) {
    NIGHT_REAL(sigaction);
    if (!night_page || signo != NIGHT_SIGNAL)
        return real(signo, new, old);
    struct sigaction before = asked;
    if (new)
        asked = *new;
    if (old)
        *old = before;
    return 0;
}

NIGHT_EXPORT sighandler_t signal(int signo, sighandler_t handler) {
    NIGHT_REAL(signal);
    if (!night_page || signo != NIGHT_SIGNAL)
        return real(signo, handler);
    sighandler_t before = asked.sa_handler;
    memset(&asked, 0, sizeof asked);
    asked.sa_handler = handler;
    return before;
}
