/* Who is outside of the night's time, as the programs of the night have told it (preload/entry/outsiders.c). */
#include "census/census.h"

enum place { NOTHING_TOLD, TOLD, CHANGED };

/* Programs tell of others at any time, and a night may begin anew meanwhile: only what stays as it is has been changed. */
static enum place look_at(struct night_outsider *place) {
    for (;;) {
        uint64_t seal = atomic_load(&place->seal);
        if (seal == 0)
            return NOTHING_TOLD;
        if (atomic_load(&place->state) == NIGHT_PLACE_TAKEN && night_outsider_seal(place) == seal)
            return TOLD;
        if (atomic_load(&place->seal) == seal)
            return CHANGED;
    }
}

bool night_outsiders_are_sound(struct night_page *page) {
    for (int place = 0; place < (int)NIGHT_OUTSIDERS; place++)
        if (look_at(&page->outsiders[place]) == CHANGED)
            return false;
    return true;
}

/* The one at a place; 0 where there is none, or none yet. */
int night_page_outsider(struct night_page *page, int place, struct night_outsider *told) {
    if (place >= (int)NIGHT_OUTSIDERS || look_at(&page->outsiders[place]) != TOLD)
        return 0;
    *told = page->outsiders[place];
    return 1;
}

/* A number while there is room has got there by mistake. */
uint32_t night_page_outsiders_untold(struct night_page *page) {
    for (int place = 0; place < (int)NIGHT_OUTSIDERS; place++)
        if (atomic_load(&page->outsiders[place].state) == NIGHT_PLACE_FREE)
            return 0;
    return atomic_load(&page->outsiders_untold);
}

/* For another night. A place that a program is just writing to stays its own: it is the next night's that it tells. One
 * that is killed there has not started what it was to tell of; its place is lost. */
void night_page_forget_outsiders(struct night_page *page) {
    for (int place = 0; place < (int)NIGHT_OUTSIDERS; place++)
        if (atomic_exchange(&page->outsiders[place].seal, 0))
            atomic_store(&page->outsiders[place].state, NIGHT_PLACE_FREE);
    atomic_store(&page->outsiders_untold, 0);
}
