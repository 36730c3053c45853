/* A file that was written is stamped with the night's time when it is closed, so that its inode carries that time
 * for every later reader, in the night or not.
 *
 * A file opened for writing is marked, with what it looked like then. When the mark is given up, the file is
 * stamped if the kernel has stamped it since: a file that was not written keeps its time, and so does one whose
 * time a program has set. Closing what is not marked costs one look into a table of this process.
 *
 * The process that opens a file stamps it: a child begins with no marks but those of its standard output and error. */
#define _GNU_SOURCE
#include "preload/preload.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOM 1024     /* files with a higher number are not marked: their times are translated */
#define CHANGED (-1)  /* instead of a time: opening the file has created or emptied it */
#define TICK_NS 10000000 /* the longest for which the kernel stamps all files alike */

struct mark {
    _Atomic int64_t modified_ns; /* 0: none */
    _Atomic uint64_t inode;      /* the number may be another file's by now, where we did not see it closed */
};

static struct mark marks[ROOM];
static _Atomic int highest = -1;
static _Atomic int32_t owner;

/* A child of vfork has our memory and not our files: what it closes stays open here. */
static bool is_ours(void) { return atomic_load(&owner) == (int32_t)getpid(); }

bool night_is_marked(int fd) {
    return fd >= 0 && fd < ROOM && atomic_load_explicit(&marks[fd].modified_ns, memory_order_relaxed) != 0;
}

static void mark(int fd, int64_t modified_ns, uint64_t inode) {
    atomic_store(&marks[fd].inode, inode);
    atomic_store(&marks[fd].modified_ns, modified_ns);
    int seen = atomic_load(&highest);
    while (seen < fd && !atomic_compare_exchange_weak(&highest, &seen, fd))
        ;
}

/* ---- marking ------------------------------------------------------------------------------------- */

/* The file as the kernel sees it. */
static bool look(int fd, struct stat *file) {
    return night_syscall(SYS_fstat, fd, file) == 0 && S_ISREG(file->st_mode);
}

static int64_t ns_of(const struct timespec *time) { return night_ns(time->tv_sec, time->tv_nsec); }

static bool is_new(const struct stat *file) {
    NIGHT_REAL(clock_gettime);
    struct timespec now;
    real(CLOCK_REALTIME, &now);
    int64_t made_ns = ns_of(&file->st_ctim);
    return file->st_size == 0 && ns_of(&file->st_mtim) == made_ns && ns_of(&now) - made_ns < TICK_NS;
}

static bool has_changed(const struct stat *file, int flags) {
    return (flags & O_TRUNC) || ((flags & O_CREAT) && ((flags & O_EXCL) || is_new(file)));
}

int night_mark_opened(int fd, int flags) {
    if (!night_page || fd < 0 || fd >= ROOM || (flags & O_ACCMODE) == O_RDONLY || !is_ours())
        return fd;
    int error = errno;
    struct stat file;
    if (look(fd, &file)) {
        int64_t modified_ns = ns_of(&file.st_mtim);
        mark(fd, has_changed(&file, flags) ? CHANGED : modified_ns ? modified_ns : 1, file.st_ino);
    } else {
        atomic_store(&marks[fd].modified_ns, 0);
    }
    errno = error;
    return fd;
}

int night_mark_copied(int from, int to) {
    if (to >= 0 && to < ROOM && night_is_marked(from) && is_ours())
        mark(to, atomic_load(&marks[from].modified_ns), atomic_load(&marks[from].inode));
    return to;
}

/* ---- stamping ------------------------------------------------------------------------------------ */

static void stamp(int fd, int64_t before_ns, uint64_t inode) {
    struct stat file;
    if (!look(fd, &file) || file.st_ino != inode)
        return;
    int64_t modified_ns = ns_of(&file.st_mtim), changed_ns = ns_of(&file.st_ctim);
    if (modified_ns == before_ns || !night_is_kernel_stamp(modified_ns, changed_ns))
        return;
    struct timespec now = night_timespec(night_now_as_stamp());
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, now};
    if (night_is_kernel_stamp(ns_of(&file.st_atim), changed_ns))
        times[0] = now;
    night_syscall(SYS_utimensat, fd, NULL, times, 0); /* a file of another user's stays as it is */
}

void night_stamp_closing(int fd) {
    if (!night_is_marked(fd) || !is_ours())
        return;
    int error = errno;
    stamp(fd, atomic_exchange(&marks[fd].modified_ns, 0), atomic_load(&marks[fd].inode));
    errno = error;
}

void night_stamp_all(void) {
    for (int fd = 0, last = atomic_load(&highest); fd <= last; fd++)
        night_stamp_closing(fd);
}

/* The C library writes out what is left in its buffers after this. Of a file that another thread writes to just now,
 * it will be late. */
__attribute__((destructor)) static void stamp_at_exit(void) {
    if (night_is_marked(STDOUT_FILENO) && ftrylockfile(stdout) == 0) {
        fflush_unlocked(stdout);
        funlockfile(stdout);
    }
    night_stamp_all();
}

/* ---- the beginning ------------------------------------------------------------------------------- */

static void begin_child(void) {
    for (int fd = 0, last = atomic_load(&highest); fd <= last; fd++)
        atomic_store(&marks[fd].modified_ns, 0);
    atomic_store(&highest, -1);
    atomic_store(&owner, (int32_t)getpid());
}

/* A shell opens the file of `job > file`, and the job writes it. */
void night_stamp_on_close_start(void) {
    begin_child();
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        night_mark_opened(fd, (int)night_syscall(SYS_fcntl, fd, F_GETFL) & O_ACCMODE);
    pthread_atfork(NULL, NULL, begin_child);
}
