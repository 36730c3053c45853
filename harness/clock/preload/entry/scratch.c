/* Room to look at a program in: paths are long, and a thread that starts one may have a stack of 16 KB.
 *
 * It is mapped, and gone again before the program starts: a child of vfork has its parent's memory, to which nothing
 * may be added that stays. And it is mapped by number, for a child of fork may hold the locks of malloc() for ever. */
#define _GNU_SOURCE
#include "preload/entry/exec.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>

struct night_scratch *night_scratch_begin(void) {
    int error = errno, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    long room = night_syscall(SYS_mmap, NULL, sizeof(struct night_scratch), PROT_READ | PROT_WRITE, flags, -1, 0);
    errno = error;
    return room == -1 ? NULL : (struct night_scratch *)room;
}

void night_scratch_end(struct night_scratch *room) {
    int error = errno;
    if (room)
        night_syscall(SYS_munmap, room, sizeof *room);
    errno = error;
}
