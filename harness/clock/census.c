/* The census: whether every thread of the night sleeps at one instant, and if so, the jump.
 *
 * A thread is looked at through three files of /proc/PID/task/TID that are kept open, so that a number
 * used again is never taken for the thread that had it before:
 *   schedstat   how often it has been put on a CPU;
 *   syscall     says "running" unless the kernel has seen the thread off its run queue;
 *   stat        its state: uninterruptible I/O is work, and so is a thread that was woken on another CPU and
 *               is on no run queue yet, which the other two do not tell from one that sleeps.
 * Unmoved count, off the queue before and after: it slept in between. The README has the argument for all
 * of them together. Where a kernel or a permission denies these, `status` must do: state and switches. */
#define _GNU_SOURCE
#include "census.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct thread {
    struct thread *next;
    int32_t pid, tid;
    int schedstat, syscall_file, stat, status, children;
    uint64_t count;       /* how often it has run, at the last look */
    bool restless;        /* has moved since the last quiet moment */
    bool fresh;           /* not looked at yet */
    bool asleep;
    bool dead; /* a zombie: nobody has asked for its exit code yet, if anybody ever will */
    int64_t moved_ns;
};

struct process {
    struct process *next;
    struct thread *threads;
    int32_t pid;
    int tasks; /* its task directory */
    bool dirty;
    bool outside; /* the root: its children are the night, itself is not */
    bool plainly; /* its threads are looked at through `status` */
};

struct night_census {
    struct night_page *page;
    struct process *processes;
    struct thread *busy; /* who worked at the last look: asked first */
    int32_t root;
    int softnet;
    int proc;
    bool children_listed; /* the kernel has /proc/PID/task/TID/children */
    int32_t excluded[64]; /* processes that are no part of the night, with all below them */
    int excluded_count;
    int64_t jumps;
    int64_t idle_since_ns; /* real time since when nothing is due and everybody sleeps; 0 when not */
    int32_t slot_tid[NIGHT_SLOTS];
};

enum look { GONE, WORKS, MOVED, SLEEPS };

/* ---- one thread ---------------------------------------------------------------------------------- */

static ssize_t read_at(int fd, char *text, size_t room) {
    ssize_t size = pread(fd, text, room - 1, 0);
    text[size > 0 ? size : 0] = 0;
    return size;
}

static int open_of(int tasks, int32_t tid, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "%d/%s", tid, name);
    return openat(tasks, path, O_RDONLY | O_CLOEXEC);
}

/* The third number of schedstat; 0 when the thread is gone or the kernel does not count. */
static uint64_t runs_of(const struct thread *thread) {
    char text[96];
    if (read_at(thread->schedstat, text, sizeof text) <= 0)
        return 0;
    char *at = strchr(text, ' ');
    at = at ? strchr(at + 1, ' ') : NULL;
    return at ? strtoull(at, NULL, 10) : 0;
}

static bool is_sleep(struct thread *thread, char state) {
    thread->dead = state == 'Z' || state == 'X';
    return strchr("STtZX", state) != NULL;
}

/* Both numbers of switches, and the state, from `status`. */
static enum look look_plainly(struct thread *thread, uint64_t *count) {
    char text[4096];
    if (read_at(thread->status, text, sizeof text) <= 0)
        return GONE;
    const char *state = strstr(text, "\nState:\t"), *willing = strstr(text, "\nvoluntary_ctxt_switches:"),
               *forced = strstr(text, "\nnonvoluntary_ctxt_switches:");
    if (!state || !willing || !forced)
        return GONE;
    *count = 1 + strtoull(strchr(willing, ':') + 1, NULL, 10) + strtoull(strchr(forced, ':') + 1, NULL, 10);
    return is_sleep(thread, state[8]) ? SLEEPS : WORKS;
}

static enum look look_closely(struct thread *thread, uint64_t *count, bool baseline) {
    char text[1024];
    if (baseline && (*count = runs_of(thread)) == 0)
        return GONE;
    if (read_at(thread->syscall_file, text, sizeof text) <= 0)
        return GONE;
    if (strncmp(text, "running", 7) == 0)
        return WORKS;
    if (read_at(thread->stat, text, sizeof text) <= 0)
        return GONE;
    char *name_end = strrchr(text, ')');
    if (!name_end || !is_sleep(thread, name_end[2]))
        return WORKS;
    if (!baseline && (*count = runs_of(thread)) == 0)
        return GONE;
    return SLEEPS;
}

/* A baseline counts first and then finds the thread asleep; a check does so the other way round. Equal
 * counts then mean that it slept all the time between the two. */
static enum look look_at(struct night_census *census, struct thread *thread, bool baseline) {
    uint64_t count = 0;
    enum look seen = thread->status >= 0 ? look_plainly(thread, &count) : look_closely(thread, &count, baseline);
    bool moved = thread->fresh || count != thread->count;
    thread->asleep = seen == SLEEPS;
    if (seen == GONE)
        return GONE;
    if (seen == WORKS || moved)
        thread->moved_ns = atomic_load_explicit(&census->page->now_ns, memory_order_relaxed);
    thread->count = count;
    thread->fresh = false;
    return seen == SLEEPS && moved ? MOVED : seen;
}

static void close_thread(struct thread *thread) {
    int files[] = {thread->schedstat, thread->syscall_file, thread->stat, thread->status, thread->children};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i] >= 0)
            close(files[i]);
    free(thread);
}

static struct thread *open_thread(const struct process *process, int32_t tid, bool plainly) {
    struct thread *thread = calloc(1, sizeof *thread);
    if (!thread)
        return NULL;
    *thread = (struct thread){.pid = process->pid, .tid = tid, .restless = true, .fresh = true,
                              .schedstat = -1, .syscall_file = -1, .stat = -1, .status = -1};
    thread->children = open_of(process->tasks, tid, "children");
    if (process->outside)
        return thread;
    char text[256];
    if (!plainly) {
        thread->schedstat = open_of(process->tasks, tid, "schedstat");
        thread->syscall_file = open_of(process->tasks, tid, "syscall");
        thread->stat = open_of(process->tasks, tid, "stat");
    }
    if (thread->schedstat >= 0 && thread->stat >= 0 && thread->syscall_file >= 0 &&
        read_at(thread->syscall_file, text, sizeof text) > 0 && runs_of(thread) > 0)
        return thread;
    thread->status = open_of(process->tasks, tid, "status");
    if (thread->status >= 0)
        return thread;
    close_thread(thread);
    return NULL;
}

/* ---- who belongs to the night -------------------------------------------------------------------- */

static struct process *find_process(const struct night_census *census, int32_t pid) {
    for (struct process *process = census->processes; process; process = process->next)
        if (process->pid == pid)
            return process;
    return NULL;
}

static struct process *add_process(struct night_census *census, int32_t pid, bool outside) {
    if (pid == (int32_t)getpid() && !outside)
        return NULL;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    int tasks = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tasks < 0)
        return NULL;
    struct process *process = calloc(1, sizeof *process);
    if (!process) {
        close(tasks);
        return NULL;
    }
    *process = (struct process){.next = census->processes, .pid = pid, .tasks = tasks, .dirty = true,
                                .outside = outside,
                                .plainly = atomic_load(&census->page->flags) & NIGHT_PLAINLY};
    census->processes = process;
    return process;
}

struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    unsigned char type;
    char name[];
};

/* Calls visit() for each number that a directory lists. */
static void each_number(int directory, void (*visit)(void *, int32_t), void *to) {
    alignas(8) char room[8192];
    if (lseek(directory, 0, SEEK_SET) < 0)
        return;
    long size;
    while ((size = syscall(SYS_getdents64, directory, room, sizeof room)) > 0)
        for (long at = 0; at < size;) {
            struct entry *entry = (struct entry *)(void *)(room + at);
            int32_t number = (int32_t)strtol(entry->name, NULL, 10);
            at += entry->size;
            if (number > 0)
                visit(to, number);
        }
}

static void add_thread(void *to, int32_t tid) {
    struct process *process = to;
    for (struct thread *thread = process->threads; thread; thread = thread->next)
        if (thread->tid == tid)
            return;
    struct thread *thread = open_thread(process, tid, process->plainly);
    if (!thread)
        return;
    thread->next = process->threads;
    process->threads = thread;
}

static bool is_new(const struct night_census *census, int32_t pid) {
    for (int i = 0; i < census->excluded_count; i++)
        if (census->excluded[i] == pid)
            return false;
    return pid != (int32_t)getpid() && pid != census->root && !find_process(census, pid);
}

static void add_children(struct night_census *census, struct process *process) {
    char text[65536];
    for (struct thread **link = &process->threads, *thread; (thread = *link);) {
        bool gone = read_at(thread->children, text, sizeof text) < 0;
        if (gone && process->outside) { /* nobody else looks at these */
            *link = thread->next;
            close_thread(thread);
            continue;
        }
        link = &thread->next;
        for (char *at = text; *at;) {
            char *end;
            int32_t pid = (int32_t)strtol(at, &end, 10);
            if (end == at)
                break;
            at = end + (*end == ' ');
            if (is_new(census, pid))
                add_process(census, pid, false);
        }
    }
}

static int32_t parent_of(int32_t pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    read_at(fd, text, sizeof text);
    close(fd);
    char *name_end = strrchr(text, ')');
    return name_end && name_end[1] ? (int32_t)strtol(name_end + 3, NULL, 10) : 0;
}

static void add_any(void *to, int32_t pid) {
    if (is_new(to, pid))
        add_process(to, pid, false);
}

static void add_descendant(void *to, int32_t pid) {
    struct night_census *census = to;
    if (!is_new(census, pid))
        return;
    int32_t parent = parent_of(pid);
    if (parent == census->root || find_process(census, parent))
        add_process(census, pid, false);
}

/* Whoever has entered the page belongs to the night, whoever its parent is by now. */
static void add_registered(struct night_census *census) {
    struct night_page *page = census->page;
    uint32_t used = atomic_load(&page->slots_used);
    for (uint32_t i = 0; i < used && i < NIGHT_SLOTS; i++) {
        int32_t tid = atomic_load(&page->slots[i].tid);
        if (tid == census->slot_tid[i])
            continue;
        census->slot_tid[i] = tid;
        int32_t pid = atomic_load(&page->slots[i].pid);
        if (tid != 0 && pid != 0 && is_new(census, pid))
            add_process(census, pid, false);
        else if (tid != 0 && pid == 0)
            census->slot_tid[i] = 0; /* its owner is just about to say */
    }
}

static void list_processes(struct night_census *census) {
    add_registered(census);
    if (census->root == 0) {
        each_number(census->proc, add_any, census);
    } else if (!census->children_listed) {
        struct process *newest;
        do {
            newest = census->processes;
            each_number(census->proc, add_descendant, census);
        } while (newest != census->processes);
    }
    /* New processes come to the front of the list, so go on until there are none. */
    for (bool again = true; again;) {
        again = false;
        for (struct process *process = census->processes; process; process = process->next) {
            if (!process->dirty && !process->outside)
                continue;
            process->dirty = false;
            struct process *newest = census->processes;
            each_number(process->tasks, add_thread, process);
            if (census->root != 0 && census->children_listed)
                add_children(census, process);
            again = again || newest != census->processes;
        }
    }
}

/* ---- the instant --------------------------------------------------------------------------------- */

/* Packets that wait for a softirq while both ends sleep. The twelfth column, one line a CPU. */
static bool packets_in_flight(const struct night_census *census) {
    char text[32768];
    if (census->softnet < 0 || read_at(census->softnet, text, sizeof text) <= 0)
        return false;
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n');
        if (!end)
            break;
        char *at = line;
        for (int column = 0; column < 11 && at && at < end; column++)
            at = strchr(at + 1, ' ');
        if (at && at < end && strtoul(at, NULL, 16) != 0)
            return true;
        line = end + 1;
    }
    return false;
}

/* Looks at the restless, or at the others; false when one of them works. */
static bool look_over(struct night_census *census, bool restless, bool baseline, bool *stirred) {
    for (struct process **at = &census->processes; *at;) {
        struct process *process = *at;
        for (struct thread **link = &process->threads; *link && !process->outside;) {
            struct thread *thread = *link;
            if (thread->restless != restless) {
                link = &thread->next;
                continue;
            }
            enum look seen = look_at(census, thread, baseline);
            if (seen == GONE) {
                if (census->busy == thread)
                    census->busy = NULL;
                *link = thread->next;
                close_thread(thread);
                process->dirty = *stirred = true;
                continue;
            }
            if (seen != SLEEPS) {
                thread->restless = process->dirty = *stirred = true;
                if (seen == WORKS) {
                    census->busy = thread;
                    return false;
                }
            }
            link = &thread->next;
        }
        if (!process->threads && !process->dirty) {
            *at = process->next;
            close(process->tasks);
            free(process);
        } else {
            at = &process->next;
        }
    }
    return true;
}

static bool settle(struct night_census *census) {
    for (struct process *process = census->processes; process; process = process->next)
        for (struct thread *thread = process->threads; thread; thread = thread->next)
            thread->restless = false;
    return true;
}

/* Whether there is an instant at which everybody sleeps: the restless have come to rest, then nobody else
 * has moved, then the restless still rest. */
static bool is_quiet(struct night_census *census) {
    bool stirred = false;
    if (census->busy) {
        enum look seen = look_at(census, census->busy, true);
        if (seen == WORKS)
            return false;
        if (seen == GONE)
            census->busy->fresh = true; /* the round below takes it out */
        census->busy = NULL;
    }
    if (!look_over(census, true, true, &stirred))
        return false;
    if (atomic_load(&census->page->flags) & NIGHT_PLANTED_ONE_LOOK) {
        list_processes(census);
        return true;
    }
    if (packets_in_flight(census))
        return false;
    stirred = false;
    if (!look_over(census, false, false, &stirred) || stirred)
        return false;
    list_processes(census); /* what is new is restless, and has not been looked at */
    stirred = false;
    if (!look_over(census, true, false, &stirred) || stirred)
        return false;
    return settle(census);
}

/* ---- the jump ------------------------------------------------------------------------------------ */

static bool has_zombies(const struct night_census *census) {
    for (const struct process *process = census->processes; process; process = process->next)
        for (const struct thread *thread = process->threads; thread; thread = thread->next)
            if (thread->dead)
                return true;
    return false;
}

static bool is_dead(const struct night_census *census, int32_t tid, bool zombies) {
    if (!night_alive(tid))
        return true;
    if (!zombies)
        return false;
    for (const struct process *process = census->processes; process; process = process->next)
        for (const struct thread *thread = process->threads; thread; thread = thread->next)
            if (thread->tid == tid)
                return thread->dead && (thread->tid != thread->pid || !process->threads->next);
    return false;
}

/* The dead are due for nothing. */
static void forget_the_dead(const struct night_census *census) {
    struct night_page *page = census->page;
    bool zombies = has_zombies(census);
    uint32_t used = atomic_load(&page->slots_used);
    for (uint32_t i = 0; i < used && i < NIGHT_SLOTS; i++) {
        struct night_slot *slot = &page->slots[i];
        int32_t tid = atomic_load(&slot->tid);
        if (tid == 0 || !is_dead(census, tid, zombies))
            continue;
        atomic_store(&slot->pid, 0);
        atomic_compare_exchange_strong(&slot->tid, &tid, 0);
    }
    used = atomic_load(&page->timers_used);
    for (uint32_t i = 0; i < used && i < NIGHT_TIMERS; i++) {
        int32_t pid = atomic_load(&page->timers[i].pid);
        if (pid != 0 && is_dead(census, pid, zombies))
            atomic_compare_exchange_strong(&page->timers[i].pid, &pid, 0);
    }
}

static void move_to(struct night_page *page, int64_t to_ns) {
    int64_t now_ns = atomic_load(&page->now_ns);
    while (now_ns < to_ns && !atomic_compare_exchange_weak(&page->now_ns, &now_ns, to_ns))
        ;
}

/* Everybody sleeps: move time to whatever is due first. */
static enum night_result jump(struct night_census *census, int64_t until_ns) {
    struct night_page *page = census->page;
    forget_the_dead(census);
    atomic_store(&page->mover, (int32_t)getpid());
    enum night_result result = NIGHT_ON;
    int64_t due_ns = night_next_due(page);
    if (night_held(page)) {
        census->idle_since_ns = 0;
    } else if (due_ns == NIGHT_NEVER) {
        result = NIGHT_STUCK;
    } else if (due_ns >= until_ns) {
        move_to(page, until_ns);
        result = NIGHT_UNTIL;
    } else {
        move_to(page, due_ns);
        night_grant_due(page, false);
        census->jumps++;
    }
    atomic_store(&page->mover, 0);
    return result;
}

/* How long "nothing is due" must last before it is believed: what the kernel does on timers of its own. */
#define STUCK_NS 10000000

static void rest(int64_t busy_ns) {
    int64_t ns = busy_ns / 8;
    ns = ns < 20000 ? 20000 : ns > 1000000 ? 1000000 : ns;
    struct timespec span = night_timespec(ns);
    syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &span, NULL);
}

int night_census_run(struct night_census *census, int64_t until_ns, int64_t budget_ns) {
    int slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    int64_t begun_ns = night_real_monotonic(), moved_ns = begun_ns;
    enum night_result result = NIGHT_ON;
    int64_t jumps = census->jumps;
    while (result == NIGHT_ON) {
        int64_t real_ns = night_real_monotonic();
        if (atomic_load_explicit(&census->page->stop, memory_order_relaxed)) {
            result = NIGHT_ASKED;
        } else if (real_ns - begun_ns > budget_ns) {
            break;
        } else if (is_quiet(census)) {
            result = jump(census, until_ns);
            if (census->jumps != jumps) {
                jumps = census->jumps;
                moved_ns = real_ns;
                census->idle_since_ns = 0;
            } else if (result == NIGHT_STUCK) {
                if (census->idle_since_ns == 0)
                    census->idle_since_ns = real_ns;
                if (real_ns - census->idle_since_ns < STUCK_NS) {
                    result = NIGHT_ON;
                    rest(real_ns - moved_ns);
                }
            } else if (result == NIGHT_ON) {
                rest(real_ns - moved_ns);
            }
        } else {
            census->idle_since_ns = 0;
            night_grant_due(census->page, true);
            rest(real_ns - moved_ns);
        }
    }
    prctl(PR_SET_TIMERSLACK, slack > 0 ? slack : 0, 0, 0, 0);
    return result;
}

/* ---- from outside -------------------------------------------------------------------------------- */

struct night_census *night_census_open(struct night_page *page, int32_t root) {
    struct night_census *census = calloc(1, sizeof *census);
    if (!census)
        return NULL;
    struct rlimit files; /* several a thread are kept open */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    census->page = page;
    census->root = root;
    census->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    census->softnet = open("/proc/net/softnet_stat", O_RDONLY | O_CLOEXEC);
    census->children_listed = access("/proc/thread-self/children", R_OK) == 0;
    if (census->proc < 0 || (root != 0 && !add_process(census, root, true))) {
        night_census_close(census);
        return NULL;
    }
    return census;
}

void night_census_close(struct night_census *census) {
    while (census->processes) {
        struct process *process = census->processes;
        census->processes = process->next;
        while (process->threads) {
            struct thread *thread = process->threads;
            process->threads = thread->next;
            close_thread(thread);
        }
        close(process->tasks);
        free(process);
    }
    if (census->proc >= 0)
        close(census->proc);
    if (census->softnet >= 0)
        close(census->softnet);
    free(census);
}

/* 0 when there is no more room. For a process that the census does not know yet. */
int night_census_exclude(struct night_census *census, int32_t pid) {
    if (census->excluded_count == (int)(sizeof census->excluded / sizeof *census->excluded))
        return 0;
    census->excluded[census->excluded_count++] = pid;
    return 1;
}

int64_t night_census_jumps(const struct night_census *census) { return census->jumps; }

/* The index-th thread of the night; 0 when there are no more. */
int night_census_sight(const struct night_census *census, int index, struct night_sight *sight) {
    for (const struct process *process = census->processes; process; process = process->next)
        for (const struct thread *thread = process->threads; thread && !process->outside; thread = thread->next) {
            if (thread->dead || index-- > 0)
                continue;
            *sight = (struct night_sight){.pid = thread->pid, .tid = thread->tid, .asleep = thread->asleep,
                                          .fd = -1, .since_ns = thread->moved_ns};
            struct night_page *page = census->page;
            uint32_t used = atomic_load(&page->slots_used);
            for (uint32_t i = 0; i < used && i < NIGHT_SLOTS; i++) {
                struct night_slot *slot = &page->slots[i];
                if (atomic_load(&slot->tid) != thread->tid || atomic_load(&slot->state) != NIGHT_WAITING)
                    continue;
                sight->kind = atomic_load(&slot->kind);
                sight->fd = atomic_load(&slot->fd);
                sight->timed = atomic_load(&slot->deadline_ns) != NIGHT_NEVER;
                sight->since_ns = atomic_load(&slot->since_ns);
            }
            return 1;
        }
    return 0;
}
