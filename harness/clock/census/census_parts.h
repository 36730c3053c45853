/* What the parts of the census share. Each calls only those above it:
 *
 *   kernel_timeouts.c    one sleep: will the kernel end it by itself
 *   thread_state.c       one thread: does it sleep, and has it run since the last look
 *   members.c            the threads of the night: which are new, which have gone
 *   packets_in_flight.c  packets: is one on its way while both ends sleep
 *   quiescence.c         all of them: is there an instant at which all of them sleep
 *   tickers.c            which threads wake again and again for nothing
 *   time_jump.c          then time moves to the first deadline, again and again
 *   census.c             opens and closes it all, and tells what it knows
 *
 * Everything here belongs to the controller's process alone; nothing of it is in the page. */
#ifndef NIGHT_CENSUS_PARTS_H
#define NIGHT_CENSUS_PARTS_H

#include "census/census.h"

struct thread {
    struct thread *next;
    int32_t pid, tid;
    int schedstat, syscall_file, stat, status, children; /* files of /proc/PID/task/TID; -1 when not open */
    uint64_t count;       /* how often it has run, at the last look */
    uint64_t lent_count; /* the count at which it was found to be inside vfork; there is no 0 */
    bool restless;        /* has moved since the last quiescence */
    bool fresh;           /* not looked at yet */
    bool asleep;
    bool halted; /* stopped by a signal or a tracer */
    bool serves; /* as its process does */
    bool hidden; /* we may not see what it sleeps in */
    bool outside_clock; /* it sleeps in real time, for a limit that the page does not know */
    uint32_t place; /* of its slot in the page, when it had one at the last look */
    bool dead; /* a zombie: its parent has not asked for its exit code yet, and may never do so */
    int64_t moved_ns;
};

struct process {
    struct process *next;
    struct thread *threads;
    int32_t pid;
    int tasks;     /* its task directory */
    bool dirty;    /* one of its threads has moved since the last quiescence: there may be more of them */
    bool unlisted; /* its threads and children are to be listed in this round */
    bool serves;   /* a server outside the library: how long it would sleep is its own affair */
    bool outside;  /* the root: its children are the night, itself is not */
};

#define NIGHT_NAMED 64 /* processes that a census may be told of */

struct night_census {
    struct night_page *page;
    struct process *processes; /* the newest first, so the root is last */
    struct thread *busy;       /* it worked at the last look, and is looked at first */
    int32_t root;              /* 0: all processes in this PID namespace */
    int softnet;
    uint64_t dropped;      /* packets, at the last look at which none of the night's was to be sent again */
    uint64_t dropping;     /* the same at the last look of all */
    int64_t dropped_at_ns; /* and when that had changed, in real time */
    int proc;
    uint32_t planted;       /* the page's flags, read once a round */
    bool counted;           /* the kernel fills schedstat */
    bool children_listed;   /* the kernel has /proc/PID/task/TID/children */
    int blind;              /* why a thread's files could not be opened, in this round; 0 when all are */
    int64_t blind_since_ns; /* real time since when that is so in every round; 0 when not */
    int32_t excluded[NIGHT_NAMED]; /* processes that are no part of the night, with all below them */
    int excluded_count;
    int32_t servers[NIGHT_NAMED];  /* see struct process */
    int server_count;
    int64_t jumps;
    struct night_ticks ticks;
    int32_t woken[NIGHT_NAMED]; /* the threads that the last jump woke */
    int woken_count;
    bool ticked;                /* and these only tick */
    int64_t acted_ns;           /* when a thread that is no ticker was awake last */
    bool others_acted;          /* since then, a thread that it did not wake has come, gone or moved */
    int64_t idle_since_ns; /* real time since when nothing is due and all threads sleep; 0 when not */
    int32_t slot_tid[NIGHT_SLOTS];
};

/* kernel_timeouts.c */
bool night_sleep_has_timeout(const char *call);

/* thread_state.c */
enum thread_state { GONE, WORKS, MOVED, SLEEPS };

ssize_t night_read_at_start(int fd, char *text, size_t room); /* ends the text with a 0 */
bool night_read_path(const char *path, char *text, size_t room);
bool night_kernel_counts(void);
struct thread *night_thread_open(struct night_census *census, const struct process *process, int32_t tid);
void night_thread_close(struct thread *thread);
enum thread_state night_thread_state_of(const struct night_census *census, struct thread *thread, bool baseline);

/* members.c */
struct process *night_process_add(struct night_census *census, int32_t pid, bool outside);
void night_process_close(struct process *process);
void night_list_members(struct night_census *census);

/* tickers.c */
bool night_only_tickers_must(const struct night_census *census, int64_t due_ns);
int64_t night_last_tick(struct night_page *page, int64_t until_ns);
void night_note_woken(struct night_census *census, enum night_scope scope);
void night_note_activity(struct night_census *census, int32_t tid);
void night_end_ticking(struct night_census *census);

/* packets_in_flight.c */
bool night_packets_in_flight(struct night_census *census);

/* quiescence.c */
bool night_is_quiescent(struct night_census *census);

#endif
