/* What the parts of the census share. Each calls only those above it:
 *
 *   looking.c     one thread: does it sleep, and has it run since the last look
 *   belonging.c   the threads of the night: who is new, who has gone
 *   quiet.c       all of them: is there an instant at which everybody sleeps
 *   jumping.c     then time moves to whatever is due first, again and again
 *   census.c      opens and closes it all, and tells what it knows
 *
 * Everything here belongs to the controller's process alone; nothing of it is in the page. */
#ifndef NIGHT_CENSUS_PARTS_H
#define NIGHT_CENSUS_PARTS_H

#include "census.h"

struct thread {
    struct thread *next;
    int32_t pid, tid;
    int schedstat, syscall_file, stat, status, children; /* files of /proc/PID/task/TID; -1 when not open */
    uint64_t count;       /* how often it has run, at the last look */
    uint64_t lent_count; /* the count at which it was found to be inside vfork; there is no 0 */
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
    int tasks;     /* its task directory */
    bool dirty;    /* one of its threads has moved since the last quiet moment: there may be more of them */
    bool unlisted; /* its threads and children are to be listed in this round */
    bool outside;  /* the root: its children are the night, itself is not */
};

struct night_census {
    struct night_page *page;
    struct process *processes; /* the newest first, so the root is last */
    struct thread *busy;       /* who worked at the last look: asked first */
    int32_t root;              /* 0: everybody in this PID namespace */
    int softnet;
    int proc;
    bool counted;           /* the kernel fills schedstat */
    bool children_listed;   /* the kernel has /proc/PID/task/TID/children */
    bool blind;             /* there was no room to open a thread's files */
    int32_t excluded[64];   /* processes that are no part of the night, with all below them */
    int excluded_count;
    int64_t jumps;
    int64_t idle_since_ns; /* real time since when nothing is due and everybody sleeps; 0 when not */
    int32_t slot_tid[NIGHT_SLOTS];
};

/* looking.c */
enum look { GONE, WORKS, MOVED, SLEEPS };

ssize_t night_read_at_start(int fd, char *text, size_t room); /* ends the text with a 0 */
bool night_read_path(const char *path, char *text, size_t room);
bool night_kernel_counts(void);
struct thread *night_thread_open(struct night_census *census, const struct process *process, int32_t tid);
void night_thread_close(struct thread *thread);
enum look night_look_at(const struct night_census *census, struct thread *thread, bool baseline);

/* belonging.c */
struct process *night_process_add(struct night_census *census, int32_t pid, bool outside);
void night_process_close(struct process *process);
void night_list(struct night_census *census);

/* quiet.c */
bool night_is_quiet(struct night_census *census);

#endif
