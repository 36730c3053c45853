/* The census from outside: opening and closing it, and what it knows of each thread, for messages.
 *
 * census_parts.h says which file does what. */
#define _GNU_SOURCE
#include "census/census_parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

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
    census->counted = night_kernel_counts();
    census->children_listed = access("/proc/thread-self/children", R_OK) == 0;
    if (census->proc < 0 || (root != 0 && !night_process_add(census, root, true))) {
        night_census_close(census);
        return NULL;
    }
    night_note_opening(page);
    night_grant_again(page);
    return census;
}

void night_census_close(struct night_census *census) {
    while (census->processes) {
        struct process *process = census->processes;
        census->processes = process->next;
        night_process_close(process);
    }
    if (census->proc >= 0)
        close(census->proc);
    if (census->softnet >= 0)
        close(census->softnet);
    free(census);
}

static int noted(int32_t *list, int *count, int32_t pid) {
    int kept = 0;
    for (int i = 0; i < *count; i++)
        if (list[i] != pid && night_alive(list[i]))
            list[kept++] = list[i];
    *count = kept;
    if (kept == NIGHT_NAMED)
        return 0;
    list[(*count)++] = pid;
    return 1;
}

/* Both are for a process that the census does not know yet; 0 when there is no more room. */
int night_census_exclude(struct night_census *census, int32_t pid) {
    return noted(census->excluded, &census->excluded_count, pid);
}

int night_census_serve(struct night_census *census, int32_t pid) {
    return noted(census->servers, &census->server_count, pid);
}

void night_census_ticks(const struct night_census *census, struct night_ticks *ticks) { *ticks = census->ticks; }

int night_census_blind(const struct night_census *census) { return census->blind; }

int64_t night_census_jumps(const struct night_census *census) { return census->jumps; }

/* The index-th thread of the night; 0 when there are no more. */
int night_census_sight(const struct night_census *census, int index, struct night_sight *sight) {
    for (const struct process *process = census->processes; process; process = process->next)
        for (const struct thread *thread = process->threads; thread && !process->outside; thread = thread->next) {
            if (thread->dead || index-- > 0)
                continue;
            *sight = (struct night_sight){.pid = thread->pid, .tid = thread->tid, .asleep = thread->asleep,
                                          .outside_clock = thread->outside_clock, .fd = -1,
                                          .since_ns = thread->moved_ns};
            struct night_page *page = census->page;
            uint32_t used = atomic_load(&page->slots_used);
            for (uint32_t i = 0; i < used && i < NIGHT_SLOTS; i++) {
                struct night_slot *slot = &page->slots[i];
                if (atomic_load(&slot->tid) != thread->tid ||
                    night_state_of(atomic_load(&slot->state)) != NIGHT_WAITING)
                    continue;
                if (!night_is_sealed(slot))
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
