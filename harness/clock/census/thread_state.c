/* One look at one thread: does it sleep, and has it run since the last look?
 *
 * A thread is looked at through three files of /proc/PID/task/TID that are kept open, so that a number
 * used again is never taken for the thread that had it before:
 *   schedstat   how often it has been put on a CPU;
 *   syscall     says "running" unless the kernel has seen the thread off its run queue;
 *   stat        its state, read once a sleep, because uninterruptible I/O is work.
 * Unmoved count, off the queue before and after: it slept in between. Where a kernel or a permission
 * denies these, `status` must do: the state, and the number of switches. */
#define _GNU_SOURCE
#include "census/census_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t night_read_at_start(int fd, char *text, size_t room) {
    ssize_t size = pread(fd, text, room - 1, 0);
    text[size > 0 ? size : 0] = 0;
    return size;
}

bool night_read_path(const char *path, char *text, size_t room) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t size = night_read_at_start(fd, text, room);
    close(fd);
    return size > 0;
}

/* ---- a parent inside vfork ----------------------------------------------------------------------- */

/* Whether a line of `syscall` is of a call that may lend memory. What clone3 asks for cannot be seen in it. */
static bool may_lend(const char *call) {
    char *end;
    long number = strtol(call, &end, 10);
#ifdef SYS_vfork
    if (number == SYS_vfork)
        return true;
#endif
    return number == SYS_clone3 || (number == SYS_clone && (strtoul(end, NULL, 16) & CLONE_VFORK));
}

static bool have_one_memory(int32_t one, int32_t other) {
    char path[32], of_one[128], of_other[128];
    snprintf(path, sizeof path, "/proc/%d/statm", one);
    if (!night_read_path(path, of_one, sizeof of_one))
        return false;
    snprintf(path, sizeof path, "/proc/%d/statm", other);
    return night_read_path(path, of_other, sizeof of_other) && strcmp(of_one, of_other) == 0;
}

/* A parent that has lent its memory to a child, until that calls exec or exits, is in uninterruptible sleep.
 * It works as little as its child does, which is looked at by itself, and which may be stopped, or wait for the
 * other end of a fifo. `call` is empty where the kernel does not tell. */
static bool is_in_vfork(const struct thread *thread, const char *call) {
    if (*call && !may_lend(call))
        return false;
    char text[4096];
    if (night_read_at_start(thread->children, text, sizeof text) < 0)
        return *call;
    for (char *at = text, *end; *at; at = end) {
        int32_t child = (int32_t)strtol(at, &end, 10);
        if (end == at)
            return false;
        end += *end == ' ';
        if (have_one_memory(thread->pid, child))
            return true;
    }
    return false;
}

/* ---- the look ------------------------------------------------------------------------------------ */

/* The third number of schedstat; -1 when the thread is gone. */
static int64_t runs_of(int schedstat) {
    char text[96];
    if (night_read_at_start(schedstat, text, sizeof text) <= 0)
        return -1;
    char *at = strchr(text, ' ');
    at = at ? strchr(at + 1, ' ') : NULL;
    return at ? strtoll(at, NULL, 10) : -1;
}

static bool is_sleep(struct thread *thread, char state, uint64_t count, const char *call) {
    thread->dead = state == 'Z' || state == 'X';
    thread->halted = state == 'T' || state == 't';
    if (state == 'D' && (thread->lent_count == count || is_in_vfork(thread, call))) {
        thread->lent_count = count;
        return true;
    }
    return strchr("STtZX", state) != NULL;
}

/* Whether a thread of a process has entered the clock page. */
static bool has_entered(struct night_page *page, int32_t pid) {
    uint32_t used = atomic_load(&page->slots_used);
    for (uint32_t i = 0; i < used && i < NIGHT_SLOTS; i++)
        if (atomic_load(&page->slots[i].tid) != 0 && atomic_load(&page->slots[i].pid) == pid)
            return true;
    return false;
}

/* Both numbers of switches, and the state, from `status`. Of a program with more rights than ours, which has none of
 * the library, the kernel does not say what it sleeps in: it may wake by itself. */
static enum thread_state look_plainly(struct night_page *page, struct thread *thread, uint64_t *count) {
    char text[4096];
    if (night_read_at_start(thread->status, text, sizeof text) <= 0)
        return GONE;
    const char *state = strstr(text, "\nState:\t"), *willing = strstr(text, "\nvoluntary_ctxt_switches:"),
               *forced = strstr(text, "\nnonvoluntary_ctxt_switches:");
    if (!state || !willing || !forced)
        return GONE;
    *count = 1 + strtoull(strchr(willing, ':') + 1, NULL, 10) + strtoull(strchr(forced, ':') + 1, NULL, 10);
    enum thread_state seen = is_sleep(thread, state[8], *count, "") ? SLEEPS : WORKS;
    thread->outside_clock = thread->hidden && seen == SLEEPS && state[8] == 'S' && !thread->serves &&
                    !has_entered(page, thread->pid);
    return thread->outside_clock ? WORKS : seen;
}

/* The state, from `stat`. */
static enum thread_state state_of(const struct night_census *census, struct thread *thread, uint64_t count,
                                  const char *call) {
    char text[1024];
    if (night_read_at_start(thread->stat, text, sizeof text) <= 0)
        return GONE;
    char *name_end = strrchr(text, ')');
    if (!name_end || name_end[1] == 0)
        return GONE;
    return is_sleep(thread, name_end[2], count, call) || census->planted & NIGHT_PLANTED_NO_STATE ? SLEEPS : WORKS;
}

/* Whether the page knows of the wait that a thread is in. */
static bool is_known(struct night_page *page, struct thread *thread) {
    uint32_t used = atomic_load(&page->slots_used);
    struct night_slot *slot = &page->slots[thread->place];
    for (uint32_t i = 0; i < used && i < NIGHT_SLOTS && atomic_load(&slot->tid) != thread->tid; i++)
        slot = &page->slots[i];
    thread->place = (uint32_t)(slot - page->slots);
    return atomic_load(&slot->tid) == thread->tid && night_state_of(atomic_load(&slot->state)) != NIGHT_RUNNING;
}

/* The count, then off the queue, then asleep: a thread that is at the brink of sleep, or about to be put on a CPU
 * again, fails one of the two, or is betrayed by the count at the check. */
static enum thread_state take_baseline(const struct night_census *census, struct thread *thread, uint64_t *count) {
    char call[256];
    thread->outside_clock = false;
    int64_t runs = runs_of(thread->schedstat);
    if (runs < 0 || night_read_at_start(thread->syscall_file, call, sizeof call) <= 0)
        return GONE;
    *count = (uint64_t)runs;
    if (runs == 0 || strncmp(call, "running", 7) == 0) /* none yet: it has just been made */
        return WORKS;
    enum thread_state seen = state_of(census, thread, *count, call);
    thread->outside_clock = seen == SLEEPS && !thread->halted && !thread->serves && night_sleep_has_timeout(call) &&
                    !is_known(census->page, thread) && !(census->planted & NIGHT_PLANTED_JUMP_OVER);
    return thread->outside_clock ? WORKS : seen;
}

/* Asleep, then the count: a thread that was woken since the baseline is not asleep, or has run to fall asleep again. */
static enum thread_state check(const struct night_census *census, struct thread *thread, uint64_t *count) {
    enum thread_state seen = state_of(census, thread, thread->count, "");
    int64_t runs = runs_of(thread->schedstat);
    *count = (uint64_t)runs;
    return runs < 0 ? GONE : seen;
}

enum thread_state night_thread_state_of(const struct night_census *census, struct thread *thread, bool baseline) {
    uint64_t count = 0;
    enum thread_state seen = thread->status >= 0 ? look_plainly(census->page, thread, &count)
                     : baseline          ? take_baseline(census, thread, &count)
                                         : check(census, thread, &count);
    bool moved = thread->fresh || (count != thread->count && !(census->planted & NIGHT_PLANTED_NO_COUNT));
    thread->asleep = seen == SLEEPS;
    if (seen == GONE)
        return GONE;
    if (seen == WORKS || moved)
        thread->moved_ns = atomic_load_explicit(&census->page->now_ns, memory_order_relaxed);
    thread->count = count;
    thread->fresh = false;
    return seen == SLEEPS && moved ? MOVED : seen;
}

/* ---- its files ----------------------------------------------------------------------------------- */

bool night_kernel_counts(void) {
    char text[96];
    return night_read_path("/proc/thread-self/schedstat", text, sizeof text) && strncmp(text, "0 0 0", 5) != 0;
}

/* A file that is not there is its thread's end; one that there is no room for would be a thread overlooked. */
static int open_of(struct night_census *census, int tasks, int32_t tid, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "%d/%s", tid, name);
    int fd = openat(tasks, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
        census->blind = errno;
    return fd;
}

struct thread *night_thread_open(struct night_census *census, const struct process *process, int32_t tid) {
    struct thread *thread = calloc(1, sizeof *thread);
    if (!thread)
        return NULL;
    *thread = (struct thread){.pid = process->pid, .tid = tid, .restless = true, .fresh = true,
                              .serves = process->serves, .schedstat = -1, .syscall_file = -1, .stat = -1,
                              .status = -1};
    thread->children = open_of(census, process->tasks, tid, "children");
    if (process->outside)
        return thread;
    char text[256];
    if (census->counted && !(atomic_load(&census->page->flags) & NIGHT_STATUS_ONLY)) {
        thread->schedstat = open_of(census, process->tasks, tid, "schedstat");
        thread->stat = open_of(census, process->tasks, tid, "stat");
        thread->syscall_file = open_of(census, process->tasks, tid, "syscall");
        bool told = thread->syscall_file >= 0 && night_read_at_start(thread->syscall_file, text, sizeof text) > 0;
        thread->hidden = !told && census->root != 0 && (errno == EACCES || errno == EPERM);
        if (thread->schedstat >= 0 && thread->stat >= 0 && told)
            return thread;
    }
    thread->status = open_of(census, process->tasks, tid, "status");
    if (thread->status >= 0)
        return thread;
    night_thread_close(thread);
    return NULL;
}

void night_thread_close(struct thread *thread) {
    int files[] = {thread->schedstat, thread->syscall_file, thread->stat, thread->status, thread->children};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i] >= 0)
            close(files[i]);
    free(thread);
}
