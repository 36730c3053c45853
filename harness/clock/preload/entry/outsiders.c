/* Who is outside of the night's time, by name in the clock page: a night with such a program in it is not judged. */
#define _GNU_SOURCE
#include "preload/entry/exec.h"

#include <errno.h>
#include <string.h>

static void copy_text(char *to, size_t size, const char *from) {
    size_t length = strlen(from);
    if (length >= size) { /* of a path, the end says more */
        from += length - (size - 1);
        length = size - 1;
    }
    memcpy(to, from, length);
    to[length] = '\0';
}

static bool is_told(const struct night_outsider *told, const struct night_outsider *new) {
    return told->reason == new->reason && strcmp(told->by, new->by) == 0 && strcmp(told->program, new->program) == 0;
}

/* In a child of vfork too: no more than a look at the page, and a place that is taken in it. */
void night_tell_outside(enum night_outside reason, const char *program) {
    if (!night_page || reason == NIGHT_INSIDE)
        return;
    const char *by = night_component();
    struct night_outsider new = {.reason = reason};
    copy_text(new.by, sizeof new.by, by ? by : program_invocation_short_name);
    copy_text(new.program, sizeof new.program, program);
    for (struct night_outsider *place = night_page->outsiders; place < night_page->outsiders + NIGHT_OUTSIDERS; place++) {
        uint32_t state = NIGHT_PLACE_FREE;
        if (atomic_compare_exchange_strong(&place->state, &state, NIGHT_PLACE_TAKEN)) {
            new.at_ns = night_read_monotonic() + atomic_load(&night_page->offset_ns);
            place->reason = new.reason;
            place->at_ns = new.at_ns;
            memcpy(place->by, new.by, sizeof new.by);
            memcpy(place->program, new.program, sizeof new.program);
            atomic_store(&place->seal, night_outsider_seal(&new));
            return;
        }
        if (atomic_load(&place->seal) && is_told(place, &new))
            return;
    }
    atomic_fetch_add(&night_page->outsiders_untold, 1);
}
