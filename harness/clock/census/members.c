/* The members of the night: all processes below a root process, or in a PID namespace, and those that have
 * entered the clock page.
 *
 * Only a thread that runs can start another, so only processes of which something has moved are listed
 * again. The root is listed each time: it is outside, so the census does not see whether it moves. */
#define _GNU_SOURCE
#include "census/census_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- processes ----------------------------------------------------------------------------------- */

static struct process *find(const struct night_census *census, int32_t pid) {
    for (struct process *process = census->processes; process; process = process->next)
        if (process->pid == pid)
            return process;
    return NULL;
}

static int32_t parent_of(int32_t pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (!night_read_path(path, text, sizeof text))
        return 0;
    char *name_end = strrchr(text, ')');
    return name_end && name_end[1] && name_end[2] ? (int32_t)strtol(name_end + 3, NULL, 10) : 0;
}

/* Whether a process was declared a server, or is a child of one. */
static bool serves(const struct night_census *census, int32_t pid) {
    for (int i = 0; i < census->server_count; i++)
        if (census->servers[i] == pid)
            return true;
    const struct process *parent = census->server_count ? find(census, parent_of(pid)) : NULL;
    return parent && parent->serves;
}

struct process *night_process_add(struct night_census *census, int32_t pid, bool outside) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    int tasks = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tasks < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
        census->blind = errno;
    if (tasks < 0)
        return NULL;
    struct process *process = calloc(1, sizeof *process);
    if (!process) {
        close(tasks);
        return NULL;
    }
    *process = (struct process){.next = census->processes, .pid = pid, .tasks = tasks, .dirty = true,
                                .unlisted = true, .outside = outside};
    process->serves = serves(census, pid);
    census->processes = process;
    return process;
}

void night_process_close(struct process *process) {
    while (process->threads) {
        struct thread *thread = process->threads;
        process->threads = thread->next;
        night_thread_close(thread);
    }
    close(process->tasks);
    free(process);
}

static void add_if_new(struct night_census *census, int32_t pid) {
    for (int i = 0; i < census->excluded_count; i++)
        if (census->excluded[i] == pid)
            return;
    if (pid != (int32_t)getpid() && pid != census->root && !find(census, pid))
        night_process_add(census, pid, false);
}

/* ---- what the kernel lists ----------------------------------------------------------------------- */

struct listing {
    struct night_census *census;
    struct process *process;
};

/* Calls visit() for each number that a directory lists. */
static void each_number(int directory, void (*visit)(struct listing *, int32_t), struct listing *to) {
    alignas(struct dirent64) char room[8192];
    if (lseek(directory, 0, SEEK_SET) < 0)
        return;
    long size;
    while ((size = night_syscall(SYS_getdents64, directory, room, sizeof room)) > 0)
        for (long at = 0; at < size;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(room + at);
            int32_t number = (int32_t)strtol(entry->d_name, NULL, 10);
            at += entry->d_reclen;
            if (number > 0)
                visit(to, number);
        }
}

static void add_thread(struct listing *to, int32_t tid) {
    struct process *process = to->process;
    for (struct thread *thread = process->threads; thread; thread = thread->next)
        if (thread->tid == tid)
            return;
    struct thread *thread = night_thread_open(to->census, process, tid);
    if (!thread)
        return;
    thread->next = process->threads;
    process->threads = thread;
}

/* The children of one thread; false when it is gone. The kernel gives them a page at a time. */
static bool add_children_of(struct night_census *census, const struct thread *thread) {
    char text[8192];
    off_t offset = 0;
    ssize_t size;
    while ((size = pread(thread->children, text, sizeof text - 1, offset)) > 0) {
        text[size] = 0;
        offset += size;
        for (char *at = text, *end; *at; at = end) {
            int32_t pid = (int32_t)strtol(at, &end, 10);
            if (end == at)
                break;
            end += *end == ' ';
            add_if_new(census, pid);
        }
    }
    return size == 0;
}

static void add_children(struct night_census *census, struct process *process) {
    for (struct thread **link = &process->threads, *thread; (thread = *link);) {
        bool gone = !add_children_of(census, thread);
        if (gone && process->outside) { /* no look finds these gone */
            *link = thread->next;
            night_thread_close(thread);
        } else {
            link = &thread->next;
        }
    }
}

static void add_any(struct listing *to, int32_t pid) { add_if_new(to->census, pid); }

static void add_descendant(struct listing *to, int32_t pid) {
    if (find(to->census, pid))
        return;
    int32_t parent = parent_of(pid);
    if (parent == to->census->root || find(to->census, parent))
        add_if_new(to->census, pid);
}

/* A process that has entered the clock page belongs to the night, whatever its parent is by now. */
static void add_registered(struct night_census *census) {
    struct night_page *page = census->page;
    uint32_t used = atomic_load(&page->slots_used);
    for (uint32_t i = 0; i < used && i < NIGHT_SLOTS; i++) {
        int32_t tid = atomic_load(&page->slots[i].tid);
        if (tid == census->slot_tid[i])
            continue;
        int32_t pid = atomic_load(&page->slots[i].pid);
        census->slot_tid[i] = pid ? tid : 0; /* without a pid: its owner is just about to say */
        if (tid != 0 && pid != 0)
            add_if_new(census, pid);
    }
}

/* ---- all of them --------------------------------------------------------------------------------- */

static void list_through_proc(struct night_census *census) {
    struct listing all = {.census = census};
    if (census->root == 0) {
        each_number(census->proc, add_any, &all);
    } else if (!census->children_listed) {
        struct process *newest;
        do {
            newest = census->processes;
            each_number(census->proc, add_descendant, &all);
        } while (newest != census->processes);
    }
}

/* A process without a thread has ended: its number may be another's by the next time. */
static void forget_the_ended(struct night_census *census) {
    for (struct process **at = &census->processes, *process; (process = *at);) {
        if (process->threads || process->outside) {
            at = &process->next;
        } else {
            *at = process->next;
            night_process_close(process);
        }
    }
}

/* Brings the threads of the night up to date. The root's children come last, so a process that lost its parent
 * meanwhile and became the root's is found. */
void night_list_members(struct night_census *census) {
    census->blind = 0;
    add_registered(census);
    list_through_proc(census);
    for (struct process *process = census->processes; process; process = process->next)
        process->unlisted = process->dirty || process->outside;
    /* New processes come to the front of the list, so go on until there are none. */
    for (bool again = true; again;) {
        again = false;
        for (struct process *process = census->processes; process; process = process->next) {
            if (!process->unlisted)
                continue;
            process->unlisted = false;
            const struct process *newest = census->processes;
            each_number(process->tasks, add_thread, &(struct listing){census, process});
            if (census->root != 0 && census->children_listed)
                add_children(census, process);
            again = again || newest != census->processes;
        }
    }
    forget_the_ended(census);
}
